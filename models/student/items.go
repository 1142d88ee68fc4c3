package student

import (
	"reflect"
	"slices"
	"sync"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/roster"
)

// The items of the national sheet stand in columns.yaml of package roster, once. An item
// with a column of its own has a place in StudentRecord that is tagged with its field;
// an item of a family member has one in Guardian. All others lie in
// StudentRecord.Details under their field names.
const (
	fieldAuxNumber roster.Field = "aux_student_number"
	// AuxSealed is the ciphertext of the provincial number (学籍辅号) in Details; it is no item.
	AuxSealed = "aux_student_number_sealed"

	// Items of a family member that the register names.
	MemberName       = "name"
	memberIsGuardian = "is_guardian"
	memberIDNumber   = "id_number"

	yes = "1"
	no  = "0"
)

// itemPlaces returns the fields of a struct by the items in their tags.
func itemPlaces(of reflect.Type) map[string][]int {
	found := map[string][]int{}
	for _, f := range reflect.VisibleFields(of) {
		if item := f.Tag.Get("item"); item != "" {
			found[item] = f.Index
		}
	}
	return found
}

// The places of the items in a record and in a family member; they never change.
var (
	recordPlaces = sync.OnceValue(func() map[string][]int { return itemPlaces(reflect.TypeFor[Record]()) })
	memberPlaces = sync.OnceValue(func() map[string][]int { return itemPlaces(reflect.TypeFor[Guardian]()) })
)

// Place returns the place of an item of the pupil in the record, or nil.
func (r *Record) Place(f roster.Field) any {
	index, found := recordPlaces()[string(f)]
	if !found {
		return nil
	}
	return reflect.ValueOf(r).Elem().FieldByIndex(index).Addr().Interface()
}

// Place returns the place of an item of a family member, or nil.
func (g *Guardian) Place(item string) any {
	index, found := memberPlaces()[item]
	if !found {
		return nil
	}
	return reflect.ValueOf(g).Elem().FieldByIndex(index).Addr().Interface()
}

// readPlace returns the item at a place in the form of the sheet.
func readPlace(place any) string {
	switch p := place.(type) {
	case *string:
		return *p
	case *calendar.Date:
		return p.Compact()
	case *bool:
		if *p {
			return yes
		}
		return no
	}
	return ""
}

// writePlace puts an item of a checked sheet at its place.
func writePlace(place any, value string) {
	switch p := place.(type) {
	case *string:
		*p = value
	case *calendar.Date:
		*p, _ = calendar.ParseCompactDate(value) // the sheet's check has read the same digits
	case *bool:
		*p = value == yes
	}
}

// Item returns one item in the form of the sheet; numbers of documents are masked.
func (r *Record) Item(f roster.Field) string {
	if g, item := r.member(f); g != nil {
		return readPlace(g.Place(item))
	}
	if p := r.Place(f); p != nil {
		return readPlace(p)
	}
	return r.Details[string(f)]
}

// SetItem puts one item of a checked sheet into the record. It does not set numbers of
// documents, because they are sealed first.
func (r *Record) SetItem(f roster.Field, value string) {
	if g, item := r.member(f); g != nil {
		writePlace(g.Place(item), value)
		return
	}
	if p := r.Place(f); p != nil {
		writePlace(p, value)
		return
	}
	if r.Details[string(f)] = value; value == "" {
		delete(r.Details, string(f))
	}
}

// member returns the family member to whom a field belongs, and the item's own name.
func (r *Record) member(f roster.Field) (*Guardian, string) {
	seat, item := f.Member()
	if seat == 0 {
		return nil, ""
	}
	for i := range r.Guardians {
		if r.Guardians[i].Seat == seat {
			return &r.Guardians[i], item
		}
	}
	return &Guardian{Seat: seat}, item // the record does not have this family member
}

// MemberNumber returns the field of the document number of a family member.
func MemberNumber(seat int) roster.Field { return roster.MemberField(seat, memberIDNumber) }

// ownFields lists the items with a column of their own among the records, except those of
// the given guards.
func ownFields(without ...roster.Guard) []roster.Field {
	var list []roster.Field
	for _, c := range roster.OwnItems() {
		if !slices.Contains(without, c.Guard) {
			list = append(list, c.Field)
		}
	}
	return list
}

// recordColumns is the list of columns by which a record is read from recordTables.
var recordColumns = sync.OnceValue(func() string { // it never changes
	columns := recordFacetColumns
	for _, f := range ownFields() {
		columns += ", s." + string(f)
	}
	return columns
})
