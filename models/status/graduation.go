package status

import (
	"slices"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// ConclusionInput names the conclusion of one pupil of a graduation.
const ConclusionInput = "conclusion"

// Conclusions returns the conclusions that a graduation of the stage may give a pupil. The
// compulsory stages know only 毕业; at the end of senior high a pupil graduates (毕业),
// completes (结业) or leaves the stage incomplete (肄业) (domain KT60, KT61, P83).
func Conclusions(stage org.Stage) []Enrol {
	if stage.Compulsory() {
		return []Enrol{Graduated}
	}
	return []Enrol{Graduated, Completed, Incomplete}
}

// checkGraduation holds the rules of 毕业 for one pupil (domain KT60, KT61; hard rule 26):
// inside the window, a pupil of the graduating grade, with a conclusion that the stage
// knows. The grade is that of the day of filing, because the school year may turn before
// the last approval. Whether a pupil deserves the conclusion is the school's to say: the
// system checks no marks (P83).
func checkGraduation(r Record, req Request, f Facts) []*refusal.Error {
	var list []*refusal.Error
	if windows := f.Policy.GraduationWindows; f.Starting && len(windows) > 0 && !windows.Contains(f.Today) {
		reopens, _ := windows.NextInside(f.Today)
		list = append(list, refusal.New(refusal.GraduationClosed).With("reopens", reopens.String()))
	}
	if !f.Policy.Graduating(r.Stage, r.EntryYear, f.Filed) {
		list = append(list, refusal.New(refusal.GraduationGrade).At("/student_id"))
	}
	if !slices.Contains(Conclusions(r.Stage), Enrol(req.Inputs[ConclusionInput])) {
		list = append(list, refusal.New(refusal.GraduationConclusion).At("/"+ConclusionInput))
	}
	return list
}

// graduate gives the record its conclusion. A graduate sits in no class; the history keeps
// which class it was.
func graduate(r *Record, req Request, _ Facts) {
	r.Enrol = Enrol(req.Inputs[ConclusionInput])
	r.Standing = r.Enrol.Standing()
	r.ClassID = ""
}
