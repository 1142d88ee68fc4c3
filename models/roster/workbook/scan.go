package workbook

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// scanner turns the XML of a sheet into rows.
type scanner struct {
	book    *Book
	decoder *xml.Decoder
	row     Row
	last    int  // number of the last row
	column  int  // of the last cell of the row, empty ones included
	counted bool // the row has no number of its own and no cell has named one yet

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
			what, err := s.end(e.Name.Local)
			if err != nil {
				return false, err
			}
			switch what {
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
	s.row = Row{Number: s.last + 1, Hidden: isHidden(e), Cells: s.row.Cells[:0]}
	s.column, s.counted = 0, true
	if r := attr(e, "r"); r != "" {
		n, err := strconv.Atoi(r)
		// Rows stand in order; anything else would break numbering for the clerk.
		if err != nil || n <= s.last || n > maxRow {
			return fmt.Errorf("%w: row number out of order", ErrNotWorkbook)
		}
		s.row.Number, s.counted = n, false
	}
	s.last, s.inRow = s.row.Number, true
	return nil
}

// isHidden reports rows and columns that nobody sees: marked so, or without any height.
func isHidden(e xml.StartElement) bool {
	height := attr(e, "ht")
	return isTrue(attr(e, "hidden")) || height != "" && strings.Trim(height, "0.") == ""
}

// startCell places a cell. The reference is optional: a cell without one stands
// beside the cell before it, which counts also when it is empty.
func (s *scanner) startCell(e xml.StartElement) error {
	s.cell, s.kind, s.style, s.hasFormat = Cell{Column: s.column + 1}, "", 0, false
	s.value, s.inValue, s.inText, s.phonetic = s.value[:0], false, false, 0
	s.sawValue, s.inCell = false, true
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			if err := s.place(a.Value); err != nil {
				return err
			}
		case "t":
			s.kind = a.Value
		case "s":
			s.style, _ = strconv.Atoi(a.Value)
			s.hasFormat = true
		}
	}
	s.column = s.cell.Column
	return nil
}

// place reads the reference of a cell. One that names another row, or a column
// that was there already, tells that the file is damaged: which item the value
// belongs to would be a guess.
func (s *scanner) place(ref string) error {
	column, row, ok := parseRef(ref)
	if !ok || column <= s.column {
		return fmt.Errorf("%w: cell reference out of order", ErrNotWorkbook)
	}
	if s.counted && row > s.row.Number { // a row without a number stands where its cells say
		s.row.Number, s.last = row, row
	}
	if s.inRow && row != s.row.Number {
		return fmt.Errorf("%w: cell reference of another row", ErrNotWorkbook)
	}
	s.cell.Column, s.counted = column, false
	return nil
}

// what follows the end of an element
type follows uint8

const (
	goesOn follows = iota
	rowEnds
	sheetEnds
)

func (s *scanner) end(element string) (follows, error) {
	switch element {
	case "v":
		s.inValue = false
	case "t":
		s.inText = false
	case "rPh":
		s.phonetic--
	case "c":
		inside := s.inRow && s.inCell
		s.inCell = false
		if inside {
			return goesOn, s.endCell()
		}
	case "row":
		if s.inRow {
			s.inRow = false
			return rowEnds, nil
		}
	case "sheetData":
		return sheetEnds, nil
	}
	return goesOn, nil
}

func (s *scanner) endCell() error {
	c := s.cell
	c.Missing = c.Formula && !s.sawValue
	switch s.kind {
	case "inlineStr", "str":
		c.Kind, c.Text = Text, unescape(string(s.value))
	case "s":
		if err := s.shared(&c); err != nil {
			return err
		}
	default:
		c.Text = strings.TrimSpace(string(s.value))
		c.Kind = s.stored()
	}
	if c.Column <= s.book.limits.Columns && (c.Text != "" || c.Formula) {
		s.row.Cells = append(s.row.Cells, c)
	}
	return nil
}

// shared takes a shared text. One that the file does not hold is damage: the cell
// would pass for an empty one.
func (s *scanner) shared(c *Cell) error {
	index := strings.TrimSpace(string(s.value))
	if index == "" {
		return nil
	}
	i, err := strconv.Atoi(index)
	text, held := s.book.strings.at(i)
	if err != nil || !held {
		return fmt.Errorf("%w: a shared text is missing", ErrNotWorkbook)
	}
	c.Text = text
	return nil
}

// stored gives the kind of a cell that is no text.
func (s *scanner) stored() Kind {
	switch {
	case s.kind == "b":
		return Bool
	case s.kind == "e":
		return Error
	case s.kind == "d":
		return Date
	case s.hasFormat && s.style >= 0 && s.style < len(s.book.dates) && s.book.dates[s.style]:
		return Date
	}
	return Number
}
