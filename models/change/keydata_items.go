package change

import (
	"github.com/xueji/xueji/models/roster"
)

// otherItems returns the items of a change that are no part of the identity.
func (v RequestedValues) otherItems() map[roster.Field]string {
	items := map[roster.Field]string{}
	for field, one := range v {
		if one.Item {
			items[roster.Field(field)] = one.Text
		}
	}
	return items
}
