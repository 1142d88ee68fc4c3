package status

import (
	"strconv"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// placingRule is the part of ruleOf for the kinds that give a pupil another class of the
// same school: 调班 (P52), 分班 (KT25) and 年级调整 (KT67).
func placingRule(kind process.Kind) (rule, bool) {
	switch kind { //nolint:exhaustive // the others stand in ruleOf
	case process.ClassChange:
		return rule{from: []Enrol{Enrolled}, check: checkClassChange, effect: placeInYearGroup}, true
	case process.ClassAssignment:
		return rule{from: []Enrol{Enrolled}, check: checkClassAssignment, effect: placeInYearGroup}, true
	case process.GradeAdjustment:
		return rule{from: []Enrol{Enrolled}, check: checkGradeAdjustment, effect: placeInYearGroup}, true
	}
	return rule{}, false
}

// checkClassChange holds the rules of 调班: from one class of the year group to another.
func checkClassChange(r Record, _ Request, f Facts) []*refusal.Error {
	switch {
	case r.ClassID == "":
		return []*refusal.Error{refusal.New(refusal.PlacingWithoutClass).At("/student_id")}
	case f.Class != nil && f.Class.ID == r.ClassID:
		return []*refusal.Error{refusal.New(refusal.PlacingSameClass).At("/inputs/class_id")}
	}
	return checkOwnPlace(r, f, r.EntryYear)
}

// checkClassAssignment holds the rules of 分班: a first class in the year group.
func checkClassAssignment(r Record, _ Request, f Facts) []*refusal.Error {
	if r.ClassID != "" {
		return []*refusal.Error{refusal.New(refusal.PlacingHasClass).At("/student_id")}
	}
	return checkOwnPlace(r, f, r.EntryYear)
}

// checkGradeAdjustment holds the rules of 年级调整 (hard rule 19): the province opens it,
// and it may be filed only inside its window. It corrects an error of the first
// collection, so it goes to any other year group of the stage.
func checkGradeAdjustment(r Record, _ Request, f Facts) []*refusal.Error {
	p := f.Policy
	if !p.GradeAdjustment {
		return []*refusal.Error{refusal.New(refusal.GradeAdjustmentOff).At("/kind")}
	}
	var list []*refusal.Error
	if f.Starting && !p.GradeAdjustmentWindow.Contains(f.Today) {
		next, _ := p.GradeAdjustmentWindow.NextInside(f.Today)
		list = append(list, refusal.New(refusal.GradeAdjustmentClosed).At("/kind").With("reopens", next.String()))
	}
	class := f.Class
	if !class.at(r.SchoolID) || class.Stage != r.Stage {
		return append(list, unknownClass()...)
	}
	if class.EntryYear == r.EntryYear {
		return append(list, refusal.New(refusal.GradeAdjustmentSame).At("/inputs/class_id").With("year", strconv.Itoa(r.EntryYear)))
	}
	return append(list, class.full()...)
}
