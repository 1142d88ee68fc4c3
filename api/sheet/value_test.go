package sheet_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/roster"
)

func sheets(t *testing.T) sheet.Sheets {
	t.Helper()
	table, err := division.Load()
	require.NoError(t, err)
	s, err := sheet.Load(table)
	require.NoError(t, err)
	return s
}

// Every item of the sheet stands in a group of the form, and every group has a name.
func TestEveryItemStandsInAGroup(t *testing.T) {
	found := map[sheet.Group]int{}
	for _, c := range sheets(t).Reader.Template().Items() {
		found[sheet.GroupOf(c.Field)]++
	}
	require.Zero(t, found[""], "an item without a group")
	for _, group := range sheet.Groups() {
		require.Positive(t, found[group], group)
		require.NotEqual(t, string(group), group.Text().Zh)
		require.NotEqual(t, string(group), group.Text().En)
	}
	require.Len(t, found, len(sheet.Groups()))
	require.Equal(t, sheet.Group(""), sheet.GroupOf("separator"))
}

// A value is said as people read it, in their language.
func TestAValueIsSaidInWords(t *testing.T) {
	s := sheets(t)
	for _, one := range []struct{ field, value, zh, en string }{
		{"sex", "1", "男", "male"},
		{"birth_division", "520102000000", "贵州省贵阳市南明区", "520102 (贵州省贵阳市南明区)"},
		{"birth_division", "999999000000", "", ""},
		{"birth_division", "x", "", ""},
		{"nationality", "CHN", "中国", "China"},
		{"nationality", "???", "", ""},
		{"birth_date", "20150301", "2015-03-01", "2015-03-01"},
		{"birth_date", "2015", "", ""},
		{"entry_ym", "202109", "2021-09", "2021-09"},
		{"id_validity", "20150301-20250301", "2015-03-01 – 2025-03-01", "2015-03-01 – 2025-03-01"},
		{"talent", "书法", "", ""},
		{"sex", "", "", ""},
	} {
		column := s.Reader.Template().Column(roster.Field(one.field))
		for language, want := range map[string]string{"zh": one.zh, "en": one.en} {
			called(t, language, func(ctx context.Context) {
				require.Equal(t, want, s.ValueLabel(ctx, column, one.value), "%s %s", one.field, one.value)
			})
		}
	}
}
