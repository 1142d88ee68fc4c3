package roster

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// Headers of the two columns WriteFindings adds. The reader ignores them, so
// the corrected file can be handed in as it is.
const (
	verdictHeader = "导入结果"
	remarkHeader  = "问题与处理办法"
)

// remarkedSheet is the largest sheet, unpacked, that WriteFindings copies: it
// has to hold the sheet in memory to keep the clerk's formatting.
const remarkedSheet = 48 << 20

// WriteFindings writes the clerk's own file with two more columns: what became
// of each row, and every finding with its remedy. They carry a filter, so the
// rows to correct can be picked out, put right and handed in again; the cells
// concerned are coloured. It gives how many numbers stand in the file in full.
//
// A very large sheet is refused, and a file that the library cannot write, which
// panics on some, fails with sheet_not_writable: use WriteFindingsCSV then.
func (rd *Reader) WriteFindings(w io.Writer, original io.ReaderAt, size int64, findings []Finding, c *refusal.Catalogue, lang refusal.Language) (numbers int, err error) {
	limits := rd.limits
	limits.Sheet = min(limits.Sheet, remarkedSheet)
	book, err := workbook.Open(original, size, limits)
	if err != nil {
		return 0, refusalOf(err)
	}
	l, err := findLayout(rd.template, book)
	if err != nil {
		return 0, err
	}
	if numbers, err = rd.numbersIn(book, l); err != nil {
		return 0, err
	}
	// Parts larger than UnzipXMLSizeLimit would go to unencrypted temporary files.
	options := inMemory()
	options.UnzipSizeLimit, options.UnzipXMLSizeLimit = 2*limits.Sheet+limits.Strings, 2*limits.Sheet+limits.Strings
	return numbers, refusal.Contain(refusal.SheetNotWritable, func() error {
		f, err := excelize.OpenReader(io.NewSectionReader(original, 0, size), options)
		if err != nil {
			return refusal.New(refusal.SheetNotWritable).Because(err)
		}
		return errors.Join(remark(f, w, l, findings, c, lang), f.Close())
	})
}

// remark writes the findings into an open file, and the file.
func remark(f *excelize.File, w io.Writer, l *layout, findings []Finding, c *refusal.Catalogue, lang refusal.Language) error {
	for i := len(l.remarks) - 1; i >= 0; i-- { // what was said on an earlier try is out of date
		if err := f.RemoveCol(l.sheet, workbook.ColumnLetter(l.remarks[i])); err != nil {
			return fmt.Errorf("write findings: %w", err)
		}
	}
	m := marker{file: f, layout: l, column: lastColumn(l) + 1}
	if err := m.mark(findings, c, lang); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	return nil
}

// fullNumber is how many digits in a row may be a number of an identity document
// wherever they stand.
const fullNumber = 15

// numbersIn counts the cells of all sheets that hold a number in full: those of a
// column of document numbers that are not empty, and long numbers anywhere else.
func (rd *Reader) numbersIn(book *workbook.Book, l *layout) (int, error) {
	n := 0
	for _, sheet := range book.Sheets() {
		for row, err := range book.Rows(sheet) {
			if err != nil {
				return 0, refusalOf(err)
			}
			for _, c := range row.Cells {
				i, known := l.of[c.Column]
				secret := known && sheet == l.sheet && row.Number > l.headerRow && rd.template.Columns[i].Kind == KindIdentity
				if secret && strings.TrimSpace(c.Text) != "" || longestRun(c.Text) >= fullNumber {
					n++
				}
			}
		}
	}
	return n, nil
}

// longestRun gives the length of the longest run of digits.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if run++; !unicode.IsDigit(r) {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

func lastColumn(l *layout) int {
	last := l.width
	for column := range l.of {
		last = max(last, column)
	}
	return last
}

// marker adds the findings to an open file.
type marker struct {
	file                    *excelize.File
	layout                  *layout
	column                  int // of the verdict; the remark stands beside it
	red, yellow, head, wrap int
}

func (m *marker) mark(findings []Finding, c *refusal.Catalogue, lang refusal.Language) error {
	if err := m.styles(); err != nil {
		return err
	}
	texts, verdicts := map[int][]string{}, map[int]Severity{}
	last := m.layout.headerRow
	for _, f := range findings {
		if f.Row <= m.layout.headerRow {
			continue
		}
		last = max(last, f.Row)
		texts[f.Row] = append(texts[f.Row], f.Sentence(c, lang))
		verdicts[f.Row] = worse(verdicts[f.Row], f.Severity)
		if err := m.colour(f); err != nil {
			return err
		}
	}
	if err := m.set(m.layout.headerRow, verdictHeader, remarkHeader, m.head); err != nil {
		return err
	}
	for row, list := range texts {
		if err := m.set(row, verdictWord(verdicts[row]), strings.Join(list, "\n"), m.wrap); err != nil {
			return err
		}
	}
	sheet := m.layout.sheet
	if err := m.file.SetColWidth(sheet, workbook.ColumnLetter(m.column), workbook.ColumnLetter(m.column+1), 60); err != nil {
		return err
	}
	area := reference(m.column, m.layout.headerRow) + ":" + reference(m.column+1, last)
	return m.file.AutoFilter(sheet, area, nil)
}

func (m *marker) styles() error {
	fill := func(colour string) *excelize.Style {
		return &excelize.Style{NumFmt: textFormat, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}}
	}
	for id, style := range map[*int]*excelize.Style{
		&m.red: fill("FFC7CE"), &m.yellow: fill("FFEB9C"), &m.head: fill("DDEBF7"),
		&m.wrap: {NumFmt: textFormat, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}},
	} {
		n, err := m.file.NewStyle(style)
		if err != nil {
			return err
		}
		*id = n
	}
	return nil
}

// colour marks the cell a finding is about. A date cell keeps its own format:
// as text it would show its serial number.
func (m *marker) colour(f Finding) error {
	if f.Column == "" || f.Code == refusal.SheetDateCell {
		return nil
	}
	style := m.yellow
	if f.Severity == Reject {
		style = m.red
	}
	cell := f.Column + strconv.Itoa(f.Row)
	return m.file.SetCellStyle(m.layout.sheet, cell, cell, style)
}

func (m *marker) set(row int, verdict, remark string, style int) error {
	first, second := reference(m.column, row), reference(m.column+1, row)
	if err := m.file.SetCellStr(m.layout.sheet, first, verdict); err != nil {
		return err
	}
	if err := m.file.SetCellStr(m.layout.sheet, second, remark); err != nil {
		return err
	}
	return m.file.SetCellStyle(m.layout.sheet, first, second, style)
}

func worse(a, b Severity) Severity {
	rank := map[Severity]int{Remark: 1, Fixed: 2, Reject: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

func verdictWord(s Severity) string {
	switch s {
	case Reject:
		return "未通过"
	case Fixed:
		return "已更正"
	case Remark:
		return "请核对"
	}
	return ""
}
