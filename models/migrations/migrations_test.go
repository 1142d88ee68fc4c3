package migrations

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An upgrade that went wrong is taken back: every migration but the first goes down, and up again.
func TestEveryMigrationGoesDownAndUp(t *testing.T) {
	d, db := fresh(t)
	dsn := d.DSN(owner)
	p, err := provider(db)
	require.NoError(t, err)
	_, err = p.DownTo(t.Context(), 1) // the first one makes extensions, as a superuser
	require.NoError(t, err)
	require.NoError(t, Up(t.Context(), dsn, Passwords{}))
	pending, err := Pending(t.Context(), dsn)
	require.NoError(t, err)
	require.False(t, pending)
}
