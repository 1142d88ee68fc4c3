package change

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// EventOnHold is the line of the timeline that says why a change is not in force on its day:
// other business has priority.
const EventOnHold = "ON_HOLD"

// putOnHold puts a change on hold whose day has come while a death is being reported
// (worker). The end of the death wakes the change; at the latest it is tried again at the
// next 0:00. The change stays approved, nobody is asked, nothing is late, and the time on
// hold does not count as duration of the change (D1).
func (t *Tx) putOnHold(c *Change, s *openStepRow, barred *refusal.Error) error {
	rule, _ := c.Definition.Step(s.No)
	next := t.Today().End()
	due := t.Workdays().Deadline(next, rule.Term)
	t.Later("put a step on hold", 1, `UPDATE step SET next_attempt_at = ?, due_at = ?, due_provisional = ?, remind_50_at = ?, remind_80_at = ?, overdue_at = NULL
		WHERE change_id = ? AND `+isOpen, next, due.At, due.Provisional, due.At, due.At, c.ID)
	t.Later("put a change on hold", 1, `UPDATE change SET due_total = due_total + (CAST(? AS timestamptz) - ?) WHERE id = ?`, next, *s.NextAttemptAt, c.ID)
	if s.onHold(c) {
		return nil // the line was written on its day
	}
	if err := t.WriteEvent(Event{Change: c.ID, Verb: EventOnHold, Step: s.No, Round: s.Round, Params: refusalParams(barred)}); err != nil {
		return err
	}
	return t.Audit("change.on_hold", "change", c.ID.String(), map[string]string{"code": string(barred.Code)})
}

// onHold reports whether the day of a change had come before the next attempt of its
// step.
func (s *openStepRow) onHold(c *Change) bool { return IsOnHold(*s.NextAttemptAt, *c.EffectiveOn) }

// IsOnHold reports whether a change that waits for a day is on hold: its next attempt
// lies after that day has begun.
func IsOnHold(next, day time.Time) bool { return next.After(calendar.DateOf(day).Start()) }

// WakeChangeOnHold wakes the change that was on hold because of a death or an arbitration that
// ends now (worker). It locks that change first, so that a change that is being put on
// hold at this moment is woken afterwards.
func (t *Tx) WakeChangeOnHold(c *Change) error {
	if c.StudentID == nil {
		return nil
	}
	var waiting []uuid.UUID
	err := t.DB().Raw(`SELECT s.change_id FROM slot l JOIN step s ON s.change_id = l.change_id AND s.`+isOpen+` AND s.act = ? WHERE l.key = ?`,
		process.ActAwaitDay, student.StudentSlot(*c.StudentID)).Scan(&waiting).Error
	if err != nil {
		return fmt.Errorf("look for a change on hold: %w", err)
	}
	for _, id := range waiting {
		if _, err := t.ReadLocked(id); err != nil {
			return err
		}
		t.Later("let a step go on", store.AnyRows, `UPDATE step s SET next_attempt_at = ? FROM change w
			WHERE w.id = s.change_id AND s.change_id = ? AND s.`+isOpen+` AND s.act = ? AND s.next_attempt_at > ? AND w.effective_on <= ?`,
			t.Now(), id, process.ActAwaitDay, t.Now(), calendar.DateOf(t.Now()))
	}
	return nil
}
