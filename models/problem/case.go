package problem

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// namedProblem is one problem of a record, with the school of the other record.
type namedProblem struct {
	ID       uuid.UUID
	SchoolID *uuid.UUID
	Path     string
	Province string
}

func (p *namedProblem) route(h *student.PupilRow) process.Route {
	if p.SchoolID == nil {
		return process.OwnRecord
	}
	return change.RouteBetween(org.OfficeRef{Path: p.Path, Province: p.Province}, h)
}

// findProblem finds the problem that a corroboration names, if it belongs to the pupil.
func findProblem(t *store.Tx, c *change.Change) (*namedProblem, error) {
	id, err := uuid.Parse(c.Inputs["problem_id"])
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // a form may hold any text
	}
	var p namedProblem
	err = t.DB().Raw(`SELECT p.id, o.school_id, coalesce(s.path::text, '') AS path, coalesce(s.province_code, '') AS province
		FROM student_problem p LEFT JOIN LATERAL problem_other(p.id) o ON true LEFT JOIN organisation s ON s.id = o.school_id
		WHERE p.id = ? AND p.student_id = ?`, id, *c.StudentID).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // no such problem of this record
	}
	if err != nil {
		return nil, fmt.Errorf("read a problem of a record: %w", err)
	}
	return &p, nil
}

// readFinding returns the problem of a change in the form that package status judges; nil
// when it has none.
func readFinding(t *store.Tx, c *change.Change) (*status.Finding, error) {
	if c.ProblemID == nil {
		return nil, nil //nolint:nilnil // the form named none
	}
	var row struct {
		Kind, State string
		Passed      bool
	}
	err := t.DB().Raw(`SELECT kind, state, problem_passed_there(id) AS passed FROM student_problem WHERE id = ?`, *c.ProblemID).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("read a problem of a record: %w", err)
	}
	return &status.Finding{Kind: row.Kind, Open: row.State == StateOpen, OtherPassed: row.Passed}, nil
}

// corroborate writes that one side of a problem was found right (worker). The flag of
// this side is cleared. The flag of the other side stays until that side is found right
// too, or is amended.
func corroborate(t *store.Tx, c *change.Change, h *student.PupilRow) error {
	n, err := t.Exec(`UPDATE student_problem SET state = `+corroboratedWord+`, corroborated_by = ? WHERE id = ? AND state = `+openWord, c.ID, *c.ProblemID)
	if err != nil {
		return fmt.Errorf("note a corroboration: %w", err)
	}
	if n != 1 {
		return refusal.New(refusal.ProblemSettled)
	}
	return updateFlags(t, []uuid.UUID{h.ID})
}
