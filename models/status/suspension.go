package status

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// checkSuspension holds the rules of 休学 (教基一〔2013〕7号 Art. 19; D12; hard rules 32, 43).
func checkSuspension(r Record, req Request, f Facts) []*refusal.Error {
	var list []*refusal.Error
	p := f.Policy
	if slices.Contains(illnesses(), req.Inputs["reason_code"]) && !p.ProvesIllness(req.Inputs["hospital"]) {
		level := map[string]process.Text{process.HospitalCounty: {Zh: "县级以上医院", En: "county level or above"}, process.HospitalGradeTwo: {Zh: "二级以上医院", En: "grade two or above"}}[p.HospitalLevel]
		list = append(list, refusal.New(refusal.HospitalLevel).At("/inputs/hospital").WithText("level", level.Zh, level.En))
	}
	list = append(list, checkCondition(req, p)...)
	if suspensionsUsed(r) >= p.SuspensionsPerStage {
		list = append(list, refusal.New(refusal.AllowanceUsed).With("max", strconv.Itoa(p.SuspensionsPerStage)))
	}
	from, until, ok := period(req)
	begins := f.Today
	if ok && from.After(begins) {
		begins = from // a change for a later day must be allowed on that day
	}
	if p.Graduating(r.Stage, r.EntryYear, begins) && p.LastTerm.Contains(begins) {
		list = append(list, refusal.New(refusal.LastTermClosed))
	}
	if !ok {
		return list // the check of the inputs has refused the dates
	}
	earliest, latest := f.Today.AddDays(-p.SuspensionBackDays), f.Today.AddDays(p.SuspensionAheadDays)
	if from.Before(earliest) || from.After(latest) {
		list = append(list, refusal.New(refusal.StartOutOfRange).At("/inputs/from_date").
			With("earliest", earliest.String()).With("latest", latest.String()))
	}
	if !until.After(from) {
		list = append(list, refusal.New(refusal.EndBeforeStart).At("/inputs/until_date"))
	}
	if f.Starting && until.After(from) && !until.After(f.Today) {
		list = append(list, refusal.New(refusal.SuspensionOver).At("/inputs/until_date").With("today", f.Today.String()))
	}
	if longest := addMonths(from, p.SuspensionMonths); until.After(longest) {
		list = append(list, refusal.New(refusal.SuspensionTooLong).At("/inputs/until_date").
			With("months", strconv.Itoa(p.SuspensionMonths)).With("latest", longest.String()))
	}
	return list
}

// checkCondition asks for one of the conditions of a suspension for an illness where the
// province names them (hard rule 33). A sick leave of more than three months is one that the
// days of the form show; the others are for the proof.
func checkCondition(req Request, p process.Policy) []*refusal.Error {
	named := req.Inputs["condition"]
	if len(p.SuspensionConditions) == 0 || !slices.Contains(illnesses(), req.Inputs["reason_code"]) {
		return nil
	}
	if !slices.Contains(p.SuspensionConditions, named) {
		words := conditionsOf(p)
		return []*refusal.Error{refusal.New(refusal.SuspensionCondition).At("/inputs/condition").WithText("conditions", words.Zh, words.En)}
	}
	from, until, ok := period(req)
	if least := addMonths(from, process.SickMonths); ok && named == process.SickThreeMonths && !until.After(least) {
		return []*refusal.Error{refusal.New(refusal.SuspensionShort).At("/inputs/until_date").With("months", strconv.Itoa(process.SickMonths)).With("after", least.String())}
	}
	return nil
}

// conditionsOf returns the conditions that a province names, in words.
func conditionsOf(p process.Policy) process.Text {
	words := map[string]process.Text{
		process.SickThreeMonths: {Zh: "病假超过三个月", En: "sick leave of more than three months"},
		process.AbsentThird:     {Zh: "缺课超过一学期课时的三分之一", En: "absence of more than a third of the hours of a term"},
		process.Absent210Hours:  {Zh: "缺课超过210课时", En: "absence of more than 210 class hours"},
	}
	var zh, en []string
	for _, code := range p.SuspensionConditions {
		zh, en = append(zh, words[code].Zh), append(en, words[code].En)
	}
	return process.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}
}

// illnesses are the reasons of a suspension that a hospital proves (domain 6.4.14).
func illnesses() []string { return []string{"10", "11", "12", "19"} }

// suspend frees the seat and keeps record, number and class (domain KT30).
func suspend(r *Record, req Request, _ Facts) {
	from, until, _ := period(req)
	r.Suspensions = append(r.Suspensions, Suspension{ReasonCode: req.Inputs["reason_code"], From: from, Until: until})
}

// suspensionsUsed returns the suspensions of a record that count against its allowance. An extension
// counts like a suspension (D12: one school year, one renewal).
func suspensionsUsed(r Record) int {
	n := len(r.Suspensions)
	for _, s := range r.Suspensions {
		n += s.Extended
	}
	return n
}

// checkExtension holds the rules of 续休 (domain KT31; D12; hard rules 32, 36).
func checkExtension(r Record, req Request, f Facts) []*refusal.Error {
	current := r.RunningSuspension()
	if current == nil {
		return []*refusal.Error{refusal.New(refusal.SuspensionNone).At("/student_id")}
	}
	var list []*refusal.Error
	if suspensionsUsed(r) >= f.Policy.SuspensionsPerStage {
		list = append(list, refusal.New(refusal.AllowanceUsed).With("max", strconv.Itoa(f.Policy.SuspensionsPerStage)))
	}
	if latest := current.Until.AddDays(-f.Policy.ExtensionAheadDays); f.Starting && f.Today.After(latest) {
		list = append(list, refusal.New(refusal.ExtensionLate).With("latest", latest.String()))
	}
	until, err := calendar.ParseDate(req.Inputs["until_date"])
	if err != nil {
		return list // refused when the inputs were read
	}
	if !until.After(current.Until) {
		list = append(list, refusal.New(refusal.ExtensionNotLater).At("/inputs/until_date").With("until", current.Until.String()))
	}
	if longest := addMonths(current.Until, f.Policy.SuspensionMonths); until.After(longest) {
		list = append(list, refusal.New(refusal.SuspensionTooLong).At("/inputs/until_date").
			With("months", strconv.Itoa(f.Policy.SuspensionMonths)).With("latest", longest.String()))
	}
	return list
}

// extend sets the new end of the running suspension.
func extend(r *Record, req Request, _ Facts) {
	current := r.RunningSuspension()
	until, err := calendar.ParseDate(req.Inputs["until_date"])
	if current == nil || err != nil {
		return
	}
	current.Until, current.Extended = until, current.Extended+1
}

// RunningSuspension returns the running suspension; nil when there is none.
func (r Record) RunningSuspension() *Suspension {
	if n := len(r.Suspensions); n > 0 && r.Suspensions[n-1].EndedOn.IsZero() {
		return &r.Suspensions[n-1]
	}
	return nil
}

func period(req Request) (from, until calendar.Date, ok bool) {
	from, err1 := calendar.ParseDate(req.Inputs["from_date"])
	until, err2 := calendar.ParseDate(req.Inputs["until_date"])
	return from, until, err1 == nil && err2 == nil
}

// addMonths returns the same day some months later, or the last day of that month.
func addMonths(d calendar.Date, months int) calendar.Date {
	index := int(d.Month()) - 1 + months
	year, month := d.Year()+index/12, index%12+1
	for day := d.Day(); day > 0; day-- {
		if date, err := calendar.NewDate(year, time.Month(month), day); err == nil {
			return date
		}
	}
	return d
}

// checkReinstatement holds the rules of 复学 (domain W2, KT32; D34; hard rule 36).
func checkReinstatement(r Record, req Request, f Facts) []*refusal.Error {
	var list []*refusal.Error
	if current, days := r.RunningSuspension(), f.Policy.ReinstatementDays; current != nil && days > 0 && f.Starting {
		if first := current.Until.AddDays(-days); f.Today.Before(first) {
			list = append(list, refusal.New(refusal.ReinstatementEarly).With("first", first.String()))
		}
	}
	return append(list, checkOwnPlace(r, f, targetYear(r, req, f.Policy))...)
}

// reinstate ends the suspension and places the pupil in the class of the form.
func reinstate(r *Record, req Request, f Facts) {
	endSuspension(r, f.Today)
	r.ClassID = f.Class.ID
	r.EntryYear = targetYear(*r, req, f.Policy)
}

// endSuspension ends the running suspension, if there is one. A suspension that is given
// up before its first day ends on that day.
func endSuspension(r *Record, on calendar.Date) {
	current := r.RunningSuspension()
	if current == nil {
		return
	}
	if on.Before(current.From) {
		on = current.From
	}
	current.EndedOn = on
}

// targetYear returns the year group to which the pupil returns: the one in the form,
// otherwise one year lower, because a year was lost (D34).
func targetYear(r Record, req Request, p process.Policy) int {
	cohort := req.Inputs["cohort"]
	if cohort == "" {
		cohort = p.ReinstatementCohort
	}
	if cohort == process.CohortOneBehind {
		return r.EntryYear + 1
	}
	return r.EntryYear
}
