package office

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Grade is a year group (年级) of a school. It keeps its entry year while it is promoted.
type Grade struct {
	ID        uuid.UUID
	SchoolID  uuid.UUID
	OrgPath   string
	Stage     org.Stage
	EntryYear int
	Name      string
	ClosedAt  *time.Time
	Version   int64
}

// TableName returns the table of year groups.
func (Grade) TableName() string { return "school_grade" }

// Class is a class (班级) of a year group.
type Class struct {
	ID        uuid.UUID
	SchoolID  uuid.UUID
	OrgPath   string
	GradeID   uuid.UUID
	Stage     org.Stage `gorm:"->"` // of the year group, as is the year of entry
	EntryYear int       `gorm:"->"`
	Code      string
	Name      string
	Capacity  int
	Occupied  int
	ClosedAt  *time.Time
	Version   int64
}

// TableName returns the table of classes.
func (Class) TableName() string { return "school_class" }

const classColumns = `c.id, c.school_id, c.org_path::text AS org_path, c.grade_id, g.stage, g.entry_year, c.code, c.name, c.capacity, c.occupied, c.closed_at, c.version`

// ClassCode writes a class number (班号): entry year, stage 1 to 3, two digits
// (domain 5.5), for example 2023103.
func ClassCode(entryYear int, stage org.Stage, no int) string {
	digit := map[org.Stage]int{org.Primary: 1, org.Junior: 2, org.Senior: 3}[stage]
	return fmt.Sprintf("%04d%d%02d", entryYear, digit, no)
}

// NewGrade is a year group with its classes, as a school creates it before the pupils come.
type NewGrade struct {
	School    uuid.UUID
	Stage     org.Stage
	EntryYear int
	Classes   int
	Capacity  int
}

// CreateGrade makes a year group with classes numbered from 1.
func CreateGrade(t *store.Tx, n NewGrade) (Grade, error) {
	school, err := lockSchool(t, n.School)
	if err != nil {
		return Grade{}, err
	}
	if !slices.Contains(school.Stages, n.Stage) {
		return Grade{}, refusal.New(refusal.GradeStage).At("/stage")
	}
	if err := checkCapacity(t, school.ProvinceCode, n.Capacity); err != nil {
		return Grade{}, err
	}
	g := Grade{ID: store.NewID(), SchoolID: n.School, OrgPath: school.Path, Stage: n.Stage, EntryYear: n.EntryYear, Name: strconv.Itoa(n.EntryYear) + "级", Version: 1}
	err = t.DB().Create(&g).Error
	if store.Violates(err) != "" {
		return Grade{}, refusal.New(refusal.GradeExists)
	}
	if err != nil {
		return Grade{}, fmt.Errorf("create a grade: %w", err)
	}
	for no := 1; no <= n.Classes; no++ {
		if _, err := insertClass(t, school, g, ClassCode(n.EntryYear, n.Stage, no), classNameOf(n.EntryYear, no), n.Capacity); err != nil {
			return Grade{}, err
		}
	}
	return g, t.Audit("grade.create", "grade", g.ID.String(), map[string]string{"classes": strconv.Itoa(n.Classes)})
}

func classNameOf(entryYear, no int) string { return fmt.Sprintf("%d级%d班", entryYear, no) }

// AddClass adds the class with this number to a year group. Because of the number a
// repeated call does no harm: it is refused, and the class exists once.
func AddClass(t *store.Tx, grade uuid.UUID, no int, name string, capacity int) (Class, error) {
	var g Grade
	if err := t.DB().Take(&g, `id = ?`, grade).Error; err != nil {
		return Class{}, store.OrMissing(err, "read a grade")
	}
	if g.ClosedAt != nil {
		return Class{}, refusal.New(refusal.ClassClosed)
	}
	school, err := lockSchool(t, g.SchoolID)
	if err != nil {
		return Class{}, err
	}
	if err := checkCapacity(t, school.ProvinceCode, capacity); err != nil {
		return Class{}, err
	}
	if name == "" {
		name = classNameOf(g.EntryYear, no)
	}
	c, err := insertClass(t, school, g, ClassCode(g.EntryYear, g.Stage, no), name, capacity)
	if err != nil {
		return Class{}, err
	}
	return c, t.Audit("class.create", "class", c.ID.String(), map[string]string{"code": c.Code})
}

func insertClass(t *store.Tx, school Organisation, g Grade, code, name string, capacity int) (Class, error) {
	c := Class{ID: store.NewID(), SchoolID: school.ID, OrgPath: school.Path, GradeID: g.ID, Stage: g.Stage, EntryYear: g.EntryYear, Code: code, Name: name, Capacity: capacity, Version: 1}
	err := t.DB().Create(&c).Error
	if store.Violates(err) != "" {
		return Class{}, refusal.New(refusal.ClassCodeTaken).With("code", code)
	}
	if err != nil {
		return Class{}, fmt.Errorf("create a class: %w", err)
	}
	return c, nil
}

// Classes lists the open classes of a school, newest year group first.
func Classes(t *store.Tx, school uuid.UUID) ([]Class, error) {
	var list []Class
	err := t.DB().Raw(`SELECT `+classColumns+` FROM school_class c JOIN school_grade g ON g.id = c.grade_id
		WHERE c.school_id = ? AND c.closed_at IS NULL ORDER BY g.entry_year DESC, c.code`, school).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list classes: %w", err)
	}
	return list, nil
}

// ReadClass reads one class of the scope.
func ReadClass(t *store.Tx, id uuid.UUID) (Class, error) {
	var c Class
	err := t.DB().Raw(`SELECT `+classColumns+` FROM school_class c JOIN school_grade g ON g.id = c.grade_id WHERE c.id = ?`, id).Take(&c).Error
	if err != nil {
		return Class{}, store.OrMissing(err, "read a class")
	}
	return c, nil
}

// Grades lists the open year groups of a school, newest first.
func Grades(t *store.Tx, school uuid.UUID) ([]Grade, error) {
	var list []Grade
	err := t.DB().Where(`school_id = ? AND closed_at IS NULL`, school).Order(`entry_year DESC, stage`).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list grades: %w", err)
	}
	return list, nil
}

// EditClass changes name and number of seats, never below the number of pupils in the
// class.
func EditClass(t *store.Tx, id uuid.UUID, version int64, name string, capacity int) (Class, error) {
	c, err := ReadClass(t, id)
	if err != nil {
		return Class{}, err
	}
	school, err := Read(t, c.SchoolID)
	if err != nil {
		return Class{}, err
	}
	if err := checkCapacity(t, school.ProvinceCode, capacity); err != nil {
		return Class{}, err
	}
	n, err := t.Exec(`UPDATE school_class SET name = ?, capacity = ?, version = version + 1
		WHERE id = ? AND version = ? AND closed_at IS NULL AND occupied <= ?`, name, capacity, id, version, capacity)
	if err != nil {
		return Class{}, fmt.Errorf("change a class: %w", err)
	}
	if n != 1 {
		return Class{}, refusalOfClassEdit(t, id, version, capacity)
	}
	if err := t.Audit("class.update", "class", id.String(), nil); err != nil {
		return Class{}, err
	}
	return ReadClass(t, id)
}

// CloseClass closes an empty class.
func CloseClass(t *store.Tx, id uuid.UUID, version int64) (Class, error) {
	n, err := t.Exec(`UPDATE school_class SET closed_at = ?, version = version + 1 WHERE id = ? AND version = ? AND closed_at IS NULL AND occupied = 0`, t.Now(), id, version)
	if err != nil {
		return Class{}, fmt.Errorf("close a class: %w", err)
	}
	if n != 1 {
		return Class{}, refusalOfClassEdit(t, id, version, 0)
	}
	if err := t.Audit("class.close", "class", id.String(), nil); err != nil {
		return Class{}, err
	}
	return ReadClass(t, id)
}

// refusalOfClassEdit returns the reason why an edit of a class touched no row.
func refusalOfClassEdit(t *store.Tx, id uuid.UUID, version int64, seats int) error {
	c, err := ReadClass(t, id)
	switch {
	case err != nil:
		return err
	case c.ClosedAt != nil:
		return refusal.New(refusal.ClassClosed)
	case c.Version == version && c.Occupied > seats:
		return refusal.New(refusal.ClassOccupied).With("count", strconv.Itoa(c.Occupied))
	}
	return refusal.New(refusal.VersionConflict)
}

// checkCapacity refuses a class larger than the policy of the province allows (班额).
func checkCapacity(t *store.Tx, province string, capacity int) error {
	rules, err := policy.InForce(t, province)
	if err != nil {
		return err
	}
	if capacity > rules.ClassCapacity {
		return refusal.New(refusal.ClassTooLarge).At("/capacity").With("max", strconv.Itoa(rules.ClassCapacity))
	}
	return nil
}

// lockSchool reads an open school of the scope.
func lockSchool(t *store.Tx, id uuid.UUID) (Organisation, error) {
	o, err := lockParent(t, id)
	if err == nil && o.Kind != org.School {
		return Organisation{}, refusal.New(refusal.NotFound)
	}
	return o, err
}

// ClassLabel is the SQL of the name by which people know a class k of a year group g: the
// name of the class, with the year group before it unless the class begins with it.
const ClassLabel = `CASE WHEN starts_with(k.name, g.name) THEN k.name ELSE g.name || ' ' || k.name END`

// ClassOrGradeName returns the name of a class, or of the year group for a pupil without a
// class.
func ClassOrGradeName(t *store.Tx, class string, entryYear int) (string, error) {
	var labels []string
	if class != "" {
		if err := t.DB().Raw(`SELECT `+ClassLabel+` FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE k.id::text = ?`, class).Scan(&labels).Error; err != nil {
			return "", fmt.Errorf("name a class: %w", err)
		}
	}
	if len(labels) == 0 {
		return fmt.Sprintf("%d级", entryYear), nil
	}
	return labels[0], nil
}
