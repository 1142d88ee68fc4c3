package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// CreateFirstAdmin makes a national system administrator and returns the temporary
// password. It runs as the owner of the schema, because nobody can log in before. It
// refuses when an active administrator exists, who can create the next one, unless
// another one is asked for: that is the way out when a password is lost.
func CreateFirstAdmin(ctx context.Context, ownerDSN, login, name string, another bool, now time.Time) (string, error) {
	conn, err := pgx.Connect(ctx, ownerDSN)
	if err != nil {
		return "", fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	password := TemporaryPassword()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Two calls at once take turns: the second call sees the account of the first.
		if _, err := tx.Exec(ctx, `LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("create the administrator: %w", err)
		}
		var exists bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM account a JOIN organisation o ON o.id = a.org_id
			WHERE o.kind = $2 AND $1 = ANY (a.roles) AND a.closed_at IS NULL AND a.sealed_at IS NULL)`, string(org.BureauSysadmin), string(org.Nation)).Scan(&exists)
		if err != nil {
			return fmt.Errorf("look for an administrator: %w", err)
		}
		if exists && !another {
			return refusal.New(refusal.AdminExists)
		}
		return insertAdmin(ctx, tx, NormalLogin(login), name, HashPassword(password), now)
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

func insertAdmin(ctx context.Context, tx pgx.Tx, login, name, hash string, now time.Time) error {
	id := store.NewID()
	tag, err := tx.Exec(ctx, `INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
		SELECT $1, o.id, o.path, $2, $3, ARRAY[$4::text], $5, $6, true, $6, $6 FROM organisation o WHERE o.kind = $7`,
		id, login, name, string(org.BureauSysadmin), hash, now, string(org.Nation))
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return refusal.New(refusal.LoginTaken)
	}
	if err != nil {
		return fmt.Errorf("create the administrator: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errors.New("there are no offices yet; run \"xueji migrate\" first")
	}
	if _, err := tx.Exec(ctx, `INSERT INTO account_password (account_id, set_at, password_hash) VALUES ($1, $2, $3)`, id, now, hash); err != nil {
		return fmt.Errorf("create the administrator: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO audit_entry (id, partition, at, office_path, action, subject_kind, subject_id, detail)
		VALUES ($1, $2, $3, 'n', 'account.create', 'account', $4, '{"by": "command line"}')`,
		uuid.Must(uuid.NewV7()), "000000/"+now.Format("2006-01"), now, id.String())
	if err != nil {
		return fmt.Errorf("create the administrator: %w", err)
	}
	return nil
}
