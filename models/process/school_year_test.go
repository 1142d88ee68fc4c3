package process_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
)

func day(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

func TestTheTermsOfAYearFollowThePolicy(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	terms := known.Default().TermsOf(2026)
	require.Equal(t, []string{"2026-09-01", "2027-01-31", "2027-02-15", "2027-07-10"},
		[]string{terms[0].First.String(), terms[0].Last.String(), terms[1].First.String(), terms[1].Last.String()})
	require.True(t, terms[0].Contains(day(t, "2027-01-31")))
	require.False(t, terms[0].Contains(day(t, "2027-02-01")))
	for on, year := range map[string]int{"2026-08-10": 2025, "2026-08-11": 2026, "2027-06-01": 2026} {
		require.Equal(t, year, known.Default().SchoolYearOn(day(t, on)), on)
	}
}

// Terms that overlap or are not two are faults of a policy.
func TestTermsFollowOneAnother(t *testing.T) {
	known, err := process.Load()
	require.NoError(t, err)
	for _, body := range []string{
		`school_terms: []`,
		`school_terms: [{from: "09-01", to: "01-20"}]`,
		`school_terms: [{from: "09-01", to: "02-20"}, {from: "02-15", to: "07-10"}]`,
		`school_terms: [{from: "09-01", to: "01-20"}, {from: "02-15", to: "09-20"}]`,
		`school_terms: [{year: 2026, from: "09-01", to: "01-20"}, {from: "02-15", to: "07-10"}]`,
	} {
		_, faults := known.Check([]byte(body))
		require.Len(t, faults, 1, body)
		require.Equal(t, "/school_terms", faults[0].Path, body)
	}
	_, faults := known.Check([]byte(`school_terms: [{from: "08-25", to: "01-10"}, {from: "03-01", to: "07-20"}]`))
	require.Empty(t, faults)
}
