package roster_test

import (
	"bytes"
	"context"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// part writes pupils into a sheet that has only some columns of the template.
func part(t testing.TB, fields []roster.Field, pupils ...roster.Pupil) []byte {
	t.Helper()
	sheet := roster.Template{Sheet: "修改"}
	for _, f := range fields {
		sheet.Columns = append(sheet.Columns, *template(t).Column(f))
	}
	var b bytes.Buffer
	require.NoError(t, sheet.Write(&b, "", slices.Values(pupils)))
	return b.Bytes()
}

func readUpdates(t testing.TB, content []byte) (*roster.Sheet, error) {
	t.Helper()
	in := submission(t)
	return reader(t).ForUpdates().ReadAll(context.Background(), bytes.NewReader(content), int64(len(content)), &roster.Submission{Today: in.Today, Divisions: in.Divisions})
}

func TestASheetOfUpdatesMayHaveAnyColumns(t *testing.T) {
	p := good(t)
	p["phone"], p["ethnicity"], p["blood_type"] = "0851-18312051", "苗族", "无"
	content := part(t, []roster.Field{"phone", roster.IDNumber, "blood_type", "ethnicity", roster.Name, "talent"}, p)
	got, err := readUpdates(t, content)
	require.NoError(t, err)
	require.Empty(t, got.Summary.File)
	require.Equal(t, "A", got.Summary.Letters["phone"])
	require.Equal(t, "E", got.Summary.Letters[roster.Name])
	require.NotContains(t, got.Summary.Letters, roster.Sex)
	row := got.Rows[0]
	require.Equal(t, roster.Correct, row.Verdict)
	require.Equal(t, roster.Pupil{roster.Name: p[roster.Name], roster.IDNumber: p[roster.IDNumber], "phone": "085118312051", "ethnicity": "06", "blood_type": ""},
		row.Pupil, "an empty cell leaves the item as it is, a word for none clears it")
	require.Equal(t, "D", row.Findings[0].Column, "as in this file")
}

func TestTheWholeTemplateIsASheetOfUpdatesToo(t *testing.T) {
	p := good(t)
	delete(p, "phone") // required at registration, left as it is here
	got, err := readUpdates(t, write(t, p))
	require.NoError(t, err)
	require.Empty(t, got.Summary.File)
	require.Equal(t, roster.Take, got.Rows[0].Verdict)
	require.Equal(t, p, got.Rows[0].Pupil)
}

func TestASheetOfUpdatesIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		content []byte
		code    refusal.Code
		columns string
	}{
		"without the number":  {part(t, []roster.Field{roster.Name, "phone"}, good(t)), refusal.SheetColumnsMissing, "身份证件号"},
		"without the name":    {part(t, []roster.Field{roster.IDNumber, "phone"}, good(t)), refusal.SheetColumnsMissing, "姓名"},
		"without either":      {part(t, []roster.Field{"phone"}, good(t)), refusal.SheetColumnsMissing, "姓名、身份证件号"},
		"without a pupil":     {part(t, []roster.Field{roster.Name, roster.IDNumber}), refusal.SheetNoPupils, ""},
		"with a column twice": {part(t, []roster.Field{roster.Name, roster.IDNumber, "phone", "phone"}, good(t)), refusal.SheetColumnTwice, "联系电话"},
		"without any header":  {part(t, []roster.Field{"talent"}, good(t)), refusal.SheetColumnsMissing, "姓名、身份证件号"},
		"that is no workbook": {[]byte("姓名,身份证件号"), refusal.SheetNotWorkbook, ""},
	} {
		_, err := readUpdates(t, c.content)
		var told *refusal.Error
		require.ErrorAs(t, err, &told, name)
		require.Equal(t, c.code, told.Code, name)
		require.Equal(t, c.columns, told.Params["columns"], name)
	}
}

func TestRowsOfASheetOfUpdates(t *testing.T) {
	content := changed(t, part(t, []roster.Field{roster.Name, roster.IDNumber, "phone", "postcode"}, good(t)), func(f *excelize.File, sheet string) {
		for cell, value := range map[string]string{
			"A6": "王小明", "B6": "520102201905039996", "C6": "没有", // rows 4 and 5 are blank
			"A7": "王小明", "D7": "12",
			"B8": "520102201905039996",
		} {
			require.NoError(t, f.SetCellStr(sheet, cell, value))
		}
	})
	got, err := readUpdates(t, content)
	require.NoError(t, err)
	type told struct {
		row  int
		code refusal.Code
	}
	var list []told
	for _, row := range got.Rows {
		for _, f := range row.Findings {
			require.Equal(t, roster.Reject, f.Severity)
			require.Equal(t, roster.Refuse, row.Verdict)
			list = append(list, told{row.Number, f.Code})
		}
	}
	require.Equal(t, []told{{4, refusal.UpdateBlankRows}, {6, refusal.SheetNoneWord}, {7, refusal.SheetBadPostcode}, {8, refusal.SheetRequired}}, list)
	require.Equal(t, "5", got.Rows[1].Findings[0].Params["last"])
}

func FuzzReadUpdates(f *testing.F) {
	for _, name := range []string{"roster-empty", "roster-no-au", "roster-not-excel", "roster-wrong-template"} {
		content, err := os.ReadFile("testdata/" + name + ".xlsx")
		require.NoError(f, err)
		f.Add(content)
	}
	for _, name := range []string{"update-cells-without-references", "update-header-gap", "hidden-rows", "mojibake"} {
		f.Add(caseFile(f, name))
	}
	f.Add(part(f, []roster.Field{roster.Name, roster.IDNumber, "phone"}, good(f)))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := readUpdates(t, content)
		if err != nil {
			require.NotEqual(t, refusal.Internal, refusal.CodeOf(err))
			return
		}
		for _, row := range got.Rows {
			require.NotEqual(t, roster.LeftOut, row.Verdict)
		}
	})
}

// A correction in a sheet of some columns says what was taken, whichever columns it has.
func TestACorrectionOfAnUpdateSaysWhatWasTaken(t *testing.T) {
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	for field, c := range map[roster.Field]struct{ typed, stored, said string }{
		"phone":  {"163 1604 8782", "16316048782", "→“163****8782”"},
		"talent": {" 葫芦丝", "葫芦丝", "→“葫芦丝”"},
	} {
		p := good(t)
		p[field] = c.typed
		got, err := readUpdates(t, part(t, []roster.Field{roster.Name, roster.IDNumber, field}, p))
		require.NoError(t, err)
		row := got.Rows[0]
		require.Equal(t, c.stored, row.Pupil[field])
		require.Len(t, row.Findings, 1)
		require.Contains(t, row.Findings[0].Sentence(catalogue, refusal.Chinese), c.said)
	}
}
