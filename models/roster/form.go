package roster

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
	"github.com/xueji/xueji/models/typed"
)

// Form is a small sheet that a school fills in: a line for each pupil, read by the names of
// its columns.
type Form struct {
	Columns []string
	Needs   []string // the columns without which it is not read
	Either  []string // of these one is enough; the first is named where all are missing
	Most    int      // rows
	// Missing and Long are the refusals of a sheet without such columns, and of one with more
	// rows.
	Missing, Long refusal.Code
}

// The columns by which a form names its pupil.
const (
	RecordColumn = "系统编号" // of the record; the template fills it in
	NumberColumn = "学籍号"
	NameColumn   = "姓名"
)

// formHead is how many rows from the top the header of a form may stand.
const formHead = 5

// FormRow is one row of a form as it was read.
type FormRow struct {
	No    int // as at the left edge of the sheet
	cells map[string]string
}

// Text returns what stands in a column, without the space around it.
func (r FormRow) Text(column string) string { return r.cells[column] }

// Read reads the rows below the header. A file that cannot be read is a *refusal.Error.
func (f Form) Read(file io.ReaderAt, size int64) (rows []FormRow, err error) {
	err = refusal.Contain(refusal.SheetNotWorkbook, func() error {
		rows, err = f.read(file, size)
		return err
	})
	return rows, err
}

func (f Form) read(file io.ReaderAt, size int64) ([]FormRow, error) {
	book, err := workbook.Open(file, size, workbook.DefaultLimits())
	if err != nil {
		return nil, refusalOfBook(err)
	}
	sheets := book.Sheets()
	if len(sheets) == 0 {
		return nil, refusal.New(refusal.SheetNotWorkbook)
	}
	var rows []FormRow
	var columns map[string]int
	for row, err := range book.Rows(sheets[0]) {
		if err != nil {
			return nil, refusalOfBook(err)
		}
		if columns == nil {
			if columns = f.headOf(row); columns == nil && row.Number >= formHead {
				break
			}
			continue
		}
		if len(rows) == f.Most {
			return nil, refusal.New(f.Long).With("max", strconv.Itoa(f.Most))
		}
		rows = append(rows, formRow(row, columns))
	}
	if missing := f.missing(columns); len(missing) > 0 {
		return nil, refusal.New(f.Missing).With("columns", strings.Join(missing, "、"))
	}
	return rows, nil
}

// headOf returns the columns of a header; nil for a row that is none.
func (f Form) headOf(row *workbook.Row) map[string]int {
	columns := map[string]int{}
	for _, cell := range row.Cells {
		name := PlainText(cell.Text)
		if _, twice := columns[name]; !twice && slices.Contains(f.Columns, name) {
			columns[name] = cell.Column
		}
	}
	if len(columns) < 2 { // the name of a column may stand in a title
		return nil
	}
	return columns
}

func (f Form) missing(columns map[string]int) (missing []string) {
	for _, name := range f.Needs {
		if columns[name] == 0 {
			missing = append(missing, name)
		}
	}
	if len(f.Either) > 0 && !slices.ContainsFunc(f.Either, func(name string) bool { return columns[name] > 0 }) {
		missing = append(missing, f.Either[0])
	}
	return missing
}

func formRow(row *workbook.Row, columns map[string]int) FormRow {
	out := FormRow{No: row.Number, cells: map[string]string{}}
	for name, column := range columns {
		for _, cell := range row.Cells {
			if cell.Column == column {
				out.cells[name] = typed.Tidy(cell.Text)
				break
			}
		}
	}
	return out
}

// PlainText folds full-width characters and takes out every space.
func PlainText(text string) string {
	return strings.Join(strings.Fields(width.Fold.String(typed.Tidy(text))), "")
}

// refusalOfBook words why a workbook cannot be read.
func refusalOfBook(err error) error {
	for cause, code := range map[error]refusal.Code{
		workbook.ErrNotWorkbook: refusal.SheetNotWorkbook, workbook.ErrOldFormat: refusal.SheetOldFormat,
		workbook.ErrPassword: refusal.SheetPassword, workbook.ErrTooLarge: refusal.SheetTooLarge,
	} {
		if errors.Is(err, cause) {
			return refusal.New(code).At("/file").Because(err)
		}
	}
	return err
}
