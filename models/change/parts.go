package change

import "github.com/xueji/xueji/models/calendar"

// ApprovedInParts is the line of the timeline that says that an approved change takes
// effect part by part, because its list is long.
const ApprovedInParts = "APPROVED_IN_PARTS"

// WaitForParts ends the last decision of a change that takes effect part by part. The
// change waits at a step of its own until its job is done.
func (t *Tx) WaitForParts(c *Change, s *Slip) error {
	if err := t.FinishStep(c, s, StepDone); err != nil {
		return err
	}
	if err := t.OpenStep(c, c.Definition.ApplyStep()); err != nil {
		return err
	}
	if err := t.WriteEvent(Event{Change: c.ID, Verb: ApprovedInParts, Step: c.StepNo, Round: c.Round}); err != nil {
		return err
	}
	return t.SaveProgress(c)
}

// EndInParts ends a change whose last part is done. What was said to it is in force as a
// whole from the given day.
func (t *Tx) EndInParts(c *Change, on calendar.Date) error {
	if err := t.WriteEvent(Event{Change: c.ID, Verb: EventPassed, Step: c.StepNo, Round: c.Round}); err != nil {
		return err
	}
	return t.EndEffective(c, nil, on)
}
