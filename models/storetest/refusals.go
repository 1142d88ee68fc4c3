package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
)

// Refusals are all refusals of an answer as "code /place", in their order.
func Refusals(t require.TestingT, err error) (list []string) {
	var first *refusal.Error
	require.ErrorAs(t, err, &first)
	for _, e := range first.All() {
		list = append(list, string(e.Code)+" "+e.Field)
	}
	return list
}

// RefusedFiling files a change that must be refused, and returns the refusals.
func (c *County) RefusedFiling(f change.Filing) []string {
	c.t.Helper()
	_, err := c.TryFile(f)
	return Refusals(c.t, err)
}
