package workbook

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
)

// Kind says how a cell is stored.
type Kind uint8

// The kinds of stored cells.
const (
	Text Kind = iota
	Number
	Date // a number whose style shows a date, or an ISO date
	Bool
	Error
)

// Cell is one cell as it is stored.
type Cell struct {
	Column  int // 1 is A
	Kind    Kind
	Text    string // the stored value: for Number and Date the digits of the file
	Formula bool   // Text is the last calculated value
	Missing bool   // a formula without a calculated value
}

// Row is one row of a sheet. It and its cells are reused: copy what you keep.
type Row struct {
	Number int
	Hidden bool // by a filter, an outline or by hand
	Cells  []Cell
}

// maxRow and maxColumn are the ends of every sheet of the format.
const (
	maxRow    = 1_048_576
	maxColumn = 16_384
)

// Rows walks the rows of a sheet that hold something; rows that are empty or only
// formatted are left out, so numbers jump. After an error nothing follows. A sheet
// that is damaged after its last row ends with an error too.
func (b *Book) Rows(sheet string) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		i := slices.IndexFunc(b.sheets, func(s sheetRef) bool { return s.name == sheet })
		if i < 0 {
			yield(nil, fmt.Errorf("%w: no such sheet", ErrNotWorkbook))
			return
		}
		d, err := b.open(b.sheets[i].part, b.limits.Sheet)
		if err != nil {
			yield(nil, err)
			return
		}
		defer d.Close()
		s := scanner{book: b, document: d}
		for {
			more, err := s.next()
			if err != nil {
				yield(nil, err)
				return
			}
			if !more || !yield(&s.row, nil) {
				return
			}
		}
	}
}

// HiddenColumns lists the columns of a sheet that nobody sees, as far as Limits.Columns.
func (b *Book) HiddenColumns(sheet string) ([]int, error) {
	i := slices.IndexFunc(b.sheets, func(s sheetRef) bool { return s.name == sheet })
	if i < 0 {
		return nil, fmt.Errorf("%w: no such sheet", ErrNotWorkbook)
	}
	d, err := b.open(b.sheets[i].part, b.limits.Sheet)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var hidden []int
	for {
		token, err := d.next()
		if errors.Is(err, io.EOF) {
			return hidden, nil
		}
		if err != nil {
			return nil, err
		}
		e, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Local == "sheetData": // the columns are described before the rows
			return hidden, nil
		case e.Name.Local == "col" && (isTrue(attr(e, "hidden")) || attr(e, "width") == "0"):
			first, _ := strconv.Atoi(attr(e, "min"))
			last, _ := strconv.Atoi(attr(e, "max"))
			for n := max(first, 1); n <= min(last, b.limits.Columns) && len(hidden) < b.limits.Columns; n++ {
				hidden = append(hidden, n)
			}
		}
	}
}

// columnOf reads the letters of a reference such as "BT17".
func columnOf(ref string) (int, bool) {
	n := 0
	for i, c := range []byte(ref) {
		if c < 'A' || c > 'Z' {
			return n, i > 0 && n <= maxColumn
		}
		if n = n*26 + int(c-'A') + 1; n > maxColumn {
			return 0, false
		}
	}
	return n, n > 0
}

// ColumnLetter gives the letters of a column; 1 is A.
func ColumnLetter(n int) string {
	var b []byte
	for ; n > 0; n = (n - 1) / 26 {
		b = append(b, byte('A'+(n-1)%26))
	}
	slices.Reverse(b)
	return string(b)
}
