package graduation_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/storetest"
)

// Two numbers are a range when letters and number of digits are the same; every number of it
// reads back.
func TestBlanksAreParsed(t *testing.T) {
	b, err := graduation.ParseBlanks(" 黔毕-a0998 ", "黔毕-A1002")
	require.NoError(t, err)
	require.Equal(t, graduation.Blanks{Prefix: "黔毕-A", Width: 4, First: 998, Last: 1002}, b)
	require.Equal(t, "黔毕-A0998", b.Number(998))
	for _, row := range []struct{ first, last, want string }{
		{"", "A1", "blank_number /first"}, {"A", "A1", "blank_number /first"}, {"A_1", "A_2", "blank_number /first"}, {"A1234567890123456789", "A1234567890123456789", "blank_number /first"},
		{"A1", "B2", "blank_number /last"}, {"A1", "A10", "blank_number /last"}, {"A1", "", "blank_number /last"},
		{"A5", "A4", "blank_range /last"}, {"A00000", "A20000", "blank_range /last"},
	} {
		_, err := graduation.ParseBlanks(row.first, row.last)
		require.Equal(t, []string{row.want}, storetest.Refusals(t, err), row.first)
	}
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 18).Draw(t, "width")
		b := graduation.Blanks{Prefix: rapid.StringMatching(`([A-Z0-9]{0,10}[A-Z-])?`).Draw(t, "prefix"), Width: width, First: rapid.Int64Range(0, 9).Draw(t, "first")}
		b.Last = b.First
		again, err := graduation.ParseBlanks(b.Number(b.First), b.Number(b.Last))
		require.NoError(t, err)
		require.Equal(t, b, again)
	})
}

// No text makes the parser panic, and what it takes it writes again.
func FuzzBlanks(f *testing.F) {
	f.Add("黔毕-A0998", "黔毕-A1002")
	f.Add("0", "19999")
	f.Add("A１", "A１") // full width digits are letters of no number
	f.Add("\xff1", "ß1")
	f.Fuzz(func(t *testing.T, first, last string) {
		b, err := graduation.ParseBlanks(first, last)
		if err != nil {
			return
		}
		again, err := graduation.ParseBlanks(b.Number(b.First), b.Number(b.Last))
		require.NoError(t, err)
		require.Equal(t, b, again)
		require.GreaterOrEqual(t, b.Last, b.First)
	})
}
