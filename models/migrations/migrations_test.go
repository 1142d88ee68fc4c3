package migrations

import (
	"context"
	"database/sql"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of migrations
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/embedded/embeddedtest"
)

// An upgrade that went wrong is taken back: every migration but the first goes down, and up again.
func TestEveryMigrationGoesDownAndUp(t *testing.T) {
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
	_, err = p.DownTo(t.Context(), 1) // the first one makes extensions, as a superuser
	require.NoError(t, err)
	require.NoError(t, Up(t.Context(), dsn, Passwords{}))
	pending, err := Pending(t.Context(), dsn)
	require.NoError(t, err)
	require.False(t, pending)
}
