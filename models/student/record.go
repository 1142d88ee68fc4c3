package student

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// PupilRow is a student row with the facts that the change engine needs.
type PupilRow struct {
	ID          uuid.UUID
	SchoolID    uuid.UUID
	OrgPath     string
	ClassID     *uuid.UUID
	ClassCode   string
	HoldsSeat   bool
	Stage       org.Stage
	EntryYear   int
	EntryYM     string // month of entry (入学年月), such as 202609
	EnrolStatus status.Enrol
	InRegister  bool
	OnCampus    bool
	Version     int64
	Flags       string
	SchoolGone  bool
	SchoolName  string
	SchoolCode  string
	SchoolPath  string // as the tree stands now
	Province    string

	Name         string
	Sex          string
	BirthDate    calendar.Date
	IDType       string
	Nationality  string
	IDCipher     []byte
	IDHash       []byte
	IDMasked     string
	NumberMasked string
	NumberHash   []byte
	NumberClass  string
	Punished     bool
	Dropout      bool

	Record status.Record `gorm:"-"`
}

const pupilRowQuery = `SELECT s.id, s.school_id, s.org_path::text AS org_path, s.class_id, coalesce(k.code, '') AS class_code, s.holds_seat, s.stage, s.entry_year, s.entry_ym,
	s.enrol_status, s.in_register, s.on_campus, s.version, to_json(s.problem_flags)::text AS flags, o.closed_at IS NOT NULL AS school_gone,
	o.name AS school_name, o.code AS school_code, o.path::text AS school_path, o.province_code AS province,
	s.name, s.sex, s.birth_date, s.id_type, s.nationality, s.id_cipher, s.id_hash, s.id_masked, s.number_masked, s.number_hash, s.number_class, s.dropout,
	EXISTS (SELECT 1 FROM punishment p WHERE p.student_id = s.id AND p.cancelled_on IS NULL) AS punished
	FROM student s JOIN organisation o ON o.id = s.school_id LEFT JOIN school_class k ON k.id = s.class_id WHERE s.id IN ? ORDER BY s.id`

// ReadPupilRow reads the record that a change is about. With lock it locks the record until
// the transaction ends. The refusal is not_found when the record is outside the scope.
func ReadPupilRow(t *store.Tx, id uuid.UUID, lock bool) (*PupilRow, error) {
	list, err := ReadPupilRows(t, []uuid.UUID{id}, lock)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, refusal.New(refusal.NotFound).At("/student_id")
	}
	return list[0], nil
}

// ReadPupilRows reads the given records as far as they are in scope, always in the same
// order, so that two changes with several records never wait for each other.
func ReadPupilRows(t *store.Tx, ids []uuid.UUID, lock bool) ([]*PupilRow, error) {
	query := pupilRowQuery
	if lock {
		query += " FOR UPDATE OF s"
	}
	var list []*PupilRow
	if err := t.DB().Raw(query, ids).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("read a record: %w", err)
	}
	suspensions, err := suspensionsAmong(t, ids)
	if err != nil {
		return nil, err
	}
	for _, h := range list {
		if err := h.toRecord(suspensions[h.ID]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// toRecord converts the row to status.Record.
func (h *PupilRow) toRecord(suspensions []SuspensionPeriod) error {
	var problems []string
	if err := json.Unmarshal([]byte(h.Flags), &problems); err != nil {
		return fmt.Errorf("read a record: %w", err)
	}
	h.Record = status.Record{
		Enrol: h.EnrolStatus, Standing: status.Standing{InRegister: h.InRegister, OnCampus: h.OnCampus, HoldsSeat: h.HoldsSeat},
		Stage: h.Stage, EntryYear: h.EntryYear, SchoolID: h.SchoolID.String(), ClassID: store.IdText(h.ClassID), Problems: problems, Punished: h.Punished, Dropout: h.Dropout,
		Identity: status.Identity{Name: h.Name, Sex: h.Sex, BirthDate: h.BirthDate.Compact(), IDType: h.IDType},
	}
	for _, s := range suspensions {
		if s.Stage != "" && s.Stage != h.Stage && !s.EndedOn.IsZero() {
			continue // from an earlier stage of the pupil
		}
		h.Record.Suspensions = append(h.Record.Suspensions, status.Suspension{
			ReasonCode: s.ReasonCode, From: s.FromDate, Until: s.UntilDate, EndedOn: s.EndedOn, Extended: s.Extended,
		})
	}
	return nil
}

// ClassFactColumns are the columns of a class that package status judges.
const ClassFactColumns = `k.id, k.school_id, g.stage, g.entry_year, k.capacity, k.occupied, k.closed_at IS NOT NULL AS closed
	FROM school_class k JOIN school_grade g ON g.id = k.grade_id`

// NamedClass is a class with the name by which people know it.
type NamedClass struct {
	status.Class

	Label string
}

// ReadNamedClasses reads classes with their names and returns them by ID.
func ReadNamedClasses(t *store.Tx, ids []uuid.UUID) (map[uuid.UUID]*NamedClass, error) {
	var rows []NamedClass
	if err := t.DB().Raw(`SELECT `+office.ClassLabel+` AS label, `+ClassFactColumns+` WHERE k.id IN ?`, ids).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the classes of a list: %w", err)
	}
	classes := map[uuid.UUID]*NamedClass{}
	for i := range rows {
		classes[uuid.MustParse(rows[i].ID)] = &rows[i]
	}
	return classes, nil
}

// ReadClassFacts reads the class that a form names; nil when no such class is in scope.
func ReadClassFacts(t *store.Tx, id string) (*status.Class, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // a form may hold any text; status.Check refuses an unknown class
	}
	var c status.Class
	err = t.DB().Raw(`SELECT `+ClassFactColumns+` WHERE k.id = ?`, parsed).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // there is no such class
	}
	if err != nil {
		return nil, fmt.Errorf("read a class: %w", err)
	}
	return &c, nil
}

// LockClasses locks the class that a pupil leaves and the class to which the pupil goes,
// always in the same order, so that two pupils who change places never wait for each
// other.
func LockClasses(t *store.Tx, from *uuid.UUID, to string) error {
	var ids []uuid.UUID
	if id, err := uuid.Parse(to); err == nil {
		ids = append(ids, id)
	}
	if from != nil {
		ids = append(ids, *from)
	}
	return LockClassRows(t, ids)
}

// LockClassRows locks classes in the order of their IDs until the transaction ends.
func LockClassRows(t *store.Tx, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	var locked []uuid.UUID
	err := t.DB().Raw(`SELECT id FROM school_class WHERE id IN ? ORDER BY id FOR UPDATE`, ids).Scan(&locked).Error
	if err != nil {
		return fmt.Errorf("hold the classes of a move: %w", err)
	}
	return nil
}

// ReadSchool reads a school in the form that package status judges.
func ReadSchool(t *store.Tx, id uuid.UUID) (status.School, error) {
	var row struct {
		Name, Code, Province string
		Closed               bool
	}
	err := t.DB().Raw(`SELECT name, code, province_code AS province, closed_at IS NOT NULL AS closed FROM organisation WHERE id = ?`, id).Take(&row).Error
	if err != nil {
		return status.School{}, fmt.Errorf("read a school: %w", err)
	}
	return status.School{ID: id.String(), Name: row.Name, Province: row.Province, Special: specialSchool(row.Code), Closed: row.Closed}, nil
}

// School returns the school of the record as status looks at it.
func (h *PupilRow) School() status.School {
	return status.School{ID: h.SchoolID.String(), Name: h.SchoolName, Province: h.Province, Special: specialSchool(h.SchoolCode), Closed: h.SchoolGone}
}

// specialSchool reports whether a school code belongs to a school for special education
// or a reform school (特教、专门学校).
func specialSchool(code string) bool {
	parsed, err := ident.ParseSchoolCode(code)
	return err == nil && (parsed.Category() == ident.SpecialEducation || parsed.Category() == ident.Reformatory)
}
