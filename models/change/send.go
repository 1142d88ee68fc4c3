package change

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
)

// filedSide returns the office of a party as the filing names it. The application role cannot
// read parties outside its subtree, not even one it has just written.
func (c *Change) filedSide(side process.Side) uuid.UUID {
	if side == process.SideIn {
		return c.Receiving.ID
	}
	return uuid.Nil
}
