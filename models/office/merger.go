package office

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// CloseAbsorbed closes a school that another one absorbs, with its accounts, in the name of
// the person who filed the merger (worker). Nothing is filed at the school after it. A
// transaction that files something now holds the row of the school, so this one waits and
// then sees what was filed.
func CloseAbsorbed(t *store.Tx, school, by uuid.UUID) error {
	n, err := t.Exec(`UPDATE organisation SET closed_at = ?, version = version + 1 WHERE id = ? AND closed_at IS NULL`, t.Now(), school)
	if err != nil {
		return fmt.Errorf("close a school: %w", err)
	}
	if n != 1 {
		return refusal.New(refusal.SchoolClosed)
	}
	if err := closeAccounts(t, school); err != nil {
		return err
	}
	return t.AuditAs(by, "org.close", "organisation", school.String(), nil)
}

// HoldOpen keeps a school open until the transaction ends.
func HoldOpen(t *store.Tx, school uuid.UUID) error {
	_, err := lockParent(t, school)
	return err
}

// absorbedClass is a class that another school takes over.
type absorbedClass struct {
	ID        uuid.UUID
	GradeID   uuid.UUID
	Stage     org.Stage
	EntryYear int
	Code      string
	Name      string
}

// TakeOver gives all year groups and classes of a school to the school that absorbs it,
// closed ones as well, because records of graduates name them (worker). A class whose code
// is taken there gets the next free one. A second call finds nothing that is left.
func TakeOver(t *store.Tx, from, to Organisation) error {
	if err := takeOverGrades(t, from, to); err != nil {
		return err
	}
	var classes []absorbedClass
	err := t.DB().Raw(`SELECT c.id, coalesce(twin.id, c.grade_id) AS grade_id, g.stage, g.entry_year, c.code, c.name FROM school_class c JOIN school_grade g ON g.id = c.grade_id
		LEFT JOIN school_grade twin ON twin.school_id = ? AND twin.stage = g.stage AND twin.entry_year = g.entry_year
		WHERE c.school_id = ? ORDER BY c.code FOR UPDATE OF c`, to.ID, from.ID).Scan(&classes).Error
	if err != nil {
		return fmt.Errorf("read the classes of a school: %w", err)
	}
	if len(classes) == 0 {
		return nil
	}
	taken, err := classCodes(t, to.ID)
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, c := range classes { // a code that is free stays, so no other class may get it
		kept[c.Code] = !taken[c.Code]
	}
	for code := range kept {
		taken[code] = true
	}
	for _, c := range classes {
		code, name := c.Code, c.Name
		if !kept[code] {
			code, name = freeCode(c, taken)
			taken[code] = true
		}
		t.Later("take a class over", 1, `UPDATE school_class SET school_id = ?, org_path = ?, grade_id = ?, code = ?, name = ?, version = version + 1 WHERE id = ?`,
			to.ID, to.Path, c.GradeID, code, name, c.ID)
	}
	return t.Flush()
}

// takeOverGrades moves the year groups that the other school does not have. One that it has
// already is closed, and the twin is open where either was.
func takeOverGrades(t *store.Tx, from, to Organisation) error {
	_, err := t.Exec(`UPDATE school_grade g SET school_id = ?, org_path = ?, version = version + 1 WHERE g.school_id = ?
		AND NOT EXISTS (SELECT 1 FROM school_grade twin WHERE twin.school_id = ? AND twin.stage = g.stage AND twin.entry_year = g.entry_year)`, to.ID, to.Path, from.ID, to.ID)
	if err != nil {
		return fmt.Errorf("take year groups over: %w", err)
	}
	_, err = t.Exec(`UPDATE school_grade twin SET closed_at = NULL, version = twin.version + 1 FROM school_grade g
		WHERE g.school_id = ? AND g.closed_at IS NULL AND twin.school_id = ? AND twin.closed_at IS NOT NULL AND twin.stage = g.stage AND twin.entry_year = g.entry_year`, from.ID, to.ID)
	if err != nil {
		return fmt.Errorf("open a year group again: %w", err)
	}
	if _, err = t.Exec(`UPDATE school_grade SET closed_at = ?, version = version + 1 WHERE school_id = ? AND closed_at IS NULL`, t.Now(), from.ID); err != nil {
		return fmt.Errorf("close the year groups of an absorbed school: %w", err)
	}
	return nil
}

// classCodes returns the codes of all classes of a school.
func classCodes(t *store.Tx, school uuid.UUID) (map[string]bool, error) {
	var codes []string
	if err := t.DB().Raw(`SELECT code FROM school_class WHERE school_id = ?`, school).Scan(&codes).Error; err != nil {
		return nil, fmt.Errorf("read the codes of classes: %w", err)
	}
	taken := make(map[string]bool, len(codes))
	for _, code := range codes {
		taken[code] = true
	}
	return taken, nil
}

// freeCode returns the next free code of a class at the school that takes it over, and its
// name. A name that a person gave stays.
func freeCode(c absorbedClass, taken map[string]bool) (code, name string) {
	no := 1
	for taken[ClassCode(c.EntryYear, c.Stage, no)] {
		no++
	}
	code, name = ClassCode(c.EntryYear, c.Stage, no), c.Name
	for old := 1; old < 100; old++ { // the name that its old number gave it
		if ClassCode(c.EntryYear, c.Stage, old) == c.Code && name == classNameOf(c.EntryYear, old) {
			return code, classNameOf(c.EntryYear, no)
		}
	}
	return code, name
}
