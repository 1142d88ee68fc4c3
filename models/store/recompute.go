package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
)

// StaleCalendar returns running changes whose open step was computed with an older
// calendar.
func (t *Tx) StaleCalendar(most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := t.db.Raw(`SELECT change_id FROM step WHERE status = 'OPEN' AND calendar_version NOT IN ('', ?) ORDER BY change_id LIMIT ?`,
		t.workdays.Version(), most).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("look for an old calendar: %w", err)
	}
	return ids, nil
}

// DeadlineMoved is the line of the timeline that says that a new calendar moved the
// deadline of the open step.
const DeadlineMoved = "DEADLINE_MOVED"

// Recompute sets the due times of a change by the newest calendar. The number of days is
// frozen in the change, the calendar is not. Reminders and marks that are no longer due
// are taken back, so that they come again at the new time. A step that waits for a day
// keeps its day.
func (t *Tx) Recompute(change uuid.UUID) error {
	c, err := t.lockChange(change)
	if err != nil || c.Status != Running {
		return err
	}
	s, err := t.openedStep(change)
	if err != nil || s.Act == process.ActAwaitDay {
		return err
	}
	rule, _ := c.Definition.Step(s.No)
	if err := t.setDue(change, s.OpenedAt, rule.Term); err != nil {
		return err
	}
	_, err = t.exec(`UPDATE step SET reminded_50 = CASE WHEN remind_50_at <= @now THEN reminded_50 END,
			reminded_80 = CASE WHEN remind_80_at <= @now THEN reminded_80 END, overdue_at = CASE WHEN due_at <= @now THEN overdue_at END
		WHERE change_id = @change AND status = 'OPEN'`, map[string]any{"change": change, "now": t.now})
	if err != nil {
		return fmt.Errorf("take reminders back: %w", err)
	}
	if err := t.setTotal(c); err != nil {
		return err
	}
	before, after := calendar.Due{At: s.DueAt}.LastDay(), t.workdays.Deadline(s.OpenedAt, rule.Term).LastDay()
	if before == after {
		return nil
	}
	return t.write(event{change: change, verb: DeadlineMoved, step: s.No, round: s.Round, office: s.OfficeID,
		params: map[string]string{"before": before.String(), "after": after.String()}})
}

// setTotal computes when the whole change takes too long. The time during which an
// approved change waited for its day does not count (see openDayStep).
func (t *Tx) setTotal(c *Change) error {
	term := c.Definition.Policy.TotalWarning
	if term == (calendar.Term{}) {
		return nil // an old definition without this term
	}
	var waits []struct {
		At time.Time
		On calendar.Date
	}
	err := t.db.Raw(`SELECT at, (params ->> 'effective_on')::date AS "on" FROM change_event WHERE change_id = ? AND verb = ?`, c.ID, ApprovedAhead).Scan(&waits).Error
	if err != nil {
		return fmt.Errorf("read what a change waited for: %w", err)
	}
	total := t.workdays.Deadline(c.FiledAt, term).At
	for _, w := range waits {
		total = total.Add(w.On.Start().Sub(w.At))
	}
	_, err = t.exec(`UPDATE change SET due_total = @total, total_warned_at = CASE WHEN @total <= @now THEN total_warned_at END WHERE id = @change`,
		map[string]any{"change": c.ID, "total": total, "now": t.now})
	if err != nil {
		return fmt.Errorf("set the total warning: %w", err)
	}
	return nil
}

// setDue computes the deadline and the reminders of the open step by the newest calendar,
// from the given opening time.
func (t *Tx) setDue(change uuid.UUID, opened time.Time, term calendar.Term) error {
	due := t.workdays.Deadline(opened, term)
	_, err := t.exec(`UPDATE step SET opened_at = ?, due_at = ?, due_provisional = ?, calendar_version = ?, remind_50_at = ?, remind_80_at = ?
		WHERE change_id = ? AND status = 'OPEN'`, opened, due.At, due.Provisional, due.Version,
		t.workdays.Fraction(due, shareFirst), t.workdays.Fraction(due, shareSecond), change)
	if err != nil {
		return fmt.Errorf("set a deadline: %w", err)
	}
	if _, err := t.exec(`UPDATE task SET due_at = ? WHERE change_id = ? AND status IN ('OPEN', 'WAITING')`, due.At, change); err != nil {
		return fmt.Errorf("set a deadline: %w", err)
	}
	return nil
}
