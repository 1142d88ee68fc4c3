package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

func date(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

func terms(t *testing.T, days ...string) [process.TermsPerYear]process.SchoolTerm {
	t.Helper()
	return [process.TermsPerYear]process.SchoolTerm{{First: date(t, days[0]), Last: date(t, days[1])}, {First: date(t, days[2]), Last: date(t, days[3])}}
}

func setYear(t *testing.T, r *storetest.County, path string, year int, basedOn int64, days ...string) error {
	t.Helper()
	return r.In(r.App, path, func(tx *change.Tx) error {
		_, err := policy.SetSchoolYear(tx.Tx, r.Office(storetest.Province).Province, year, terms(t, days...), basedOn)
		return err
	})
}

// A day belongs to the running term, in the holidays to the next one; the days a province
// sets count before those of its policy.
func TestADayBelongsToATerm(t *testing.T) {
	r := storetest.New(t)
	on := func(text string) string {
		var term policy.Term
		r.MustIn(r.Worker, "", func(tx *change.Tx) (err error) {
			term, err = policy.TermOn(tx.Tx, "520000", date(t, text))
			return err
		})
		return term.First.String() + " " + string(rune('0'+term.No))
	}
	require.Equal(t, "2026-09-01 1", on("2027-01-31"))
	require.Equal(t, "2027-02-15 2", on("2027-02-01"))
	require.Equal(t, "2027-09-01 1", on("2027-07-11"))
	require.NoError(t, setYear(t, r, storetest.Province, 2026, 0, "2026-08-28", "2027-01-20", "2027-02-24", "2027-07-16"))
	require.Equal(t, "2027-02-24 2", on("2027-01-21"))
	require.Equal(t, "2027-02-24 2", on("2027-07-16"))
	require.Equal(t, []string{"version_conflict /based_on"}, storetest.Refusals(t, setYear(t, r, storetest.Province, 2026, 0, "2026-08-28", "2027-01-20", "2027-02-24", "2027-07-16")))
	require.NoError(t, setYear(t, r, storetest.Province, 2026, 1, "2026-08-29", "2027-01-20", "2027-02-24", "2027-07-16"))
	require.Equal(t, "2026-08-29 1", on("2026-08-01"))
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := policy.SchoolYears(tx.Tx, "520000")
		require.Len(t, list, 1)
		return err
	})
}

// Every wrong day is named: backward, in another year, into the next school year.
func TestTermsThatOverlapAreRefusedByDay(t *testing.T) {
	r := storetest.New(t)
	refused := func(days ...string) []string {
		t.Helper()
		return storetest.Refusals(t, setYear(t, r, storetest.Province, 2026, 0, days...))
	}
	require.Equal(t, []string{"term_backward /terms/0/last_day", "term_backward /terms/1/first_day"}, refused("2026-09-01", "2026-09-01", "2026-08-30", "2027-07-10"))
	require.Equal(t, []string{"term_year /terms/0/first_day"}, refused("2027-01-01", "2027-01-20", "2027-02-15", "2027-07-10"))
	require.Equal(t, []string{"term_overlaps /terms/0/first_day"}, refused("2026-07-01", "2027-01-20", "2027-02-15", "2027-07-10"))
	require.Equal(t, []string{"term_overlaps /terms/1/last_day"}, refused("2026-09-01", "2027-01-20", "2027-02-15", "2027-09-01"))
	r.Hire(storetest.FarProvince, org.BureauSysadmin)
	err := setYear(t, r, storetest.FarProvince, 2026, 0, "2026-09-01", "2027-01-20", "2027-02-15", "2027-07-10")
	require.ErrorContains(t, err, "row-level security", "another province")
	require.Error(t, setYear(t, r, storetest.City, 2026, 0, "2026-09-01", "2027-01-20", "2027-02-15", "2027-07-10"))
}
