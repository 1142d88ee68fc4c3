package status

import (
	"strconv"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
)

// checkDropout holds the rules of 辍学 (domain KT43; hard rule 41): the pupil was absent
// for weeks and is not flagged yet. The record is kept through the compulsory years.
func checkDropout(r Record, req Request, f Facts) []*refusal.Error {
	if r.Dropout {
		return []*refusal.Error{refusal.New(refusal.DropoutAlready).At("/student_id")}
	}
	since, err := calendar.ParseDate(req.Inputs["absent_since"])
	if err != nil {
		return nil // refused when the inputs were read
	}
	if list := notBefore(firstDay(r, f), since, "absent_since"); list != nil {
		return list
	}
	if earliest := since.AddDays(7 * f.Policy.DropoutWeeks); f.Today.Before(earliest) {
		return []*refusal.Error{refusal.New(refusal.DropoutEarly).At("/inputs/absent_since").
			With("weeks", strconv.Itoa(f.Policy.DropoutWeeks)).With("earliest", earliest.String())}
	}
	return nil
}

// dropOut flags the record. The pupil stays in the register and keeps the seat.
func dropOut(r *Record, _ Request, _ Facts) { r.Dropout, r.Standing.OnCampus = true, false }

func checkDropoutReturn(r Record, req Request, f Facts) []*refusal.Error {
	if !r.Dropout {
		return []*refusal.Error{refusal.New(refusal.DropoutNot).At("/student_id")}
	}
	const input = "returned_on"
	list := checkPastDay(input)(r, req, f)
	if on, err := calendar.ParseDate(req.Inputs[input]); err == nil && len(list) == 0 && !f.AbsentSince.IsZero() {
		return notBefore(f.AbsentSince.AddDays(1), on, input)
	}
	return list
}

func dropIn(r *Record, _ Request, _ Facts) { r.Dropout, r.Standing = false, r.Enrol.Standing() }
