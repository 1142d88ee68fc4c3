package placing

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

// The columns of the sheet by which a school places pupils (P42, P52).
const (
	columnRecord = "系统编号" // of the record; the template fills it in
	columnNumber = "学籍号"
	columnName   = "姓名"
	columnNow    = "现班级"
	columnNew    = "新班级"
)

// MaxSheetRows is the highest number of rows of one sheet: a large year group, or a small
// school.
const MaxSheetRows = 2000

// headRows is how many rows from the top the header may stand.
const headRows = 5

// Row is one row of a sheet as it was read. A row without a new class asks for nothing.
type Row struct {
	No     int // as at the left edge of the sheet
	Record string
	Number string
	Name   string
	Class  string // the new one, as people name it
}

// ReadSheet reads the rows of a sheet that name a new class. It judges the sheet alone: the
// pupils and classes are found later. A file that cannot be read is a *refusal.Error.
func ReadSheet(file io.ReaderAt, size int64) (rows []Row, err error) {
	err = refusal.Contain(refusal.SheetNotWorkbook, func() error {
		rows, err = readSheet(file, size)
		return err
	})
	return rows, err
}

func readSheet(file io.ReaderAt, size int64) ([]Row, error) {
	book, err := workbook.Open(file, size, workbook.DefaultLimits())
	if err != nil {
		return nil, refusalOf(err)
	}
	sheets := book.Sheets()
	if len(sheets) == 0 {
		return nil, refusal.New(refusal.SheetNotWorkbook)
	}
	var rows []Row
	var columns map[string]int
	read := 0
	for row, err := range book.Rows(sheets[0]) {
		if err != nil {
			return nil, refusalOf(err)
		}
		if columns == nil {
			if columns = headOf(row); columns == nil && row.Number >= headRows {
				break
			}
			continue
		}
		if read++; read > MaxSheetRows {
			return nil, refusal.New(refusal.PlacingSheetLong).With("max", strconv.Itoa(MaxSheetRows))
		}
		if r := rowOf(row, columns); r.Class != "" {
			rows = append(rows, r)
		}
	}
	if missing := missingColumns(columns); len(missing) > 0 {
		return nil, refusal.New(refusal.PlacingSheetHead).With("columns", strings.Join(missing, "、"))
	}
	if len(rows) == 0 {
		return nil, refusal.New(refusal.PlacingSheetEmpty)
	}
	return rows, nil
}

// headOf returns the columns of a header; nil for a row that is none.
func headOf(row *workbook.Row) map[string]int {
	columns := map[string]int{}
	for _, cell := range row.Cells {
		name := plainText(cell.Text)
		if _, twice := columns[name]; !twice && slices.Contains([]string{columnRecord, columnNumber, columnName, columnNow, columnNew}, name) {
			columns[name] = cell.Column
		}
	}
	if len(columns) < 2 { // the name of a column may stand in a title
		return nil
	}
	return columns
}

func missingColumns(columns map[string]int) (missing []string) {
	for _, name := range []string{columnName, columnNew} {
		if columns[name] == 0 {
			missing = append(missing, name)
		}
	}
	if columns[columnNumber] == 0 && columns[columnRecord] == 0 {
		missing = append(missing, columnNumber)
	}
	return missing
}

func rowOf(row *workbook.Row, columns map[string]int) Row {
	text := func(name string) string {
		for _, cell := range row.Cells {
			if cell.Column == columns[name] && cell.Column > 0 {
				return typed.Tidy(cell.Text)
			}
		}
		return ""
	}
	return Row{No: row.Number, Record: plainText(text(columnRecord)), Number: text(columnNumber), Name: text(columnName), Class: text(columnNew)}
}

// plainText folds full-width characters and takes out every space.
func plainText(text string) string {
	return strings.Join(strings.Fields(width.Fold.String(typed.Tidy(text))), "")
}

// refusalOf words why a workbook cannot be read.
func refusalOf(err error) error {
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

// classKey is the form in which two spellings of the name of a class are the same: without
// spaces, in half width, with Arabic numerals: "２０２６级 一班" is "2026级1班".
func classKey(name string) string {
	key := strings.ToLower(plainText(name))
	return strings.NewReplacer("(", "", ")", "").Replace(arabic(key))
}

// arabic writes Chinese numerals that stand in a text in Arabic ones: 十二 is 12, 二〇二六 is
// 2026.
func arabic(text string) string {
	const digits = "〇一二三四五六七八九"
	var out strings.Builder
	number, open, ten := 0, false, false
	flush := func() {
		if open {
			out.WriteString(strconv.Itoa(number))
		}
		number, open, ten = 0, false, false
	}
	for _, r := range text {
		digit := strings.IndexRune(digits, r)
		switch {
		case r == '十':
			number, open, ten = max(number, 1)*10, true, true
		case digit >= 0 && open && !ten:
			number = number*10 + digit/len("一")
		case digit >= 0:
			number, open, ten = number+digit/len("一"), true, false
		default:
			flush()
			out.WriteRune(r)
		}
		if number > 9999 { // no year and no class
			return text
		}
	}
	flush()
	return out.String()
}
