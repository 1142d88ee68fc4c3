package workbook

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// attr gives an attribute by its local name: prefixes differ between writers.
func attr(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// isTrue reads a truth value of the format, which is written in two ways.
func isTrue(s string) bool { return s == "1" || s == "true" }

// elements calls visit for every start element of a part.
func (b *Book) elements(part string, limit int64, visit func(xml.StartElement) error) error {
	d, err := b.open(part, limit)
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		token, err := d.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok {
			if err := visit(e); err != nil {
				return err
			}
		}
	}
}

// malformed keeps the limit's own error and calls all others damage.
func malformed(err error) error {
	if errors.Is(err, ErrTooLarge) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotWorkbook, err)
}

func (b *Book) readParts() error {
	targets, kinds := map[string]string{}, map[string]string{}
	err := b.elements("xl/_rels/workbook.xml.rels", b.limits.Part, func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			kind := attr(e, "Type")
			kind = kind[strings.LastIndexByte(kind, '/')+1:]
			targets[attr(e, "Id")] = target(attr(e, "Target"))
			kinds[kind] = target(attr(e, "Target"))
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = b.elements("xl/workbook.xml", b.limits.Part, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			b.date1904 = isTrue(attr(e, "date1904"))
		case "sheet":
			b.addSheet(e, targets)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(b.sheets) == 0 {
		return fmt.Errorf("%w: no sheet", ErrNotWorkbook)
	}
	if part := kinds["styles"]; b.has(part) {
		if err := b.readStyles(part); err != nil {
			return err
		}
	}
	if part := kinds["sharedStrings"]; b.has(part) {
		return b.readStrings(part)
	}
	return nil
}

func (b *Book) has(part string) bool { return b.parts[strings.ToLower(part)] != nil }

func (b *Book) addSheet(e xml.StartElement, targets map[string]string) {
	state := attr(e, "state")
	for _, a := range e.Attr {
		// r:id; sheetId has another local name.
		if a.Name.Local == "id" && b.has(targets[a.Value]) {
			b.sheets = append(b.sheets, sheetRef{
				name: attr(e, "name"), part: targets[a.Value], hidden: state == "hidden" || state == "veryHidden",
			})
		}
	}
}

// readStyles notes which cell styles show a number as a date.
func (b *Book) readStyles(part string) error {
	custom := map[int]bool{}
	inCells := false
	return b.elements(part, b.limits.Part, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(e, "numFmtId")); err == nil {
				custom[id] = isDateFormat(attr(e, "formatCode"))
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				id, err := strconv.Atoi(attr(e, "numFmtId"))
				b.dates = append(b.dates, err == nil && (isBuiltinDate(id) || custom[id]))
			}
		}
		return nil
	})
}

// isBuiltinDate knows the numbers of the built-in date formats, the Chinese ones (27-36, 50-58) included.
func isBuiltinDate(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 36 || id >= 50 && id <= 58
}

// isDateFormat looks for years and days outside quotes, brackets and escapes.
func isDateFormat(code string) bool {
	quoted, bracket, escaped := false, false, false
	for _, c := range strings.ToLower(code) {
		switch {
		case escaped:
			escaped = false
		case quoted:
			quoted = c != '"'
		case bracket:
			bracket = c != ']'
		case c == '\\':
			escaped = true
		case c == '"':
			quoted = true
		case c == '[':
			bracket = true
		case c == 'y' || c == 'd':
			return true
		}
	}
	return false
}
