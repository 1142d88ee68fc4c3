package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// OnHold is the line of the timeline that says why a change is not in force on its day:
// other business has priority.
const OnHold = "ON_HOLD"

// holdDay puts a change on hold whose day has come while a death is being reported
// (worker). The end of the death wakes the change; at the latest it is tried again at the
// next 0:00. The change stays approved, nobody is asked, nothing is late, and the time on
// hold does not count as duration of the change (D1).
func (t *Tx) holdDay(c *Change, s *openedStep, barred *refusal.Error) error {
	rule, _ := c.Definition.Step(s.No)
	next := t.today().End()
	due := t.workdays.Deadline(next, rule.Term)
	t.later("put a step on hold", 1, `UPDATE step SET next_attempt_at = ?, due_at = ?, due_provisional = ?, remind_50_at = ?, remind_80_at = ?, overdue_at = NULL
		WHERE change_id = ? AND status = 'OPEN'`, next, due.At, due.Provisional, due.At, due.At, c.ID)
	t.later("put a change on hold", 1, `UPDATE change SET due_total = due_total + (CAST(? AS timestamptz) - ?) WHERE id = ?`, next, *s.NextAttemptAt, c.ID)
	if s.onHold(c) {
		return nil // the line was written on its day
	}
	if err := t.write(event{change: c.ID, verb: OnHold, step: s.No, round: s.Round, params: refusalParams(barred)}); err != nil {
		return err
	}
	return t.Audit("change.on_hold", "change", c.ID.String(), map[string]string{"code": string(barred.Code)})
}

// onHold reports whether the day of a change had come before the next attempt of its
// step.
func (s *openedStep) onHold(c *Change) bool { return OnHoldOn(*s.NextAttemptAt, *c.EffectiveOn) }

// OnHoldOn reports whether a change that waits for a day is on hold: its next attempt
// lies after that day has begun.
func OnHoldOn(next, day time.Time) bool { return next.After(calendar.DateOf(day).Start()) }

// letGoOn wakes the change that was on hold because of a death or an arbitration that
// ends now (worker). It locks that change first, so that a change that is being put on
// hold at this moment is woken afterwards.
func (t *Tx) letGoOn(c *Change) error {
	if c.StudentID == nil {
		return nil
	}
	var waiting []uuid.UUID
	err := t.db.Raw(`SELECT s.change_id FROM slot l JOIN step s ON s.change_id = l.change_id AND s.status = 'OPEN' AND s.act = ? WHERE l.key = ?`,
		process.ActAwaitDay, studentSlot(*c.StudentID)).Scan(&waiting).Error
	if err != nil {
		return fmt.Errorf("look for a change on hold: %w", err)
	}
	for _, id := range waiting {
		if _, err := t.lockChange(id); err != nil {
			return err
		}
		t.later("let a step go on", anyRows, `UPDATE step s SET next_attempt_at = ? FROM change w
			WHERE w.id = s.change_id AND s.change_id = ? AND s.status = 'OPEN' AND s.act = ? AND s.next_attempt_at > ? AND w.effective_on <= ?`,
			t.now, id, process.ActAwaitDay, t.now, calendar.DateOf(t.now))
	}
	return nil
}
