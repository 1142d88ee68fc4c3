package status

import (
	"slices"
	"strconv"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// Code is the result of the national validation of a pupil whom another office wants to
// receive (转出校验错误, M6). The empty code means that the pupil may be received.
type Code string

// The national codes.
const (
	// DataWrong: name and number do not fit, or belong to no pupil who can move, for example
	// because the pupil is at no school now.
	DataWrong Code = "2001"
	// BusinessRunning: a change runs at the old school, or its 其他离校 is open (D30).
	BusinessRunning Code = "2002"
	// HasProblem: the record has a problem status (D31).
	HasProblem Code = "2003"
)

// Validate is the national validation (M5, M6). It returns only the code, so that another
// office learns no more. The same function judges at the filing and again at the national
// step, because states change meanwhile. ProblemMay says that both provinces let a pupil
// with a problem status transfer (D31).
func Validate(r Record, running process.Kind, problemMay bool) Code {
	switch {
	case running != "" || r.Enrol == OtherLeft:
		return BusinessRunning
	case len(r.Problems) > 0 && !problemMay:
		return HasProblem
	case r.Enrol.gone():
		return DataWrong
	}
	return ""
}

// away reports whether the pupil is at no school now and may come back by a restoration
// of admission or a return from abroad. Such a pupil cannot be transferred.
func (e Enrol) away() bool {
	switch e {
	case Withdrawn, Expelled, Missing, Abroad, OtherLeft:
		return true
	case Draft, PendingSchool, PendingBureau, Enrolled, Suspended, TransferredOut, Graduated, Completed, Incomplete, Deceased, Deleted:
		return false
	}
	return false
}

// gone reports whether no school can release a pupil in this state.
func (e Enrol) gone() bool {
	switch e {
	case Enrolled, Suspended, OtherLeft:
		return false
	case Draft, PendingSchool, PendingBureau, Withdrawn, Expelled, Missing, Abroad, TransferredOut, Graduated, Completed, Incomplete, Deceased, Deleted:
		return true
	}
	return true
}

// LeftBehind returns the state in the old school's view of a pupil whom another school
// has received: 转学（转出） after a transfer. A pupil who had left before keeps the
// state of that time.
func LeftBehind(kind process.Kind, was Enrol) Enrol {
	if slices.Contains(transfers(), kind) {
		return TransferredOut
	}
	return was
}

// School is a school for the rules of moves between schools.
type School struct {
	ID   string
	Name string
	// Province is its division code.
	Province string
	// Special marks schools for special education and reform schools (特教、专门学校).
	Special bool
	Closed  bool
}

// Refusal returns the refusal for a code: its meaning and whom to ask, and nothing about
// the pupil. It says when another school is receiving the same pupil, because the two may
// need an arbitration. For pupils at no school the answer is the same for all such
// states, without naming the state.
func (c Code) Refusal(was Enrol, ask School, running process.Kind) *refusal.Error {
	code := refusal.TransferDataWrong
	switch {
	case c == BusinessRunning && running == process.Transfer:
		code = refusal.TransferClaimed
	case c == BusinessRunning && running != "":
		code = refusal.TransferBusinessRunning
	case c == HasProblem:
		code = refusal.TransferProblemStatus
	case was.away():
		code = refusal.TransferLeft
	case was == Graduated || was == Completed || was == Incomplete:
		code = refusal.TransferGraduated // W16: roll back there, then transfer
	}
	return refusal.New(code).At("/pupil").With("code", string(c)).With("ask", ask.Name)
}

// Ineligible returns a refusal when the pupil's own state forbids a transfer: only
// enrolled pupils may move, and punished pupils only if both provinces allow it. Like
// Validate it is called at the filing and again at the national step.
func Ineligible(r Record, from School, punishedMay bool) *refusal.Error {
	if r.Enrol == Enrolled && (!r.Punished || punishedMay) {
		return nil
	}
	return refusal.New(refusal.TransferNotEligible).At("/pupil").With("ask", from.Name)
}

// checkTransfer holds the rules of 转学 (教基一〔2013〕7号 Arts 14–16; domain W8, W9).
// The receiving school reads the refusals, so they name no state of the pupil.
func checkTransfer(r Record, req Request, f Facts) []*refusal.Error {
	if f.From.ID == f.To.ID { // first of all: the other refusals would advise the school to ask itself
		return []*refusal.Error{refusal.New(refusal.TransferSameSchool).At("/pupil")}
	}
	if code := Validate(r, f.Running, f.Policy.TransferProblem && f.Releasing.TransferProblem); code != "" {
		return []*refusal.Error{code.Refusal(r.Enrol, f.From, f.Running)}
	}
	var list []*refusal.Error
	if e := Ineligible(r, f.From, f.Policy.TransferPunished && f.Releasing.TransferPunished); e != nil {
		list = append(list, e)
	}
	if e := SentOnly(r, f.From, f.To.Province, f.Policy); e != nil {
		return []*refusal.Error{e}
	}
	if f.From.Special && !f.To.Special { // the record moves along into a special school (KT55)
		list = append(list, refusal.New(refusal.TransferSchoolType).At("/pupil").With("ask", f.From.Name))
	}
	on, ok := paperDay(req, f)
	if !ok {
		list = append(list, refusal.New(refusal.PaperDateOutOfRange).At("/inputs/paper_date").
			With("earliest", f.Filed.AddDays(-f.Policy.PaperTransferDays).String()).With("latest", f.Filed.String()))
	}
	if f.PaperBeforeArrival {
		list = append(list, refusal.New(refusal.PaperBeforeArrival).At("/inputs/paper_date").With("ask", f.From.Name))
	}
	if req.Inputs[paperDate] != "" && !req.has("TRANSFER_FORM") {
		list = append(list, refusal.New(refusal.PaperFormMissing).At("/evidence"))
	}
	if f.Starting && ok {
		list = append(list, transferSeason(r, f, on)...)
	}
	return append(list, checkPlace(r, f, f.Policy.Grade(placeYear(f), on), f.Releasing.Grade(r.EntryYear, on))...)
}

// SentOnly returns a refusal when only the releasing school may file the move of a senior
// pupil to another school of the province (D5); else nil.
func SentOnly(r Record, from School, province string, p process.Policy) *refusal.Error {
	if p.SeniorTransferBy != process.ByReleasing || r.Stage != org.Senior || from.Province != province {
		return nil
	}
	return refusal.New(refusal.SeniorByReleasing).At("/kind").With("ask", from.Name)
}

const paperDate = "paper_date"

// PaperDay returns the day on which the paper procedure of an emergency was complete;
// false when the form names none.
func PaperDay(inputs map[string]string) (calendar.Date, bool) {
	on, err := calendar.ParseDate(inputs[paperDate])
	return on, err == nil
}

// paperDay returns the day as of which a transfer is judged: for an emergency the day on
// which the paper procedure was complete (KT58), otherwise today.
func paperDay(req Request, f Facts) (calendar.Date, bool) {
	if req.Inputs[paperDate] == "" {
		return f.Today, true
	}
	on, err := calendar.ParseDate(req.Inputs[paperDate])
	if err != nil {
		return f.Today, true // refused when the inputs were read
	}
	return on, !on.After(f.Filed) && !on.Before(f.Filed.AddDays(-f.Policy.PaperTransferDays))
}

// transferSeason refuses a transfer that may not begin now, and names the day on which it
// may. It applies the windows and freezes of both provinces and the rule for the
// graduating grade. A running transfer goes on (domain 3.7, rule 4).
func transferSeason(r Record, f Facts, on calendar.Date) []*refusal.Error {
	var list []*refusal.Error
	graduating := f.Policy.Graduating(r.Stage, r.EntryYear, on) || f.Releasing.Graduating(r.Stage, r.EntryYear, on)
	if both := f.Policy.TransferGraduating && f.Releasing.TransferGraduating; graduating && !both {
		list = append(list, refusal.New(refusal.TransferGraduating).At("/pupil"))
	}
	closed := func(d calendar.Date) bool {
		for _, p := range []process.Policy{f.Policy, f.Releasing} {
			outside := len(p.TransferWindows) > 0 && !p.TransferWindows.Contains(d)
			if outside || p.TransferFreeze.Contains(d) || graduating && p.GraduatingFreeze.Contains(d) {
				return true
			}
		}
		return false
	}
	if !closed(on) {
		return list
	}
	reopens := on
	for range 366 {
		if reopens = reopens.AddDays(1); !closed(reopens) {
			return append(list, refusal.New(refusal.TransferFrozen).With("reopens", reopens.String()))
		}
	}
	return append(list, refusal.New(refusal.TransferNeverOpen))
}

func placeYear(f Facts) int {
	if f.Class == nil {
		return 0
	}
	return f.Class.EntryYear
}

// checkPlace judges the class at the receiving school. It must belong to that school and
// the pupil's stage, be of the same grade (a transfer must not hide a retention, M3) and
// have a free seat.
func checkPlace(r Record, f Facts, in, out int) []*refusal.Error {
	class := f.Class
	if !class.at(f.To.ID) || class.Stage != r.Stage {
		return unknownClass()
	}
	var list []*refusal.Error
	if in != out {
		list = append(list, refusal.New(refusal.ClassWrongGrade).At("/inputs/class_id").With("grade", strconv.Itoa(out)))
	}
	return append(list, class.full()...)
}

// refusalsToReceive returns a refusal to the receiving school when a change at the old school or at
// another receiving school holds the pupil, or when the record has a problem.
func refusalsToReceive(r Record, f Facts) []*refusal.Error {
	switch {
	case f.Running != "":
		return []*refusal.Error{BusinessRunning.Refusal(r.Enrol, f.From, f.Running)}
	case len(r.Problems) > 0:
		return []*refusal.Error{HasProblem.Refusal(r.Enrol, f.From, "")}
	}
	return nil
}

// transfers lists the kinds of 转学, whichever office files them.
func transfers() []process.Kind {
	return []process.Kind{process.Transfer, process.SeniorTransfer, process.BatchTransfer}
}

// receive moves the record to the receiving school and class.
func receive(r *Record, _ Request, f Facts) {
	r.SchoolID, r.ClassID, r.EntryYear, r.Stage = f.To.ID, f.Class.ID, f.Class.EntryYear, f.Class.Stage
}

// checkRestoration holds the rules of 恢复入学资格 (domain W7, KT39; from special and
// reform schools KT57): any school of the pupil's stage may receive a pupil who had left.
// The receiving school reads the refusals.
func checkRestoration(r Record, _ Request, f Facts) []*refusal.Error {
	if list := refusalsToReceive(r, f); list != nil {
		return list
	}
	switch r.Enrol {
	case Expelled, Withdrawn, Missing, OtherLeft:
	default:
		return []*refusal.Error{refusal.New(refusal.RestoreNotLeft).At("/pupil").With("ask", f.From.Name)}
	}
	if f.Class == nil {
		return checkPlace(r, f, 0, 0)
	}
	left := r.Stage
	if f.StageMismatch && r.Enrol == OtherLeft { // the record stood in another stage than the pupil (KT66)
		r.Stage = f.Class.Stage
	}
	// The pupil was away for months or years. The receiving school chooses the grade, but
	// never ahead of the pupil's own, which would be a skip (跳级) by another name.
	list := checkPlace(r, f, f.Class.EntryYear, f.Class.EntryYear)
	if own := f.Releasing.Grade(r.EntryYear, f.Today); f.Class.Stage == left && f.Policy.Grade(f.Class.EntryYear, f.Today) > own {
		list = append(list, refusal.New(refusal.ClassAhead).At("/inputs/class_id").With("grade", strconv.Itoa(own)))
	}
	return list
}
