package change

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
)

// WithOldCalendar returns running changes whose open step was computed with an older
// calendar.
func (t *Tx) WithOldCalendar(most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := t.DB().Raw(`SELECT change_id FROM step WHERE `+isOpen+` AND calendar_version NOT IN ('', ?) ORDER BY change_id LIMIT ?`,
		t.Workdays().Version(), most).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for an old calendar: %w", err)
	}
	return ids, nil
}

// EventDeadlineMoved is the line of the timeline that says that a new calendar moved the
// deadline of the open step.
const EventDeadlineMoved = "DEADLINE_MOVED"

// RecomputeDeadlines sets the due times of a change by the newest calendar. The number of days is
// frozen in the change, the calendar is not. Reminders and marks that are no longer due
// are taken back, so that they come again at the new time. A step that waits for a day
// keeps its day.
func (t *Tx) RecomputeDeadlines(change uuid.UUID) error {
	c, err := t.ReadLocked(change)
	if err != nil || c.Status != StatusRunning {
		return err
	}
	s, err := t.readOpenStep(change)
	if err != nil || s.Act == process.ActAwaitDay {
		return err
	}
	rule, _ := c.Definition.Step(s.No)
	if err := t.setStepDeadline(change, s.OpenedAt, rule.Term); err != nil {
		return err
	}
	_, err = t.Exec(`UPDATE step SET reminded_50 = CASE WHEN remind_50_at <= @now THEN reminded_50 END,
			reminded_80 = CASE WHEN remind_80_at <= @now THEN reminded_80 END, overdue_at = CASE WHEN due_at <= @now THEN overdue_at END
		WHERE change_id = @change AND `+isOpen, map[string]any{"change": change, "now": t.Now()})
	if err != nil {
		return fmt.Errorf("take reminders back: %w", err)
	}
	if err := t.setTotalWarning(c); err != nil {
		return err
	}
	before, after := calendar.Due{At: s.DueAt}.LastDay(), t.Workdays().Deadline(s.OpenedAt, rule.Term).LastDay()
	if before == after {
		return nil
	}
	return t.WriteEvent(Event{Change: change, Verb: EventDeadlineMoved, Step: s.No, Round: s.Round, Office: s.OfficeID,
		Params: map[string]string{"before": before.String(), "after": after.String()}})
}

// setTotalWarning computes when the whole change takes too long. The time during which an
// approved change waited for its day does not count (see openDayStep).
func (t *Tx) setTotalWarning(c *Change) error {
	term := c.Definition.Policy.TotalWarning
	if term == (calendar.Term{}) {
		return nil // an old definition without this term
	}
	var waits []struct {
		At time.Time
		On calendar.Date
	}
	err := t.DB().Raw(`SELECT at, (params ->> 'effective_on')::date AS "on" FROM change_event WHERE change_id = ? AND verb = ?`, c.ID, EventApprovedAhead).Scan(&waits).Error
	if err != nil {
		return fmt.Errorf("read what a change waited for: %w", err)
	}
	total := t.Workdays().Deadline(c.FiledAt, term).At
	for _, w := range waits {
		total = total.Add(w.On.Start().Sub(w.At))
	}
	_, err = t.Exec(`UPDATE change SET due_total = @total, total_warned_at = CASE WHEN @total <= @now THEN total_warned_at END WHERE id = @change`,
		map[string]any{"change": c.ID, "total": total, "now": t.Now()})
	if err != nil {
		return fmt.Errorf("set the total warning: %w", err)
	}
	return nil
}

// setStepDeadline computes the deadline and the reminders of the open step by the newest calendar,
// from the given opening time.
func (t *Tx) setStepDeadline(change uuid.UUID, opened time.Time, term calendar.Term) error {
	due := t.Workdays().Deadline(opened, term)
	_, err := t.Exec(`UPDATE step SET opened_at = ?, due_at = ?, due_provisional = ?, calendar_version = ?, remind_50_at = ?, remind_80_at = ?
		WHERE change_id = ? AND `+isOpen, opened, due.At, due.Provisional, due.Version,
		t.Workdays().Fraction(due, firstReminderPercent), t.Workdays().Fraction(due, secondReminderPercent), change)
	if err != nil {
		return fmt.Errorf("set a deadline: %w", err)
	}
	if _, err := t.Exec(`UPDATE task SET due_at = ? WHERE change_id = ? AND `+isLive, due.At, change); err != nil {
		return fmt.Errorf("set a deadline: %w", err)
	}
	return nil
}
