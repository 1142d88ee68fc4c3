package store

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// particulars finds what a filing about a record is about beside the record: the
// problem, or the change that was a mistake. Kinds with a chain for each sort of
// case get theirs. What is not found is told by status.Check.
func (t *Tx) particulars(c *Change, h *held, policy process.Policy) error {
	route := process.OwnRecord
	switch c.Kind {
	case process.ProblemCorroboration:
		p, err := t.problemNamed(c)
		if err != nil {
			return err
		}
		if p != nil {
			c.ProblemID, c.Beside = &p.ID, p.SchoolID
			route = p.route(h)
		}
	case process.ProblemDeletion:
		if h.NumberClass == "G" {
			route = process.GNumber
		}
	case process.ChangeCorrection:
		return t.mistakeNamed(c)
	default:
		return nil
	}
	if d, ok := t.store.processes.DefineFor(c.Kind, h.Stage, route, policy); ok {
		c.Definition = d
	}
	return nil
}

// pairing is one problem of a record with the school of the other record.
type pairing struct {
	ID       uuid.UUID
	SchoolID *uuid.UUID
	Path     string
	Province string
}

func (p *pairing) route(h *held) process.Route {
	if p.SchoolID == nil {
		return process.OwnRecord
	}
	return routeBetween(Office{Path: p.Path, Province: p.Province}, h)
}

// problemNamed finds the problem a corroboration names, if it is one of its pupil.
func (t *Tx) problemNamed(c *Change) (*pairing, error) {
	id, err := uuid.Parse(c.Inputs["problem_id"])
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // a form may name anything
	}
	var p pairing
	err = t.db.Raw(`SELECT p.id, o.school_id, coalesce(s.path::text, '') AS path, coalesce(s.province_code, '') AS province
		FROM student_problem p LEFT JOIN LATERAL problem_other(p.id) o ON true LEFT JOIN organisation s ON s.id = o.school_id
		WHERE p.id = ? AND p.student_id = ?`, id, *c.StudentID).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // none of this record
	}
	if err != nil {
		return nil, fmt.Errorf("read a problem of a record: %w", err)
	}
	return &p, nil
}

// finding is the problem of a change as status looks at it; nil when it has none.
func (t *Tx) finding(c *Change) (*status.Finding, error) {
	if c.ProblemID == nil {
		return nil, nil //nolint:nilnil // none was named
	}
	var row struct {
		Kind, State string
		Passed      bool
	}
	err := t.db.Raw(`SELECT kind, state, problem_passed_there(id) AS passed FROM student_problem WHERE id = ?`, *c.ProblemID).Take(&row).Error
	if err != nil {
		return nil, fmt.Errorf("read a problem of a record: %w", err)
	}
	return &status.Finding{Kind: row.Kind, Open: row.State == ProblemOpen, OtherPassed: row.Passed}, nil
}

// confirmed compares what confirms a filing with the record, and forgets it: it is
// written nowhere.
func (t *Tx) confirmed(c *Change, h *held) *refusal.Error {
	var wrong *refusal.Error
	for _, in := range c.Definition.Inputs {
		if !in.Passing {
			continue
		}
		if typed := c.Inputs[in.Name]; typed != "" && !ident.SameName(typed, h.Name) {
			wrong = refusal.New(refusal.ConfirmationWrong).At("/inputs/" + in.Name)
		}
		delete(c.Inputs, in.Name)
	}
	return wrong
}

// corroborate writes that a side of a problem was found right (worker): its flag is
// gone, that of the other side stays until it is found right, too, or amended.
func (t *Tx) corroborate(c *Change, h *held) error {
	n, err := t.exec(`UPDATE student_problem SET state = 'CORROBORATED', corroborated_by = ? WHERE id = ? AND state = 'OPEN'`, c.ID, *c.ProblemID)
	if err != nil {
		return fmt.Errorf("note a corroboration: %w", err)
	}
	if n != 1 {
		return refusal.New(refusal.ProblemSettled)
	}
	return t.raiseFlags([]uuid.UUID{h.ID})
}
