package roster_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// objections lists the codes found in a row, remarks left out.
func objections(row *roster.Row) []refusal.Code {
	var codes []refusal.Code
	for _, f := range row.Findings {
		if f.Severity != roster.Remark {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

func rowsOf(t *testing.T, file string) (map[int]*roster.Row, *roster.Sheet) {
	t.Helper()
	sheet, err := readFile(t, file)
	require.NoError(t, err)
	rows := map[int]*roster.Row{}
	for _, row := range sheet.Rows {
		rows[row.Number] = row
	}
	return rows, sheet
}

// refusedIn says whether a row of a sheet is refused, also by a later row.
func refusedIn(sheet *roster.Sheet, row *roster.Row, code refusal.Code) bool {
	return slices.ContainsFunc(append(slices.Clone(row.Findings), sheet.Summary.Late[row.Number]...), func(f roster.Finding) bool {
		return f.Severity == roster.Reject && f.Code == code
	})
}

// A name in radicals is the name they look like, with a warning; one pupil in two
// spellings is recognised.
func TestRadicalsInNamesAreFolded(t *testing.T) {
	rows, _ := rowsOf(t, "kangxi-radicals.xlsx")
	require.Equal(t, "方示高", rows[3].Pupil.Name())
	require.Equal(t, []refusal.Code{refusal.SheetRadical}, objections(rows[3]))
	require.Equal(t, []refusal.Code{refusal.SheetSamePerson}, objections(rows[4]))
	require.Equal(t, "黄小纟", rows[5].Pupil.Name())
	require.Equal(t, []refusal.Code{refusal.SheetRadical}, objections(rows[5]))
	require.Equal(t, []refusal.Code{refusal.SheetRadical, refusal.SheetRadical}, objections(rows[6]))
	require.Equal(t, "马自小", rows[6].Pupil[roster.MemberField(1, "name")], "of a guardian, too")
	require.Contains(t, rows[6].Pupil[roster.AddressNow], "用水里")
}

// Every dot people type becomes the one of the identity card with a warning, or is refused by name.
func TestDotsInNames(t *testing.T) {
	rows, _ := rowsOf(t, "name-dots.xlsx")
	dot, refused := []refusal.Code{refusal.SheetMiddleDot}, []refusal.Code{refusal.SheetNameSeparator}
	for row, want := range map[int]struct {
		name  string
		codes []refusal.Code
	}{
		3: {"阿依古·案例江", nil}, 4: {"阿依古·案例河", dot}, 5: {"阿依古·案例湖", dot}, 6: {"阿依古·案例海", dot}, 7: {"阿依古·案例泉", dot}, 8: {"阿依古·案例山", dot},
		9: {"阿依古·案例林", dot}, 10: {"阿依古·案例石", dot}, 11: {"阿依古·案例沙", dot}, 12: {"阿依古·案例风", dot}, 13: {"阿依古·案例雨", dot},
		14: {"", refused}, 15: {"", refused}, 16: {"", refused},
		17: {"Maximiliano Bartholomew Featherstonehaugh", nil}, 18: {"穆罕默德阿不都热合曼·买买提阿布都克里木·案例长", nil},
	} {
		require.Equal(t, want.codes, objections(rows[row]), "row %d", row)
		if want.name != "" {
			require.Equal(t, want.name, rows[row].Pupil.Name(), "row %d", row)
		}
	}
}

// One number under two kinds of document names both rows; the innocent row goes on.
func TestOneNumberUnderTwoKinds(t *testing.T) {
	rows, sheet := rowsOf(t, "one-number-two-types.xlsx")
	require.True(t, refusedIn(sheet, rows[3], refusal.SheetSameNumber))
	require.True(t, refusedIn(sheet, rows[4], refusal.SheetSameNumber))
	require.NotEqual(t, roster.Refuse, rows[5].Verdict)
	require.Empty(t, objections(rows[5]))
}

// Two countries give one passport number to two persons; a Hong Kong document in two
// spellings is one person's.
func TestPassportsAreToldApartByCountry(t *testing.T) {
	rows, sheet := rowsOf(t, "passports.xlsx")
	for _, row := range []int{3, 4} {
		require.NotEqual(t, roster.Refuse, rows[row].Verdict)
		require.False(t, refusedIn(sheet, rows[row], refusal.SheetSameNumber), "row %d", row)
	}
	for _, row := range []int{5, 6} {
		require.True(t, refusedIn(sheet, rows[row], refusal.SheetSameNumber), "row %d", row)
	}
}

// Fifty characters are a name (民委发〔2016〕33号), one more is none.
func TestLongNames(t *testing.T) {
	for length, want := range map[int]bool{50: true, 51: false} {
		p := good(t)
		p[roster.Name] = string(slices.Repeat([]rune("阿"), length-2)) + "·江"
		sheet, err := read(t, write(t, p))
		require.NoError(t, err)
		require.Equal(t, want, sheet.Rows[0].Verdict != roster.Refuse, "%d characters", length)
	}
}
