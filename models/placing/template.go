package placing

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
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

// Write writes the sheet. Every cell is a text cell, so nothing that a name begins with is
// evaluated. It never touches a disk, where the names would lie unencrypted.
func (t *Template) Write(w io.Writer) error {
	return refusal.Contain(refusal.SheetNotWritable, func() error { return t.write(w) })
}

const (
	templateSheet = "分班调班"
	classesSheet  = "班级"
	textFormat    = 49 // the number of the built-in format "text" (@)
)

func (t *Template) write(w io.Writer) (err error) {
	f := excelize.NewFile(excelize.Options{TmpDir: os.DevNull}) // nothing can be created below a device
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.SetSheetName("Sheet1", templateSheet); err != nil {
		return fmt.Errorf("write a template: %w", err)
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return fmt.Errorf("write a template: %w", err)
	}
	if _, err := f.NewSheet(classesSheet); err != nil {
		return fmt.Errorf("write a template: %w", err)
	}
	if err := errors.Join(f.SetColStyle(templateSheet, "A:E", text), f.SetColWidth(templateSheet, "A", "A", 38), f.SetColWidth(templateSheet, "B", "E", 18)); err != nil {
		return fmt.Errorf("write a template: %w", err)
	}
	rows := [][]string{{columnRecord, columnNumber, columnName, columnNow, columnNew}}
	for _, p := range t.Pupils {
		rows = append(rows, []string{p.ID.String(), p.Number, p.Name, p.Class})
	}
	if err := fill(f, templateSheet, rows); err != nil {
		return err
	}
	names := [][]string{}
	for _, name := range t.Classes {
		names = append(names, []string{name})
	}
	if err := errors.Join(fill(f, classesSheet, names), t.offerClasses(f)); err != nil {
		return err
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write a template: %w", err)
	}
	return nil
}

func fill(f *excelize.File, sheet string, rows [][]string) error {
	for i, row := range rows {
		for j, value := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return fmt.Errorf("write a template: %w", err)
			}
			if err := f.SetCellStr(sheet, cell, value); err != nil {
				return fmt.Errorf("write a template: %w", err)
			}
		}
	}
	return nil
}

// offerClasses lets the cells of the new class offer the names of the classes.
func (t *Template) offerClasses(f *excelize.File) error {
	if len(t.Classes) == 0 {
		return nil
	}
	offer := excelize.NewDataValidation(true)
	offer.Sqref = "E2:E" + strconv.Itoa(max(len(t.Pupils)+1, 2))
	offer.SetSqrefDropList("'" + classesSheet + "'!$A$1:$A$" + strconv.Itoa(len(t.Classes)))
	if err := f.AddDataValidation(templateSheet, offer); err != nil {
		return fmt.Errorf("write a template: %w", err)
	}
	return nil
}
