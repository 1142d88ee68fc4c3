package status

import (
	"github.com/xueji/xueji/models/calendar"
)

const eventDate = "event_date"

// lived lists every state a death can end (domain KT40): all that are not
// terminal and belong to a school.
func lived() []Enrol {
	return []Enrol{Enrolled, Suspended, Abroad, Missing, OtherLeft, Withdrawn, Expelled}
}

// decease ends what still ran when the pupil died; the seat is free with the state.
func decease(r *Record, req Request, f Facts) { endSuspension(r, EffectiveOn(req, f.Today)) }

// DeathDay is the day a cancellation for death names; false when it names none.
func DeathDay(inputs map[string]string) (calendar.Date, bool) {
	on, err := calendar.ParseDate(inputs[eventDate])
	return on, err == nil
}
