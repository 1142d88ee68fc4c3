package workbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Range is a block of merged cells; only its first cell holds a value.
type Range struct{ FirstColumn, FirstRow, LastColumn, LastRow int }

// maxMerges bounds the list; a roster with more merged blocks is no roster.
const maxMerges = 20_000

// Merges lists the merged cells of a sheet. They stand after the last row, so
// the text of the sheet is searched for them once before its rows are read:
// searching bytes takes a fraction of the time parsing takes.
func (b *Book) Merges(sheet string) ([]Range, error) {
	i := slices.IndexFunc(b.sheets, func(s sheetRef) bool { return s.name == sheet })
	if i < 0 {
		return nil, fmt.Errorf("%w: no such sheet", ErrNotWorkbook)
	}
	r, c, err := b.raw(b.sheets[i].part, b.limits.Sheet)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }() // read only: nothing can be lost
	tail, err := after(r, []byte("</sheetData>"), []byte(":sheetData>"), []byte("<sheetData/>"))
	if err != nil || tail == nil {
		return nil, err
	}
	return readMerges(tail, 2*b.limits.Elements)
}

// after gives what follows the first of the marks, or nil when there is none.
func after(r io.Reader, marks ...[]byte) (io.Reader, error) {
	const overlap = 16 // longer than any mark
	window := make([]byte, 0, 64<<10+overlap)
	for {
		kept := min(len(window), overlap)
		copy(window[:kept], window[len(window)-kept:])
		n, err := r.Read(window[kept : kept+64<<10])
		window = window[:kept+n]
		for _, m := range marks {
			// A start tag <x:sheetData> is the same text; its end follows, and
			// the rows in between hold no merged cells.
			if i := bytes.Index(window, m); i >= 0 {
				return io.MultiReader(bytes.NewReader(slices.Clone(window[i+len(m):])), r), nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, malformed(err)
		}
	}
}

// readMerges reads the list in the tail of a sheet. The tail is no document of its
// own; whether the sheet is whole is seen when its rows are read.
func readMerges(r io.Reader, pieces int) ([]Range, error) {
	d := xml.NewDecoder(r)
	var list []Range
	for ; ; pieces-- {
		if pieces < 0 {
			return nil, fmt.Errorf("%w: too many elements", ErrTooLarge)
		}
		token, err := d.RawToken()
		if err != nil {
			if errors.Is(err, ErrTooLarge) {
				return nil, err
			}
			// The end, or a tail that the rows will complain about themselves.
			return list, nil
		}
		if e, ok := token.(xml.EndElement); ok && e.Name.Local == "mergeCells" {
			return list, nil
		}
		e, ok := token.(xml.StartElement)
		if !ok || e.Name.Local != "mergeCell" {
			continue
		}
		if m, ok := parseRange(attr(e, "ref")); ok {
			list = append(list, m)
		}
		if len(list) > maxMerges {
			return nil, fmt.Errorf("%w: too many merged cells", ErrTooLarge)
		}
	}
}

func parseRange(ref string) (Range, bool) {
	from, to, ok := strings.Cut(ref, ":")
	if !ok {
		return Range{}, false
	}
	c1, r1, ok1 := parseRef(from)
	c2, r2, ok2 := parseRef(to)
	return Range{c1, r1, c2, r2}, ok1 && ok2 && c1 <= c2 && r1 <= r2
}

func parseRef(ref string) (column, row int, ok bool) {
	column, ok = columnOf(ref)
	if !ok {
		return 0, 0, false
	}
	row, err := strconv.Atoi(strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	return column, row, err == nil && row > 0 && row <= maxRow
}
