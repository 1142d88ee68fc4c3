package status

import (
	"github.com/xueji/xueji/models/calendar"
)

const eventDate = "event_date"

// livingStates lists every state that a death can end (domain KT40): all states that are not
// terminal and belong to a school.
func livingStates() []Enrol {
	return []Enrol{Enrolled, Suspended, Abroad, Missing, OtherLeft, Withdrawn, Expelled, Graduated, Completed, Incomplete}
}

// decease ends the suspension that ran at the death. The new state frees the seat.
func decease(r *Record, req Request, f Facts) { endSuspension(r, EffectiveOn(req, f.Today)) }

// DeathDay returns the day of death in the form; false when the form names none.
func DeathDay(inputs map[string]string) (calendar.Date, bool) {
	on, err := calendar.ParseDate(inputs[eventDate])
	return on, err == nil
}
