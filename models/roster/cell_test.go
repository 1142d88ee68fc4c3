package roster_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// Cells as clerks write them beyond the sample rosters.
func TestCellsAreJudgedByTheirColumn(t *testing.T) {
	for _, c := range []struct {
		field roster.Field
		typed string
		want  refusal.Code // empty: no finding
		taken string
	}{
		{"name", "张三", "", "张三"},
		{"name", "阿依古丽•买买提", refusal.SheetMiddleDot, "阿依古丽·买买提"},
		{"name", "𠮷𬭎", "", "𠮷𬭎"},
		{"name", "〇一", "", "〇一"},
		{"name", "John Smith", refusal.SheetNameCharacters, ""},
		{"name", "张三(转)", refusal.SheetNameRemark, ""},
		{"name", "张三A", refusal.SheetNameRemark, ""},
		{"name", "·张三", refusal.SheetNameSeparator, ""},
		{"member1_name", "John  O'Neil-Smith", refusal.SheetInnerSpace, "John O'Neil-Smith"},
		{"former_name", "无", refusal.SheetNoneCleared, ""},
		{"sex", "２", refusal.SheetFullWidth, "2"},
		{"ethnicity", "1", refusal.SheetLeadingZero, "01"},
		{"ethnicity", "汉", refusal.SheetLabelForCode, "01"},
		{"ethnicity", "汉族(01)", refusal.SheetCodeAndLabel, "01"},
		{"ethnicity", "01苗族", refusal.SheetCodeLabelDiffer, ""},
		{"ethnicity", "无", refusal.SheetNoneWord, ""},
		{"blood_type", "无", refusal.SheetNoneCleared, ""},
		{"blood_type", "AB", refusal.SheetLabelForCode, "3"},
		{"disability", "无", refusal.SheetLabelForCode, "0"},
		{"nationality", "中国", refusal.SheetLabelForCode, "CHN"},
		{"nationality", "chn", refusal.SheetLetterCase, "CHN"},
		{"nationality", "ZZZ", refusal.SheetUnknownCode, ""},
		{"nationality", "CN", refusal.SheetUnknownCode, ""},
		{"birth_date", "2020年1月", refusal.SheetBadDate, ""},
		{"birth_date", "2020", refusal.SheetBadDate, ""},
		{"entry_ym", "2026年9月", refusal.SheetDateSeparators, "202609"},
		{"entry_ym", "20260901", refusal.SheetDateSeparators, "202609"},
		{"entry_ym", "202613", refusal.SheetBadMonth, ""},
		{"id_validity", "2022.05.17至2027.05.17", refusal.SheetDateSeparators, "20220517-20270517"},
		{"id_validity", "20220517-长期", "", "20220517-长期"},
		{"id_validity", "20270517-20220517", refusal.SheetBadValidity, ""},
		{"household_division", "520102001001", refusal.SheetDivisionUnknown, ""},
		{"household_division", "520100000000", refusal.SheetDivisionUnknown, ""},
		{"household_division", "810000000000", "", "810000000000"},
		{"household_division", "441900000000", "", "441900000000"},
		{"household_division", "南明", refusal.SheetDivisionUnknown, ""},
		{"household_division", "5.20102E+11", refusal.SheetDigitsLost, ""},
		{"class_code", "一年级(5)班", refusal.SheetClassName, "2026105"},
		{"phone", "+86 16316048782", refusal.SheetInnerSpace, "16316048782"},
		{"phone", "1631604878", refusal.SheetBadPhone, ""},
		{"phone", "16316048782/16316048783", refusal.SheetBadPhone, ""},
		{"phone", "没有", refusal.SheetNoneWord, ""},
		{"postcode", "10000", refusal.SheetLeadingZero, "010000"},
		{"postcode", "55000A", refusal.SheetBadPostcode, ""},
		{"distance_km", "1公里", refusal.SheetDistanceUnit, "1.0"},
		{"distance_km", "2.35", refusal.SheetDistanceDecimal, "2.4"},
		{"distance_km", "800米", refusal.SheetBadDistance, ""},
		{"distance_km", "1e3", refusal.SheetBadDistance, ""},
		{"email", "a@example.com", "", "a@example.com"},
		{"email", "a at example.com", refusal.SheetBadEmail, ""},
		{"talent", "-书法", refusal.SheetFormulaLikeText, "-书法"},
		{"class_seat_no", "12345", refusal.SheetTooLong, ""},
		{"native_place", "\u3000贵州省", refusal.SheetSpacesTrimmed, "贵州省"},
		{"native_place", "贵州\u200b省", refusal.SheetInvisible, "贵州省"},
		{"native_place", "e\u0301", refusal.SheetComposed, "é"},
		{"id_number", "110101201609083021", refusal.SheetIDCheck, ""},
		{"id_number", "52010220191021999\u4e00", refusal.SheetIDCharacters, ""},
		{"id_type", "6", refusal.SheetDocumentNumber, ""},
		{"id_type", "A", refusal.SheetIDMissing, ""},
		{"member1_id_number", "=1+1", refusal.SheetIDLength, ""},
	} {
		t.Run(fmt.Sprintf("%s %s", c.field, c.typed), func(t *testing.T) {
			p := good(t)
			p[c.field] = c.typed
			switch {
			case c.want == refusal.SheetDocumentNumber:
				p[roster.IDNumber] = "?!"
			case c.want == refusal.SheetIDMissing:
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
			} else if c.want != refusal.SheetNoneCleared {
				require.Equal(t, roster.Refuse, row.Verdict)
			}
		})
	}
}

func TestCellsAreJudgedByHowTheyAreStored(t *testing.T) {
	for name, c := range map[string]struct {
		set   func(f *excelize.File, sheet string) error
		want  refusal.Code
		field roster.Field
		taken string
	}{
		"formula that was never calculated": {
			func(f *excelize.File, s string) error { return f.SetCellFormula(s, "F3", "1+1") }, refusal.SheetFormulaWithoutValue, "", ""},
		"number in a date column": {
			func(f *excelize.File, s string) error { return f.SetCellValue(s, "Q3", 202609) }, refusal.SheetNumberCell, roster.EntryMonth, "202609"},
		"serial number without its format": {
			func(f *excelize.File, s string) error { return f.SetCellValue(s, "Q3", 46266) }, refusal.SheetDateCell, roster.EntryMonth, "202609"},
		"truth value": {
			func(f *excelize.File, s string) error { return f.SetCellBool(s, "Y3", true) }, refusal.SheetNumberCell, "only_child", "1"},
		"decimal number": {
			func(f *excelize.File, s string) error { return f.SetCellValue(s, "AF3", 2.6) }, refusal.SheetNumberCell, "distance_km", "2.6"},
		"merged over another kind of column": {
			func(f *excelize.File, s string) error { return f.MergeCell(s, "C3", "D3") }, refusal.SheetMergedCells, "", ""},
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
				codes := map[roster.Field]refusal.Code{}
				for _, f := range got.Rows[1].Findings {
					codes[f.Field] = f.Code
				}
				require.Equal(t, refusal.SheetMergedCells, codes[roster.ClassCode])
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
	require.Equal(t, refusal.SheetSameNumber, sum.Late[3][0].Code)
}

func TestTemplateProblemsBeyondTheSamples(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *excelize.File, s string) error
		want   refusal.Code
		refuse bool
	}{
		"optional column missing": {func(f *excelize.File, s string) error { return f.RemoveCol(s, "AK") }, refusal.SheetOptionalMissing, false},
		"column twice":            {func(f *excelize.File, s string) error { return f.SetCellStr(s, "BU2", "姓名*") }, refusal.SheetColumnTwice, true},
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
		}, refusal.SheetFurtherSheets, false},
		"header further down": {func(f *excelize.File, s string) error { return f.InsertRows(s, 1, 3) }, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			content := changed(t, write(t, good(t)), func(f *excelize.File, s string) { require.NoError(t, c.change(f, s)) })
			got, err := read(t, content)
			if c.refuse {
				require.ErrorIs(t, err, refusal.New(c.want))
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
	require.Equal(t, "苗族", rd.Label("ethnicity", "06", refusal.Chinese))
	require.Equal(t, "母亲", rd.Label("member2_relation", "52", refusal.Chinese))
	require.Empty(t, rd.Label("ethnicity", "66", refusal.Chinese))
	require.Empty(t, rd.Label(roster.Name, "06", refusal.Chinese))
	require.Empty(t, rd.Label("no_such_field", "06", refusal.Chinese))
	tables, err := roster.LoadTables()
	require.NoError(t, err)
	require.Len(t, tables["ethnicity"].Codes(), 58)
}
