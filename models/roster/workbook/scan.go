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
	book     *Book
	document *document
	frame    frame
	row      Row
	last     int  // number of the last row
	empty    int  // rows so far that hold nothing
	column   int  // of the last cell of the row, empty ones included
	counted  bool // the row has no number of its own and no cell has named one yet

	cell                       Cell
	kind                       string // attribute t
	style                      int
	value                      []byte
	inValue, inText, hasFormat bool
	sawValue, inCell           bool
	phonetic                   int
}

// next reads up to the end of the next row that holds something; false after the
// last, when the sheet has ended as it must.
func (s *scanner) next() (bool, error) {
	for {
		token, err := s.document.next()
		if errors.Is(err, io.EOF) {
			return false, s.frame.whole()
		}
		if err != nil {
			return false, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if err := s.start(e); err != nil {
				return false, err
			}
		case xml.EndElement:
			ready, err := s.end(e.Name.Local)
			if err != nil || ready {
				return ready, err
			}
		case xml.CharData:
			if s.inValue || s.inText {
				s.value = append(s.value, e...)
			}
		}
	}
}

func (s *scanner) start(e xml.StartElement) error {
	depth := s.document.depth()
	if err := s.frame.start(e.Name, depth); err != nil {
		return err
	}
	switch {
	case !s.frame.inRows:
		return nil
	case depth == rowDepth:
		return s.startRow(e)
	case depth == cellDepth && e.Name.Local == "c":
		return s.startCell(e)
	case !s.inCell:
		return nil
	}
	switch e.Name.Local {
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
	if s.row.Number > maxRow {
		return fmt.Errorf("%w: more rows than a sheet has", ErrTooLarge)
	}
	s.last = s.row.Number
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
	if s.column = s.cell.Column; s.column > maxColumn {
		return fmt.Errorf("%w: more cells than a row has", ErrTooLarge)
	}
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
	if row != s.row.Number {
		return fmt.Errorf("%w: cell reference of another row", ErrNotWorkbook)
	}
	s.cell.Column, s.counted = column, false
	return nil
}

// end tells whether a row that holds something has ended.
func (s *scanner) end(element string) (ready bool, err error) {
	depth := s.document.depth() + 1 // of the element that has ended
	switch {
	case !s.frame.inRows:
		return false, nil
	case depth == sheetDepth:
		s.frame.inRows = false
		return false, nil
	case depth == rowDepth:
		return s.endRow()
	case depth == cellDepth && s.inCell:
		s.inCell = false
		return false, s.endCell()
	}
	switch element {
	case "v":
		s.inValue = false
	case "t":
		s.inText = false
	case "rPh":
		s.phonetic--
	}
	return false, nil
}

// endRow counts the rows that hold nothing. A sheet formatted far below its last
// pupil has some thousands of them.
func (s *scanner) endRow() (ready bool, err error) {
	if len(s.row.Cells) > 0 {
		return true, nil
	}
	if s.empty++; s.empty > s.book.limits.EmptyRows {
		return false, fmt.Errorf("%w: too many empty rows", ErrTooLarge)
	}
	return false, nil
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
