package workbook_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/roster/workbook"
)

// A file of some kilobytes must not cost more than one of some kilobytes can hold:
// each of these unpacks to a sheet with millions of elements.
func TestASmallFileOfManyElementsIsRefused(t *testing.T) {
	const many = 1_600_000
	sheet := func(rows string) string { return `<worksheet><sheetData>` + rows + `</sheetData></worksheet>` }
	for name, text := range map[string]string{
		"empty rows":              sheet(threeRows + strings.Repeat(`<row/>`, many)),
		"formatted rows":          sheet(threeRows + strings.Repeat(`<row s="1"><c s="1"/></row>`, 200_000)),
		"cells of one row":        sheet(`<row>` + strings.Repeat(`<c/>`, many) + `</row>`),
		"elements in a cell":      sheet(`<row><c>` + strings.Repeat(`<a/>`, many) + `</c></row>`),
		"elements before the row": `<worksheet><cols>` + strings.Repeat(`<a/>`, many) + `</cols><sheetData>` + threeRows + `</sheetData></worksheet>`,
		"elements after the rows": `<worksheet><sheetData>` + threeRows + `</sheetData><extLst>` + strings.Repeat(`<a/>`, many) + `</extLst></worksheet>`,
		"comments":                sheet(threeRows + strings.Repeat(`<!---->`, 2*many)),
		"space":                   sheet(threeRows + strings.Repeat(`<row> </row>`+strings.Repeat(" ", 1000), 40_000)),
	} {
		t.Run(name, func(t *testing.T) {
			content := archive(t, parts(text))
			require.Less(t, len(content), 200_000)
			_, err := walk(content, workbook.DefaultLimits())
			require.ErrorIs(t, err, workbook.ErrTooLarge)
		})
	}
}

func TestMergedCellsAndSharedTextsAreBoundedToo(t *testing.T) {
	p := wholeParts()
	p["xl/sharedStrings.xml"] = `<sst>` + strings.Repeat(`<si/>`, 1_600_000) + `</sst>`
	_, err := walk(archive(t, p), workbook.DefaultLimits())
	require.ErrorIs(t, err, workbook.ErrTooLarge)

	limits := workbook.DefaultLimits()
	limits.Elements = 100
	content := archive(t, parts(`<worksheet><sheetData/>`+strings.Repeat(`<extLst/>`, 200)+`<mergeCells/></worksheet>`))
	b, err := workbook.Open(strings.NewReader(string(content)), int64(len(content)), limits)
	require.NoError(t, err)
	_, err = b.Merges("s")
	require.ErrorIs(t, err, workbook.ErrTooLarge)
}

// Sheets are often formatted far below the last pupil, row by row.
func TestSomeThousandFormattedRowsAreNothing(t *testing.T) {
	text := `<worksheet><sheetData>` + threeRows + strings.Repeat(`<row s="1"><c s="1"/><c s="1"/></row>`, 20_000) + `</sheetData></worksheet>`
	rows, err := walk(archive(t, parts(text)), workbook.DefaultLimits())
	require.NoError(t, err)
	require.Equal(t, 3, rows)
}

func TestASheetEndsWhereTheFormatEnds(t *testing.T) {
	const last = `<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`
	rows, err := walk(archive(t, parts(`<worksheet><sheetData><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>`)), workbook.DefaultLimits())
	require.NoError(t, err)
	require.Equal(t, 1, rows)
	for name, text := range map[string]string{
		"row":  last + `<row/></sheetData></worksheet>`,
		"cell": `<worksheet><sheetData><row r="1"><c r="XFD1"/><c/></row></sheetData></worksheet>`,
	} {
		_, err := walk(archive(t, parts(text)), workbook.DefaultLimits())
		require.ErrorIs(t, err, workbook.ErrTooLarge, name)
	}
}

func BenchmarkEmptyRows(b *testing.B) {
	content := archive(b, parts(`<worksheet><sheetData>`+threeRows+strings.Repeat(`<row/>`, 100_000)+`</sheetData></worksheet>`))
	for b.Loop() {
		_, err := walk(content, workbook.DefaultLimits())
		require.NoError(b, err)
	}
}
