package placing

import (
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// Template is the sheet of a year group with its pupils filled in, for a school that places
// many pupils at once.
type Template struct {
	Pupils  []TemplateRow
	Classes []string // names of the open classes, for the list in each cell
}

// TemplateRow is one pupil of a template; the student number is masked, because the record
// is named by its own ID.
type TemplateRow struct {
	ID     uuid.UUID
	Name   string
	Number string
	Class  string // the present one, or ""
}

// ReadTemplate reads the enrolled pupils of a year group in the order of their classes. With
// waiting it reads only pupils without a class.
func ReadTemplate(t *store.Tx, school uuid.UUID, stage org.Stage, entryYear int, waiting bool) (*Template, error) {
	out := &Template{}
	err := t.DB().Raw(`SELECT s.id, s.name, s.number_masked AS number, coalesce(k.name, '') AS class FROM student s LEFT JOIN school_class k ON k.id = s.class_id
		WHERE s.school_id = @school AND s.stage = @stage AND s.entry_year = @year AND s.enrol_status = @enrolled AND (NOT @waiting OR s.class_id IS NULL)
		ORDER BY k.code NULLS FIRST, s.name, s.id LIMIT @most`,
		map[string]any{"school": school, "stage": stage, "year": entryYear, "enrolled": status.Enrolled, "waiting": waiting, "most": MaxSheetRows}).Scan(&out.Pupils).Error
	if err != nil {
		return nil, fmt.Errorf("read the pupils of a year group: %w", err)
	}
	classes, err := office.Classes(t, school)
	if err != nil {
		return nil, err
	}
	for _, c := range classes {
		if c.Stage == stage && c.EntryYear == entryYear {
			out.Classes = append(out.Classes, c.Name)
		}
	}
	return out, nil
}

// Write writes the sheet.
func (t *Template) Write(w io.Writer) error {
	rows := [][]string{{roster.RecordColumn, roster.NumberColumn, roster.NameColumn, columnNow, columnNew}}
	for _, p := range t.Pupils {
		rows = append(rows, []string{p.ID.String(), p.Number, p.Name, p.Class})
	}
	return roster.FilledForm{Sheet: "分班调班", Rows: rows, Offers: []roster.FormOffer{{Column: "E", Sheet: "班级", Values: t.Classes}}}.Write(w)
}
