package figures_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/crowd"
	"github.com/xueji/xueji/models/figures"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// all are the figures of an office.
type all struct {
	groups []figures.Group
	months []figures.Month
	paces  []figures.Pace
}

func read(tx *change.Tx, id uuid.UUID, since calendar.Date) (a all, err error) {
	at, err := office.Read(tx.Tx, id)
	if err != nil {
		return a, err
	}
	if a.groups, err = figures.Pupils(tx.Tx, id, at.Kind); err != nil {
		return a, err
	}
	if a.months, err = figures.Months(tx.Tx, id, since); err != nil {
		return a, err
	}
	a.paces, err = figures.Paces(tx.Tx, id, since)
	return a, err
}

// of reads the figures of an office as one person, since 2025-11-01.
func of(c *storetest.County, who storetest.Person, id uuid.UUID) (a all) {
	c.T().Helper()
	since, err := calendar.NewDate(2025, 11, 1)
	require.NoError(c.T(), err)
	require.NoError(c.T(), c.As(who, func(tx *change.Tx) (err error) {
		a, err = read(tx, id, since)
		return err
	}))
	return a
}

func sum[T any](list []T, n func(T) int) (all int) {
	for _, one := range list {
		all += n(one)
	}
	return all
}

// The figures are what one finds by counting rows, at every office above a school, and an
// office out of reach has none.
func TestFiguresAreWhatStandsInTheTables(t *testing.T) {
	c := storetest.New(t)
	c.Fill(crowd.Of(2_000))
	records := func(g figures.Group) int { return g.Records }
	changes := func(m figures.Month) int { return m.Changes }
	done := func(p figures.Pace) int { return p.Done }
	for _, who := range []storetest.Person{
		c.Who(storetest.SchoolA, org.SchoolRegistrar), c.Who(storetest.Bureau, org.BureauReviewer), c.Who(storetest.City, org.BureauReviewer), c.Who(storetest.Province, org.BureauReviewer),
	} {
		a := of(c, who, who.Office)
		require.NotEmpty(t, a.groups)
		require.Equal(t, c.Count(`SELECT count(*) FROM student WHERE org_path <@ $1::text::ltree`, who.Path), sum(a.groups, records))
		require.Equal(t, c.Count(`SELECT count(*) FROM change WHERE org_path <@ $1::text::ltree AND status = 'EFFECTIVE' AND struck_at IS NULL AND effective_on >= '2025-11-01'`, who.Path), sum(a.months, changes))
		require.Equal(t, c.Count(`SELECT count(*) FROM step WHERE office_path <@ $1::text::ltree AND status = 'DONE' AND act = '' AND closed_at >= '2025-11-01 00:00+08'`, who.Path), sum(a.paces, done))
		require.Positive(t, sum(a.paces, done))
		for _, p := range a.paces {
			require.LessOrEqual(t, p.InTime, p.Done)
			require.GreaterOrEqual(t, p.Median, 0)
		}
	}
	beyond := of(c, c.Who(storetest.SchoolA, org.SchoolRegistrar), c.ID(storetest.Bureau))
	require.Empty(t, beyond.paces)
	require.Equal(t, sum(of(c, c.Who(storetest.SchoolA, org.SchoolRegistrar), c.ID(storetest.SchoolA)).groups, records), sum(beyond.groups, records), "row-level security stands behind the API")
}

var pupils = flag.Int("pupils", 100_000, "how many pupils the register of BenchmarkFigures holds")

// BenchmarkFigures measures all figures of a province and of a school in it.
//
//	go test ./models/figures -run '^$' -bench . -benchtime 50x -timeout 1h
func BenchmarkFigures(b *testing.B) {
	c := storetest.New(b)
	c.Fill(crowd.Of(*pupils))
	_, err := c.Owner().Exec(b.Context(), `VACUUM ANALYZE`)
	require.NoError(b, err)
	for _, who := range []storetest.Person{c.Who(storetest.SchoolA, org.SchoolRegistrar), c.Who(storetest.Bureau, org.BureauReviewer), c.Who(storetest.Province, org.BureauReviewer)} {
		b.Run(string(org.KindAt(who.Path)), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				at := time.Now()
				of(c, who, who.Office)
				took = append(took, time.Since(at))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
