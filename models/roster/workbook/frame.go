package workbook

import (
	"encoding/xml"
	"fmt"
)

// How deep the elements of a sheet stand.
const (
	rootDepth  = 1
	sheetDepth = 2 // sheetData and its siblings
	rowDepth   = 3
	cellDepth  = 4
)

// frame follows what stands around the rows of a sheet. Rows in any other place
// than the one list of rows are damage: reading on would leave pupils out.
type frame struct {
	root    xml.Name
	inRows  bool // between <sheetData> and </sheetData>
	hadRows bool // <sheetData> was there
}

// start looks at an element that begins at a depth.
func (f *frame) start(name xml.Name, depth int) error {
	switch {
	case depth == rootDepth:
		f.root = name
		if !rootNames[name.Local] {
			return fmt.Errorf("%w: the part is no sheet", ErrNotWorkbook)
		}
	case f.inRows:
		// The list holds rows only, and no row or cell stands within a row or a cell.
		if (name.Local == "row") != (depth == rowDepth) || name.Local == "c" && depth != cellDepth {
			return fmt.Errorf("%w: rows or cells stand in each other", ErrNotWorkbook)
		}
	case depth == sheetDepth && name.Local == "sheetData":
		if f.hadRows {
			return fmt.Errorf("%w: a second list of rows", ErrNotWorkbook)
		}
		f.inRows, f.hadRows = true, true
	case depth == sheetDepth && !f.allowed(name):
		return fmt.Errorf("%w: an element stands outside the list of rows", ErrNotWorkbook)
	}
	return nil
}

// whole tells whether a sheet that has ended had its list of rows.
func (f *frame) whole() error {
	if !f.hadRows && !drawnOnly[f.root.Local] {
		return fmt.Errorf("%w: the sheet has no list of rows", ErrNotWorkbook)
	}
	return nil
}

// allowed knows what may stand beside the list of rows. An element with another
// prefix than the root's is a program's own extension, unless it looks like a row.
func (f *frame) allowed(name xml.Name) bool {
	if name.Local == "row" || name.Local == "c" {
		return false
	}
	return name.Space != f.root.Space || drawnOnly[f.root.Local] || siblings[name.Local]
}

// rootNames are the roots of the kinds of sheets; drawnOnly those of the kinds without rows.
var (
	rootNames = set("worksheet", "macrosheet", "chartsheet", "dialogsheet")
	drawnOnly = set("chartsheet", "dialogsheet")
)

// siblings are the elements of a sheet beside its rows (ISO/IEC 29500-1, CT_Worksheet and CT_Macrosheet).
var siblings = set(
	"sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetCalcPr", "sheetProtection", "protectedRanges",
	"scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr",
	"conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
	"rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "drawingHF",
	"legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
	"AlternateContent",
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
