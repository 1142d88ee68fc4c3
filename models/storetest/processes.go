package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/store"
)

// Process opens the register once more, as a role, in a process with other options.
func (c *County) Process(role string, other func(*store.Options)) (*change.Engine, error) {
	c.t.Helper()
	o, _, err := options(c.Now())
	require.NoError(c.t, err)
	o.DSN, o.Clock = c.dsn(role), c.App.Clock()
	other(&o)
	s, err := kinds.Open(c.t.Context(), o)
	if err == nil {
		c.t.Cleanup(s.Close)
	}
	return s, err
}

// OffBy opens the register once more, as a role and in a process whose clock is wrong by d.
func (c *County) OffBy(role string, d time.Duration) *change.Engine {
	c.t.Helper()
	s, err := c.Process(role, func(o *store.Options) { o.Clock = calendar.OffBy(c.App.Clock(), d) })
	require.NoError(c.t, err)
	return s
}

// DSN is the address of the county's database for a role.
func (c *County) DSN(role string) string { return c.dsn(role) }

// OwnerDSN is the address for the owner of the tables, for what an operator runs with it.
func (c *County) OwnerDSN() string { return c.dsn(ownerRole) }
