package kinds

import (
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/student"
)

// eventFiledLate is the line of the timeline that says that a death was reported after its
// term (hard rule 31). A late report is noted, never refused.
const eventFiledLate = "FILED_LATE"

// noteLateReport notes in the timeline that a school reported a death after its term.
func noteLateReport(t *change.Tx, c *change.Change) error {
	on, ok := status.DeathDay(c.Inputs)
	if !ok {
		return nil
	}
	due := t.Workdays().Deadline(on.Start(), c.Definition.Policy.DeathTerm)
	if !t.Now().After(due.At) {
		return nil
	}
	return t.WriteEvent(change.Event{Change: c.ID, Verb: eventFiledLate, Step: 0, Round: 1, Office: c.OrgID, Params: map[string]string{"last_day": due.LastDay().String()}})
}

// deathKind returns the Work of a death (死亡, KT40). It waits for no other change of the
// pupil, and ends the change that holds the pupil.
func deathKind() change.RecordWork {
	return change.RecordWork{
		Precedes: true,
		Slot: func(t *change.Tx, c *change.Change) error { // filed while another change holds the pupil
			t.TakeSlot(c, student.DeathSlot(*c.StudentID), func() error { return refusal.New(refusal.DeathFiled).At("/student_id") })
			return nil
		},
		AfterFiling: noteLateReport,
		Before: func(t *change.Tx, c *change.Change) error {
			if err := t.EndSlotHolders(c, change.EndedByDeath); err != nil {
				return err
			}
			return enrolment.EndClaimsOn(t, *c.StudentID, change.RefusalOfEnding(change.EndedByDeath)) // claims hold no slot
		},
		Ending: func(t *change.Tx, c *change.Change, _ string) error { return t.WakeChangeOnHold(c) },
	}
}
