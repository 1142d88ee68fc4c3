package roster

import (
	"strconv"
	"strings"
	"sync"
)

// Guard says how an item of a record may be changed.
type Guard string

// The guards. The policy of a province makes further free items key data.
const (
	FreeItem  Guard = ""      // 可直接修改: an edit changes the item at once
	KeyItem   Guard = "key"   // 关键信息: only a change of key data writes the item
	FixedItem Guard = "fixed" // 不可改: the school and the class of the record say the item
)

// Items lists the items of the sheet in its order, without the hidden column.
func (t *Template) Items() []*Column {
	list := make([]*Column, 0, len(t.Columns))
	for i := range t.Columns {
		if t.Columns[i].Kind != KindHidden {
			list = append(list, &t.Columns[i])
		}
	}
	return list
}

// kept says which items of the template have columns of their own in the register.
type kept struct {
	own    []*Column // of the pupil
	member []string  // of a family member, without the prefix of the member
}

// keptItems reads the template once; it never changes.
var keptItems = sync.OnceValue(func() kept {
	var k kept
	t, err := National()
	if err != nil {
		return k // no reader is made either
	}
	for _, c := range t.Items() {
		if c.Own {
			k.own = append(k.own, c)
		}
		if member, item := c.Field.Member(); member == 1 {
			k.member = append(k.member, item)
		}
	}
	return k
})

// OwnItems lists the items of the pupil that have a column of their own among the
// records, in the order of the sheet. The column is named like the field.
func OwnItems() []*Column { return keptItems().own }

// MemberItems names the items of a family member, without the prefix of the member,
// in the order of the sheet.
func MemberItems() []string { return keptItems().member }

// Member gives the number of the family member to whom a field belongs, and the
// name of the item. The number is 0 for an item of the pupil.
func (f Field) Member() (member int, item string) {
	rest, found := strings.CutPrefix(string(f), memberPrefix)
	number, item, divided := strings.Cut(rest, "_")
	n, err := strconv.Atoi(number)
	if !found || !divided || err != nil {
		return 0, string(f)
	}
	return n, item
}

const memberPrefix = "member"

// MemberField gives the field of an item of family member 1 or 2.
func MemberField(member int, item string) Field {
	return Field(memberPrefix + strconv.Itoa(member) + "_" + item)
}
