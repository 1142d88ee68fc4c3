package roster_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

func caseFile(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata/cases", name+".xlsx"))
	require.NoError(t, err)
	return content
}

// codesOf gives the codes found at an item of a row, in order.
func codesOf(row *roster.Row, f roster.Field) []refusal.Code {
	var codes []refusal.Code
	for _, found := range row.Findings {
		if found.Field == f {
			codes = append(codes, found.Code)
		}
	}
	return codes
}

func numbered(rows []*roster.Row) map[int]*roster.Row {
	byNumber := map[int]*roster.Row{}
	for _, row := range rows {
		byNumber[row.Number] = row
	}
	return byNumber
}

// Cells may leave their reference out: then an empty cell still takes its place.
func TestAValueNeverSlipsIntoAnotherItem(t *testing.T) {
	with, err := readUpdates(t, caseFile(t, "update-cells-with-references"))
	require.NoError(t, err)
	without, err := readUpdates(t, caseFile(t, "update-cells-without-references"))
	require.NoError(t, err)
	require.Equal(t, with.Rows, without.Rows)
	for _, row := range without.Rows {
		require.Equal(t, "www.example.com/case26", row.Pupil["homepage"])
		require.NotContains(t, row.Pupil, roster.Field("talent"))
	}
	gap, err := readUpdates(t, caseFile(t, "update-header-gap"))
	require.NoError(t, err)
	for _, row := range gap.Rows {
		require.Equal(t, "跳绳", row.Pupil["talent"], "not what stands below the empty header")
	}
	require.Equal(t, refusal.SheetColumnsUnnamed, gap.Summary.File[0].Code)
	require.Equal(t, "C", gap.Summary.File[0].Params["columns"])
}

func TestAMonthThatASpreadsheetChangedIsNotGuessed(t *testing.T) {
	got, err := read(t, caseFile(t, "month-decimal"))
	require.NoError(t, err)
	rows := numbered(got.Rows)
	for _, n := range []int{3, 4, 5} { // 2025.1 may be October
		require.Equal(t, roster.Refuse, rows[n].Verdict)
		require.Equal(t, []refusal.Code{refusal.SheetMonthNumber}, codesOf(rows[n], roster.EntryMonth))
	}
	for n, month := range map[int]string{6: "202501", 7: "202510", 8: "202509", 9: "202509"} {
		require.Equal(t, roster.Correct, rows[n].Verdict, n)
		require.Equal(t, month, rows[n].Pupil[roster.EntryMonth])
		require.Equal(t, month, rows[n].Findings[0].Corrected)
	}
}

func TestATelephoneThatNobodyCanDialIsNotKeptInSilence(t *testing.T) {
	got, err := read(t, caseFile(t, "telephones"))
	require.NoError(t, err)
	rows := numbered(got.Rows)
	for n, want := range map[int]struct {
		code  refusal.Code
		taken string
	}{
		3: {refusal.SheetLeadingZero, "085112345600"}, 4: {refusal.SheetLeadingZero, "073112345600"},
		5: {refusal.SheetLeadingZero, "01012345600"}, 6: {refusal.SheetLeadingZero, "02112345600"},
		7: {refusal.SheetPhoneExtension, ""}, 8: {refusal.SheetPhoneExtension, ""}, 9: {refusal.SheetBadPhone, ""}, 10: {refusal.SheetBadPhone, ""},
		11: {refusal.SheetInnerSpace, "16312345600"}, 12: {refusal.SheetPhonePunctuation, "16312345600"}, 13: {refusal.SheetPhonePunctuation, "085112345600"},
		14: {refusal.SheetBadPhone, ""}, 15: {refusal.SheetBadPhone, ""}, 16: {refusal.SheetBadPhone, ""}, 17: {refusal.SheetPhoneCountry, "0085251234560"},
	} {
		require.Contains(t, codesOf(rows[n], "phone"), want.code, n)
		require.Equal(t, want.taken == "", rows[n].Verdict == roster.Refuse, n)
		if want.taken != "" {
			require.Equal(t, want.taken, rows[n].Pupil["phone"], n)
		}
	}
}

func TestHiddenRowsAreToldOnceWithTheirNumbers(t *testing.T) {
	content := caseFile(t, "hidden-rows")
	got, err := read(t, content)
	require.NoError(t, err)
	require.Equal(t, 8, got.Summary.Taken)
	require.Len(t, got.Summary.File, 1)
	told := got.Summary.File[0]
	require.Equal(t, []any{refusal.SheetHiddenRows, roster.Remark, "6、8"}, []any{told.Code, told.Severity, told.Params["rows"]})

	updates, err := readUpdates(t, content)
	require.NoError(t, err)
	require.Equal(t, refusal.SheetHiddenRows, updates.Summary.File[0].Code)
}

func TestGarbledTextIsRefusedOrAtLeastRemarked(t *testing.T) {
	got, err := read(t, caseFile(t, "mojibake"))
	require.NoError(t, err)
	rows := numbered(got.Rows)
	for n, want := range map[int]struct {
		field   roster.Field
		code    refusal.Code
		refused bool
	}{
		3: {roster.Name, refusal.SheetGarbled, true}, 4: {roster.Name, refusal.SheetLooksGarbled, false},
		5: {"address_mail", refusal.SheetGarbled, true}, 6: {"member1_name", refusal.SheetLooksGarbled, false},
		7: {"address_home", refusal.SheetLooksGarbled, false}, 8: {roster.Name, refusal.SheetLooksGarbled, true},
		9: {"native_place", refusal.SheetLooksGarbled, false}, 10: {roster.Name, refusal.SheetGarbled, true},
	} {
		require.Contains(t, codesOf(rows[n], want.field), want.code, n)
		require.Equal(t, want.refused, rows[n].Verdict == roster.Refuse, n)
	}
}

// Cells that a spreadsheet or a program changed before the clerk saw them again.
func TestCellsThatWereChangedOnTheWay(t *testing.T) {
	date := func(f *excelize.File, s, cell string, serial any) error {
		style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			return err
		}
		if err := f.SetCellValue(s, cell, serial); err != nil {
			return err
		}
		return f.SetCellStyle(s, cell, cell, style)
	}
	text := func(cell, value string) func(*excelize.File, string) error {
		return func(f *excelize.File, s string) error { return f.SetCellStr(s, cell, value) }
	}
	for name, c := range map[string]struct {
		set   func(f *excelize.File, sheet string) error
		field roster.Field
		code  refusal.Code
		taken string // empty: refused
	}{
		"address that became a date":   {func(f *excelize.File, s string) error { return date(f, s, "T3", 45718) }, roster.AddressNow, refusal.SheetChangedToDate, ""},
		"code that became a date":      {func(f *excelize.File, s string) error { return date(f, s, "G3", 45718) }, "ethnicity", refusal.SheetChangedToDate, ""},
		"telephone in a date format":   {func(f *excelize.File, s string) error { return date(f, s, "W3", 16316048782) }, "phone", refusal.SheetNumberCell, "16316048782"},
		"truth in a text":              {func(f *excelize.File, s string) error { return f.SetCellBool(s, "AL3", true) }, "talent", refusal.SheetTruthCell, ""},
		"truth as a sex":               {func(f *excelize.File, s string) error { return f.SetCellBool(s, "C3", true) }, roster.Sex, refusal.SheetTruthCell, ""},
		"truth where it means no":      {func(f *excelize.File, s string) error { return f.SetCellBool(s, "Y3", false) }, "only_child", refusal.SheetNumberCell, "0"},
		"truth typed":                  {text("Y3", "FALSE"), "only_child", refusal.SheetLabelForCode, "0"},
		"telephone without its zero":   {text("W3", "85112345600"), "phone", refusal.SheetPhoneZero, ""},
		"line without its area":        {text("W3", "88312051"), "phone", refusal.SheetPhoneNoArea, "88312051"},
		"number with an apostrophe":    {text("W3", "'16316048782"), "phone", refusal.SheetApostrophe, "16316048782"},
		"text with an apostrophe":      {text("AL3", "'跳绳"), "talent", refusal.SheetApostrophe, "跳绳"},
		"date with midnight":           {text("Q3", "2026/9/1 0:00"), roster.EntryMonth, refusal.SheetDateSeparators, "202609"},
		"nan where nothing is":         {text("AL3", "nan"), "talent", refusal.SheetBlankWord, "-"},
		"NULL where a value must be":   {text("X3", "NULL"), "postcode", refusal.SheetRequired, ""},
		"error of a formula as text":   {text("AL3", "#N/A"), "talent", refusal.SheetErrorCell, ""},
		"number without its end":       {func(f *excelize.File, s string) error { return f.SetCellValue(s, "AL3", 5.20102201810289e17) }, "talent", refusal.SheetDigitsLost, ""},
		"garbled code":                 {text("G3", "锟斤拷"), "ethnicity", refusal.SheetGarbled, ""},
		"permit as an identity card":   {text("M3", "H12345678"), roster.IDNumber, refusal.SheetIDOtherDocument, ""},
		"residence card of a stranger": {text("BD3", "910000198501019967"), "member1_id_number", refusal.SheetIDOtherDocument, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := good(t)
			p["member1_id_type"] = "1"
			content := changed(t, write(t, p), func(f *excelize.File, s string) { require.NoError(t, c.set(f, s)) })
			got, err := read(t, content)
			require.NoError(t, err)
			row := got.Rows[0]
			require.Contains(t, codesOf(row, c.field), c.code)
			switch c.taken {
			case "":
				require.Equal(t, roster.Refuse, row.Verdict)
			case "-":
				require.NotContains(t, row.Pupil, c.field)
			default:
				require.Equal(t, c.taken, row.Pupil[c.field])
			}
		})
	}
}

// The number of another document is not counted as that of a citizen.
func TestAnApostropheIsNoDigit(t *testing.T) {
	p := good(t)
	number := p[roster.IDNumber]
	p[roster.IDNumber] = "'" + number
	got, err := read(t, write(t, p))
	require.NoError(t, err)
	require.Equal(t, roster.Correct, got.Rows[0].Verdict)
	require.Equal(t, number, got.Rows[0].Pupil[roster.IDNumber])
}

func TestOnePersonIsNotTwoFamilyMembers(t *testing.T) {
	for name, c := range map[string]struct {
		set   func(roster.Pupil)
		field roster.Field
	}{
		"one document": {func(p roster.Pupil) {
			p["member1_id_type"], p["member2_id_type"] = "A", "A"
			p["member1_id_number"], p["member2_id_number"] = "E12345678", "E12345678"
		}, "member2_id_number"},
		"one name and telephone": {func(p roster.Pupil) {
			p["member2_name"], p["member2_phone"] = p["member1_name"], p["member1_phone"]
			delete(p, "member2_id_number")
			delete(p, "member2_id_type")
		}, "member2_name"},
	} {
		p := good(t)
		c.set(p)
		got, err := read(t, write(t, p))
		require.NoError(t, err)
		require.Equal(t, []refusal.Code{refusal.SheetMemberTwice}, codesOf(got.Rows[0], c.field), name)
	}
}

// Rows that hold no pupil are left out with one remark, not refused with fifty.
func TestRowsWithoutAPupilAreLeftOut(t *testing.T) {
	fill := func(f *excelize.File, sheet string) {
		heads, err := f.GetRows(sheet)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow(sheet, "A4", &heads[1])) // the headers of the second page
		for cell, value := range map[string]string{
			"A6": "2152000123", "B6": "合 计", "AB6": "2",
			"A7": "制表人：王某", "W7": "审核人：李某",
			"A8": "2152000123", "G8": "01", "H8": "CHN", "P8": "2026105", // dragged down
			"A10": "填表日期：2026年9月1日",
		} {
			require.NoError(t, f.SetCellStr(sheet, cell, value))
		}
	}
	a, b := good(t), good(t)
	b["talent"] = "围棋"
	b[roster.Name], b[roster.IDType] = "王又明", "Z"
	delete(b, roster.IDNumber)
	b["member1_id_type"], b["member1_id_number"] = "A", "E12345678"
	content := changed(t, write(t, a, roster.Pupil{}, b), fill)
	got, err := read(t, content)
	require.NoError(t, err)
	require.Equal(t, []int{2, 2, 0}, []int{got.Summary.Rows, got.Summary.Taken, got.Summary.Refused})
	var left []int
	for _, row := range got.Rows {
		if row.Verdict == roster.LeftOut {
			require.Len(t, row.Findings, 1)
			require.Equal(t, refusal.SheetNoPupilRow, row.Findings[0].Code)
			left = append(left, row.Number)
		}
	}
	require.Equal(t, []int{4, 6, 7, 8, 10}, left)

	fields := []roster.Field{roster.Name, roster.IDNumber, "phone"}
	content = changed(t, part(t, fields, a, roster.Pupil{}, a), func(f *excelize.File, sheet string) {
		require.NoError(t, f.SetSheetRow(sheet, "A4", &[]string{"姓名", "身份证件号", "联系电话"}))
		require.NoError(t, f.SetCellStr(sheet, "A6", "总计"))
		require.NoError(t, f.SetCellStr(sheet, "C6", "2"))
	})
	got, err = readUpdates(t, content)
	require.NoError(t, err)
	require.Len(t, got.Rows, 2)
	require.Equal(t, refusal.SheetNoPupilRows, got.Summary.File[0].Code)
	require.Equal(t, "4、6", got.Summary.File[0].Params["rows"])
}

func TestAHiddenColumnIsTold(t *testing.T) {
	content := changed(t, write(t, good(t)), func(f *excelize.File, s string) { require.NoError(t, f.SetColVisible(s, "AL", false)) })
	got, err := read(t, content)
	require.NoError(t, err)
	require.Equal(t, refusal.SheetHiddenColumns, got.Summary.File[0].Code)
	require.Equal(t, "特长", got.Summary.File[0].Params["columns"])
}

// Grade and number in the ways in which people write them mean the one class
// that it can be; where two can be meant, both are named and none is taken.
func TestClassesAsPeopleWriteThem(t *testing.T) {
	in := submission(t)
	readIn := func(typed string, list ...roster.Class) *roster.Row {
		t.Helper()
		p := good(t)
		p[roster.ClassCode] = typed
		judged := *in
		judged.Classes = slices.Clone(in.Classes)
		for _, c := range list {
			if !slices.Contains(judged.Classes, c) {
				judged.Classes = append(judged.Classes, c)
			}
		}
		content := write(t, p)
		got, err := reader(t).ReadAll(t.Context(), bytes.NewReader(content), int64(len(content)), &judged)
		require.NoError(t, err)
		return got.Rows[0]
	}
	class := func(n int) roster.Class {
		return roster.Class{Code: "2025" + strconv.Itoa(100+n), Name: "二年级" + strconv.Itoa(n) + "班"}
	}
	for _, typed := range []string{"二（4）班", "二(4)班", "二年级4班", "二年级（四）班", "２年级４班", "2年4班", "二4班", "二四班", "2-4", "2.4班", "2025级4班", "25级4班", "2025级（4）班", "小二（4）班",
		"二 年 级 4 班", "第二年级第4班", "2(4)"} {
		row := readIn(typed, class(4))
		require.Equal(t, "2025104", row.Pupil[roster.ClassCode], typed)
		found := row.Findings[len(row.Findings)-1]
		require.Equal(t, refusal.SheetClassName, found.Code, typed)
		require.Equal(t, "2025104", found.Corrected)
	}
	require.Equal(t, "2025111", readIn("二（十一）班", class(1), class(11), class(10)).Pupil[roster.ClassCode])
	require.Equal(t, "2025120", readIn("二年级二十班", class(2), class(20)).Pupil[roster.ClassCode])

	for typed, want := range map[string]refusal.Code{
		"二（9）班": refusal.SheetClassUnknown, "九（1）班": refusal.SheetClassUnknown, "2027级1班": refusal.SheetClassUnknown, "四": refusal.SheetClassUnknown,
		"4": refusal.SheetClassUnknown, "二年级": refusal.SheetClassUnknown, "1班": refusal.SheetClassAmbiguous,
	} {
		require.Equal(t, []refusal.Code{want}, codesOf(readIn(typed, class(4), class(1)), roster.ClassCode), typed)
	}
	// The name of last year and the number of this year speak of two classes.
	row := readIn("二（7）班", roster.Class{Code: "2024107", Name: "二年级7班"}, roster.Class{Code: "2025107", Name: "一年级7班"})
	require.Equal(t, []refusal.Code{refusal.SheetClassAmbiguous}, codesOf(row, roster.ClassCode))
	require.Equal(t, "2024107 二年级7班、2025107 一年级7班", row.Findings[0].Params["classes"])
	require.Equal(t, "2026207", readIn("初一（7）班", roster.Class{Code: "2026207", Name: "七年级7班"}).Pupil[roster.ClassCode])
	require.Equal(t, "2026307", readIn("高一（7）班", roster.Class{Code: "2026307", Name: "高一7班"}).Pupil[roster.ClassCode])
}

// The person who uploaded the sheet sees from what to what a value was corrected.
func TestACorrectionSaysFromWhatToWhat(t *testing.T) {
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	for _, c := range []struct {
		field  roster.Field
		typed  string
		zh, en string
	}{
		{roster.ClassCode, "一（5）班", "（“一（5）班”→“2026105”）", `("一（5）班" → "2026105")`},
		{roster.Name, "王 小明", "（“王***”→“王小明”）", `("王***" → "王小明")`},
		{"talent", "nan", "（“nan”→空）", `("nan" → empty)`},
		{"phone", "163-1604-8782", "（“163******8782”→“16316048782”）", `"16316048782")`},
	} {
		p := good(t)
		p[c.field] = c.typed
		got, err := read(t, write(t, p))
		require.NoError(t, err)
		require.NotRegexp(t, `小明|16316048782`, got.Rows[0].Findings[0].Corrected, "what is stored is masked")
		found := template(t).WithNames(got.Rows[0].Findings, got.Rows[0].Pupil)[0]
		require.Equal(t, roster.Fixed, found.Severity)
		require.Contains(t, found.Sentence(catalogue, refusal.Chinese), c.zh)
		require.Contains(t, found.Sentence(catalogue, refusal.English), c.en)
	}
}

// A pupil without a number stands in a file once, wherever he lives.
func TestAPupilWithoutANumberStandsInAFileOnce(t *testing.T) {
	a, b := good(t), good(t)
	for _, p := range []roster.Pupil{a, b} {
		p[roster.IDType] = "Z"
		delete(p, roster.IDNumber)
		p["member1_id_type"], p["member1_id_number"] = "A", "E12345678"
	}
	b["address_now"], b["phone"] = "贵州省贵阳市南明区另一条路1号", "16316048783"
	got, err := read(t, write(t, a, b))
	require.NoError(t, err)
	require.Equal(t, roster.Take, got.Rows[0].Verdict)
	require.Equal(t, []refusal.Code{refusal.SheetSameUnnumbered}, codesOf(got.Rows[1], roster.Name))
	b["member1_name"], b["member2_name"], b["member1_id_number"] = "赵某某", "钱某某", "E12345679"
	got, err = read(t, write(t, a, b))
	require.NoError(t, err)
	require.Equal(t, roster.Take, got.Rows[1].Verdict, "another family, another pupil")
}
