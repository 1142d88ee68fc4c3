package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/store"
)

// Open is the register opened once more as a role, with other options: as another process
// opens it, whose clock is wrong or whose settings differ.
func (c *County) Open(role string, with func(*store.Options)) *change.Engine {
	c.t.Helper()
	o := c.options
	o.DSN = c.dsn(role)
	with(&o)
	s, err := kinds.Open(c.t.Context(), o)
	require.NoError(c.t, err)
	c.t.Cleanup(s.Close)
	return s
}
