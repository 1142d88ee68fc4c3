package storetest

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
)

// PowerCut ends PostgreSQL as a power cut would, starts it again on the same data, and
// waits until it answers. Every connection is lost. A test that does so runs beside no
// other test of its process.
func (c *County) PowerCut() {
	c.t.Helper()
	server := embeddedtest.Postgres(c.t)
	server.Kill()
	require.NoError(c.t, server.Restart(context.WithoutCancel(c.t.Context())))
	owner, err := pgx.Connect(context.WithoutCancel(c.t.Context()), c.dsn(ownerRole))
	require.NoError(c.t, err)
	_ = c.owner.Close(context.Background()) // it is dead
	c.owner = owner
}
