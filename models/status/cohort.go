package status

import (
	"strconv"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// at reports whether the class is an open class of the school.
func (c *Class) at(school string) bool { return c != nil && !c.Closed && c.SchoolID == school }

// full returns a refusal when the class has no free seat.
func (c *Class) full() []*refusal.Error {
	if c.Occupied < c.Capacity {
		return nil
	}
	return []*refusal.Error{refusal.New(refusal.ClassFull).At("/inputs/class_id").With("capacity", strconv.Itoa(c.Capacity))}
}

func unknownClass() []*refusal.Error {
	return []*refusal.Error{refusal.New(refusal.ClassUnknown).At("/inputs/class_id")}
}

// checkOwnPlace judges a class of the pupil's own school. It must be of the pupil's stage
// and of the year group, and have a free seat.
func checkOwnPlace(r Record, f Facts, year int) []*refusal.Error {
	class := f.Class
	if !class.at(r.SchoolID) || class.Stage != r.Stage {
		return unknownClass()
	}
	var list []*refusal.Error
	if class.EntryYear != year {
		list = append(list, refusal.New(refusal.ClassWrongYear).At("/inputs/class_id").With("year", strconv.Itoa(year)))
	}
	return append(list, class.full()...)
}

// checkRetention holds the rules of 留级 (domain KT41, W5, D13; hard rule 39). It is off
// unless the province opens the stage, is not possible in the last grade, and no more
// pupils of a grade than its share may repeat in a school year. One repeater is always
// allowed, so that the share of a small grade does not mean "never".
func checkRetention(r Record, _ Request, f Facts) []*refusal.Error {
	p := f.Policy
	if !p.MayRepeat(r.Stage) {
		return []*refusal.Error{refusal.New(refusal.RetentionOff).At("/kind")}
	}
	var list []*refusal.Error
	if p.Graduating(r.Stage, r.EntryYear, f.Today) && !p.RetentionLastGrade {
		list = append(list, refusal.New(refusal.RetentionLastGrade).At("/kind"))
	}
	if most := max(1, f.GradeSize*p.RetentionPercent/100); f.Repeaters >= most {
		list = append(list, refusal.New(refusal.RetentionShare).At("/student_id").
			With("percent", strconv.Itoa(p.RetentionPercent)).With("most", strconv.Itoa(most)))
	}
	return append(list, checkOwnPlace(r, f, r.EntryYear+1)...)
}

// checkSkip holds the rules of 跳级 (domain KT42; hard rule 40). It is off unless the
// province opens the stage. It is possible once in a stage, by one grade, in the same
// school, not out of the stage and not in the first grade of primary school.
func checkSkip(r Record, _ Request, f Facts) []*refusal.Error {
	p := f.Policy
	if !p.MaySkip(r.Stage) {
		return []*refusal.Error{refusal.New(refusal.SkipOff).At("/kind")}
	}
	var list []*refusal.Error
	grade := p.Grade(r.EntryYear, f.Today)
	if grade >= p.StageYears[r.Stage] || grade < 1 || r.Stage == org.Primary && grade == 1 {
		list = append(list, refusal.New(refusal.SkipGrade).At("/kind"))
	}
	if f.Skipped {
		list = append(list, refusal.New(refusal.SkippedBefore).At("/student_id"))
	}
	return append(list, checkOwnPlace(r, f, r.EntryYear-1)...)
}

// placeInYearGroup places the pupil in the class of the form, and so in the year group of that
// class.
func placeInYearGroup(r *Record, _ Request, f Facts) {
	r.ClassID, r.EntryYear = f.Class.ID, f.Class.EntryYear
}
