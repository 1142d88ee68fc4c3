package workbook_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/roster/workbook"
)

const threeRows = `<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>`

// walk opens a workbook, reads its sheet and counts the rows that hold something.
func walk(content []byte, limits workbook.Limits) (rows int, err error) {
	b, err := workbook.Open(bytes.NewReader(content), int64(len(content)), limits)
	if err != nil {
		return 0, err
	}
	for _, err := range b.Rows("s") {
		if err != nil {
			return rows, err
		}
		rows++
	}
	return rows, nil
}

// damagedSheets are sheets that break off or hold rows in the wrong place.
func damagedSheets() map[string]string {
	const begin, end = `<worksheet><sheetData>` + threeRows, `</sheetData></worksheet>`
	const more = `<row r="4"><c r="A4"><v>4</v></c></row>`
	return map[string]string{
		"nothing":                     ``,
		"cut between two rows":        begin,
		"cut in a row":                begin + `<row r="4"><c r="A4"><v>4</v></c>`,
		"cut in a tag":                begin + `<row r="4`,
		"cut after the rows":          begin + `</sheetData>`,
		"cut in the tail":             begin + `</sheetData><mergeCells><mergeCell ref="A1:B1"/>`,
		"rows after the list":         begin + `</sheetData>` + more + `</worksheet>`,
		"rows in another element":     begin + `</sheetData><rows>` + more + `</rows></worksheet>`,
		"rows before the list":        `<worksheet>` + more + `<sheetData>` + threeRows + end,
		"a second list":               begin + `</sheetData><sheetData>` + more + end,
		"a second list by prefix":     begin + `</sheetData><x:sheetData>` + more + `</x:sheetData></worksheet>`,
		"a second root":               begin + end + begin + end,
		"rows after the root":         begin + end + more,
		"text after the root":         begin + end + `4`,
		"unclosed tags":               begin + strings.Repeat(`<a>`, 500_000),
		"unclosed tags in the tail":   begin + `</sheetData>` + strings.Repeat(`<extLst>`, 500_000) + `</worksheet>`,
		"ends that are not open":      begin + `</sheetData></cols></worksheet>`,
		"a row in a row":              `<worksheet><sheetData><row r="1">` + more + `</row>` + end,
		"a cell in a cell":            `<worksheet><sheetData><row r="1"><c r="A1"><c r="B1"><v>1</v></c></c></row>` + end,
		"a cell without a row":        `<worksheet><sheetData><c r="A1"><v>1</v></c>` + end,
		"rows in a wrapper":           `<worksheet><sheetData><a>` + more + `</a>` + end,
		"ends cross":                  `<worksheet><sheetData><row r="1"><c r="A1"><v>1</c></v></row>` + end,
		"ends of other prefix":        `<x:worksheet><x:sheetData></y:sheetData></x:worksheet>`,
		"no list":                     `<worksheet></worksheet>`,
		"another part":                `<styleSheet><sheetData>` + threeRows + `</sheetData></styleSheet>`,
		"a document type declaration": `<!DOCTYPE worksheet>` + begin + end,
	}
}

func TestASheetThatIsNotWholeIsDamaged(t *testing.T) {
	for name, sheet := range damagedSheets() {
		_, err := walk(archive(t, parts(sheet)), workbook.DefaultLimits())
		require.ErrorIs(t, err, workbook.ErrNotWorkbook, name)
	}
}

func TestASheetWithUnusualXMLAroundItsRowsIsWhole(t *testing.T) {
	for name, sheet := range map[string]string{
		"declaration and spaces": "\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<worksheet><sheetData>" + threeRows + "</sheetData></worksheet>\r\n<!-- made by a program -->\n",
		"the tail of Excel": `<worksheet xmlns:xdr="a" xmlns:mc="b"><sheetPr/><dimension ref="A1:A3"/><sheetViews><sheetView/></sheetViews><sheetFormatPr/><cols><col min="1" max="1"/></cols>
			<sheetData>` + threeRows + `</sheetData><autoFilter ref="A1:A3"/><mergeCells><mergeCell ref="C1:D1"/></mergeCells><dataValidations><dataValidation><formula1>"a"</formula1></dataValidation></dataValidations>
			<mc:AlternateContent><mc:Choice><controls><control><controlPr><anchor><from><xdr:row>4</xdr:row></from></anchor></controlPr></control></controls></mc:Choice></mc:AlternateContent>
			<extLst><ext><x14:row/></ext></extLst></worksheet>`,
		"prefixes":                `<x:worksheet><x:sheetData>` + strings.NewReplacer("</", "</x:", "<", "<x:").Replace(threeRows) + `</x:sheetData></x:worksheet>`,
		"extension of a program":  `<worksheet><sheetData>` + threeRows + `</sheetData><wps:note>1</wps:note></worksheet>`,
		"extensions in the cells": `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v><extLst><ext/></extLst></c><extLst/></row><row r="2"><c><v>1</v></c></row><row r="3"><c><v>1</v></c></row></sheetData></worksheet>`,
	} {
		rows, err := walk(archive(t, parts(sheet)), workbook.DefaultLimits())
		require.NoError(t, err, name)
		require.Equal(t, 3, rows, name)
	}
	rows, err := walk(archive(t, parts(`<chartsheet><drawing r:id="r1"/></chartsheet>`)), workbook.DefaultLimits())
	require.NoError(t, err, "a sheet that is a chart has no rows")
	require.Zero(t, rows)
}

// wholeParts is a workbook whose one text and one date need every part.
func wholeParts() map[string]string {
	p := parts(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`)
	p["xl/sharedStrings.xml"] = `<sst><si><t>甲</t></si><si><t>乙</t></si></sst>`
	p["xl/styles.xml"] = `<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>`
	return p
}

// cutParts gives the whole workbook with one of its parts cut before the end of its root.
func cutParts() map[string]map[string]string {
	list := map[string]map[string]string{}
	for name, text := range wholeParts() {
		cut := wholeParts()
		cut[name] = text[:strings.LastIndex(text, "</")]
		list[name] = cut
	}
	return list
}

func TestAPartThatBreaksOffIsDamaged(t *testing.T) {
	rows, err := walk(archive(t, wholeParts()), workbook.DefaultLimits())
	require.NoError(t, err)
	require.Equal(t, 1, rows)
	require.Len(t, cutParts(), 5)
	for name, p := range cutParts() {
		_, err := walk(archive(t, p), workbook.DefaultLimits())
		require.ErrorIs(t, err, workbook.ErrNotWorkbook, name)
		twice := wholeParts()
		twice[name] += twice[name]
		_, err = walk(archive(t, twice), workbook.DefaultLimits())
		require.ErrorIs(t, err, workbook.ErrNotWorkbook, name+" twice")
	}
}

func FuzzParts(f *testing.F) {
	add := func(p map[string]string) {
		f.Add([]byte(p["xl/workbook.xml"]), []byte(p["xl/_rels/workbook.xml.rels"]), []byte(p["xl/sharedStrings.xml"]), []byte(p["xl/styles.xml"]))
	}
	add(wholeParts())
	for _, p := range cutParts() {
		add(p)
	}
	f.Fuzz(func(t *testing.T, book, relations, texts, styles []byte) {
		p := wholeParts()
		p["xl/workbook.xml"], p["xl/_rels/workbook.xml.rels"] = string(book), string(relations)
		p["xl/sharedStrings.xml"], p["xl/styles.xml"] = string(texts), string(styles)
		if _, err := open(t, archive(t, p)); err == nil { // the others are read when these two name them
			requireWellFormed(t, book)
			requireWellFormed(t, relations)
		}
	})
}

// requireWellFormed asks the strict reader of the standard library, which keeps its own account of what is open.
func requireWellFormed(t *testing.T, text []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}
