package workbook_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/roster/workbook"
)

// zipped makes a workbook of what stands in the root of one sheet.
func zipped(t require.TestingT, sheet string) []byte {
	return archive(t, parts(`<worksheet>`+sheet+`</worksheet>`))
}

// parts gives the parts of a workbook with one sheet.
func parts(sheet string) map[string]string {
	return map[string]string{
		"xl/workbook.xml": `<workbook><sheets><sheet name="s" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="x/styles" Target="styles.xml"/><Relationship Id="r3" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": sheet,
	}
}

// archive packs the parts of a workbook.
func archive(t require.TestingT, parts map[string]string) []byte {
	var buffer bytes.Buffer
	z := zip.NewWriter(&buffer)
	for name, text := range parts {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return buffer.Bytes()
}

// placed reads the texts of a sheet by their places.
func placed(t require.TestingT, sheet string) (map[string]string, map[int]bool, error) {
	content := zipped(t, sheet)
	b, err := workbook.Open(bytes.NewReader(content), int64(len(content)), workbook.DefaultLimits())
	require.NoError(t, err)
	at, hidden := map[string]string{}, map[int]bool{}
	for row, err := range b.Rows("s") {
		if err != nil {
			return nil, nil, err
		}
		hidden[row.Number] = row.Hidden
		for _, c := range row.Cells {
			at[fmt.Sprint(workbook.ColumnLetter(c.Column), row.Number)] = c.Text
		}
	}
	return at, hidden, nil
}

// Whether rows and cells carry their optional references or not, and whether an
// empty cell is written or left out where a reference follows, every text keeps its place.
func TestATextKeepsItsPlaceWithoutReferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[string]string{}
		var sheet strings.Builder
		sheet.WriteString("<sheetData>")
		number := 0
		for range rapid.IntRange(1, 6).Draw(t, "rows") {
			step := rapid.IntRange(1, 3).Draw(t, "step")
			number += step
			if step > 1 || rapid.Bool().Draw(t, "named") { // a row that skips others must say so
				fmt.Fprintf(&sheet, `<row r="%d">`, number)
			} else {
				sheet.WriteString("<row>")
			}
			skipped := false
			for column := range rapid.IntRange(1, 9).Draw(t, "cells") {
				column++
				ref := fmt.Sprint(workbook.ColumnLetter(column), number)
				if rapid.IntRange(0, 3).Draw(t, "left out") == 0 {
					skipped = true
					continue
				}
				attribute := ""
				if skipped || rapid.Bool().Draw(t, "referenced") {
					attribute = fmt.Sprintf(` r="%s"`, ref)
				}
				skipped = false
				text := rapid.SampledFrom([]string{"", "甲", "乙"}).Draw(t, "text")
				switch {
				case text != "":
					fmt.Fprintf(&sheet, `<c%s t="inlineStr"><is><t>%s</t></is></c>`, attribute, text)
					want[ref] = text
				case rapid.Bool().Draw(t, "closed"):
					fmt.Fprintf(&sheet, `<c%s/>`, attribute)
				default:
					fmt.Fprintf(&sheet, `<c%s t="inlineStr"><is><t></t></is></c>`, attribute)
				}
			}
			sheet.WriteString("</row>")
		}
		sheet.WriteString("</sheetData>")
		got, _, err := placed(t, sheet.String())
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func TestReferencesThatContradictEachOtherAreDamage(t *testing.T) {
	const cell = `<c%s t="inlineStr"><is><t>甲</t></is></c>`
	row := func(attribute string, refs ...string) string {
		var b strings.Builder
		for _, r := range refs {
			if r != "" {
				r = ` r="` + r + `"`
			}
			fmt.Fprintf(&b, cell, r)
		}
		return "<sheetData><row" + attribute + ">" + b.String() + "</row></sheetData>"
	}
	for name, sheet := range map[string]string{
		"out of order":           row(` r="1"`, "B1", "A1"),
		"twice":                  row(` r="1"`, "A1", "A1"),
		"taken by one without":   row(` r="1"`, "A1", "", "B1"),
		"of another row":         row(` r="2"`, "A1"),
		"of two rows":            row("", "A1", "B2"),
		"no reference":           row(` r="1"`, "a1"),
		"rows out of order":      `<sheetData><row r="2"/><row r="1"/></sheetData>`,
		"rows twice":             `<sheetData><row r="2"/><row r="2"/></sheetData>`,
		"a text that is no more": `<sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData>`,
	} {
		_, _, err := placed(t, sheet)
		require.ErrorIs(t, err, workbook.ErrNotWorkbook, name)
	}
	got, _, err := placed(t, row("", "C4", "", "G4"))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"C4": "甲", "D4": "甲", "G4": "甲"}, got, "a row without a number stands where its cells say")
}

func TestHiddenRowsAndColumnsAreKnown(t *testing.T) {
	const sheet = `<cols><col min="2" max="3" hidden="1"/><col min="5" max="5" width="0"/><col min="6" max="6" width="12"/></cols>
		<sheetData><row r="1"><c><v>1</v></c></row><row r="2" hidden="1"><c><v>1</v></c></row><row r="3" hidden="true"><c><v>1</v></c></row>
		<row r="4" ht="0" customHeight="1"><c><v>1</v></c></row><row r="5" ht="15"><c><v>1</v></c></row></sheetData>`
	_, hidden, err := placed(t, sheet)
	require.NoError(t, err)
	require.Equal(t, map[int]bool{1: false, 2: true, 3: true, 4: true, 5: false}, hidden)
	content := zipped(t, sheet)
	b, err := open(t, content)
	require.NoError(t, err)
	columns, err := b.HiddenColumns("s")
	require.NoError(t, err)
	require.Equal(t, []int{2, 3, 5}, columns)
}
