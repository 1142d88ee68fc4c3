package migrations

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
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

// On a server that others use too, the register is shut for everybody but its own roles.
func TestTheServingRolesMayEnterADatabaseThatIsShut(t *testing.T) {
	d, _ := fresh(t)
	enters := func(role string) error {
		c, err := pgx.Connect(t.Context(), d.DSN(role))
		if err != nil {
			return err
		}
		return c.Close(t.Context())
	}
	require.NoError(t, d.Server.EnsureLogin(t.Context(), "stranger"))
	require.NoError(t, enters("stranger"), "PostgreSQL lets everybody in")
	chief, err := pgx.Connect(t.Context(), d.DSN("postgres"))
	require.NoError(t, err)
	defer func() { _ = chief.Close(context.WithoutCancel(t.Context())) }()
	name := pgx.Identifier{d.Name}.Sanitize()
	for _, statement := range []string{"ALTER DATABASE " + name + " OWNER TO " + owner, "REVOKE ALL ON DATABASE " + name + " FROM PUBLIC"} {
		_, err = chief.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	require.ErrorContains(t, enters(AppRole), "permission denied")
	require.NoError(t, Up(t.Context(), d.DSN(owner), Passwords{}))
	require.NoError(t, enters(AppRole))
	require.NoError(t, enters(WorkerRole))
	require.ErrorContains(t, enters("stranger"), "permission denied")
}
