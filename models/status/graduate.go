package status

import (
	"slices"
	"strconv"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// nextStage returns the stage after a graduation; "" after the last one.
func nextStage(s org.Stage) org.Stage {
	switch s {
	case org.Primary:
		return org.Junior
	case org.Junior:
		return org.Senior
	case org.Senior:
	}
	return ""
}

// checkPostGraduation holds the rules of 毕业后跨省就学 (domain KT22, W17): a graduate of
// another province enters the first year of the next stage. A graduate of a five-year
// primary school may enter the sixth year of a primary school. The receiving school reads
// the refusals, so they name no state of the pupil.
func checkPostGraduation(r Record, _ Request, f Facts) []*refusal.Error {
	if list := refusalsToReceive(r, f); list != nil {
		return list
	}
	switch {
	case r.Enrol != Graduated:
		return []*refusal.Error{refusal.New(refusal.NotGraduated).At("/pupil").With("ask", f.From.Name)}
	case f.From.Province == f.To.Province:
		return []*refusal.Error{refusal.New(refusal.SameProvinceGraduate).At("/pupil")}
	}
	var list []*refusal.Error
	if f.AppliedBefore && f.Policy.PostGraduationOnce {
		list = append(list, refusal.New(refusal.AppliedBefore).At("/pupil"))
	}
	if windows := f.Policy.PostGraduationWindows; f.Starting && len(windows) > 0 && !windows.Contains(f.Today) {
		reopens, _ := windows.NextInside(f.Today)
		list = append(list, refusal.New(refusal.PostGraduationClosed).With("reopens", reopens.String()))
	}
	class := f.Class
	if !class.at(f.To.ID) {
		return append(list, unknownClass()...)
	}
	grade := f.Policy.Grade(class.EntryYear, f.Filed) // the school year may turn before the last approval
	first := class.Stage == nextStage(r.Stage) && grade == 1
	sixth := class.Stage == org.Primary && r.Stage == org.Primary && grade == 6 && f.Releasing.StageYears[org.Primary] == 5 && f.Policy.StageYears[org.Primary] == 6
	if !first && !sixth {
		list = append(list, refusal.New(refusal.GraduateClass).At("/inputs/class_id"))
	}
	return append(list, class.full()...)
}

// checkRollback holds the rules of 毕业生回退 (KT62, D32): the pupil returns into a class
// of the own year group or of the graduating grade, at the school that graduated the
// pupil.
func checkRollback(r Record, req Request, f Facts) []*refusal.Error {
	class := f.Class
	if !class.at(r.SchoolID) || class.Stage != r.Stage {
		return unknownClass()
	}
	var list []*refusal.Error
	if req.Inputs["reason_code"] == "REPEAT" && slices.Contains(f.Policy.NoRepeatStages, r.Stage) {
		list = append(list, refusal.New(refusal.RepeatingForbidden).At("/inputs/reason_code"))
	}
	if years := f.Policy.StageYears[r.Stage]; class.EntryYear != r.EntryYear && f.Policy.Grade(class.EntryYear, f.Today) != years {
		list = append(list, refusal.New(refusal.ClassWrongGrade).At("/inputs/class_id").With("grade", strconv.Itoa(years)))
	}
	return append(list, class.full()...)
}
