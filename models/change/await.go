package change

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// EventApprovedAhead is the line of the timeline, and the notice, that names the day from
// which an approved change is in force.
const EventApprovedAhead = "APPROVED_AHEAD"

// noticeApprovalTakenBack tells that an approval for a later day was taken back before that day.
const noticeApprovalTakenBack = "APPROVAL_TAKEN_BACK"

// awaitDay approves a change for a later day. It judges the record now, so that the
// approver learns at once of any refusal. The record stays as it is. The change waits at
// a step of its own, keeps its slot, and is judged again on the day.
func (t *Tx) awaitDay(c *Change, s *Slip, day calendar.Date) error {
	barred, err := t.PriorBusiness(c)
	if err != nil {
		return err
	}
	if barred != nil {
		return NoteNotApplied(s, barred)
	}
	h, err := student.ReadPupilRow(t.Tx, *c.StudentID, true)
	if err != nil {
		return err
	}
	if _, err := t.recordAfter(c, h); err != nil {
		return NoteNotApplied(s, err)
	}
	if err := t.FinishStep(c, s, StepDone); err != nil {
		return err
	}
	if err := t.openDayStep(c, day); err != nil {
		return err
	}
	line := Event{Change: c.ID, Verb: EventApprovedAhead, Step: c.StepNo, Round: c.Round, Params: map[string]string{"effective_on": day.String()}}
	return errors.Join(t.WriteEvent(line), t.SaveProgress(c), t.notifySides(c, EventApprovedAhead))
}

// openDayStep opens the step that waits for 0:00 in Shanghai of a day. Nothing is due
// before: reminders and deadline lie in the first working day afterwards. The waiting
// time does not count as duration of the change (D1).
func (t *Tx) openDayStep(c *Change, day calendar.Date) error {
	no := c.Definition.DayStep()
	rule, _ := c.Definition.Step(no)
	at, _, err := t.findStepOffice(c, no, rule)
	if err != nil {
		return err
	}
	on := day.Start()
	due := t.Workdays().Deadline(on, rule.Term)
	// No calendar version: a new calendar does not move the day.
	t.Later("open a step", 1, `INSERT INTO step (change_id, no, round, name, side, role, office_id, office_path, opened_at, due_at, due_provisional,
		calendar_version, remind_50_at, remind_80_at, status, act, next_attempt_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?)`,
		c.ID, no, c.Round, rule.Name, rule.Side, rule.Role, at.ID, at.Path, t.Now(), due.At, due.Provisional, due.At, due.At, StepOpen, rule.Act, on)
	t.Later("note the day of a change", 1, `UPDATE change SET effective_on = ?, due_total = due_total + (CAST(? AS timestamptz) - ?) WHERE id = ?`, day, on, t.Now(), c.ID)
	c.StepNo, c.EffectiveOn = no, &on
	return nil
}

// applyOnDay applies a change on its day (worker). While a death is being reported the
// change is on hold, and nobody is asked. When the record cannot take the change any
// more, the office that decided last decides again. That is no refusal of the change, and
// nothing is retried for ever.
func (t *Tx) applyOnDay(c *Change, s *openStepRow) error {
	c.judgedDay = calendar.DateOf(*s.NextAttemptAt)
	refused, err := t.passLastStep(c, Event{Change: c.ID, Verb: EventPassed, Step: s.No, Round: s.Round})
	if err != nil || refused == nil {
		return err
	}
	barred, err := t.PriorBusiness(c)
	if err != nil {
		return err
	}
	if barred != nil {
		return t.putOnHold(c, s, barred)
	}
	return t.reopenForDecision(c, refused)
}

// reopenForDecision reopens the step of the office that decided last, because the record cannot
// take the change on its day. The office may approve when the reason is gone, refuse, or
// send the change back.
func (t *Tx) reopenForDecision(c *Change, refused *refusal.Error) error {
	no := c.Definition.DecidesLast()
	if err := t.FinishStep(c, nil, stepCancelled); err != nil {
		return err
	}
	c.Round++
	t.clearEffectiveDay(c)
	if err := t.OpenStep(c, no); err != nil {
		return err
	}
	if err := t.SaveProgress(c); err != nil {
		return err
	}
	open, err := t.readOpenStep(c.ID)
	if err != nil {
		return err
	}
	t.Later("name the problem of a step", store.AnyRows, `UPDATE step SET problem = ? WHERE change_id = ? AND `+isOpen+` AND problem = ''`, ObstacleNotApplied, c.ID)
	line := Event{Change: c.ID, Verb: EventNotApplied, Step: no, Round: c.Round, Office: open.OfficeID, Params: refusalParams(refused)}
	if err := t.WriteEvent(line); err != nil {
		return err
	}
	if _, err := t.notifyAsked(newNotice{change: c.ID, kind: EventNotApplied, step: no, round: c.Round}); err != nil {
		return err
	}
	if err := t.notifySides(c, EventNotApplied); err != nil {
		return err
	}
	return t.Audit("change.day_failed", "change", c.ID.String(), map[string]string{"code": string(refused.Code)})
}

// clearEffectiveDay removes the day of a change that is no longer approved.
func (t *Tx) clearEffectiveDay(c *Change) {
	c.EffectiveOn, c.judgedDay = nil, calendar.Date{}
	t.Later("forget the day of a change", 1, `UPDATE change SET effective_on = NULL WHERE id = ?`, c.ID)
}

// judgedDay returns the day as of which a change is judged: the day for which it waited,
// also when no worker ran on that day; otherwise today.
func (t *Tx) judgedDay(c *Change) calendar.Date {
	if !c.judgedDay.IsZero() {
		return c.judgedDay
	}
	return t.Today()
}

// refusalIfWaiting returns a refusal when the change is approved and waits for its day,
// because then nobody has to act; else nil.
func (t *Tx) refusalIfWaiting(c *Change, s *openStepRow) error {
	if s.Act != process.ActAwaitDay {
		return nil
	}
	return refusal.New(refusal.WaitsForDay).With("day", calendar.DateOf(*c.EffectiveOn).String())
}

// RefusalIfAhead returns a refusal when a change of the pupil is approved and in force on a later
// day, else nil. The refusal says to wait for that day. When the new kind would undo the
// waiting change, it says to withdraw that change instead.
func (t *Tx) RefusalIfAhead(kind process.Kind, studentID uuid.UUID) (*refusal.Error, error) {
	var rows []struct {
		Kind        process.Kind
		EffectiveOn calendar.Date
	}
	if err := t.DB().Raw(`SELECT kind, effective_on FROM slot_waits(?)`, student.StudentSlot(studentID)).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("look for a change that waits for its day: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // none does
	}
	_, running, err := t.SlotHolder(student.StudentSlot(studentID))
	if err != nil {
		return nil, err
	}
	name, code := t.Store().Processes().NameOf(rows[0].Kind), refusal.ChangeAhead
	if t.Store().Processes().Undoes(kind, rows[0].Kind) {
		code = refusal.NotBegun
	}
	e := refusal.New(code).At("/student_id").WithText("kind", name.Zh, name.En).With("day", rows[0].EffectiveOn.String())
	if running != nil {
		e = e.WithText("case", "（"+running.CaseNo+"）", " ("+running.CaseNo+")")
	}
	return e, nil
}

// mayRunBeside reports whether a change may be filed beside the change that holds its
// pupil, because that change waits for its day. It keeps the waiting change from ending
// until this transaction ends, so that a third change finds one of the two.
func (t *Tx) mayRunBeside(c *Change) (bool, error) {
	if !status.Beside(c.Kind) {
		return false, nil
	}
	if err := t.Flush(); err != nil {
		return false, err
	}
	var beside bool
	if err := t.DB().Raw(`SELECT slot_beside(?)`, student.StudentSlot(*c.StudentID)).Scan(&beside).Error; err != nil {
		return false, fmt.Errorf("look for a change that waits for its day: %w", err)
	}
	return beside, nil
}
