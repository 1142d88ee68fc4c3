package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// mistakeNamed finds the change that a correction names by its case number. The change
// must be the pupil's, or a list that moved the pupil.
func (t *Tx) mistakeNamed(c *Change) error {
	var row struct{ ID uuid.UUID }
	err := t.db.Raw(`SELECT c.id FROM change c WHERE c.case_no = @case AND (c.student_id = @student
		OR EXISTS (SELECT 1 FROM change_line l WHERE l.change_id = c.id AND l.student_id = @student))`,
		map[string]any{"case": c.Inputs["case_no"], "student": *c.StudentID}).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the change of a correction: %w", err)
	}
	c.About = &row.ID
	return nil
}

// past is one line of a record's history for a correction.
type past struct {
	Kind       process.Kind // of the change
	ChangeID   uuid.UUID
	CaseNo     string
	BeforeJSON string
	AfterJSON  string

	before, after RecordFacets
}

// pastOf reads the history of a record from a change on, that change first, without lines
// that were struck. Of a move, which has a line for each school, it reads one.
func (t *Tx) pastOf(change, student uuid.UUID) ([]past, error) {
	var list []past
	err := t.db.Raw(`SELECT regexp_replace(h.kind, '_IN$', '') AS kind, h.change_id, c.case_no, h.before::text AS before_json, h.after::text AS after_json
		FROM student_history h JOIN change c ON c.id = h.change_id
		WHERE h.student_id = @student AND h.change_id IS NOT NULL AND h.struck_at IS NULL AND h.kind NOT LIKE '%\_OUT'
			AND (h.recorded_at, h.id) >= (SELECT m.recorded_at, m.id FROM student_history m WHERE m.change_id = @change AND m.student_id = @student
				AND m.struck_at IS NULL AND m.kind NOT LIKE '%\_OUT' ORDER BY m.recorded_at, m.id LIMIT 1)
		ORDER BY h.recorded_at, h.id`, map[string]any{"change": change, "student": student}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the past of a record: %w", err)
	}
	for i := range list {
		p := &list[i]
		var before, after HistorySide
		if err := errors.Join(json.Unmarshal([]byte(p.BeforeJSON), &before), json.Unmarshal([]byte(p.AfterJSON), &after)); err != nil {
			return nil, fmt.Errorf("read the past of a record: %w", err)
		}
		p.before, p.after = before.facets(), after.facets()
	}
	return list, nil
}

// mistake returns the change of a correction in the form that package status judges; nil
// when the form named no change.
func (t *Tx) mistake(c *Change) (*status.Mistake, error) {
	if c.About == nil {
		return nil, nil //nolint:nilnil // none was found
	}
	var row struct {
		Kind    process.Kind
		InForce bool
	}
	err := t.db.Raw(`SELECT c.kind, c.status = 'EFFECTIVE' AND c.struck_at IS NULL AND (c.student_id IS NOT NULL
			OR EXISTS (SELECT 1 FROM change_line l WHERE l.change_id = c.id AND l.student_id = ? AND l.verdict = 'MOVED' AND l.struck_at IS NULL)) AS in_force
		FROM change c WHERE c.id = ?`, *c.StudentID, *c.About).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("read the change of a correction: %w", err)
	}
	lines, err := t.pastOf(*c.About, *c.StudentID)
	if err != nil {
		return nil, err
	}
	m := &status.Mistake{Kind: row.Kind, InForce: row.InForce && len(lines) > 0 || row.InForce && !status.Alters(row.Kind)}
	m.Opposites = t.kindNames(status.Opposite(row.Kind))
	u := undoing(row.Kind, lines)
	m.UndoneBy, m.Depends = u.by, u.depends
	if u.depends != "" {
		m.DependsName = t.store.processes.NameOf(u.depends)
	}
	for i, p := range lines {
		if (i == 0 || p.Kind == u.depends) && p.after.SchoolID != p.before.SchoolID && status.Keeps(p.Kind) {
			name := t.store.processes.NameOf(p.Kind)
			m.Elsewhere = &name
			break
		}
	}
	return m, nil
}

// kindNames joins the names of kinds to one text.
func (t *Tx) kindNames(kinds []process.Kind) process.Text {
	var zh, en []string
	for _, kind := range kinds {
		name := t.store.processes.NameOf(kind)
		zh, en = append(zh, name.Zh), append(en, name.En)
	}
	return process.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}
}

// reversal is a mistaken change with everything that a strike takes back.
type reversal struct {
	// taken are the lines of the history that a strike takes back: the mistake, changes
	// that ended with it, and the opposite change.
	taken []past
	// by is the kind of the opposite change, "" when there is none. depends is the kind of
	// a later change that depends on the mistake, "" when there is none.
	by, depends process.Kind
}

// undoing returns what a strike of the first line takes back. Changes after the opposite
// change do not depend on the mistake, because the record was back by then.
func undoing(kind process.Kind, lines []past) reversal {
	if len(lines) == 0 {
		return reversal{}
	}
	u := reversal{taken: lines[:1:1]}
	for _, later := range lines[1:] {
		switch {
		case !status.Alters(later.Kind):
			continue
		case status.EndsWith(kind, later.Kind):
			u.taken = append(u.taken, later)
			continue
		case slices.Contains(status.Opposite(kind), later.Kind) && later.restores(lines[0]):
			u.taken, u.by = append(u.taken, later), later.Kind
		default:
			u.depends = later.Kind
		}
		return u
	}
	return u
}

// restores reports whether a change brought a record back to its state before another
// change.
func (p past) restores(mistaken past) bool {
	return p.after.EnrolStatus == mistaken.before.EnrolStatus && p.after.SchoolID == mistaken.before.SchoolID && p.after.Dropout == mistaken.before.Dropout
}

// correctionKind returns the Work of a correction of a mistaken change (异动纠错, KT72).
func correctionKind() RecordWork {
	return RecordWork{
		Particulars: func(t *Tx, c *Change, _ *held, _ process.Policy) error { return t.mistakeNamed(c) },
		Facts: func(t *Tx, c *Change, _ *held, f *status.Facts, _ bool) (err error) {
			f.Mistake, err = t.mistake(c)
			return err
		},
		Put: func(t *Tx, c *Change, h *held, _ status.Record, on calendar.Date) error { return t.strike(c, h, on) },
	}
}
