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
	Cells  []Cell
}

// maxRow and maxColumn are the ends of every sheet of the format.
const (
	maxRow    = 1_048_576
	maxColumn = 16_384
)

// Rows walks the rows of a sheet that are stored in the file; rows without any
// cell may be missing, so numbers can jump. After an error nothing follows.
func (b *Book) Rows(sheet string) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		i := slices.IndexFunc(b.sheets, func(s sheetRef) bool { return s.name == sheet })
		if i < 0 {
			yield(nil, fmt.Errorf("%w: no such sheet", ErrNotWorkbook))
			return
		}
		d, c, err := b.open(b.sheets[i].part, b.limits.Sheet)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = c.Close() }() // read only: nothing can be lost
		s := scanner{book: b, decoder: d}
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

// scanner turns the XML of a sheet into rows.
type scanner struct {
	book    *Book
	decoder *xml.Decoder
	row     Row
	last    int // number of the last row

	cell                       Cell
	kind                       string // attribute t
	style                      int
	value                      []byte
	inValue, inText, hasFormat bool
	sawValue, inRow, inCell    bool
	phonetic                   int
}

// next reads up to the end of the next row; false after the last.
func (s *scanner) next() (bool, error) {
	for {
		token, err := s.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, malformed(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if err := s.start(e); err != nil {
				return false, err
			}
		case xml.EndElement:
			switch s.end(e.Name.Local) {
			case rowEnds:
				return true, nil
			case sheetEnds:
				return false, nil
			case goesOn:
			}
		case xml.CharData:
			if s.inValue || s.inText {
				s.value = append(s.value, e...)
			}
		}
	}
}

func (s *scanner) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		return s.startRow(e)
	case "c":
		return s.startCell(e)
	case "v":
		s.inValue, s.sawValue, s.value = true, true, s.value[:0]
	case "f":
		s.cell.Formula = true
	case "is":
		s.value = s.value[:0]
	case "t":
		s.inText = s.phonetic == 0
	case "rPh":
		s.phonetic++
	}
	return nil
}

func (s *scanner) startRow(e xml.StartElement) error {
	s.row = Row{Number: s.last + 1, Cells: s.row.Cells[:0]}
	if r := attr(e, "r"); r != "" {
		n, err := strconv.Atoi(r)
		// Rows stand in order; anything else would break numbering for the clerk.
		if err != nil || n <= s.last || n > maxRow {
			return fmt.Errorf("%w: row number out of order", ErrNotWorkbook)
		}
		s.row.Number = n
	}
	s.last, s.inRow = s.row.Number, true
	return nil
}

func (s *scanner) startCell(e xml.StartElement) error {
	column := 1
	if n := len(s.row.Cells); n > 0 {
		column = s.row.Cells[n-1].Column + 1
	}
	s.cell, s.kind, s.style, s.hasFormat = Cell{Column: column}, "", 0, false
	s.value, s.inValue, s.inText, s.phonetic = s.value[:0], false, false, 0
	s.sawValue, s.inCell = false, true
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			c, ok := columnOf(a.Value)
			if !ok || c < column {
				return fmt.Errorf("%w: cell reference out of order", ErrNotWorkbook)
			}
			s.cell.Column = c
		case "t":
			s.kind = a.Value
		case "s":
			s.style, _ = strconv.Atoi(a.Value)
			s.hasFormat = true
		}
	}
	return nil
}

// what follows the end of an element
type follows uint8

const (
	goesOn follows = iota
	rowEnds
	sheetEnds
)

func (s *scanner) end(element string) follows {
	switch element {
	case "v":
		s.inValue = false
	case "t":
		s.inText = false
	case "rPh":
		s.phonetic--
	case "c":
		if s.inRow && s.inCell {
			s.endCell()
		}
		s.inCell = false
	case "row":
		if s.inRow {
			s.inRow = false
			return rowEnds
		}
	case "sheetData":
		return sheetEnds
	}
	return goesOn
}

func (s *scanner) endCell() {
	c := s.cell
	switch s.kind {
	case "s":
		c.Kind = Text
		i, err := strconv.Atoi(string(s.value))
		if err == nil {
			c.Text, _ = s.book.strings.at(i)
		}
	case "inlineStr", "str":
		c.Kind, c.Text = Text, unescape(string(s.value))
	case "b":
		c.Kind, c.Text = Bool, string(s.value)
	case "e":
		c.Kind, c.Text = Error, string(s.value)
	case "d":
		c.Kind, c.Text = Date, string(s.value)
	default:
		c.Kind, c.Text = Number, string(s.value)
		if s.hasFormat && s.style >= 0 && s.style < len(s.book.dates) && s.book.dates[s.style] {
			c.Kind = Date
		}
	}
	c.Missing = c.Formula && !s.sawValue
	if c.Column <= s.book.limits.Columns && (c.Text != "" || c.Formula) {
		s.row.Cells = append(s.row.Cells, c)
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
