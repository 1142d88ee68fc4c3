package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// held is a student row as the change engine needs it.
type held struct {
	ID          uuid.UUID
	SchoolID    uuid.UUID
	OrgPath     string
	ClassID     *uuid.UUID
	ClassCode   string
	HoldsSeat   bool
	Stage       org.Stage
	EntryYear   int
	EnrolStatus status.Enrol
	InRegister  bool
	OnCampus    bool
	Version     int64
	Flags       string
	SchoolGone  bool

	record status.Record `gorm:"-"`
}

// readHeld reads the record a change is about; with lock it holds it until
// the transaction ends. not_found when it is outside the scope.
func (t *Tx) readHeld(id uuid.UUID, lock bool) (*held, error) {
	query := `SELECT s.id, s.school_id, s.org_path::text AS org_path, s.class_id, coalesce(k.code, '') AS class_code, s.holds_seat, s.stage, s.entry_year,
		s.enrol_status, s.in_register, s.on_campus, s.version, to_json(s.problem_flags)::text AS flags, o.closed_at IS NOT NULL AS school_gone
		FROM student s JOIN organisation o ON o.id = s.school_id LEFT JOIN school_class k ON k.id = s.class_id WHERE s.id = ?`
	if lock {
		query += " FOR UPDATE OF s"
	}
	var h held
	err := t.db.Raw(query, id).Take(&h).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, problem.New(problem.NotFound).At("/student_id")
	}
	if err != nil {
		return nil, fmt.Errorf("read a record: %w", err)
	}
	var problems []string
	if err := json.Unmarshal([]byte(h.Flags), &problems); err != nil {
		return nil, fmt.Errorf("read a record: %w", err)
	}
	suspensions, err := t.suspensionsOf(id)
	if err != nil {
		return nil, err
	}
	h.record = status.Record{
		Enrol: h.EnrolStatus, Standing: status.Standing{InRegister: h.InRegister, OnCampus: h.OnCampus, HoldsSeat: h.HoldsSeat},
		Stage: h.Stage, EntryYear: h.EntryYear, SchoolID: h.SchoolID.String(), ClassID: textID(h.ClassID), Problems: problems,
	}
	for _, s := range suspensions {
		h.record.Suspensions = append(h.record.Suspensions, status.Suspension{
			ReasonCode: s.ReasonCode, From: s.FromDate, Until: s.UntilDate, EndedOn: s.EndedOn,
		})
	}
	return &h, nil
}

// readClass reads a class named in a form; nil when there is none in scope.
func (t *Tx) readClass(id string, lock bool) (*status.Class, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // a form may name anything; what is no class is told by status.Check
	}
	query := `SELECT k.id, k.school_id, g.stage, g.entry_year, k.capacity, k.occupied, k.closed_at IS NOT NULL AS closed
		FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE k.id = ?`
	if lock {
		query += " FOR UPDATE OF k"
	}
	var c status.Class
	err = t.db.Raw(query, parsed).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // no such class is an answer
	}
	if err != nil {
		return nil, fmt.Errorf("read a class: %w", err)
	}
	return &c, nil
}

// facts gathers what status needs beside the record.
func (t *Tx) facts(d process.Definition, inputs map[string]string, lock bool) (status.Facts, error) {
	f := status.Facts{Today: t.today(), Policy: d.Policy}
	for _, in := range d.Inputs {
		if in.Type != process.TypeClass || inputs[in.Name] == "" {
			continue
		}
		class, err := t.readClass(inputs[in.Name], lock)
		if err != nil {
			return f, err
		}
		f.Class = class
	}
	return f, nil
}

func (t *Tx) today() calendar.Date { return calendar.DateOf(t.now) }

func textID(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}
