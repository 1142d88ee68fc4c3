// Package migrations builds and upgrades the database: roles, schema, grants
// and row-level security, as SQL files that never change once released.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed sql/*.sql
var files embed.FS

// The roles of the application and of the worker. They own nothing; the role
// that migrates owns every table and serves no request.
const (
	AppRole    = "xueji_app"
	WorkerRole = "xueji_worker"
)

// Passwords of the two serving roles; an empty one leaves the role's password as it is.
type Passwords struct{ App, Worker string }

// Up creates the serving roles when they are missing and brings the schema to
// the newest version. It is safe to run twice and by two processes at once.
// Creating the roles and setting their passwords needs CREATEROLE; a
// connection without it finds them as whoever manages the server made them.
func Up(ctx context.Context, dsn string, passwords Passwords) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = db.Close() }()
	if err := ensureRoles(ctx, db, passwords); err != nil {
		return err
	}
	known, err := numbers()
	if err != nil {
		return err
	}
	run, err := applied(ctx, db)
	if err != nil {
		return err
	}
	if err := judgeVersions(run, known); err != nil {
		return err
	}
	provider, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	return nil
}

// Roles creates the serving roles when they are missing, and does nothing else: a
// backup is restored into a server that has them.
func Roles(ctx context.Context, dsn string, passwords Passwords) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = db.Close() }()
	return ensureRoles(ctx, db, passwords)
}

func ensureRoles(ctx context.Context, db *sql.DB, passwords Passwords) error {
	return errors.Join(ensureRole(ctx, db, AppRole, passwords.App), ensureRole(ctx, db, WorkerRole, passwords.Worker))
}

// Pending says whether the database is older than this program.
func Pending(ctx context.Context, dsn string) (bool, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return false, fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = db.Close() }()
	provider, err := provider(db)
	if err != nil {
		return false, err
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return false, fmt.Errorf("ask the database for its version: %w", err)
	}
	return pending, nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	sub, err := fs.Sub(files, "sql")
	if err != nil {
		return nil, fmt.Errorf("migration files: %w", err)
	}
	// The session lock makes two processes that start together take turns.
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("migration lock: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, sub, goose.WithSessionLocker(locker))
	if err != nil {
		return nil, fmt.Errorf("migration files: %w", err)
	}
	return p, nil
}

func ensureRole(ctx context.Context, db *sql.DB, role, password string) error {
	var exists bool
	if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)`, role).Scan(&exists); err != nil {
		return fmt.Errorf("look for the role %s: %w", role, err)
	}
	name := pgx.Identifier{role}.Sanitize()
	if !exists {
		// Another process may create it between the look and this statement.
		_, err := db.ExecContext(ctx, "CREATE ROLE "+name+" LOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE")
		var pg *pgconn.PgError
		taken := errors.As(err, &pg) && (pg.Code == "42710" || pg.Code == "23505")
		if err != nil && !taken {
			return fmt.Errorf("create the role %s: %w", role, err)
		}
	}
	if err := letIn(ctx, db, role); err != nil {
		return fmt.Errorf("let the role %s connect: %w", role, err)
	}
	var manages bool
	if err := db.QueryRowContext(ctx, `SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user`).Scan(&manages); err != nil {
		return fmt.Errorf("look for the right to manage roles: %w", err)
	}
	if password == "" || !manages {
		return nil
	}
	quoted, err := quoteLiteral(ctx, db, password)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "ALTER ROLE "+name+" PASSWORD "+quoted); err != nil {
		return fmt.Errorf("set the password of the role %s: %w", role, err)
	}
	return nil
}

// letIn lets a serving role connect to a database that was shut for everybody else, so
// that no role of another program on the same server can look into the register.
func letIn(ctx context.Context, db *sql.DB, role string) error {
	var statement string
	err := db.QueryRowContext(ctx, `SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', datname, $1::text) FROM pg_database
		WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE')
		AND NOT (has_database_privilege($1, datname, 'CONNECT') AND has_database_privilege($1, datname, 'TEMPORARY'))`, role).Scan(&statement)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it may connect already, or whoever owns the database must allow it
	}
	if err == nil {
		_, err = db.ExecContext(ctx, statement)
	}
	return err
}

// quoteLiteral lets the server quote: ALTER ROLE takes no parameters.
func quoteLiteral(ctx context.Context, db *sql.DB, s string) (string, error) {
	var quoted string
	if err := db.QueryRowContext(ctx, `SELECT quote_literal($1::text)`, s).Scan(&quoted); err != nil {
		return "", fmt.Errorf("quote: %w", err)
	}
	return quoted, nil
}

// The pgx driver registers itself as "pgx"; naming it here keeps the import honest.
var _ = stdlib.GetDefaultDriver
