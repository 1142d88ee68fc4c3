package store

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// filedLate is the line of the timeline that says a death was reported after its
// term (hard rule 31): noted, never refused.
const filedLate = "FILED_LATE"

// heldUp tells what keeps a change of a pupil from being filed now; nil when
// nothing does. A death waits for no other change, only for another death.
func (t *Tx) heldUp(kind process.Kind, student uuid.UUID) (*refusal.Error, error) {
	if running, err := t.runningKind(student); err != nil || running == "" {
		return nil, err
	}
	dead, err := t.mayStart(student)
	if err != nil {
		return nil, err
	}
	if dead != nil {
		return dead.At("/student_id"), nil
	}
	if kind == process.Death {
		return nil, nil //nolint:nilnil // it goes before whatever runs
	}
	if taken, err := t.slotTaken(besideSlot(student)); taken != nil || err != nil {
		return taken, err
	}
	ahead, err := t.ahead(kind, student)
	switch {
	case err != nil:
		return nil, err
	case ahead != nil && status.Beside(kind):
		return nil, nil //nolint:nilnil // it takes nothing away from the one that waits
	case ahead != nil:
		return ahead, nil
	}
	return t.slotTaken(studentSlot(student))
}

// noteLate notes in the timeline that a school reported a death after its term.
func (t *Tx) noteLate(c *Change) error {
	if c.Kind != process.Death {
		return nil
	}
	on, ok := status.DeathDay(c.Inputs)
	if !ok {
		return nil
	}
	due := t.workdays.Deadline(on.Start(), c.Definition.Policy.DeathTerm)
	if !t.now.After(due.At) {
		return nil
	}
	return t.write(event{change: c.ID, verb: filedLate, step: 0, round: 1, office: c.OrgID, params: map[string]string{"last_day": due.LastDay().String()}})
}
