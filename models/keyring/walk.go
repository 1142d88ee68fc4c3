package keyring

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/student"
)

// rekeyBatch is how many rows get new keys in one transaction.
const rekeyBatch = 1000

// RekeyProgress is the progress of a rotation in one table.
type RekeyProgress struct {
	Place string
	Rows  int64 // done in this run
	Left  int64 // when this run began
}

// Rekey brings every row of the register to the keys in use: it seals secrets again and
// hashes every hash again. Rows and the note of the progress are one transaction, so that
// a rotation may be cut off at any point and continues there. The register is closed
// meanwhile.
func (o *KeysOwner) Rekey(ctx context.Context, keys *secret.Keyring, told func(RekeyProgress)) error {
	for _, p := range secretTables() {
		if err := o.rekeyPlace(ctx, p, keys, told); err != nil {
			return fmt.Errorf("new keys for the table %s: %w", p.table, err)
		}
	}
	if err := o.rekeySlots(ctx, keys, told); err != nil {
		return fmt.Errorf("new keys for slots: %w", err)
	}
	return nil
}

func (o *KeysOwner) rekeyPlace(ctx context.Context, p secretTable, keys *secret.Keyring, told func(RekeyProgress)) error {
	after, done, err := o.readRekeyProgress(ctx, p.table)
	if err != nil || done {
		return err
	}
	r := RekeyProgress{Place: p.table}
	if err := o.conn.QueryRow(ctx, `SELECT count(*) FROM `+p.table+` WHERE `+p.filled()).Scan(&r.Left); err != nil {
		return err
	}
	for !done {
		err := pgx.BeginFunc(ctx, o.conn, func(tx pgx.Tx) error {
			rows, err := p.rows(ctx, tx, after, rekeyBatch, "ASC")
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				after = rows[len(rows)-1].key
				if err := p.renew(ctx, tx, rows, keys); err != nil {
					return err
				}
			}
			done = len(rows) < rekeyBatch
			r.Rows += int64(len(rows))
			return saveRekeyProgress(ctx, tx, p.table, after, done)
		})
		if err != nil {
			return err
		}
		told(r)
	}
	return nil
}

func (o *KeysOwner) readRekeyProgress(ctx context.Context, place string) (after []string, done bool, err error) {
	err = o.conn.QueryRow(ctx, `SELECT after, done FROM keyring_walk WHERE place = $1`, place).Scan(&after, &done)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return after, done, err
}

func saveRekeyProgress(ctx context.Context, tx pgx.Tx, place string, after []string, done bool) error {
	if after == nil {
		after = []string{}
	}
	_, err := tx.Exec(ctx, `INSERT INTO keyring_walk (place, after, done) VALUES ($1, $2, $3)
		ON CONFLICT (place) DO UPDATE SET after = excluded.after, done = excluded.done`, place, after, done)
	return err
}

// keyedRow is a row of a place: its key as text, its sealed values and its hashes.
type keyedRow struct {
	key     []string
	ciphers [][]byte
	hashes  [][]byte
}

func (p secretTable) rows(ctx context.Context, tx pgx.Tx, after []string, most int, order string) ([]keyedRow, error) {
	rows, err := tx.Query(ctx, p.page(len(after) > 0, order), most, after)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (keyedRow, error) {
		r := keyedRow{make([]string, len(p.keys)), make([][]byte, len(p.ciphers)), make([][]byte, len(p.hashes))}
		var into []any
		for i := range r.key {
			into = append(into, &r.key[i])
		}
		for i := range r.ciphers {
			into = append(into, &r.ciphers[i])
		}
		for i := range r.hashes {
			into = append(into, &r.hashes[i])
		}
		return r, row.Scan(into...)
	})
}

// renew writes rows back under the new keys. A secret that no key can read stays as it
// is; "keys check" reports it.
func (p secretTable) renew(ctx context.Context, tx pgx.Tx, rows []keyedRow, keys *secret.Keyring) error {
	texts, bytes := make([][]string, len(p.keys)), make([][][]byte, len(p.ciphers)+len(p.hashes))
	for _, r := range rows {
		for i := range r.key {
			texts[i] = append(texts[i], r.key[i])
		}
		for i, cipher := range r.ciphers {
			next, err := reseal(keys, p.ciphers[i].purpose(r.key), cipher)
			if err != nil {
				return err
			}
			bytes[i] = append(bytes[i], next)
		}
		for i, hash := range r.hashes {
			if hash != nil {
				hash = keys.Rehash(hash)
			}
			bytes[len(p.ciphers)+i] = append(bytes[len(p.ciphers)+i], hash)
		}
	}
	args := make([]any, 0, len(texts)+len(bytes))
	for _, column := range texts {
		args = append(args, column)
	}
	for _, column := range bytes {
		args = append(args, column)
	}
	// Triggers guard against people; nothing that they watch over changes here.
	if _, err := tx.Exec(ctx, `ALTER TABLE `+p.table+` DISABLE TRIGGER USER`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, p.update(), args...); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `ALTER TABLE `+p.table+` ENABLE TRIGGER USER`)
	return err
}

func reseal(keys *secret.Keyring, purpose string, cipher []byte) ([]byte, error) {
	if cipher == nil || keys.Fresh(cipher) {
		return cipher, nil
	}
	plain, err := keys.Decrypt(purpose, cipher)
	if errors.Is(err, secret.ErrUnreadable) {
		return cipher, nil
	}
	if err != nil {
		return nil, err
	}
	return keys.Encrypt(purpose, plain)
}

const slotTable = "slot"

// rekeySlots renames the slots of identity numbers, all in one transaction. Their order
// is that of their hashes, so a note of the last slot done would mean nothing.
func (o *KeysOwner) rekeySlots(ctx context.Context, keys *secret.Keyring, told func(RekeyProgress)) error {
	_, done, err := o.readRekeyProgress(ctx, slotTable)
	if err != nil || done {
		return err
	}
	r := RekeyProgress{Place: slotTable}
	err = pgx.BeginFunc(ctx, o.conn, func(tx pgx.Tx) error {
		prefix := student.IdentitySlot(nil)
		rows, _ := tx.Query(ctx, `SELECT key, decode(substr(key, $1), 'hex') FROM slot WHERE starts_with(key, $2)`, len(prefix)+1, prefix) // CollectRows gives the error
		type slot struct {
			Key  string
			Hash []byte
		}
		held, err := pgx.CollectRows(rows, pgx.RowToStructByPos[slot])
		if err != nil {
			return err
		}
		var before, after []string
		for _, s := range held {
			before, after = append(before, s.Key), append(after, student.IdentitySlot(keys.Rehash(s.Hash)))
		}
		if _, err := tx.Exec(ctx, `UPDATE slot s SET key = v.after FROM unnest($1::text[], $2::text[]) AS v(before, after) WHERE s.key = v.before`, before, after); err != nil {
			return err
		}
		r.Rows, r.Left = int64(len(held)), int64(len(held))
		return saveRekeyProgress(ctx, tx, slotTable, nil, true)
	})
	if err == nil {
		told(r)
	}
	return err
}
