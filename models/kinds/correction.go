package kinds

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// findMistake finds the change that a correction names by its case number. The change
// must be the pupil's, or a list that moved or graduated the pupil.
func findMistake(t *store.Tx, c *change.Change) error {
	var row struct{ ID uuid.UUID }
	err := t.DB().Raw(`SELECT c.id FROM change c WHERE c.case_no = @case AND (c.student_id = @student
		OR EXISTS (SELECT 1 FROM change_line l WHERE l.change_id = c.id AND l.student_id = @student)
		OR EXISTS (SELECT 1 FROM graduation_line l WHERE l.change_id = c.id AND l.student_id = @student))`,
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

// pastChange is one line of a record's history for a correction.
type pastChange struct {
	Kind       process.Kind // of the change
	ChangeID   uuid.UUID
	CaseNo     string
	BeforeJSON string
	AfterJSON  string

	before, after student.Facets
}

// readPastChanges reads the history of a record from a change on, that change first, without lines
// that were struck. Of a move, which has a line for each school, it reads one.
func readPastChanges(t *store.Tx, change, studentID uuid.UUID) ([]pastChange, error) {
	var list []pastChange
	err := t.DB().Raw(`SELECT regexp_replace(h.kind, '_IN$', '') AS kind, h.change_id, c.case_no, h.before::text AS before_json, h.after::text AS after_json
		FROM student_history h JOIN change c ON c.id = h.change_id
		WHERE h.student_id = @student AND h.change_id IS NOT NULL AND h.struck_at IS NULL AND h.kind NOT LIKE '%\_OUT'
			AND (h.recorded_at, h.id) >= (SELECT m.recorded_at, m.id FROM student_history m WHERE m.change_id = @change AND m.student_id = @student
				AND m.struck_at IS NULL AND m.kind NOT LIKE '%\_OUT' ORDER BY m.recorded_at, m.id LIMIT 1)
		ORDER BY h.recorded_at, h.id`, map[string]any{"change": change, "student": studentID}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the past of a record: %w", err)
	}
	for i := range list {
		p := &list[i]
		var before, after student.HistorySide
		if err := errors.Join(json.Unmarshal([]byte(p.BeforeJSON), &before), json.Unmarshal([]byte(p.AfterJSON), &after)); err != nil {
			return nil, fmt.Errorf("read the past of a record: %w", err)
		}
		p.before, p.after = before.ReadFacets(), after.ReadFacets()
	}
	return list, nil
}

// readMistake returns the change of a correction in the form that package status judges; nil
// when the form named no change.
func readMistake(t *store.Tx, c *change.Change) (*status.Mistake, error) {
	if c.About == nil {
		return nil, nil //nolint:nilnil // none was found
	}
	var row struct {
		Kind    process.Kind
		InForce bool
	}
	err := t.DB().Raw(`SELECT c.kind, c.status = @effective AND c.struck_at IS NULL AND (c.student_id IS NOT NULL
			OR EXISTS (SELECT 1 FROM change_line l WHERE l.change_id = c.id AND l.student_id = @student AND l.verdict = @moved AND l.struck_at IS NULL)
			OR EXISTS (SELECT 1 FROM graduation_line l WHERE l.change_id = c.id AND l.student_id = @student AND l.verdict = @graduated AND l.struck_at IS NULL)) AS in_force
		FROM change c WHERE c.id = @about`, map[string]any{"effective": change.StatusEffective, "student": *c.StudentID, "moved": transfer.LineMoved, "graduated": graduation.InPool, "about": *c.About}).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("read the change of a correction: %w", err)
	}
	lines, err := readPastChanges(t, *c.About, *c.StudentID)
	if err != nil {
		return nil, err
	}
	m := &status.Mistake{Kind: row.Kind, InForce: row.InForce && len(lines) > 0 || row.InForce && !status.Alters(row.Kind)}
	m.Opposites = namesOfKinds(t, status.Opposite(row.Kind))
	u := reversalOf(row.Kind, lines)
	m.UndoneBy, m.Depends = u.undoneBy, u.depends
	if u.depends != "" {
		m.DependsName = t.Store().Processes().NameOf(u.depends)
	}
	for i, p := range lines {
		if (i == 0 || p.Kind == u.depends) && p.after.SchoolID != p.before.SchoolID && status.Keeps(p.Kind) {
			name := t.Store().Processes().NameOf(p.Kind)
			m.Elsewhere = &name
			break
		}
	}
	return m, nil
}

// namesOfKinds joins the names of kinds to one text.
func namesOfKinds(t *store.Tx, kinds []process.Kind) process.Text {
	var zh, en []string
	for _, kind := range kinds {
		name := t.Store().Processes().NameOf(kind)
		zh, en = append(zh, name.Zh), append(en, name.En)
	}
	return process.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}
}

// reversal is a mistaken change with everything that a strike takes back.
type reversal struct {
	// struck are the lines of the history that a strike takes back: the mistake, changes
	// that ended with it, and the opposite change.
	struck []pastChange
	// undoneBy is the kind of the opposite change, "" when there is none. depends is the kind of
	// a later change that depends on the mistake, "" when there is none.
	undoneBy, depends process.Kind
}

// reversalOf returns what a strike of the first line takes back. Changes after the opposite
// change do not depend on the mistake, because the record was back by then.
func reversalOf(kind process.Kind, lines []pastChange) reversal {
	if len(lines) == 0 {
		return reversal{}
	}
	u := reversal{struck: lines[:1:1]}
	for _, later := range lines[1:] {
		switch {
		case !status.Alters(later.Kind):
			continue
		case status.EndsWith(kind, later.Kind):
			u.struck = append(u.struck, later)
			continue
		case slices.Contains(status.Opposite(kind), later.Kind) && later.restores(lines[0]):
			u.struck, u.undoneBy = append(u.struck, later), later.Kind
		default:
			u.depends = later.Kind
		}
		return u
	}
	return u
}

// restores reports whether a change brought a record back to its state before another
// change.
func (p pastChange) restores(mistaken pastChange) bool {
	return p.after.EnrolStatus == mistaken.before.EnrolStatus && p.after.SchoolID == mistaken.before.SchoolID && p.after.Dropout == mistaken.before.Dropout
}

// correctionKind returns the Work of a correction of a mistaken change (异动纠错, KT72).
func correctionKind() change.RecordWork {
	return change.RecordWork{
		Particulars: func(t *change.Tx, c *change.Change, _ *student.PupilRow, _ process.Policy) error {
			return findMistake(t.Tx, c)
		},
		Facts: func(t *store.Tx, c *change.Change, _ *student.PupilRow, f *status.Facts, _ bool) (err error) {
			f.Mistake, err = readMistake(t, c)
			return err
		},
		Put: func(t *change.Tx, c *change.Change, h *student.PupilRow, _ status.Record, on calendar.Date) error {
			return strikeMistake(t, c, h, on)
		},
	}
}
