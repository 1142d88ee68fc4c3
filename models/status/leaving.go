package status

import (
	"slices"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// leavingRule is the part of ruleOf for the pairs of leaving and entering changes
// (domain 3.3), for death, and for changes of the year group.
func leavingRule(kind process.Kind) (rule, bool) {
	switch kind { //nolint:exhaustive // the others stand in ruleOf
	case process.SuspensionExtension:
		return rule{from: []Enrol{Suspended}, check: checkExtension, effect: extend}, true
	case process.Expulsion:
		return rule{from: []Enrol{Enrolled}, to: Expelled, notCompulsory: true, check: checkPastDay("decided_on")}, true
	case process.Missing:
		return rule{from: []Enrol{Enrolled}, to: Missing, check: checkPastDay("missing_since")}, true
	case process.GoneAbroad:
		return rule{from: []Enrol{Enrolled}, to: Abroad, since: "leaves_on", check: checkAbroad}, true
	case process.ReturnFromAbroad:
		return rule{receives: true, to: Enrolled, check: checkReturn, effect: receive}, true
	case process.Death:
		return rule{from: livingStates(), to: Deceased, since: eventDate, unfrozen: true, check: checkPastDay(eventDate), effect: decease}, true
	case process.Retention:
		return rule{from: []Enrol{Enrolled}, check: checkRetention, effect: placeInYearGroup}, true
	case process.Skip:
		return rule{from: []Enrol{Enrolled}, check: checkSkip, effect: placeInYearGroup}, true
	case process.DropoutReport:
		return rule{from: []Enrol{Enrolled}, check: checkDropout, effect: dropOut}, true
	case process.DropoutReturn:
		return rule{from: []Enrol{Enrolled}, check: checkDropoutReturn, effect: dropIn}, true
	}
	return rule{}, false
}

// checkPastDay refuses a day in the future for an event of the past, and a day before the
// pupil's year group entered the school.
func checkPastDay(input string) func(Record, Request, Facts) []*refusal.Error {
	return func(r Record, req Request, f Facts) []*refusal.Error {
		on, err := calendar.ParseDate(req.Inputs[input])
		switch {
		case err != nil:
			return nil // refused when the inputs were read
		case on.After(f.Today):
			return []*refusal.Error{refusal.New(refusal.DayAhead).At("/inputs/"+input).With("today", f.Today.String())}
		}
		return notBefore(firstDay(r, f), on, input)
	}
}

// firstDay returns the first day of the school year in which the pupil's year group
// entered the stage. Nothing can have happened to the record before it.
func firstDay(r Record, f Facts) calendar.Date { return f.Policy.SchoolYearStart.In(r.EntryYear) }

func notBefore(earliest, on calendar.Date, input string) []*refusal.Error {
	if !on.Before(earliest) {
		return nil
	}
	return []*refusal.Error{refusal.New(refusal.DayTooEarly).At("/inputs/"+input).With("earliest", earliest.String())}
}

// checkAbroad refuses 出国 where the province treats it as a suspension (D15). It also
// refuses a day of leaving that lies further ahead than a suspension may begin.
func checkAbroad(r Record, req Request, f Facts) []*refusal.Error {
	if f.Policy.GoneAbroad == process.AbroadBySuspension {
		return []*refusal.Error{refusal.New(refusal.AbroadBySuspension).At("/kind")}
	}
	const input = "leaves_on"
	on, err := calendar.ParseDate(req.Inputs[input])
	if err != nil {
		return nil // refused when the inputs were read
	}
	if latest := f.Today.AddDays(f.Policy.SuspensionAheadDays); on.After(latest) {
		return []*refusal.Error{refusal.New(refusal.DayTooLate).At("/inputs/"+input).With("latest", latest.String())}
	}
	return notBefore(firstDay(r, f), on, input)
}

// checkReturn holds the rules of 回国复学 (domain KT38): any school of the pupil's stage
// may receive a pupil who went abroad, in the matching grade, or one grade lower on
// request (D34). The receiving school reads the refusals.
func checkReturn(r Record, req Request, f Facts) []*refusal.Error {
	if list := refusalsToReceive(r, f); list != nil {
		return list
	}
	if r.Enrol != Abroad {
		return []*refusal.Error{refusal.New(refusal.NotAbroad).At("/pupil").With("ask", f.From.Name)}
	}
	year := r.EntryYear
	if req.Inputs["cohort"] == process.CohortOneBehind {
		year++
	}
	if f.Class == nil {
		return checkPlace(r, f, 0, 0)
	}
	if f.From.ID == f.To.ID { // its own year groups are told by their entry year
		return checkOwnPlace(r, f, year)
	}
	return checkPlace(r, f, f.Policy.Grade(f.Class.EntryYear, f.Today), f.Releasing.Grade(year, f.Today))
}

// checkWithdrawal asks for one of the grounds of a withdrawal where the province names them
// (hard rule 38).
func checkWithdrawal(_ Record, req Request, f Facts) []*refusal.Error {
	grounds := f.Policy.WithdrawalReasons
	if len(grounds) == 0 || slices.Contains(grounds, req.Inputs["reason_code"]) {
		return nil
	}
	return []*refusal.Error{refusal.New(refusal.WithdrawalReason).At("/inputs/reason_code")}
}
