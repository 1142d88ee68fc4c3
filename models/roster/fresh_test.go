package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// A citizen number under the type of another document is refused at the type, of the
// pupil and of the family, as a change of key data refuses it.
func TestACitizenNumberHasTheTypeOfTheIdentityCard(t *testing.T) {
	p := good(t)
	p[roster.IDType] = "Z"
	got, err := read(t, write(t, p))
	require.NoError(t, err)
	require.Equal(t, roster.Refuse, got.Rows[0].Verdict)
	require.Equal(t, []refusal.Code{refusal.SheetIDTypeCitizen}, codesOf(got.Rows[0], roster.IDType))

	p = good(t)
	p["member1_id_type"], p["member1_id_number"] = "A", good(t)[roster.IDNumber]
	got, err = read(t, write(t, p))
	require.NoError(t, err)
	require.Equal(t, []refusal.Code{refusal.SheetIDTypeCitizen}, codesOf(got.Rows[0], "member1_id_type"))
}

// An item is cleared by an empty text only: one of characters that nobody sees is refused.
func TestInvisibleTextClearsNoItem(t *testing.T) {
	p := good(t)
	p["talent"] = "葫芦丝"
	for _, text := range []string{"\u3164\u200b", " ", "\u3000"} {
		revised, found := reader(t).Revise(p, map[roster.Field]string{"talent": text}, submission(t))
		require.Equal(t, "葫芦丝", revised["talent"])
		require.Len(t, found, 1, "%q", text)
		require.Equal(t, refusal.SheetNothingVisible, found[0].Code)
	}
	revised, found := reader(t).Revise(p, map[roster.Field]string{"talent": ""}, submission(t))
	require.Empty(t, found)
	require.NotContains(t, revised, roster.Field("talent"))
}

// A line under the list that speaks about it is no pupil with every item missing.
func TestARemarkInTheColumnOfNamesIsNoPupil(t *testing.T) {
	for _, text := range []string{"共1人", "共 12 名", "说明：红色必填", "备注：以上信息已核对"} {
		got, err := read(t, write(t, good(t), roster.Pupil{roster.Name: text}))
		require.NoError(t, err)
		require.Equal(t, roster.LeftOut, got.Rows[1].Verdict, text)
		require.Len(t, got.Rows[1].Findings, 1, text)
	}
	got, err := read(t, write(t, good(t), roster.Pupil{roster.Name: "王小明"}))
	require.NoError(t, err)
	require.Equal(t, roster.Refuse, got.Rows[1].Verdict, "a name alone is a pupil of whom much is missing")
}

// Two steps of one correction are told once.
func TestOneCorrectionIsToldOnce(t *testing.T) {
	got, err := read(t, caseFile(t, "month-decimal"))
	require.NoError(t, err)
	for _, row := range got.Rows {
		told := map[refusal.Code]int{}
		for _, f := range row.Findings {
			if told[f.Code]++; f.Field == roster.EntryMonth {
				require.Equal(t, 1, told[f.Code], "row %d %s", row.Number, f.Code)
			}
		}
	}
}
