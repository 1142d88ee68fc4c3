package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

// KeysOwner records and rotates the register's keys as the owner of the tables. One
// process rotates at a time.
type KeysOwner struct {
	conn *pgx.Conn
	now  func() time.Time
}

// OpenKeysOwner connects as the owner of the tables.
func OpenKeysOwner(ctx context.Context, ownerDSN string, now func() time.Time) (*KeysOwner, error) {
	conn, err := pgx.Connect(ctx, ownerDSN)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return &KeysOwner{conn: conn, now: now}, nil
}

// Close ends the connection, and with it the lock of a rotation.
func (o *KeysOwner) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = o.conn.Close(ctx)
}

// State reads the register's record of its keys.
func (o *KeysOwner) State(ctx context.Context) (store.KeyringState, error) {
	return store.ReadKeyring(ctx, o.conn)
}

// HoldsSecrets reports whether anything in the register is sealed or hashed with a key.
func (o *KeysOwner) HoldsSecrets(ctx context.Context) (bool, error) {
	for _, p := range secretTables() {
		var any bool
		if err := o.conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM `+p.table+` WHERE `+p.filled()+`)`).Scan(&any); err != nil {
			return false, fmt.Errorf("look for secrets in %s: %w", p.table, err)
		}
		if any {
			return true, nil
		}
	}
	return false, nil
}

// Record stores which keys the register has. It refuses keys that differ from the
// recorded ones. When a register has secrets and no recorded keys, it refuses a keyring
// that cannot read a sample of them.
func (o *KeysOwner) Record(ctx context.Context, keys *secret.Keyring) error {
	return pgx.BeginFunc(ctx, o.conn, func(tx pgx.Tx) error {
		// Two calls at once take turns: the second call compares with the keys of the first.
		if _, err := tx.Exec(ctx, `LOCK TABLE keyring IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("record the keys: %w", err)
		}
		known, err := store.ReadKeyring(ctx, tx)
		if err != nil || known.Recorded() {
			return errors.Join(err, known.Check(keys))
		}
		const sample = 50
		for _, p := range secretTables() {
			r, err := checkPlace(ctx, tx, p, keys, sample)
			if err != nil {
				return err
			}
			if r.Unreadable > 0 {
				return fmt.Errorf("%w: %d of %d secrets of the table %s cannot be read with the keys %s in the folder %s; restore the backup of the key folder",
					store.ErrOtherKeys, r.Unreadable, r.Rows, p.table, keys.Fingerprint(), keys.Dir())
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO keyring (fingerprint, prints, phase, changed_at) VALUES ($1, $2, $3, $4)`,
			keys.Fingerprint(), keys.Prints(), store.KeysServing, o.now())
		if err != nil {
			return fmt.Errorf("record the keys: %w", err)
		}
		return nil
	})
}

// ErrRotating says that another process is rotating the keys of this register.
var ErrRotating = errors.New("another \"xueji keys rotate\" is at work on this register; wait for it, or look for it with: " +
	"SELECT pid, client_addr, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'")

// LockRotation makes this the only process that rotates, until Close.
func (o *KeysOwner) LockRotation(ctx context.Context) error {
	var held bool
	if err := o.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended('xueji keys rotate', 0))`).Scan(&held); err != nil {
		return fmt.Errorf("take the rotation of keys: %w", err)
	}
	if !held {
		return ErrRotating
	}
	return nil
}

// CloseRegister closes the register for everybody and records the next keys. When it returns, no
// earlier transaction is running any more. While it waits for the last transactions it
// lets new ones in, and calls waiting each time.
func (o *KeysOwner) CloseRegister(ctx context.Context, next secret.Staged, waiting func()) error {
	for {
		err := pgx.BeginFunc(ctx, o.conn, func(tx pgx.Tx) error {
			// Every transaction of the service has read this table and holds it until its end.
			if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '3s'; LOCK TABLE keyring IN ACCESS EXCLUSIVE MODE`); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE keyring SET phase = $1, fingerprint = $2,
				prints = ARRAY(SELECT DISTINCT p FROM unnest(prints || $3::text[]) p ORDER BY p), changed_at = $4`, store.KeysRekeying, next.Fingerprint, next.Prints, o.now())
			if err == nil {
				_, err = tx.Exec(ctx, `DELETE FROM keyring_walk`)
			}
			return err
		})
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "55P03" { // lock_not_available
			waiting()
			continue
		}
		if err != nil {
			return fmt.Errorf("close the register: %w", err)
		}
		return nil
	}
}

// Reopen opens the register again with the new keys; the files still follow.
func (o *KeysOwner) Reopen(ctx context.Context) error { return o.setPhase(ctx, store.KeysFiles, nil) }

// Finish records that nothing is sealed with older keys any more.
func (o *KeysOwner) Finish(ctx context.Context, keys *secret.Keyring) error {
	return o.setPhase(ctx, store.KeysServing, keys)
}

func (o *KeysOwner) setPhase(ctx context.Context, phase string, keys *secret.Keyring) error {
	var prints []string // of the text and files keys only the newest are still needed
	if keys != nil {
		prints = keys.Needed()
	}
	_, err := o.conn.Exec(ctx, `UPDATE keyring SET phase = $1, prints = coalesce($2, prints), changed_at = $3`, phase, prints, o.now())
	if err != nil {
		return fmt.Errorf("record the state of the keys: %w", err)
	}
	return nil
}

// Since returns the time at which the present phase began.
func (o *KeysOwner) Since(ctx context.Context) (at time.Time, err error) {
	if err := o.conn.QueryRow(ctx, `SELECT changed_at FROM keyring`).Scan(&at); err != nil {
		return at, fmt.Errorf("ask the register for its keys: %w", err)
	}
	return at, nil
}
