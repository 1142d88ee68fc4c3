package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/tools/common/schema"
)

// upgrade gives both databases the tables this server needs, whatever they have.
func (s store) upgrade(ctx context.Context) error {
	err := s.upgradeOne(ctx, s.database, "postgresql/v12/temporal")
	if err == nil {
		err = s.upgradeOne(ctx, s.visibility, "postgresql/v12/visibility")
	}
	return err
}

// upgradeOne takes Temporal's own steps from the version the database has to the
// newest, in one transaction: a process that is killed in the middle leaves the
// database as it was, and the next start does the same again.
func (s store) upgradeOne(ctx context.Context, database, steps string) (err error) {
	connection, err := pgx.Connect(ctx, s.address(database))
	if err != nil {
		return err // pgx names the database, never the password
	}
	defer func() { err = errors.Join(err, connection.Close(context.WithoutCancel(ctx))) }()
	err = pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtext('temporal schema'))"); err != nil {
			return err
		}
		db, quiet := &transaction{ctx: ctx, tx: tx, database: database}, log.NewNoopLogger()
		if err := schema.NewSetupSchemaTask(db, &schema.SetupConfig{InitialVersion: "0.0"}, quiet).Run(); err != nil {
			return err
		}
		return schema.NewUpdateSchemaTask(db, &schema.UpdateConfig{SchemaName: steps}, quiet).Run()
	})
	if err != nil {
		return fmt.Errorf("make the tables of the database %s: %w", database, err)
	}
	return nil
}

// transaction is a database to Temporal's schema tasks. Its statements are those of
// Temporal's PostgreSQL plugin, which cannot work inside a transaction.
type transaction struct {
	ctx      context.Context //nolint:containedctx // the interface of the tasks has none
	tx       pgx.Tx
	database string
}

var _ schema.DB = (*transaction)(nil)

// Exec runs a statement. An index that is built concurrently cannot be part of a
// transaction; nobody else uses the tables while they are upgraded.
func (t *transaction) Exec(statement string, args ...any) error {
	statement = strings.Replace(statement, "CREATE INDEX CONCURRENTLY", "CREATE INDEX", 1)
	_, err := t.tx.Exec(t.ctx, statement, append([]any{pgx.QueryExecModeSimpleProtocol}, args...)...)
	return err
}

// CreateSchemaVersionTables makes the two tables that hold the version.
func (t *transaction) CreateSchemaVersionTables() error {
	return errors.Join(
		t.Exec(`CREATE TABLE IF NOT EXISTS schema_version (
			version_partition INT NOT NULL, db_name VARCHAR(255) NOT NULL, creation_time TIMESTAMP,
			curr_version VARCHAR(64), min_compatible_version VARCHAR(64), PRIMARY KEY (version_partition, db_name))`),
		t.Exec(`CREATE TABLE IF NOT EXISTS schema_update_history (
			version_partition INT NOT NULL, year INT NOT NULL, month INT NOT NULL, update_time TIMESTAMP NOT NULL,
			description VARCHAR(255), manifest_md5 VARCHAR(64), new_version VARCHAR(64), old_version VARCHAR(64),
			PRIMARY KEY (version_partition, year, month, update_time))`))
}

// ReadSchemaVersion gives the version of the tables; no row, no error in the
// transaction: the first task takes it for version 0.0.
func (t *transaction) ReadSchemaVersion() (version string, err error) {
	err = t.tx.QueryRow(t.ctx, `SELECT curr_version FROM schema_version WHERE version_partition = 0 AND db_name = $1`,
		t.database).Scan(&version)
	return version, err
}

// UpdateSchemaVersion notes the version the tables have now.
func (t *transaction) UpdateSchemaVersion(version, oldestCompatible string) error {
	return t.Exec(`INSERT INTO schema_version (version_partition, db_name, creation_time, curr_version, min_compatible_version)
		VALUES (0, $1, $2, $3, $4) ON CONFLICT (version_partition, db_name) DO UPDATE SET creation_time = excluded.creation_time,
		curr_version = excluded.curr_version, min_compatible_version = excluded.min_compatible_version`,
		t.database, time.Now().UTC(), version, oldestCompatible)
}

// WriteSchemaUpdateLog notes a step that was taken.
func (t *transaction) WriteSchemaUpdateLog(from, to, sum, description string) error {
	now := time.Now().UTC()
	return t.Exec(`INSERT INTO schema_update_history (version_partition, year, month, update_time, old_version, new_version,
		manifest_md5, description) VALUES (0, $1, $2, $3, $4, $5, $6, $7)`, now.Year(), int(now.Month()), now, from, to, sum, description)
}

// DropAllTables refuses: nobody asks for it.
func (t *transaction) DropAllTables() error { return errors.New("tables are never dropped here") }

// Close does nothing: whoever began the transaction ends it.
func (t *transaction) Close() {}

// Type says that this is a database with SQL.
func (t *transaction) Type() string { return "sql" }
