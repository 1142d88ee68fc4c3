package change

import (
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/student"
)

// InClear returns the values in the clear that package status judges: the identity, and
// values that are no key items at all.
func (v RequestedValues) InClear() map[string]string {
	if len(v) == 0 {
		return nil
	}
	out := make(map[string]string, len(v))
	for field, one := range v {
		if !one.Item {
			out[field] = one.Text
		}
	}
	return out
}

// asShown returns the items before and after for display.
func (v RequestedValues) asShown() (before, after map[string]string) {
	if len(v) == 0 {
		return nil, nil
	}
	before, after = map[string]string{}, map[string]string{}
	for field, one := range v {
		before[field], after[field] = one.Before, one.After
	}
	return before, after
}

// identityWrite gives the identity a change writes into its record, nil when it writes none.
func (c *Change) identityWrite(h *student.PupilRow, after status.Identity) *student.IdentityWrite {
	if after == h.Record.Identity && c.IdentityKeys == nil {
		return nil
	}
	country := h.Nationality
	if v, ok := c.Values[string(roster.Nationality)]; ok {
		country = v.Text
	}
	return &student.IdentityWrite{Identity: after, Country: country}
}
