package store

import (
	"cmp"
)

func (b Bulk) orDefault() Bulk {
	d := DefaultBulk()
	return Bulk{ListRows: cmp.Or(b.ListRows, d.ListRows), PartRows: cmp.Or(b.PartRows, d.PartRows)}
}
