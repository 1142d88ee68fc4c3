package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// mistakeNamed finds the change a correction names by its case number, if it is
// one of the pupil's.
func (t *Tx) mistakeNamed(c *Change) error {
	var row struct{ ID uuid.UUID }
	err := t.db.Raw(`SELECT id FROM change WHERE case_no = ? AND student_id = ?`, c.Inputs["case_no"], *c.StudentID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the change of a correction: %w", err)
	}
	c.About = &row.ID
	return nil
}

// past is one line of a record's history as a correction looks at it.
type past struct {
	Kind       process.Kind // of the change
	ChangeID   uuid.UUID
	BeforeJSON string
	AfterJSON  string

	before, after facets
}

// pastOf reads what happened to a record from a change on, without what was struck:
// the line of the change itself first. A move has a line for each school.
func (t *Tx) pastOf(change, student uuid.UUID) ([]past, error) {
	var list []past
	err := t.db.Raw(`SELECT regexp_replace(h.kind, '_IN$', '') AS kind, h.change_id, h.before::text AS before_json, h.after::text AS after_json
		FROM student_history h
		WHERE h.student_id = @student AND h.change_id IS NOT NULL AND h.struck_at IS NULL AND h.kind NOT LIKE '%\_OUT'
			AND (h.recorded_at, h.id) >= (SELECT m.recorded_at, m.id FROM student_history m WHERE m.change_id = @change AND m.student_id = @student
				AND m.struck_at IS NULL AND m.kind NOT LIKE '%\_OUT' ORDER BY m.recorded_at, m.id LIMIT 1)
		ORDER BY h.recorded_at, h.id`, map[string]any{"change": change, "student": student}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the past of a record: %w", err)
	}
	for i := range list {
		p := &list[i]
		if err := errors.Join(json.Unmarshal([]byte(p.BeforeJSON), &p.before), json.Unmarshal([]byte(p.AfterJSON), &p.after)); err != nil {
			return nil, fmt.Errorf("read the past of a record: %w", err)
		}
	}
	return list, nil
}

// mistake is the change of a correction as status looks at it; nil when the form
// named none.
func (t *Tx) mistake(c *Change) (*status.Mistake, error) {
	if c.About == nil {
		return nil, nil //nolint:nilnil // none was found
	}
	var row struct {
		Kind    process.Kind
		Status  string
		InForce bool
	}
	err := t.db.Raw(`SELECT kind, status = 'EFFECTIVE' AND struck_at IS NULL AS in_force FROM change WHERE id = ?`, *c.About).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("read the change of a correction: %w", err)
	}
	lines, err := t.pastOf(*c.About, *c.StudentID)
	if err != nil {
		return nil, err
	}
	m := &status.Mistake{Kind: row.Kind, InForce: row.InForce && len(lines) > 0 || row.InForce && !status.Alters(row.Kind)}
	if len(lines) == 0 {
		return m, nil
	}
	for _, later := range lines[1:] {
		switch {
		case !status.Alters(later.Kind):
			continue
		case slices.Contains(status.Opposite(row.Kind), later.Kind) && later.restores(lines[0]):
			m.UndoneBy = later.Kind
		default:
			m.Depends, m.DependsName = later.Kind, t.store.processes.NameOf(later.Kind)
		}
		return m, nil // what came after the opposite rests on that
	}
	return m, nil
}

// restores says that a change brought a record back to where it stood before another.
func (p past) restores(mistaken past) bool {
	return p.after.EnrolStatus == mistaken.before.EnrolStatus && p.after.SchoolID == mistaken.before.SchoolID && p.after.Dropout == mistaken.before.Dropout
}

// strike strikes the mistaken change and its lines of the history (worker). They
// stay readable for bureaux and in the audit trail. A death gives the record its
// former state back.
func (t *Tx) strike(c *Change, h *held, on calendar.Date) error {
	lines, err := t.pastOf(*c.About, h.ID)
	if err != nil {
		return err
	}
	var kind process.Kind
	if err := t.db.Raw(`SELECT kind FROM change WHERE id = ?`, *c.About).Scan(&kind).Error; err != nil {
		return fmt.Errorf("read the change of a correction: %w", err)
	}
	t.later("strike a change", 1, `UPDATE change SET struck_at = ?, struck_by = ? WHERE id = ? AND struck_at IS NULL`, t.now, c.ID, *c.About)
	t.later("strike a line of the history", anyRows, `UPDATE student_history SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ? AND struck_at IS NULL`,
		t.now, c.ID, *c.About, h.ID)
	t.later("strike a suspension", anyRows, `UPDATE suspension SET struck_at = ? WHERE change_id = ? AND student_id = ?`, t.now, *c.About, h.ID)
	if err := t.Audit("change.struck", "change", c.About.String(), map[string]string{"correction": c.ID.String(), "kind": string(kind)}); err != nil {
		return err
	}
	if !status.Restores(kind) || len(lines) == 0 {
		return nil
	}
	return t.restore(c, h, lines[0].before, on)
}

// restore gives a record the state back it had before a change that never happened,
// with its class and seat, even in a class that is full or closed by now, and with the
// suspension that ran. The line of the history that says so is struck with the other
// one: to the school, nothing happened.
func (t *Tx) restore(c *Change, h *held, before facets, on calendar.Date) error {
	after := h.record
	after.Enrol, after.EntryYear, after.ClassID, after.Dropout = before.EnrolStatus, before.EntryYear, before.ClassID, before.Dropout
	after.Standing = status.Standing{InRegister: before.InRegister, OnCampus: before.OnCampus, HoldsSeat: before.HoldsSeat && before.ClassID != ""}
	if err := t.lockClasses(h.ClassID, before.ClassID); err != nil {
		return err
	}
	t.later("let a suspension run on", anyRows, `UPDATE suspension SET ended_on = NULL, ended_by = NULL WHERE student_id = ? AND ended_by = ?`, h.ID, *c.About)
	if err := t.saveRecord(c, h, after, on); err != nil {
		return err
	}
	t.later("strike a line of the history", 1, `UPDATE student_history SET struck_at = ?, struck_by = ? WHERE change_id = ? AND student_id = ?`, t.now, c.ID, c.ID, h.ID)
	return nil
}
