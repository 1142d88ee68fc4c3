package roster_test

import (
	"bytes"
	"encoding/csv"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

func template(t testing.TB) *roster.Template {
	t.Helper()
	tpl, err := roster.National()
	require.NoError(t, err)
	return tpl
}

// good gives a pupil without any finding.
func good(t testing.TB) roster.Pupil {
	t.Helper()
	s, err := readFile(t, "roster-no-au.xlsx")
	require.NoError(t, err)
	return maps.Clone(s.Rows[0].Pupil)
}

// write makes a file in the layout of the template.
func write(t testing.TB, pupils ...roster.Pupil) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, template(t).Write(&b, "", slices.Values(pupils)))
	return b.Bytes()
}

// changed writes a file and changes it as a clerk would.
func changed(t testing.TB, content []byte, change func(f *excelize.File, sheet string)) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(content))
	require.NoError(t, err)
	change(f, f.GetSheetName(0))
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	require.NoError(t, f.Close())
	return b.Bytes()
}

func TestTheTemplateIsEmptyAndOurs(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, template(t).WriteTemplate(&b, "学生基本信息采集表"))
	_, err := read(t, b.Bytes())
	require.ErrorIs(t, err, refusal.New(refusal.SheetNoPupils))

	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	require.Equal(t, []string{"学生基本信息"}, f.GetSheetList())
	rows, err := f.GetRows("学生基本信息")
	require.NoError(t, err)
	require.Len(t, rows[1], 72)
	for i, c := range template(t).Columns {
		require.Equal(t, c.Header, rows[1][i])
		name, err := excelize.ColumnNumberToName(i + 1)
		require.NoError(t, err)
		require.Equal(t, name, c.Letter)
		style, err := f.GetColStyle("学生基本信息", name)
		require.NoError(t, err)
		format, err := f.GetStyle(style)
		require.NoError(t, err)
		require.Equal(t, 49, format.NumFmt, "column %s is text", name)
		visible, err := f.GetColVisible("学生基本信息", name)
		require.NoError(t, err)
		require.Equal(t, name != "AU", visible)
	}
}

func TestTheClerksOwnFileComesBackWithRemarks(t *testing.T) {
	content, err := os.ReadFile("testdata/roster-messy.xlsx")
	require.NoError(t, err)
	sheet, err := read(t, content)
	require.NoError(t, err)
	var findings []roster.Finding
	for _, r := range sheet.Rows {
		findings = append(findings, r.Findings...)
	}
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	var out bytes.Buffer
	rd := reader(t)
	numbers, err := rd.WriteFindings(&out, bytes.NewReader(content), int64(len(content)), findings, catalogue, refusal.Chinese)
	require.NoError(t, err)
	require.Greater(t, numbers, 300)

	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	for cell, want := range map[string]string{"BU2": "导入结果", "BV2": "问题与处理办法", "BU61": "未通过", "BU57": "已更正", "BU122": "请核对", "BU3": ""} {
		got, err := f.GetCellValue("学生基本信息", cell)
		require.NoError(t, err)
		require.Equal(t, want, got, cell)
	}
	remark, err := f.GetCellValue("学生基本信息", "BV61")
	require.NoError(t, err)
	require.Contains(t, remark, "校验码不对")

	// Handed in again unchanged, it says the same, and our own columns are no finding.
	again, err := read(t, out.Bytes())
	require.NoError(t, err)
	require.Empty(t, again.Summary.File)
	require.Equal(t, sheet.Summary.Taken, again.Summary.Taken)
	var second bytes.Buffer
	_, err = rd.WriteFindings(&second, bytes.NewReader(out.Bytes()), int64(out.Len()), nil, catalogue, refusal.English)
	require.NoError(t, err)
	g, err := excelize.OpenReader(bytes.NewReader(second.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, g.Close()) }()
	old, err := g.GetCellValue("学生基本信息", "BV61")
	require.NoError(t, err)
	require.Empty(t, old)
}

func TestCSVEvaluatesNothing(t *testing.T) {
	sheet, err := readFile(t, "roster-messy.xlsx")
	require.NoError(t, err)
	var findings []roster.Finding
	for _, r := range sheet.Rows {
		findings = append(findings, r.Findings...)
	}
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, roster.WriteFindingsCSV(&b, findings, catalogue, refusal.Chinese))
	text, found := strings.CutPrefix(b.String(), "\uFEFF")
	require.True(t, found)
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, len(findings)+1)
	neutralised := false
	for _, record := range records {
		for _, field := range record {
			require.NotContains(t, "=+-@", string(append([]rune(field), 'x')[:1]))
			neutralised = neutralised || strings.HasPrefix(field, "'=HYPERLINK")
		}
	}
	require.True(t, neutralised)
}

// A workbook without styles is sound, and the library panics when it shall write a
// style into it.
func TestALibraryThatPanicsRefusesTheFile(t *testing.T) {
	content, err := os.ReadFile("testdata/no-styles.xlsx")
	require.NoError(t, err)
	sheet, err := read(t, content)
	require.NoError(t, err)
	require.NotEmpty(t, sheet.Rows)
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = reader(t).WriteFindings(&out, bytes.NewReader(content), int64(len(content)), nil, catalogue, refusal.Chinese)
	require.ErrorIs(t, err, refusal.New(refusal.SheetNotWritable))
	require.ErrorIs(t, err, refusal.ErrPanicked)
}

func TestTheListOfFindingsHoldsNoNumber(t *testing.T) {
	sheet, err := readFile(t, "roster-messy.xlsx")
	require.NoError(t, err)
	var findings []roster.Finding
	for _, r := range sheet.Rows {
		findings = append(findings, r.Findings...)
	}
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, roster.WriteFindingsList(&b, findings, catalogue, refusal.Chinese))
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows(f.GetSheetName(0))
	require.NoError(t, err)
	require.Len(t, rows, len(findings)+1)
	for _, row := range rows {
		require.NotRegexp(t, `\d{15}`, strings.Join(row, " "))
	}
}
