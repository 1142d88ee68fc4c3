package roster

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// inMemory keeps excelize from spilling rows into a temporary file, which would
// lie there unencrypted: nothing can be created below a device.
func inMemory() excelize.Options { return excelize.Options{TmpDir: os.DevNull} }

// WriteTemplate writes the empty template (P17): title, headers with the
// required ones in red, the hidden column, every cell formatted as text.
func (t *Template) WriteTemplate(w io.Writer, title string) error {
	return t.Write(w, title, func(func(Pupil) bool) {})
}

// Write writes pupils in the layout of the template. Every cell is a text cell,
// so nothing a pupil's text begins with is evaluated.
func (t *Template) Write(w io.Writer, title string, pupils iter.Seq[Pupil]) error {
	return refusal.Contain(refusal.SheetNotWritable, func() error { return t.write(w, title, pupils) })
}

func (t *Template) write(w io.Writer, title string, pupils iter.Seq[Pupil]) (err error) {
	f := excelize.NewFile(inMemory())
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.SetSheetName("Sheet1", t.Sheet); err != nil {
		return fmt.Errorf("write roster: %w", err)
	}
	s, err := newStyles(f)
	if err != nil {
		return err
	}
	sw, err := f.NewStreamWriter(t.Sheet)
	if err != nil {
		return fmt.Errorf("write roster: %w", err)
	}
	if err := t.writeHead(sw, s, title); err != nil {
		return fmt.Errorf("write roster: %w", err)
	}
	number := firstPupil
	for p := range pupils {
		if err := t.writePupil(sw, s, number, p); err != nil {
			return fmt.Errorf("write roster: %w", err)
		}
		number++
	}
	if err := sw.Flush(); err != nil {
		return fmt.Errorf("write roster: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write roster: %w", err)
	}
	return nil
}

// Rows of the template.
const (
	titleRow   = 1
	headRow    = 2
	firstPupil = 3
	titleWidth = 12 // columns the title spans
)

type styles struct{ title, text, head, required int }

// textFormat is the number of the built-in format "text" (@).
const textFormat = 49

func newStyles(f *excelize.File) (styles, error) {
	var s styles
	for _, one := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}},
		{&s.text, excelize.Style{NumFmt: textFormat}},
		{&s.head, excelize.Style{NumFmt: textFormat, Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true}}},
		{&s.required, excelize.Style{NumFmt: textFormat, Font: &excelize.Font{Bold: true, Color: "FF0000"}, Alignment: &excelize.Alignment{WrapText: true}}},
	} {
		id, err := f.NewStyle(&one.style)
		if err != nil {
			return s, fmt.Errorf("write roster: %w", err)
		}
		*one.id = id
	}
	return s, nil
}

// writeHead writes columns, title and headers; a stream wants the columns first.
func (t *Template) writeHead(sw *excelize.StreamWriter, s styles, title string) error {
	if err := sw.SetColStyle(1, len(t.Columns), s.text); err != nil {
		return err
	}
	heads := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		style := s.head
		if c.Required {
			style = s.required
		}
		heads[i] = excelize.Cell{StyleID: style, Value: c.Header}
		if err := sw.SetColWidth(i+1, i+1, c.width()); err != nil {
			return err
		}
		if c.Kind == KindHidden {
			if err := sw.SetColVisible(i+1, i+1, false); err != nil {
				return err
			}
		}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, XSplit: 2, YSplit: headRow, TopLeftCell: "C3", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	if title == "" {
		title = t.Title
	}
	if err := sw.SetRow(reference(1, titleRow), []any{excelize.Cell{StyleID: s.title, Value: title}}); err != nil {
		return err
	}
	if err := sw.MergeCell(reference(1, titleRow), reference(titleWidth, titleRow)); err != nil {
		return err
	}
	return sw.SetRow(reference(1, headRow), heads)
}

func (t *Template) writePupil(sw *excelize.StreamWriter, s styles, number int, p Pupil) error {
	cells := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		if v := p[c.Field]; v != "" && c.Kind != KindHidden {
			cells[i] = excelize.Cell{StyleID: s.text, Value: v}
		}
	}
	return sw.SetRow(reference(1, number), cells)
}

// width gives a column's width in characters.
func (c *Column) width() float64 {
	switch c.Kind {
	case KindAddress:
		return 42
	case KindIdentity, KindValidity:
		return 21
	case KindDivision, KindPhone, KindSchool:
		return 15
	default:
		return 12
	}
}

func reference(column, row int) string {
	return fmt.Sprintf("%s%d", workbook.ColumnLetter(column), row)
}
