package status

import (
	"slices"
	"strconv"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// Place is where an enrolment puts a graduate: a stage and a year group of it, still
// without a class (待分班).
type Place struct {
	Stage     org.Stage
	EntryYear int
}

// Candidate is a graduate (毕业生) who is to be enrolled, with what the rules look at.
type Candidate struct {
	Record Record
	From   School
	// FromYears is the length of the stage at the school of graduation.
	FromYears int
	// GraduatedIn is the year of the graduation, 0 where it is not known.
	GraduatedIn int
	// Wanted is the stage (教育阶段) that the school gave, empty for the next one.
	Wanted org.Stage
}

// Intake is the side of the school that enrols.
type Intake struct {
	School School
	Stages []org.Stage
	// PrimaryYears is the length of its primary stage.
	PrimaryYears int
	Year         int // in which the graduates enter
	Policy       process.Policy
}

// PlaceOf returns the place of a graduate at a school (domain KT20, KT21): the first grade of the
// next stage; for a graduate of a primary school of five years also the sixth grade of one
// of six (P69). The refusal says what stands against it. Another office reads it, so it
// names no state of the pupil.
func PlaceOf(c Candidate, in Intake) (Place, *refusal.Error) {
	switch {
	case c.From.Province != in.School.Province:
		return Place{}, refusal.New(refusal.EnrolOtherProvince)
	case c.Record.Enrol != Graduated:
		return Place{}, refusal.New(refusal.EnrolNotGraduated).With("ask", c.From.Name)
	case !in.Policy.PastGraduates && c.GraduatedIn != 0 && c.GraduatedIn != in.Year:
		return Place{}, refusal.New(refusal.EnrolPastGraduate).With("graduated", strconv.Itoa(c.GraduatedIn))
	}
	next := Place{Stage: nextStage(c.Record.Stage), EntryYear: in.Year}
	sixth := Place{Stage: org.Primary, EntryYear: in.Year - lastPrimaryGrade + 1}
	fromFive := c.Record.Stage == org.Primary && c.FromYears == lastPrimaryGrade-1 && in.PrimaryYears == lastPrimaryGrade
	if c.Wanted == "" && fromFive && !slices.Contains(in.Stages, next.Stage) || fromFive && c.Wanted == org.Primary {
		next = sixth
	}
	if next.Stage == "" || !slices.Contains(in.Stages, next.Stage) || c.Wanted != "" && c.Wanted != next.Stage {
		zh, en := stageWords(next.Stage)
		return Place{}, refusal.New(refusal.EnrolStage).WithText("stage", zh, en)
	}
	return next, nil
}

// lastPrimaryGrade is the last grade of a primary school of six years (六三制).
const lastPrimaryGrade = 6

func stageWords(s org.Stage) (zh, en string) {
	switch s {
	case org.Primary:
		return "小学", "a primary school"
	case org.Junior:
		return "初中", "a junior high school"
	case org.Senior:
		return "高中", "a senior high school"
	}
	return "高中以后的学校", "a school after senior high"
}

// First reports whether a place is in the first grade of its stage, for which the plan
// (招生规模) has places.
func (p Place) First(year int) bool { return p.EntryYear == year }

// EnrolledAt returns the record of a graduate at the school that enrols (domain KT21). The
// number stays, stage and year group begin anew, and no class is given yet.
func (r Record) EnrolledAt(school string, at Place) Record {
	r.Enrol, r.Standing = Enrolled, Enrolled.Standing()
	r.SchoolID, r.ClassID, r.Stage, r.EntryYear = school, "", at.Stage, at.EntryYear
	r.Dropout = false
	return r
}

// EnrolmentYears returns the years in which a graduate may enter when a school files on a
// day: the first is that of the school year that runs, the second that of the coming one.
func EnrolmentYears(p process.Policy, today calendar.Date) (running, coming int) {
	running = today.Year() + p.Grade(today.Year(), today) - 1
	return running, running + 1
}

// EnrolmentDay returns the last day of the enrolment of a year, the zero date where the
// province has set none (hard rule 29).
func EnrolmentDay(p process.Policy, year int) calendar.Date {
	if p.EnrolmentUntil.IsZero() {
		return calendar.Date{}
	}
	return p.EnrolmentUntil.In(year)
}

// Admission is the enrolment that a withdrawal (退档, KT27) gives back.
type Admission struct {
	// SchoolID, Stage and EntryYear are those of the graduate before the enrolment.
	SchoolID  string
	Stage     org.Stage
	EntryYear int
	// LastDay is the last day on which the file may be given back.
	LastDay calendar.Date
	// Rests says that the record has changed since, so that something rests on the
	// enrolment.
	Rests bool
}

// checkEnrolmentWithdrawal holds the rules of 退档 (domain KT27, hard rule 30).
func checkEnrolmentWithdrawal(_ Record, _ Request, f Facts) []*refusal.Error {
	a := f.Admission
	switch {
	case a == nil:
		return []*refusal.Error{refusal.New(refusal.WithdrawalNoEnrolment).At("/student_id")}
	case a.Rests:
		return []*refusal.Error{refusal.New(refusal.WithdrawalRests).At("/student_id")}
	case f.Starting && f.Today.After(a.LastDay):
		return []*refusal.Error{refusal.New(refusal.WithdrawalClosed).At("/student_id").
			With("months", strconv.Itoa(f.Policy.EnrolmentWithdrawalMonths)).With("until", a.LastDay.String())}
	}
	return nil
}

// giveBack returns the file to the school of graduation.
func giveBack(r *Record, _ Request, f Facts) {
	r.SchoolID, r.ClassID, r.Stage, r.EntryYear = f.Admission.SchoolID, "", f.Admission.Stage, f.Admission.EntryYear
}

// checkAdmissionArbitration wants a graduate (domain KT23): an enrolment that is complete
// is not arbitrated.
func checkAdmissionArbitration(r Record, _ Request, f Facts) []*refusal.Error {
	switch {
	case r.Enrol != Graduated:
		return []*refusal.Error{refusal.New(refusal.EnrolNotGraduated).At("/pupil").With("ask", f.From.Name)}
	case !f.Contested:
		return []*refusal.Error{refusal.New(refusal.AdmissionArbitrationNothing).At("/pupil")}
	}
	return nil
}
