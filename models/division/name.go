package division

import (
	"slices"
	"strings"

	"github.com/xueji/xueji/models/ident"
)

// FullName gives the name as an address writes it, such as 贵州省贵阳市南明区; groupings
// are left out, and a city that is its own only county is named once.
func (t *Table) FullName(d Division) string { return strings.Join(t.path(d), "") }

// path lists the names from the province down to d without groupings.
func (t *Table) path(d Division) []string {
	var names []string
	for at, ok := d, true; ok; at, ok = t.Above(at) {
		if !at.Grouping() && (len(names) == 0 || names[len(names)-1] != at.Name) {
			names = append(names, at.Name)
		}
	}
	slices.Reverse(names)
	return names
}

// index files the division under every way to write it: with or without its
// province and its city.
func (t *Table) index(d Division) {
	if d.Grouping() {
		return
	}
	path := t.path(d)
	above, own := path[:len(path)-1], path[len(path)-1]
	for kept := range 1 << len(above) {
		var written strings.Builder
		for i, name := range above {
			if kept&(1<<i) != 0 {
				written.WriteString(name)
			}
		}
		written.WriteString(own)
		t.file(written.String(), d)
	}
	// The code table's own long form, 北京市市辖区东城区.
	if city, ok := t.Above(d); ok && city.Grouping() && len(above) > 0 {
		t.file(above[0]+city.Name+own, d)
	}
}

func (t *Table) file(name string, d Division) { t.byName[name] = append(t.byName[name], d) }

// FindByName finds what a written name can mean: 贵州省贵阳市南明区, 贵阳市南明区,
// 贵州省南明区 or 南明区. White space and invisible characters do not count. Names
// must be complete: 贵阳南明 means nothing.
//
// Where a city and its county have one name (东莞市, 嘉峪关市) only the county is
// meant. One result means that the name has only one meaning; with several, a
// person must choose; the order is that of All.
func (t *Table) FindByName(name string) []Division {
	tidied, _ := ident.Tidy(name)
	found := t.byName[tidied]
	return slices.DeleteFunc(slices.Clone(found), func(d Division) bool {
		return slices.ContainsFunc(found, func(lower Division) bool {
			return lower.Level == County && d.Level == City && lower.Parent == d.Code
		})
	})
}
