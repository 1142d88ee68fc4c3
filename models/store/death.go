package store

import (
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// filedLate is the line of the timeline that says that a death was reported after its
// term (hard rule 31). A late report is noted, never refused.
const filedLate = "FILED_LATE"

// noteLate notes in the timeline that a school reported a death after its term.
func (t *Tx) noteLate(c *Change) error {
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

// deathKind returns the Work of a death (死亡, KT40). It waits for no other change of the
// pupil, and ends the change that holds the pupil.
func deathKind() RecordWork {
	return RecordWork{
		Precedes: true,
		Slot: func(t *Tx, c *Change) error { // filed while another change holds the pupil
			t.takeSlot(c, deathSlot(*c.StudentID), func() error { return refusal.New(refusal.DeathFiled).At("/student_id") })
			return nil
		},
		AfterFiling: (*Tx).noteLate,
		Before:      func(t *Tx, c *Change) error { return t.endOther(c, Preempted) },
		Ending:      func(t *Tx, c *Change, _ string) error { return t.letGoOn(c) },
	}
}
