// Package keyring checks and rotates the keys of the register: it knows every column of
// every subject in which something is sealed or found by a keyed hash.
//
// It owns no table of the register's subjects; it reads and rewrites their sealed columns
// while the register is closed (law 6: nothing of it is logged).
package keyring

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/student"
)

// CheckedTable is the result of the check of the secrets of one table.
type CheckedTable struct {
	Place      string
	Rows       int64 // rows that were checked
	Older      int64 // secrets sealed with an older key
	Unreadable int64 // secrets no key of the ring can read
	Mismatched int64 // hashes that do not belong to the number beside them
}

// CheckSecrets decrypts secrets of every table with a keyring: the oldest and the newest
// rows, at most so many of each, or all rows when most is 0. It changes nothing.
func (o *KeysOwner) CheckSecrets(ctx context.Context, keys *secret.Keyring, most int) ([]CheckedTable, error) {
	var list []CheckedTable
	err := pgx.BeginTxFunc(ctx, o.conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for _, p := range secretTables() {
			if len(p.ciphers) == 0 {
				continue
			}
			c, err := checkPlace(ctx, tx, p, keys, most)
			if err != nil {
				return err
			}
			list = append(list, c)
		}
		return nil
	})
	return list, err
}

func checkPlace(ctx context.Context, tx pgx.Tx, p secretTable, keys *secret.Keyring, most int) (CheckedTable, error) {
	c := CheckedTable{Place: p.table}
	seen := map[string]bool{}
	look := func(rows []keyedRow) {
		for _, r := range rows {
			if id := strings.Join(r.key, "\x00"); most == 0 || !seen[id] {
				seen[id] = most > 0
				p.checkRow(r, keys, &c)
			}
		}
	}
	for _, order := range []string{"ASC", "DESC"} {
		var after []string
		for {
			size := rekeyBatch
			if most > 0 {
				size = most
			}
			rows, err := p.rows(ctx, tx, after, size, order)
			if err != nil {
				return c, fmt.Errorf("read the secrets of %s: %w", p.table, err)
			}
			look(rows)
			if most > 0 || len(rows) < size {
				break
			}
			after = rows[len(rows)-1].key
		}
		if most == 0 {
			break
		}
	}
	return c, nil
}

// checkRow checks one row.
func (p secretTable) checkRow(r keyedRow, keys *secret.Keyring, c *CheckedTable) {
	c.Rows++
	for i, cipher := range r.ciphers {
		if cipher == nil {
			continue
		}
		plain, err := keys.Decrypt(p.ciphers[i].purpose(r.key), cipher)
		switch {
		case err != nil:
			c.Unreadable++
		case !keys.Fresh(cipher):
			c.Older++
		}
		if err == nil && p.ciphers[i].column == "number_cipher" && string(student.NumberHashUnder(keys, string(plain))) != string(r.hashes[1]) {
			c.Mismatched++
		}
	}
}
