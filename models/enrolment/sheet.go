package enrolment

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/workbook"
)

// The headers of the sheet (KT21). Its template is theirs, and nothing else is read.
const (
	headName   = "姓名"
	headNumber = "学籍号"
	headStage  = "教育阶段"
)

// headRows is how far down a header may stand: below a title and a remark.
const headRows = 5

// template is the layout of the sheet.
func template() *roster.Template {
	return &roster.Template{Version: "1", Sheet: "自主招生", Columns: []roster.Column{
		{Letter: "A", Header: headName, En: "Name", Field: roster.Name, Kind: roster.KindName, Max: 50, Required: true},
		{Letter: "B", Header: headNumber, En: "Student number", Field: "student_number", Kind: roster.KindNumber, Max: 30, Required: true},
		{Letter: "C", Header: headStage, En: "Stage", Field: "stage", Kind: roster.KindText, Max: 10},
	}}
}

// WriteTemplate writes the empty sheet that a school fills in (KT21).
func WriteTemplate(w io.Writer) error {
	return template().WriteTemplate(w, "招生入学（教育阶段可不填，默认进入下一学段）")
}

// ReadSheet reads the lines of a school's sheet, an xlsx workbook or a text of
// comma-separated values. It judges nothing but the header; a file that cannot be read at
// all is a *refusal.Error.
func ReadSheet(content []byte) (lines []Line, err error) {
	err = refusal.Contain(refusal.SheetNotWorkbook, func() error {
		rows := rowsOfBook
		if !bytes.HasPrefix(content, []byte("PK")) && isText(content) {
			rows = rowsOfText
		}
		lines, err = readLines(content, rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	return lines, nil
}

// isText reports whether a file may be comma-separated values: a workbook, of whatever age,
// holds bytes that no text holds.
func isText(content []byte) bool { return !bytes.ContainsRune(content, 0) && len(content) > 0 }

// readLines finds the header and takes the lines below it.
func readLines(content []byte, rows func([]byte, func(int, []string) error) error) ([]Line, error) {
	var lines []Line
	var columns map[string]int
	err := rows(content, func(number int, cells []string) error {
		if columns == nil {
			if columns = headerOf(cells); columns == nil && number > headRows {
				return refusal.New(refusal.EnrolSheetHeader)
			}
			return nil
		}
		l := Line{Row: number, Name: cell(cells, columns, headName), Number: cell(cells, columns, headNumber), Stage: stageOf(cell(cells, columns, headStage))}
		if l.Name == "" && l.Number == "" && l.Stage == "" {
			return nil
		}
		if len(lines) == MaxLines {
			return refusal.New(refusal.EnrolSheetRows).With("max", maxLinesText)
		}
		lines = append(lines, l)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case columns == nil:
		return nil, refusal.New(refusal.EnrolSheetHeader)
	}
	return lines, nil
}

// headerOf returns the columns of a header, nil for a row that is none.
func headerOf(cells []string) map[string]int {
	columns := map[string]int{}
	for i, text := range cells {
		text = strings.TrimRight(strings.TrimSpace(text), "*＊")
		if _, twice := columns[text]; !twice && slices.Contains([]string{headName, headNumber, headStage}, text) {
			columns[text] = i
		}
	}
	if _, name := columns[headName]; !name {
		return nil
	}
	if _, number := columns[headNumber]; !number {
		return nil
	}
	return columns
}

// maxCell is the longest text of a cell that is kept, in characters: longer than any name or number.
const maxCell = 100

func cell(cells []string, columns map[string]int, head string) string {
	i, known := columns[head]
	if !known || i >= len(cells) {
		return ""
	}
	text := []rune(strings.TrimSpace(strings.ToValidUTF8(strings.TrimPrefix(cells[i], "'"), "")))
	return string(text[:min(len(text), maxCell)])
}

// stageOf returns the stage that a cell names. A word that names none stays, and is
// refused with its line.
func stageOf(text string) org.Stage {
	switch text {
	case "小学":
		return org.Primary
	case "初中", "初级中学":
		return org.Junior
	case "高中", "普通高中", "高级中学":
		return org.Senior
	}
	return org.Stage(strings.ToUpper(text))
}

// rowsOfBook walks the rows of the first visible sheet of a workbook.
func rowsOfBook(content []byte, each func(int, []string) error) error {
	book, err := workbook.Open(bytes.NewReader(content), int64(len(content)), workbook.DefaultLimits())
	if err != nil {
		return unreadable(err)
	}
	sheets := book.Sheets()
	if len(sheets) == 0 {
		return refusal.New(refusal.EnrolSheetHeader)
	}
	for row, err := range book.Rows(sheets[0]) {
		if err != nil {
			return unreadable(err)
		}
		var cells []string
		for _, c := range row.Cells {
			if c.Column > maxColumns {
				break
			}
			for len(cells) < c.Column {
				cells = append(cells, "")
			}
			cells[c.Column-1] = textOf(c)
		}
		if err := each(row.Number, cells); err != nil {
			return err
		}
	}
	return nil
}

// maxColumns is how far to the right columns are read.
const maxColumns = 64

// textOf returns a cell as people read it. A number that was typed as such keeps its digits
// where the file holds all of them.
func textOf(c workbook.Cell) string {
	if c.Kind == workbook.Number {
		if digits, exact := workbook.Integer(c.Text); exact {
			return digits
		}
	}
	return c.Text
}

// unreadable tells a person why a workbook cannot be read.
func unreadable(err error) error {
	var told *refusal.Error
	switch {
	case errors.As(err, &told):
		return err
	case errors.Is(err, workbook.ErrPassword):
		return refusal.New(refusal.SheetPassword)
	case errors.Is(err, workbook.ErrOldFormat):
		return refusal.New(refusal.SheetOldFormat)
	case errors.Is(err, workbook.ErrTooLarge):
		return refusal.New(refusal.SheetTooLarge).Because(err)
	case errors.Is(err, workbook.ErrNotWorkbook):
		return refusal.New(refusal.SheetNotWorkbook).Because(err)
	}
	return fmt.Errorf("read a sheet of graduates: %w", err)
}

// rowsOfText walks the rows of comma-separated values, in UTF-8 or as a Chinese Excel
// writes them.
func rowsOfText(content []byte, each func(int, []string) error) error {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(content) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(content)
		if err != nil {
			return refusal.New(refusal.SheetNotWorkbook).Because(err)
		}
		content = decoded
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return refusal.New(refusal.SheetNotWorkbook).Because(err)
		}
		line, _ := r.FieldPos(0)
		if err := each(line, cells); err != nil {
			return err
		}
	}
}
