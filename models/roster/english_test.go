package roster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

func TestEveryItemOfTheSheetHasAnEnglishName(t *testing.T) {
	template, err := roster.National()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, c := range template.Columns {
		require.Regexp(t, `^[A-Z][A-Za-z0-9 ,:-]+$`, c.En, c.Header)
		require.False(t, seen[c.En], "%s has the English name of another item", c.Header)
		seen[c.En] = true
	}
	require.Equal(t, "Name (姓名)", roster.HeaderInEnglish("姓名"))
	require.Equal(t, "校车编号", roster.HeaderInEnglish("校车编号"), "a column of the clerk's own")
}

func TestEveryCodeHasAnEnglishLabel(t *testing.T) {
	tables, err := roster.LoadTables()
	require.NoError(t, err)
	for name, table := range tables {
		seen := map[string]bool{}
		for _, code := range table.Codes() {
			label := table.Label(code, refusal.English)
			require.Regexp(t, `^[A-Za-z0-9 ,()'-]+$`, label, "%s %s", name, code)
			require.False(t, seen[label], "%s: two codes mean %q", name, label)
			seen[label] = true
		}
	}
	require.Equal(t, "Miao", tables["ethnicity"].Label("06", refusal.English))
	require.Equal(t, "Va", tables["ethnicity"].Label("21", refusal.English))
}

// A sentence in English names a column so that both readers find it: the English
// name, the header of the sheet, and the letter.
func TestEnglishFindingsNameColumnsInBothLanguages(t *testing.T) {
	catalogue, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	f := roster.Finding{Row: 7, Column: "M", Header: "身份证件号", Field: roster.IDNumber, Code: refusal.SheetIDCheck, Severity: roster.Reject}
	require.Contains(t, f.Sentence(catalogue, refusal.English), `Row 7, "Number of identity document (身份证件号)" (column M): `)
	require.Contains(t, f.Sentence(catalogue, refusal.Chinese), `第7行“身份证件号”（M列）`)
}
