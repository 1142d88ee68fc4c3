package roster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster/workbook"
)

// layout says in which column of a file each column of the template stands.
type layout struct {
	sheet     string
	headerRow int
	at        []int        // by column of the template: column of the file, 0 when missing
	of        map[int]int  // column of the file → column of the template
	named     map[int]bool // columns of the file with a header of any kind
	findings  []Finding    // about the file
	matched   int
	width     int      // last column with a header of the clerk's
	remarks   []int    // columns that WriteFindings added on an earlier try
	lacks     []string // of a sheet of updates that does not fit: the columns it would need
}

// headerRows is how far down the header may stand, and sheetsTried among how many sheets.
const (
	headerRows  = 15
	sheetsTried = 20
)

// findLayout picks the sheet and the header row that match the template best.
func findLayout(t *Template, book *workbook.Book) (*layout, error) {
	var best *layout
	var full, lacks []string
	for i, sheet := range book.Sheets() {
		if i == sheetsTried {
			break
		}
		l, err := sheetLayout(t, book, sheet)
		if err != nil {
			return nil, err
		}
		if t.fits(l.matched) {
			full = append(full, sheet)
		} else if lacks == nil {
			lacks = l.lacks
		}
		if best == nil || l.matched > best.matched || l.matched == best.matched && sheet == t.Sheet {
			best = l
		}
	}
	if best == nil || !t.fits(best.matched) {
		return nil, t.misfit(lacks)
	}
	others := slices.DeleteFunc(full, func(name string) bool { return name == best.sheet })
	if len(others) > 0 {
		best.warn(refusal.SheetFurtherSheets, "", map[string]string{"sheets": list(others), "sheet": best.sheet})
	}
	return best, nil
}

func sheetLayout(t *Template, book *workbook.Book, sheet string) (*layout, error) {
	best := &layout{sheet: sheet}
	var headers map[int]string
	seen := 0
	for row, err := range book.Rows(sheet) {
		if err != nil {
			return nil, refusalOf(err)
		}
		if seen++; seen > headerRows || row.Number > 2*headerRows {
			break
		}
		texts := map[int]string{}
		for _, c := range row.Cells {
			texts[c.Column] = c.Text
		}
		if lacks := t.lacking(texts); len(lacks) > 0 {
			if best.lacks == nil && match(t, texts) > 0 {
				best.lacks = lacks
			}
			continue
		}
		if n := match(t, texts); n > best.matched {
			best.matched, best.headerRow, headers = n, row.Number, texts
		}
	}
	if !t.fits(best.matched) {
		return best, nil
	}
	return best, best.place(t, headers)
}

// match counts the columns of the template among the texts of a row.
func match(t *Template, texts map[int]string) int {
	words := map[string]bool{}
	for _, text := range texts {
		words[header(text)] = true
	}
	n := 0
	for _, c := range t.Columns {
		if c.Kind != KindHidden && words[c.Header] {
			n++
		}
	}
	return n
}

// place finds every column by its header and says in what the file differs from the template.
func (l *layout) place(t *Template, headers map[int]string) error {
	l.at, l.of, l.named = make([]int, len(t.Columns)), map[int]int{}, map[int]bool{}
	var unknown, decorated, twice []string
	for _, column := range sortedKeys(headers) {
		text := headers[column]
		l.named[column] = header(text) != "" || text == remarkHeader
		if text == verdictHeader || text == remarkHeader {
			l.remarks = append(l.remarks, column)
			continue
		}
		l.width = column
		i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Header == header(text) })
		switch {
		case i < 0:
			if word := header(text); word != "" {
				unknown = append(unknown, fmt.Sprintf("%s（%s）", cut(word), workbook.ColumnLetter(column)))
			}
		case l.at[i] != 0:
			twice = append(twice, t.Columns[i].Header)
		default:
			l.at[i], l.of[column] = column, i
			if text != t.Columns[i].Header {
				decorated = append(decorated, t.Columns[i].Header)
			}
		}
	}
	if len(twice) > 0 {
		return refusal.New(refusal.SheetColumnTwice).WithText("columns", list(twice), listInEnglish(twice))
	}
	if len(unknown) > 0 {
		l.warn(refusal.SheetColumnsUnknown, "", columnsNamed(unknown))
	}
	if t.partial {
		return nil // any of the columns in any order
	}
	if err := l.missing(t); err != nil {
		return err
	}
	if moved := l.moved(t); len(moved) > 0 {
		l.warn(refusal.SheetColumnsMoved, "", columnsNamed(moved))
	}
	if len(decorated) > 0 {
		l.warn(refusal.SheetHeadersDecorated, "", columnsNamed(decorated))
	}
	return nil
}

// missing refuses a file without a column that some row needs.
func (l *layout) missing(t *Template) error {
	var needed, optional []string
	for i, c := range t.Columns {
		switch {
		case l.at[i] != 0:
		case c.Kind == KindHidden:
			l.warn(refusal.SheetHiddenColumnMissing, c.Letter, nil)
		case c.Required || c.Conditional:
			needed = append(needed, c.Header)
		default:
			optional = append(optional, c.Header)
		}
	}
	if len(needed) > 0 {
		return refusal.New(refusal.SheetColumnsMissing).WithText("columns", list(needed), listInEnglish(needed))
	}
	if len(optional) > 0 {
		l.warn(refusal.SheetOptionalMissing, "", columnsNamed(optional))
	}
	return nil
}

// moved lists columns that do not stand in the order of the template. Columns
// that are only further left or right because of another one are not moved.
func (l *layout) moved(t *Template) []string {
	var order []int // columns of the template in the order of the file
	for _, column := range sortedKeys(l.of) {
		order = append(order, l.of[column])
	}
	ranked := slices.Sorted(slices.Values(order))
	var moved []string
	for i, column := range order {
		if column != ranked[i] {
			moved = append(moved, t.Columns[column].Header)
		}
	}
	return moved
}

func (l *layout) warn(code refusal.Code, letter string, params map[string]string) {
	l.findings = append(l.findings, Finding{Row: l.headerRow, Column: letter, Code: code, Severity: Fixed, Params: params})
}

// letter gives the letter of a template's column in this file, or that of the
// template when the file has none.
func (l *layout) letter(t *Template, i int) string {
	if l.at[i] == 0 {
		return t.Columns[i].Letter
	}
	return workbook.ColumnLetter(l.at[i])
}

// longestList is how many names a sentence lists.
const longestList = 12

func list(words []string) string {
	if len(words) > longestList {
		return strings.Join(words[:longestList], "、") + "…"
	}
	return strings.Join(words, "、")
}

// cut shortens a header of the clerk's own for a sentence.
func cut(word string) string {
	if runes := []rune(word); len(runes) > longestList {
		return string(runes[:longestList]) + "…"
	}
	return word
}

func sortedKeys[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
