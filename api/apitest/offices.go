package apitest

import (
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// The bureau next to the county, and the school that FoundNextSchool founds below it.
const (
	NextBureau = storetest.City + ".d520103"
	NextSchool = NextBureau + ".s2152000789"
)

// FoundNextSchool founds the school of the county next door.
func (w *World) FoundNextSchool() {
	w.t.Helper()
	w.NewSchool(NextBureau, "2152000789", office.NewGrade{Stage: org.Primary, EntryYear: 2024, Classes: 1, Capacity: 55},
		office.NewGrade{Stage: org.Primary, EntryYear: 2021, Classes: 1, Capacity: 55})
}
