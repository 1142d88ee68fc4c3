package status

import (
	"github.com/xueji/xueji/models/refusal"
)

// CheckNewRecord holds the rules of 新建学籍（移民） (domain KT07) beside those of the
// sheet: a class of the own school with a free seat, and no graduating grade during its
// freeze. The rules of the sheet judge the person.
func CheckNewRecord(f Facts) []*refusal.Error {
	class := f.Class
	if !class.at(f.To.ID) {
		return unknownClass()
	}
	list := class.full()
	freeze := f.Policy.GraduatingFreeze
	if f.Starting && f.Policy.Graduating(class.Stage, class.EntryYear, f.Today) && freeze.Contains(f.Today) {
		list = append(list, refusal.New(refusal.Frozen).With("reopens", reopeningDay(freeze, f.Today)))
	}
	return list
}
