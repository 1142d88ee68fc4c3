package roster_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/roster"
)

// Cells as clerks write them beyond the sample rosters.
func TestCellsAreJudgedByTheirColumn(t *testing.T) {
	for _, c := range []struct {
		field roster.Field
		typed string
		want  problem.Code // empty: no finding
		taken string
	}{
		{"name", "张三", "", "张三"},
		{"name", "阿依古丽•买买提", problem.SheetMiddleDot, "阿依古丽·买买提"},
		{"name", "𠮷𬭎", "", "𠮷𬭎"},
		{"name", "〇一", "", "〇一"},
		{"name", "John Smith", problem.SheetNameCharacters, ""},
		{"name", "张三(转)", problem.SheetNameRemark, ""},
		{"name", "张三A", problem.SheetNameRemark, ""},
		{"name", "·张三", problem.SheetNameSeparator, ""},
		{"member1_name", "John  O'Neil-Smith", problem.SheetInnerSpace, "John O'Neil-Smith"},
		{"former_name", "无", problem.SheetNoneCleared, ""},
		{"sex", "２", problem.SheetFullWidth, "2"},
		{"ethnicity", "1", problem.SheetLeadingZero, "01"},
		{"ethnicity", "汉", problem.SheetLabelForCode, "01"},
		{"ethnicity", "汉族(01)", problem.SheetCodeAndLabel, "01"},
		{"ethnicity", "01苗族", problem.SheetCodeLabelDiffer, ""},
		{"ethnicity", "无", problem.SheetNoneWord, ""},
		{"blood_type", "无", problem.SheetNoneCleared, ""},
		{"blood_type", "AB", problem.SheetLabelForCode, "3"},
		{"disability", "无", problem.SheetLabelForCode, "0"},
		{"nationality", "中国", problem.SheetLabelForCode, "CHN"},
		{"nationality", "chn", problem.SheetLetterCase, "CHN"},
		{"nationality", "ZZZ", problem.SheetUnknownCode, ""},
		{"nationality", "CN", problem.SheetUnknownCode, ""},
		{"birth_date", "2020年1月", problem.SheetBadDate, ""},
		{"birth_date", "2020", problem.SheetBadDate, ""},
		{"entry_ym", "2026年9月", problem.SheetDateSeparators, "202609"},
		{"entry_ym", "20260901", problem.SheetDateSeparators, "202609"},
		{"entry_ym", "202613", problem.SheetBadMonth, ""},
		{"id_validity", "2022.05.17至2027.05.17", problem.SheetDateSeparators, "20220517-20270517"},
		{"id_validity", "20220517-长期", "", "20220517-长期"},
		{"id_validity", "20270517-20220517", problem.SheetBadValidity, ""},
		{"household_division", "520102001001", problem.SheetDivisionUnknown, ""},
		{"household_division", "520100000000", problem.SheetDivisionUnknown, ""},
		{"household_division", "810000000000", "", "810000000000"},
		{"household_division", "441900000000", "", "441900000000"},
		{"household_division", "南明", problem.SheetDivisionUnknown, ""},
		{"household_division", "5.20102E+11", problem.SheetDigitsLost, ""},
		{"class_code", "一年级(5)班", problem.SheetClassName, "2026105"},
		{"phone", "+86 16316048782", problem.SheetInnerSpace, "16316048782"},
		{"phone", "1631604878", problem.SheetBadPhone, ""},
		{"phone", "16316048782/16316048783", problem.SheetBadPhone, ""},
		{"phone", "没有", problem.SheetNoneWord, ""},
		{"postcode", "10000", problem.SheetLeadingZero, "010000"},
		{"postcode", "55000A", problem.SheetBadPostcode, ""},
		{"distance_km", "1公里", problem.SheetDistanceUnit, "1.0"},
		{"distance_km", "2.35", problem.SheetDistanceDecimal, "2.4"},
		{"distance_km", "800米", problem.SheetBadDistance, ""},
		{"distance_km", "1e3", problem.SheetBadDistance, ""},
		{"email", "a@example.com", "", "a@example.com"},
		{"email", "a at example.com", problem.SheetBadEmail, ""},
		{"talent", "-书法", problem.SheetFormulaLikeText, "-书法"},
		{"class_seat_no", "12345", problem.SheetTooLong, ""},
		{"native_place", "\u3000贵州省", problem.SheetSpacesTrimmed, "贵州省"},
		{"native_place", "贵州\u200b省", problem.SheetInvisible, "贵州省"},
		{"native_place", "e\u0301", problem.SheetComposed, "é"},
		{"id_number", "110101201609083021", problem.SheetIDCheck, ""},
		{"id_number", "52010220191021999\u4e00", problem.SheetIDCharacters, ""},
		{"id_type", "6", problem.SheetDocumentNumber, ""},
		{"id_type", "A", problem.SheetIDMissing, ""},
		{"member1_id_number", "=1+1", problem.SheetIDLength, ""},
	} {
		t.Run(fmt.Sprintf("%s %s", c.field, c.typed), func(t *testing.T) {
			p := good(t)
			p[c.field] = c.typed
			switch {
			case c.want == problem.SheetDocumentNumber:
				p[roster.IDNumber] = "?!"
			case c.want == problem.SheetIDMissing:
				delete(p, roster.IDNumber)
			case c.field == "member1_id_number":
				p["member1_id_type"] = "1"
			}
			got, err := read(t, write(t, p))
			require.NoError(t, err)
			row := got.Rows[0]
			if c.want == "" {
				require.Empty(t, row.Findings)
			} else {
				require.NotEmpty(t, row.Findings)
				require.Equal(t, c.want, row.Findings[0].Code)
			}
			if c.taken != "" {
				require.NotEqual(t, roster.Refuse, row.Verdict)
				require.Equal(t, c.taken, row.Pupil[c.field])
			} else if c.want != problem.SheetNoneCleared {
				require.Equal(t, roster.Refuse, row.Verdict)
			}
		})
	}
}

func TestCellsAreJudgedByHowTheyAreStored(t *testing.T) {
	for name, c := range map[string]struct {
		set   func(f *excelize.File, sheet string) error
		want  problem.Code
		field roster.Field
		taken string
	}{
		"formula that was never calculated": {
			func(f *excelize.File, s string) error { return f.SetCellFormula(s, "F3", "1+1") }, problem.SheetFormulaWithoutValue, "", ""},
		"number in a date column": {
			func(f *excelize.File, s string) error { return f.SetCellValue(s, "Q3", 202609) }, problem.SheetNumberCell, roster.EntryMonth, "202609"},
		"serial number without its format": {
			func(f *excelize.File, s string) error { return f.SetCellValue(s, "Q3", 46266) }, problem.SheetDateCell, roster.EntryMonth, "202609"},
		"truth value": {
			func(f *excelize.File, s string) error { return f.SetCellBool(s, "Y3", true) }, problem.SheetNumberCell, "only_child", "1"},
		"decimal number": {
			func(f *excelize.File, s string) error { return f.SetCellValue(s, "AF3", 2.6) }, problem.SheetNumberCell, "distance_km", "2.6"},
		"merged over another kind of column": {
			func(f *excelize.File, s string) error { return f.MergeCell(s, "C3", "D3") }, problem.SheetMergedCells, "", ""},
		"merged over two rows": {
			func(f *excelize.File, s string) error {
				if err := f.SetCellStr(s, "B4", "王小明"); err != nil {
					return err
				}
				return f.MergeCell(s, "P3", "P4")
			}, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			content := changed(t, write(t, good(t)), func(f *excelize.File, s string) { require.NoError(t, c.set(f, s)) })
			got, err := read(t, content)
			require.NoError(t, err)
			if name == "merged over two rows" {
				require.Equal(t, roster.Take, got.Rows[0].Verdict)
				codes := map[roster.Field]problem.Code{}
				for _, f := range got.Rows[1].Findings {
					codes[f.Field] = f.Code
				}
				require.Equal(t, problem.SheetMergedCells, codes[roster.ClassCode])
				return
			}
			require.NotEmpty(t, got.Rows[0].Findings)
			require.Equal(t, c.want, got.Rows[0].Findings[0].Code)
			if c.taken != "" {
				require.Equal(t, c.taken, got.Rows[0].Pupil[c.field])
			}
		})
	}
}

func TestPupilsThatStandInAFileTwice(t *testing.T) {
	a, copied := good(t), good(t)
	other := good(t)
	other["talent"] = "书法"
	got, err := read(t, write(t, a, copied))
	require.NoError(t, err)
	require.Equal(t, roster.LeftOut, got.Rows[1].Verdict)
	require.Equal(t, 1, got.Summary.Taken)

	got, err = read(t, write(t, a, other))
	require.NoError(t, err)
	require.Zero(t, got.Summary.Taken)
	require.Equal(t, 2, got.Summary.Refused)
	require.Equal(t, []int{4}, got.Rows[0].Findings[0].RelatedRows)
	require.Equal(t, []int{3}, got.Rows[1].Findings[0].RelatedRows)

	third := good(t)
	third["talent"] = "围棋"
	content := write(t, a, other, third)
	got, err = read(t, content)
	require.NoError(t, err)
	require.Equal(t, 3, got.Summary.Refused)
	require.Equal(t, []int{4, 5}, got.Rows[0].Findings[0].RelatedRows)

	// While streaming, the first row is handed out as taken and refused at the end.
	var first roster.Verdict
	sum, err := reader(t).Read(context.Background(), bytes.NewReader(content), int64(len(content)), submission(t), func(r *roster.Row) error {
		if r.Number == 3 {
			first = r.Verdict
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, roster.Take, first)
	require.Len(t, sum.Late, 1)
	require.Equal(t, problem.SheetSameNumber, sum.Late[3][0].Code)
}

func TestTemplateProblemsBeyondTheSamples(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *excelize.File, s string) error
		want   problem.Code
		refuse bool
	}{
		"optional column missing": {func(f *excelize.File, s string) error { return f.RemoveCol(s, "AK") }, problem.SheetOptionalMissing, false},
		"column twice":            {func(f *excelize.File, s string) error { return f.SetCellStr(s, "BU2", "姓名*") }, problem.SheetColumnTwice, true},
		"second sheet": {func(f *excelize.File, s string) error {
			_, err := f.NewSheet("二年级")
			if err != nil {
				return err
			}
			rows, err := f.GetRows(s)
			if err != nil {
				return err
			}
			return f.SetSheetRow("二年级", "A2", &rows[1])
		}, problem.SheetFurtherSheets, false},
		"header further down": {func(f *excelize.File, s string) error { return f.InsertRows(s, 1, 3) }, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			content := changed(t, write(t, good(t)), func(f *excelize.File, s string) { require.NoError(t, c.change(f, s)) })
			got, err := read(t, content)
			if c.refuse {
				require.ErrorIs(t, err, problem.New(c.want))
				return
			}
			require.NoError(t, err)
			require.Equal(t, 1, got.Summary.Taken)
			if c.want == "" {
				require.Empty(t, got.Summary.File)
				return
			}
			require.Equal(t, c.want, got.Summary.File[0].Code)
		})
	}
}

func TestANumberInAWrongColumnStaysHidden(t *testing.T) {
	p := good(t)
	p["postcode"] = "520102201503010018"
	got, err := read(t, write(t, p))
	require.NoError(t, err)
	require.Equal(t, "520*************18", got.Rows[0].Findings[0].Shown)
}

func TestCodesHaveLabels(t *testing.T) {
	rd := reader(t)
	require.Equal(t, "苗族", rd.Label("ethnicity", "06", problem.Chinese))
	require.Equal(t, "母亲", rd.Label("member2_relation", "52", problem.Chinese))
	require.Empty(t, rd.Label("ethnicity", "66", problem.Chinese))
	require.Empty(t, rd.Label(roster.Name, "06", problem.Chinese))
	require.Empty(t, rd.Label("no_such_field", "06", problem.Chinese))
	tables, err := roster.LoadTables()
	require.NoError(t, err)
	require.Len(t, tables["ethnicity"].Codes(), 58)
}
