package workbook_test

import (
	"archive/zip"
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/roster/workbook"
)

func open(t testing.TB, content []byte) (*workbook.Book, error) {
	t.Helper()
	return workbook.Open(bytes.NewReader(content), int64(len(content)), workbook.DefaultLimits())
}

func made(t testing.TB, fill func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	require.NoError(t, f.Close())
	return b.Bytes()
}

func TestCellsKeepTheKindTheyAreStoredIn(t *testing.T) {
	content := made(t, func(f *excelize.File) {
		date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		require.NoError(t, err)
		chinese := `yyyy"年"m"月"d"日"`
		custom, err := f.NewStyle(&excelize.Style{CustomNumFmt: &chinese})
		require.NoError(t, err)
		require.NoError(t, f.SetCellStr("Sheet1", "A1", "0001"))
		require.NoError(t, f.SetCellValue("Sheet1", "B1", 16316048782))
		require.NoError(t, f.SetCellValue("Sheet1", "C1", 43391))
		require.NoError(t, f.SetCellStyle("Sheet1", "C1", "C1", date))
		require.NoError(t, f.SetCellValue("Sheet1", "D1", 43391))
		require.NoError(t, f.SetCellStyle("Sheet1", "D1", "D1", custom))
		require.NoError(t, f.SetCellBool("Sheet1", "E1", true))
		require.NoError(t, f.SetCellFormula("Sheet1", "F1", "1+1"))
		require.NoError(t, f.SetCellRichText("Sheet1", "G1", []excelize.RichTextRun{{Text: "张"}, {Text: "一雯"}}))
		require.NoError(t, f.SetCellStr("Sheet1", "B3", "third row"))
		require.NoError(t, f.MergeCell("Sheet1", "T40", "V40"))
	})
	b, err := open(t, content)
	require.NoError(t, err)
	require.Equal(t, []string{"Sheet1"}, b.Sheets())
	rows := map[int][]workbook.Cell{}
	for row, err := range b.Rows("Sheet1") {
		require.NoError(t, err)
		rows[row.Number] = append([]workbook.Cell(nil), row.Cells...)
	}
	require.Equal(t, []workbook.Cell{
		{Column: 1, Kind: workbook.Text, Text: "0001"},
		{Column: 2, Kind: workbook.Number, Text: "16316048782"},
		{Column: 3, Kind: workbook.Date, Text: "43391"},
		{Column: 4, Kind: workbook.Date, Text: "43391"},
		{Column: 5, Kind: workbook.Bool, Text: "1"},
		{Column: 6, Formula: true, Missing: true},
		{Column: 7, Kind: workbook.Text, Text: "张一雯"},
	}, rows[1])
	require.Equal(t, []workbook.Cell{{Column: 2, Text: "third row"}}, rows[3])
	merges, err := b.Merges("Sheet1")
	require.NoError(t, err)
	require.Equal(t, []workbook.Range{{FirstColumn: 20, FirstRow: 40, LastColumn: 22, LastRow: 40}}, merges)
	day, ok := b.Day("43391")
	require.True(t, ok)
	require.Equal(t, "20181018", day.Format("20060102"))
}

func TestContentIsLookedAtNotTheName(t *testing.T) {
	var docx bytes.Buffer
	z := zip.NewWriter(&docx)
	w, err := z.Create("word/document.xml")
	require.NoError(t, err)
	_, err = w.Write([]byte("<x/>"))
	require.NoError(t, err)
	require.NoError(t, z.Close())

	for name, c := range map[string]struct {
		content []byte
		want    error
	}{
		"empty":        {nil, workbook.ErrNotWorkbook},
		"text":         {[]byte("学校标识码,姓名\n"), workbook.ErrNotWorkbook},
		"short zip":    {[]byte("PK\x03\x04"), workbook.ErrNotWorkbook},
		"other zip":    {docx.Bytes(), workbook.ErrNotWorkbook},
		"compound":     {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 something else"), workbook.ErrNotWorkbook},
		"old workbook": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00"), workbook.ErrOldFormat},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, c.content)
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestLimitsEndABomb(t *testing.T) {
	bomb := made(t, func(f *excelize.File) {
		require.NoError(t, f.SetCellStr("Sheet1", "A1", strings.Repeat("零", 30_000)))
		for i := range 200 {
			require.NoError(t, f.SetSheetRow("Sheet1", "A"+string(rune('1'+i%9)), &[]string{"x", "y"}))
		}
	})
	limits := workbook.DefaultLimits()
	read := func(l workbook.Limits) error {
		b, err := workbook.Open(bytes.NewReader(bomb), int64(len(bomb)), l)
		if err != nil {
			return err
		}
		for _, err := range b.Rows("Sheet1") {
			if err != nil {
				return err
			}
		}
		return nil
	}
	require.NoError(t, read(limits))
	for name, set := range map[string]func(*workbook.Limits){
		"file":    func(l *workbook.Limits) { l.File = 100 },
		"sheet":   func(l *workbook.Limits) { l.Sheet = 100 },
		"strings": func(l *workbook.Limits) { l.Strings = 100 },
		"text":    func(l *workbook.Limits) { l.Text = 1000 },
	} {
		t.Run(name, func(t *testing.T) {
			l := limits
			set(&l)
			require.ErrorIs(t, read(l), workbook.ErrTooLarge)
		})
	}
}

func TestNumbersKeepAllDigitsOrSayThatTheyAreLost(t *testing.T) {
	for stored, want := range map[string]string{
		"16316048782": "16316048782", "1.6316048782E10": "16316048782", "1": "1", "0": "0", "520103000000": "520103000000",
	} {
		got, exact := workbook.Integer(stored)
		require.True(t, exact, stored)
		require.Equal(t, want, got)
	}
	for _, stored := range []string{"5.20102201810289E+17", "520102201810289000", "1.5", "-1", "x", "", "NaN", "Inf"} {
		_, exact := workbook.Integer(stored)
		require.False(t, exact, stored)
	}
	require.Equal(t, "2.6", workbook.Decimal("2.6000000000000001"))
	require.Equal(t, "2", workbook.Decimal("2"))
}

func FuzzOpen(f *testing.F) {
	for _, name := range []string{"roster-empty", "roster-password", "roster-wrong-template", "roster-not-excel"} {
		content, err := os.ReadFile("../testdata/" + name + ".xlsx")
		require.NoError(f, err)
		f.Add(content)
	}
	limits := workbook.DefaultLimits()
	limits.Sheet, limits.Strings, limits.Part = 1<<20, 1<<20, 1<<20
	f.Fuzz(func(t *testing.T, content []byte) {
		b, err := workbook.Open(bytes.NewReader(content), int64(len(content)), limits)
		if err != nil {
			return
		}
		for _, s := range b.Sheets() {
			_, _ = b.Merges(s)
			for row, err := range b.Rows(s) {
				if err != nil {
					break
				}
				require.Positive(t, row.Number)
				last := 0
				for _, c := range row.Cells {
					require.Greater(t, c.Column, last)
					last = c.Column
				}
			}
		}
	})
}

func FuzzSheetXML(f *testing.F) {
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="BT1"><f>1</f></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>`))
	f.Add([]byte(`<x:worksheet><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`))
	f.Add([]byte(`<worksheet><cols><col min="1" max="99999" hidden="1"/></cols><sheetData><row><c/><c r="C1"/><c><v>1</v></c></row><row hidden="1"><c r="B9"/></row></sheetData></worksheet>`))
	for _, sheet := range damagedSheets() {
		f.Add([]byte(sheet[:min(len(sheet), 4096)])) // a longer seed only slows the search
	}
	f.Fuzz(func(t *testing.T, sheet []byte) {
		b, err := open(t, archive(t, parts(string(sheet))))
		require.NoError(t, err)
		_, _ = b.Merges("s")
		hidden, _ := b.HiddenColumns("s")
		require.LessOrEqual(t, len(hidden), workbook.DefaultLimits().Columns)
		last := 0
		for row, err := range b.Rows("s") {
			if err != nil {
				return
			}
			require.Greater(t, row.Number, last)
			last = row.Number
		}
		requireWellFormed(t, sheet)
	})
}
