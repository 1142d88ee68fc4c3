package transfer

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// Departure is a pupil who moved to another school, as the old school sees the pupil. The
// state 转学（转出） exists only in that view (domain 3.2).
type Departure struct {
	ID           uuid.UUID
	ChangeID     uuid.UUID
	CaseNo       string
	StudentID    uuid.UUID
	OrgPath      string
	LeftOn       calendar.Date
	ToSchool     string
	Name         string
	NumberMasked string
}

// Departures lists the pupils who moved away from a school, the latest first. Moves that
// were struck as mistakes are left out.
func Departures(t *store.Tx, school uuid.UUID, before *Departure, most int) ([]Departure, error) {
	q := t.DB().Table("departure d").Joins("JOIN change c ON c.id = d.change_id").Joins("JOIN organisation o ON o.id = d.to_school_id").
		Select(`d.id, d.change_id, c.case_no, d.student_id, d.org_path::text AS org_path, d.left_on, o.name AS to_school, d.name, d.number_masked`).
		Where("d.school_id = ? AND d.struck_at IS NULL", school)
	if before != nil {
		q = q.Where("(d.left_on, d.id) < (?, ?)", before.LeftOn, before.ID)
	}
	var list []Departure
	if err := q.Order("d.left_on DESC, d.id DESC").Limit(most).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("list who moved on: %w", err)
	}
	return list, nil
}

// DepartedRecord returns the e-backup (电子备份) of a record that left a school in scope:
// the knowledge of the school on that day, in the state in which the record left. It
// contains nothing that happened later.
func DepartedRecord(t *store.Tx, studentID uuid.UUID) (*student.Record, error) {
	var row struct {
		Record  string
		OrgPath string
		Kind    process.Kind
	}
	err := t.DB().Raw(`SELECT d.record::text AS record, d.org_path::text AS org_path, c.kind FROM departure d JOIN change c ON c.id = d.change_id
		WHERE d.student_id = ? AND d.struck_at IS NULL ORDER BY d.recorded_at DESC LIMIT 1`, studentID).Take(&row).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a backup of a record")
	}
	var r student.Record
	if err := json.Unmarshal([]byte(row.Record), &r); err != nil {
		return nil, fmt.Errorf("read a backup of a record: %w", err)
	}
	after := status.LeftBehind(row.Kind, status.Enrol(r.EnrolStatus))
	left := after.Standing()
	r.OrgPath, r.EnrolStatus = row.OrgPath, string(after)
	r.InRegister, r.OnCampus, r.HoldsSeat = left.InRegister, left.OnCampus, left.HoldsSeat
	return &r, nil
}
