package figures

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// Group is how many records of an office are alike. Of a school the records are told apart by
// class, of a bureau by the office directly below.
type Group struct {
	Stage      org.Stage
	EntryYear  int
	Sex        string
	State      string // in the register (学籍状态)
	InRegister bool
	Part       *uuid.UUID // the class, or the office below; nil for a record without a class
	PartCode   string
	PartName   string
	PartKind   org.Kind // of an office below
	Records    int
}

// Pupils counts the records at and below an office. The records are counted by school first,
// over one index, and names are joined to the few groups that this leaves.
func Pupils(t *store.Tx, office uuid.UUID, kind org.Kind) ([]Group, error) {
	of := belowOffice
	if kind == org.School {
		of = ofSchool
	}
	var list []Group
	if err := t.DB().Raw(of, map[string]any{"office": office}).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("count the records of an office: %w", err)
	}
	return list, nil
}

const ofSchool = `SELECT n.*, c.id AS part, coalesce(c.code, '') AS part_code, coalesce(c.name, '') AS part_name FROM (
	SELECT s.stage, s.entry_year, s.sex, s.enrol_status AS state, s.in_register, s.class_id, count(*) AS records
	FROM student s WHERE s.school_id = @office GROUP BY s.stage, s.entry_year, s.sex, s.enrol_status, s.in_register, s.class_id) n
	LEFT JOIN school_class c ON c.id = n.class_id ORDER BY n.entry_year, c.code`

const belowOffice = `WITH school AS (
	SELECT x.id, subpath(x.path, 0, nlevel(o.path) + 1) AS below FROM organisation o JOIN organisation x ON x.path <@ o.path AND x.path <> o.path
	WHERE o.id = @office AND x.kind = 'SCHOOL'), counted AS (
	SELECT s.school_id, s.stage, s.entry_year, s.sex, s.enrol_status, s.in_register, count(*) AS records FROM student s
	WHERE s.school_id = ANY (ARRAY(SELECT id FROM school)) GROUP BY s.school_id, s.stage, s.entry_year, s.sex, s.enrol_status, s.in_register)
	SELECT b.id AS part, b.code AS part_code, b.name AS part_name, b.kind AS part_kind,
		n.stage, n.entry_year, n.sex, n.enrol_status AS state, n.in_register, sum(n.records) AS records
	FROM counted n JOIN school x ON x.id = n.school_id JOIN organisation b ON b.path = x.below
	GROUP BY b.id, b.code, b.name, b.kind, n.stage, n.entry_year, n.sex, n.enrol_status, n.in_register ORDER BY b.code, n.entry_year`
