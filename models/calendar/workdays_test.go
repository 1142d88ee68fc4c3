package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
)

func national(t require.TestingT) *calendar.WorkCalendar {
	c, err := calendar.Load()
	require.NoError(t, err)
	return c
}

// someDay draws days before, inside and after the published years.
func someDay() *rapid.Generator[calendar.Date] {
	return rapid.Custom(func(t *rapid.T) calendar.Date {
		first, err := calendar.NewDate(2003, 1, 1)
		require.NoError(t, err)
		return first.AddDays(rapid.IntRange(0, 26*366).Draw(t, "days"))
	})
}

func TestWorkdaysFollowTheNotices(t *testing.T) {
	c := national(t)
	for text, works := range map[string]bool{
		"2026-02-13": true,  // Friday
		"2026-02-14": true,  // make-up Saturday before Spring Festival
		"2026-02-15": false, // Spring Festival begins on a Sunday
		"2026-02-23": false, // its last day, a Monday
		"2026-02-24": true,
		"2026-02-28": true, // make-up Saturday after it
		"2026-03-01": false,
		"2025-01-26": true,  // make-up Sunday
		"2025-10-08": false, // Wednesday, National Day joined with Mid-Autumn
		"2015-09-03": false, // the once-only holiday of 2015
		"2027-01-01": true,  // no notice yet: a Friday like any other
	} {
		require.Equal(t, works, c.IsWorkday(day(t, text)), text)
	}
	require.True(t, c.Published(day(t, "2004-01-01")))
	require.True(t, c.Published(day(t, "2026-12-31")))
	require.False(t, c.Published(day(t, "2027-01-01")))
	require.False(t, c.Published(day(t, "2003-12-31")))
	require.True(t, strings.HasPrefix(c.Version(), "2004-2026."), c.Version())
}

func TestDueDates(t *testing.T) {
	rows := []struct {
		name, opening string
		n             int
		last          string
		provisional   bool
	}{
		{"an ordinary week", "2026-11-20T09:00:00+08:00", 10, "2026-12-04", false},
		{"the opening day is not counted, even at its first instant", "2026-11-20T00:00:00+08:00", 1, "2026-11-23", false},
		{"nor at its last second", "2026-11-20T23:59:59+08:00", 1, "2026-11-23", false},
		{"the day is that of Shanghai", "2026-11-19T16:30:00Z", 1, "2026-11-23", false},
		{"Spring Festival 2026 with both make-up Saturdays", "2026-02-12T09:00:00+08:00", 10, "2026-03-04", false},
		{"a make-up Saturday is the second day", "2026-02-12T09:00:00+08:00", 2, "2026-02-14", false},
		{"then the holiday", "2026-02-12T09:00:00+08:00", 3, "2026-02-24", false},
		{"opened inside the holiday", "2026-02-18T09:00:00+08:00", 1, "2026-02-24", false},
		{"Spring Festival 2025 with a make-up Sunday", "2025-01-23T09:00:00+08:00", 10, "2025-02-12", false},
		{"over the turn of the year", "2024-12-30T09:00:00+08:00", 3, "2025-01-03", false},
		{"National Day and Mid-Autumn 2025", "2025-09-26T09:00:00+08:00", 5, "2025-10-10", false},
		{"the last published day", "2026-12-28T09:00:00+08:00", 3, "2026-12-31", false},
		{"beyond the last notice only weekends count", "2026-12-28T09:00:00+08:00", 5, "2027-01-04", true},
	}
	c := national(t)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			opening, err := time.Parse(time.RFC3339, row.opening)
			require.NoError(t, err)
			due := c.AddWorkdays(opening, row.n)
			require.Equal(t, row.last, due.LastDay().String())
			require.Equal(t, day(t, row.last).AddDays(1).Start(), due.At)
			require.Equal(t, row.provisional, due.Provisional)
			require.Equal(t, c.Version(), due.Version)
		})
	}
}

func TestReminders(t *testing.T) {
	c := national(t)
	opening := day(t, "2026-02-12").At(15, 0)
	rows := []struct {
		term    string
		percent int
		want    string
	}{
		{"10wd", 50, "2026-02-26T09:00:00+08:00"},
		{"10wd", 80, "2026-03-02T09:00:00+08:00"},
		{"3wd", 50, "2026-02-14T09:00:00+08:00"}, // the make-up Saturday
		{"3wd", 80, "2026-02-24T09:00:00+08:00"},
		{"1wd", 50, "2026-02-13T09:00:00+08:00"},
		{"1wd", 80, "2026-02-13T09:00:00+08:00"},
		{"10wd", 0, "2026-02-12T15:00:00+08:00"},
		{"5s", 50, "2026-02-12T15:00:02.5+08:00"},
		{"5s", 80, "2026-02-12T15:00:04+08:00"},
		{"5s", 150, "2026-02-12T15:00:05+08:00"},
	}
	for _, row := range rows {
		term, err := calendar.ParseTerm(row.term)
		require.NoError(t, err)
		at := c.Fraction(c.Deadline(opening, term), row.percent)
		require.Equal(t, row.want, at.Format(time.RFC3339Nano), "%s %d %%", row.term, row.percent)
	}
}

func TestDeadlineInSecondsNeedsNoCalendar(t *testing.T) {
	opening := day(t, "2026-02-15").At(10, 0)
	due := national(t).Deadline(opening, calendar.Term{Seconds: 5})
	require.Equal(t, opening.Add(5*time.Second), due.At)
	require.False(t, due.Provisional)
	require.Empty(t, due.Version)
}

func TestDueLaws(t *testing.T) {
	c := national(t)
	rapid.Check(t, func(t *rapid.T) {
		opening := someDay().Draw(t, "day").Start().Add(time.Duration(rapid.IntRange(0, 86399).Draw(t, "second")) * time.Second)
		n := rapid.IntRange(1, 60).Draw(t, "n")
		due := c.Deadline(opening, calendar.Workdays(n))

		require.True(t, c.IsWorkday(due.LastDay()), "due at the end of a working day")
		require.Equal(t, due.LastDay().End(), due.At)
		require.True(t, due.At.After(opening))
		require.Equal(t, n, c.WorkdaysBetween(calendar.DateOf(opening), due.LastDay()))
		require.True(t, c.AddWorkdays(opening, n+1).At.After(due.At), "monotone in n")
		later := c.AddWorkdays(opening.Add(24*time.Hour), n)
		require.False(t, later.At.Before(due.At), "monotone in the opening")

		half, most := c.Fraction(due, 50), c.Fraction(due, 80)
		require.True(t, half.After(opening))
		require.False(t, most.Before(half))
		require.True(t, most.Before(due.At))
		require.True(t, c.IsWorkday(calendar.DateOf(half)))
		require.True(t, c.IsWorkday(calendar.DateOf(most)))
	})
}

func TestCountingWorkdaysIsAdditive(t *testing.T) {
	c := national(t)
	require.Equal(t, 10, c.WorkdaysBetween(day(t, "2026-02-12"), day(t, "2026-03-04")))
	require.Zero(t, c.WorkdaysBetween(day(t, "2026-02-14"), day(t, "2026-02-23")))
	rapid.Check(t, func(t *rapid.T) {
		a := someDay().Draw(t, "a")
		b := a.AddDays(rapid.IntRange(-400, 400).Draw(t, "to b"))
		m := a.AddDays(rapid.IntRange(-400, 400).Draw(t, "to m"))
		require.Equal(t, c.WorkdaysBetween(a, b), c.WorkdaysBetween(a, m)+c.WorkdaysBetween(m, b))
	})
}

func TestBrokenCalendarsAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty":          "",
		"header only":    "date,kind,occasion\n",
		"wrong header":   "day,kind,occasion\n2026-01-01,off,a\n",
		"no such day":    "date,kind,occasion\n2026-02-30,off,a\n",
		"unknown kind":   "date,kind,occasion\n2026-02-20,free,a\n",
		"twice":          "date,kind,occasion\n2026-02-20,off,a\n2026-02-20,work,a\n",
		"year missing":   "date,kind,occasion\n2024-01-01,off,a\n2026-01-01,off,a\n",
		"column missing": "date,kind,occasion\n2024-01-01,off\n",
	} {
		_, err := calendar.ReadCalendar(strings.NewReader(text))
		require.Error(t, err, name)
	}
}

func TestAnotherNoticeIsAnotherVersion(t *testing.T) {
	old, err := calendar.ReadCalendar(strings.NewReader("date,kind,occasion\n2026-01-01,off,元旦\n"))
	require.NoError(t, err)
	corrected, err := calendar.ReadCalendar(strings.NewReader("date,kind,occasion\n2026-01-01,off,元旦\n2026-01-02,off,元旦\n"))
	require.NoError(t, err)
	require.NotEqual(t, old.Version(), corrected.Version())
	opening := day(t, "2025-12-31").At(9, 0)
	require.Equal(t, "2026-01-02", old.AddWorkdays(opening, 1).LastDay().String())
	require.Equal(t, "2026-01-05", corrected.AddWorkdays(opening, 1).LastDay().String())
}

func FuzzReadCalendar(f *testing.F) {
	f.Add("date,kind,occasion\n2026-01-01,off,元旦\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := calendar.ReadCalendar(strings.NewReader(text))
		if (c == nil) == (err == nil) {
			t.Fatal("a calendar or an error, never both")
		}
	})
}
