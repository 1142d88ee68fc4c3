package migrations

import (
	"context"
	"database/sql"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
)

// Records that were written before migration 52 get the key of their name, and those
// the search for doubles has not looked at say so; the migration can be taken back.
func TestRecordsOfBeforeGetTheirNameKeys(t *testing.T) {
	const owner = "xueji_owner"
	dsn := embeddedtest.Template{
		Name: "migrations", Fingerprint: embeddedtest.Fingerprint(t, os.DirFS("sql")),
		Prepare: embeddedtest.OwnedBy(owner, []string{AppRole, WorkerRole}, func(ctx context.Context, dsn string) error { return Up(ctx, dsn, Passwords{}) }),
	}.Database(t).DSN(owner)
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	p, err := provider(db)
	require.NoError(t, err)
	_, err = p.DownTo(t.Context(), 51)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), `WITH office AS (INSERT INTO organisation (id, path, kind, code, name, division_code, province_code, created_at)
			VALUES (gen_random_uuid(), 'n', 'NATION', '000000', '国家', '000000', '000000', now()) RETURNING id, path)
		INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, enrol_status, in_register, on_campus, dedupe_state, deduped_at, created_at, updated_at)
		SELECT gen_random_uuid(), office.id, office.path, false, 'PRIMARY', 2024, n.name, '1', '2015-01-01', 'Z', 'ENROLLED', true, true, 'DONE_PASS', n.looked, now(), now()
		FROM office, (VALUES ('KIM Minho', now()), ('方示高', NULL)) n (name, looked)`)
	require.NoError(t, err)
	require.NoError(t, Up(t.Context(), dsn, Passwords{}))
	for name, want := range map[string][2]string{"KIM Minho": {"kim minho", "DONE_PASS"}, "方示高": {"方示高", "PENDING"}} {
		var got [2]string
		require.NoError(t, db.QueryRowContext(t.Context(), `SELECT name_key, dedupe_state FROM student WHERE name = $1`, name).Scan(&got[0], &got[1]))
		require.Equal(t, want, got)
	}
	_, err = p.DownTo(t.Context(), 51)
	require.NoError(t, err)
}
