package status

import (
	"slices"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// rule says after which states a kind of change is allowed and what it does.
type rule struct {
	// from lists the only states in which the change may start. It enforces the pairs of
	// leaving and entering changes (domain 3.3).
	from []Enrol
	// anywhere says that it may start in every state; its own check judges the record.
	anywhere bool
	// to is the state afterwards; empty keeps the state.
	to Enrol
	// notCompulsory refuses the change in compulsory stages (义务教育法; D14).
	notCompulsory bool
	// refuseProblems refuses it while a problem status is open.
	refuseProblems bool
	// unfrozen says that the kind may be filed in every season, also during a freeze.
	unfrozen bool
	// receives marks kinds that the receiving school files: their own check judges
	// the state, in words another office may read.
	receives bool
	// sends marks kinds that the releasing school files, for a school it names; their
	// own check knows the season.
	sends bool
	// lists marks kinds that move the pupils of a list; each pupil is judged by these rules.
	lists bool
	// since names the input with the day on which the change takes effect; without
	// one it does on the day of the last decision.
	since string
	// check returns further refusals; nil means that there are none.
	check func(Record, Request, Facts) []*refusal.Error
	// effect writes more than the new state and its standing; nil means nothing more.
	effect func(*Record, Request, Facts)
}

// ruleOf is the one table of kinds that change one record.
func ruleOf(kind process.Kind) (rule, bool) {
	switch kind {
	case process.Suspension:
		return rule{from: []Enrol{Enrolled}, to: Suspended, since: "from_date", check: checkSuspension, effect: suspend}, true
	case process.Reinstatement:
		return rule{from: []Enrol{Suspended}, to: Enrolled, check: checkReinstatement, effect: reinstate}, true
	case process.Withdrawal:
		return rule{from: []Enrol{Enrolled}, to: Withdrawn, notCompulsory: true, check: checkWithdrawal}, true
	case process.OtherLeaving:
		return rule{from: []Enrol{Enrolled}, to: OtherLeft}, true
	case process.Transfer:
		return rule{receives: true, to: Enrolled, since: paperDate, check: checkTransfer, effect: receive}, true
	case process.RestoreAdmission:
		return rule{receives: true, to: Enrolled, check: checkRestoration, effect: receive}, true
	case process.KeyDataChange:
		return rule{from: []Enrol{Enrolled, Suspended}, check: checkKeyData, effect: changeIdentity}, true
	case process.ProblemCorroboration:
		return rule{from: statesWithRecord(), check: checkCorroboration}, true
	case process.ProblemDeletion:
		return rule{from: statesWithRecord(), to: Deleted, check: checkDeletion}, true
	case process.Arbitration:
		return rule{receives: true, check: checkArbitration}, true
	case process.ChangeCorrection:
		return rule{anywhere: true, check: checkCorrection}, true
	case process.SeniorTransfer:
		return rule{from: []Enrol{Enrolled}, sends: true, unfrozen: true, to: Enrolled, check: checkSending, effect: receive}, true
	case process.BatchTransfer:
		return rule{from: []Enrol{Enrolled}, lists: true, unfrozen: true, to: Enrolled, check: checkLine, effect: receive}, true
	case process.PostGraduationStudy:
		return rule{receives: true, to: Enrolled, check: checkPostGraduation, effect: receive}, true
	case process.GraduationRollback:
		return rule{from: []Enrol{Graduated, Completed, Incomplete}, to: Enrolled, unfrozen: true, check: checkRollback, effect: placeInYearGroup}, true
	case process.Graduation:
		return rule{from: []Enrol{Enrolled}, refuseProblems: true, unfrozen: true, to: Graduated, check: checkGraduation, effect: graduate}, true
	case process.SelfEnrolment, process.UnifiedEnrolment: // PlaceOf judges each graduate, EnrolledAt is the effect
		return rule{from: []Enrol{Graduated}, lists: true, unfrozen: true, to: Enrolled}, true
	case process.AdmissionArbitration:
		return rule{receives: true, check: checkAdmissionArbitration}, true
	case process.EnrolmentWithdrawal:
		return rule{from: []Enrol{Enrolled}, unfrozen: true, to: Graduated, check: checkEnrolmentWithdrawal, effect: giveBack}, true
	case process.RosterImport, process.NewRecordImmigrant, // they make records and change none
		process.PlanChange, process.SchoolingLengthChange, process.SchoolMerger: // about a school
		return rule{}, false
	case process.SuspensionExtension, process.Expulsion, process.Missing, process.GoneAbroad, process.ReturnFromAbroad, process.Death,
		process.Retention, process.Skip, process.DropoutReport, process.DropoutReturn:
		return leavingRule(kind)
	case process.ClassChange, process.ClassAssignment, process.GradeAdjustment:
		return placingRule(kind)
	}
	return rule{}, false
}

// statesWithRecord lists the states in which a record may have problems.
func statesWithRecord() []Enrol {
	return []Enrol{Enrolled, Suspended, Withdrawn, Expelled, Missing, OtherLeft, Abroad, Graduated, Completed, Incomplete}
}

// Check returns all refusals of a change at once. The same check runs when the change is
// filed, when it is handed in again and when the last decision applies it, because the
// record changes meanwhile.
func Check(r Record, req Request, f Facts) []*refusal.Error {
	rule, ok := ruleOf(req.Kind)
	if !ok {
		return []*refusal.Error{refusal.New(refusal.KindUnknown).With("kind", string(req.Kind))}
	}
	var list []*refusal.Error
	switch {
	case rule.receives || rule.anywhere || slices.Contains(rule.from, r.Enrol):
	case r.Enrol == Deceased || r.Enrol == Deleted: // no change brings the record back
		is := r.Enrol.Text()
		list = append(list, refusal.New(refusal.RecordEnded).At("/student_id").WithText("state", is.Zh, is.En))
	default:
		is, needed := r.Enrol.Text(), namesOf(rule.from)
		list = append(list, refusal.New(refusal.StateForbids).At("/student_id").WithText("state", is.Zh, is.En).WithText("needed", needed.Zh, needed.En))
	}
	if rule.notCompulsory && r.Stage.Compulsory() {
		list = append(list, refusal.New(refusal.CompulsoryForbids).At("/kind"))
	}
	if rule.refuseProblems && len(r.Problems) > 0 {
		list = append(list, refusal.New(refusal.ProblemStatus).At("/student_id"))
	}
	if f.Starting && !rule.receives && !rule.unfrozen && f.Policy.Graduating(r.Stage, r.EntryYear, f.Today) && f.Policy.GraduatingFreeze.Contains(f.Today) {
		list = append(list, refusal.New(refusal.Frozen).With("reopens", reopeningDay(f.Policy.GraduatingFreeze, f.Today)))
	}
	if rule.check != nil {
		list = append(list, rule.check(r, req, f)...)
	}
	return list
}

// Apply returns the record after the change. It refuses exactly what Check refuses.
func Apply(r Record, req Request, f Facts) (Record, error) {
	if err := refusal.Join(Check(r, req, f)...); err != nil {
		return r, err
	}
	rule, _ := ruleOf(req.Kind)
	r.Suspensions = slices.Clone(r.Suspensions)
	if rule.to != "" {
		r.Enrol = rule.to
		r.Standing = rule.to.Standing()
		r.Dropout = false // a pupil who left or came back is no dropout
	}
	if rule.effect != nil {
		rule.effect(&r, req, f)
	}
	return r, nil
}

// Receives reports whether the receiving school files the kind, for a pupil of any
// school.
func Receives(kind process.Kind) bool {
	rule, _ := ruleOf(kind)
	return rule.receives
}

// Sends reports whether the releasing school files the kind and names the receiving
// school.
func Sends(kind process.Kind) bool {
	rule, _ := ruleOf(kind)
	return rule.sends
}

// Moves reports whether the kind moves pupils from one school to another.
func Moves(kind process.Kind) bool {
	rule, _ := ruleOf(kind)
	return rule.receives || rule.sends || rule.lists
}

// WritesItems reports whether changes of a kind bring items of the sheet with them.
func WritesItems(kind process.Kind) bool {
	return kind == process.KeyDataChange || kind == process.NewRecordImmigrant
}

// AmongBureaux reports whether a kind that a bureau files for a pupil stays among
// bureaus, so that the school is no side of it.
func AmongBureaux(kind process.Kind) bool { return kind == process.ChangeCorrection }

// Overfills reports whether a kind may take a seat in a class that is full: a correction
// gives back a seat that should never have been free.
func Overfills(kind process.Kind) bool { return kind == process.ChangeCorrection }

// HasAftermath reports whether the answer to the approval of a kind names what is left to
// do.
func HasAftermath(kind process.Kind) bool { return kind == process.ChangeCorrection }

// EffectiveOn returns the day from which a change that is decided today is in force.
func EffectiveOn(req Request, today calendar.Date) calendar.Date {
	rule, _ := ruleOf(req.Kind)
	if since, err := calendar.ParseDate(req.Inputs[rule.since]); rule.since != "" && err == nil {
		return since
	}
	return today
}

// Ahead returns the day from which a change that is decided today is in force, and
// whether that day lies ahead. Then the change is approved and waits for the day.
func Ahead(req Request, today calendar.Date) (calendar.Date, bool) {
	on := EffectiveOn(req, today)
	return on, on.After(today)
}

// Beside reports whether a kind may be filed while another approved change of the pupil
// waits for its day. Such a kind corrects the record and takes nothing from the waiting
// change.
func Beside(kind process.Kind) bool {
	return kind == process.KeyDataChange || kind == process.ChangeCorrection
}

// reopeningDay returns the day after a freeze, for the person who must wait.
func reopeningDay(ws calendar.Windows, today calendar.Date) string {
	if day, ok := ws.NextOutside(today); ok {
		return day.String()
	}
	return ""
}
