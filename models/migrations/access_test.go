package migrations

import (
	"context"
	"database/sql"
	"flag"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of migrations
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
)

var update = flag.Bool("update", false, "write access.sql anew")

const owner = "xueji_owner"

// fresh is a database that was migrated just now.
func fresh(t *testing.T) (d embeddedtest.Database, asOwner *sql.DB) {
	t.Helper()
	d = embeddedtest.Template{
		Name: "migrations", Fingerprint: embeddedtest.Fingerprint(t, os.DirFS("sql")),
		Prepare: embeddedtest.OwnedBy(owner, []string{AppRole, WorkerRole}, func(ctx context.Context, dsn string) error { return Up(ctx, dsn, Passwords{}) }),
	}.Database(t)
	db, err := sql.Open("pgx", d.DSN(owner))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return d, db
}

func TestAFreshMigrationGivesTheExpectedAccess(t *testing.T) {
	_, db := fresh(t)
	rules, err := rulesOf(t.Context(), db)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("access.sql", []byte(writeRules(rules)), 0o644))
		return
	}
	require.Equal(t, writeRules(rules), access, "the migrations give something else: run go generate ./models/migrations")
}

// What a restore left out is made again; what may not be there is refused.
func TestMigrateMendsOrRefuses(t *testing.T) {
	d, db := fresh(t)
	made, err := Mend(t.Context(), d.DSN(owner))
	require.NoError(t, err)
	require.Empty(t, made)
	exec := func(query string) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), query)
		require.NoError(t, err, query)
	}
	for missing, query := range map[string]string{
		"POLICY app_scope ON account PERMISSIVE FOR ALL TO xueji_app":        `DROP POLICY app_scope ON account`,
		"POLICY owner_all ON slip PERMISSIVE FOR ALL TO CURRENT_USER":        `DROP POLICY owner_all ON slip`,
		"ROW SECURITY ON student":                                            `ALTER TABLE student DISABLE ROW LEVEL SECURITY`,
		"ROW SECURITY OF THE OWNER ON guardian":                              `ALTER TABLE guardian NO FORCE ROW LEVEL SECURITY`,
		"GRANT SELECT ON organisation TO xueji_app":                          `REVOKE SELECT ON organisation FROM xueji_app`,
		"GRANT UPDATE (revoked_at) ON session TO xueji_app":                  `REVOKE UPDATE (revoked_at) ON session FROM xueji_app`,
		"GRANT EXECUTE ON FUNCTION login_account(a_login text) TO xueji_app": `REVOKE EXECUTE ON FUNCTION login_account FROM xueji_app`,
		"GRANT USAGE ON SCHEMA public TO xueji_worker":                       `REVOKE USAGE ON SCHEMA public FROM xueji_worker`,
		"INDEX student_identity ON student":                                  `DROP INDEX student_identity`,
		"REVOKE EXECUTE ON FUNCTION slot_kind(slot_key text) FROM PUBLIC":    `GRANT EXECUTE ON FUNCTION slot_kind TO PUBLIC`,
		"CONSTRAINT change_roster ON change":                                 `ALTER TABLE change DROP CONSTRAINT change_roster`,
		"TRIGGER audit_entry_append_only ON audit_entry":                     `DROP TRIGGER audit_entry_append_only ON audit_entry`,
		"TRIGGER decision_append_only ON decision IS ON":                     `ALTER TABLE decision DISABLE TRIGGER decision_append_only`,
	} {
		exec(query)
		require.ErrorContains(t, Serves(t.Context(), d.DSN(AppRole), AppRole, "database.app_url"), missing)
		made, err := Mend(t.Context(), d.DSN(owner))
		require.NoError(t, err, missing)
		require.Equal(t, []string{missing}, made)
		require.NoError(t, Serves(t.Context(), d.DSN(AppRole), AppRole, "database.app_url"), missing)
	}
	for undo, query := range map[string]string{
		"REVOKE DELETE ON student FROM xueji_app;":  `GRANT DELETE ON student TO xueji_app`,
		"REVOKE SELECT ON audit_entry FROM PUBLIC;": `GRANT SELECT ON audit_entry TO PUBLIC`,
		"DROP POLICY everything ON student;":        `CREATE POLICY everything ON student TO xueji_app USING (true)`,
	} {
		exec(query)
		_, err := Mend(t.Context(), d.DSN(owner))
		require.ErrorIs(t, err, ErrAccess)
		require.ErrorContains(t, err, undo)
		exec(undo) // the way out, as it is told
		_, err = Mend(t.Context(), d.DSN(owner))
		require.NoError(t, err)
	}
	exec(`ALTER TABLE student DROP COLUMN details CASCADE`)
	_, err = Mend(t.Context(), d.DSN(owner))
	require.ErrorIs(t, err, ErrAccess)
	require.ErrorContains(t, err, "COLUMN student.details jsonb")
}

// A process looks whom it serves as, and what, before it serves anybody.
func TestADatabaseThatCannotBeServedIsNamed(t *testing.T) {
	d, db := fresh(t)
	app := func(role string) error { return Serves(t.Context(), d.DSN(role), AppRole, "database.app_url") }
	require.NoError(t, app(AppRole))
	require.ErrorContains(t, app(WorkerRole), "the login xueji_worker in database.app_url is another role")
	require.ErrorContains(t, app(owner), "owns the tables")
	require.ErrorContains(t, app("postgres"), "superuser")
	require.NoError(t, d.Server.EnsureLogin(t.Context(), "xueji_stranger"))
	require.ErrorContains(t, app("xueji_stranger"), "set database.app_url to the role xueji_app")

	exec := func(query string) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), query)
		require.NoError(t, err)
	}
	newest, err := Newest()
	require.NoError(t, err)
	exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
	require.ErrorIs(t, app(AppRole), ErrVersion)
	require.ErrorContains(t, app(AppRole), "migrated to 99999")
	require.ErrorContains(t, Up(t.Context(), d.DSN(owner), Passwords{}), "migrated to 99999")
	exec(`DELETE FROM goose_db_version WHERE version_id = 99999`)
	exec(`DELETE FROM goose_db_version WHERE version_id = 36`)
	require.ErrorContains(t, app(AppRole), "has not run the migrations [36]")
	require.ErrorContains(t, Up(t.Context(), d.DSN(owner), Passwords{}), "a development version wrote it", "never goose's own sentence")
	exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (36, true)`)
	_, err = db.ExecContext(t.Context(), `DELETE FROM goose_db_version WHERE version_id = $1`, newest)
	require.NoError(t, err)
	require.ErrorContains(t, app(AppRole), "xueji migrate")
	exec(`REVOKE SELECT ON goose_db_version FROM xueji_app`)
	require.ErrorContains(t, app(AppRole), "the database is older than this program")
	exec(`DROP TABLE goose_db_version`)
	require.ErrorContains(t, app(AppRole), "holds no register yet")
}
