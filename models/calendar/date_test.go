package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
)

func day(t require.TestingT, text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

func TestDaysThatDoNotExistAreRefused(t *testing.T) {
	for _, text := range []string{"2015-02-30", "2015-02-29", "2015-13-01", "2015-00-10", "2015-1-1", "15-01-01", "0000-01-01", "", "2015-01-01 "} {
		_, err := calendar.ParseDate(text)
		require.ErrorIs(t, err, calendar.ErrNoSuchDay, text)
	}
	_, err := calendar.ParseCompactDate("20150230")
	require.ErrorIs(t, err, calendar.ErrNoSuchDay)
	_, err = calendar.NewDate(2015, 2, 30)
	require.ErrorIs(t, err, calendar.ErrNoSuchDay)
}

func TestDateArithmetic(t *testing.T) {
	require.Equal(t, day(t, "2024-02-29"), day(t, "2024-02-28").AddDays(1))
	require.Equal(t, 366, day(t, "2024-01-01").DaysUntil(day(t, "2025-01-01")))
	require.Equal(t, "20240229", day(t, "2024-02-29").Compact())
	require.Equal(t, day(t, "2024-03-01").Start(), day(t, "2024-02-29").End())
	require.Equal(t, time.Saturday, day(t, "2026-02-14").Weekday())
	// Shanghai kept summer time from 1986 to 1991: a day may have 23 hours.
	require.Equal(t, 23*time.Hour, day(t, "1986-05-04").End().Sub(day(t, "1986-05-04").Start()))
}

func TestDateTravels(t *testing.T) {
	type row struct {
		Day calendar.Date `json:"day"`
	}
	for _, text := range []string{`{"day":"2026-11-20"}`, `{"day":""}`} {
		var r row
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		back, err := json.Marshal(r)
		require.NoError(t, err)
		require.JSONEq(t, text, string(back))

		column, err := r.Day.Value()
		require.NoError(t, err)
		var scanned calendar.Date
		require.NoError(t, scanned.Scan(column))
		require.Equal(t, r.Day, scanned)
	}
	var d calendar.Date
	require.Error(t, d.Scan(42))
	require.Error(t, json.Unmarshal([]byte(`"2015-02-30"`), &d))
}

func TestDateLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := someDay().Draw(t, "day")
		n := rapid.IntRange(-4000, 4000).Draw(t, "n")
		require.Equal(t, n, d.DaysUntil(d.AddDays(n)))
		require.Equal(t, n > 0, d.Before(d.AddDays(n)))
		require.Equal(t, d, day(t, d.String()))
		require.Equal(t, d, calendar.DateOf(d.Start()))
		require.Equal(t, d, calendar.DateOf(d.End().Add(-time.Nanosecond)))
	})
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-11-20")
	f.Add("2015-02-30")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := calendar.ParseDate(text); err == nil && d.String() != text {
			t.Fatalf("%q came back as %q", text, d)
		}
	})
}

func TestADueMomentIsWrittenAsPeopleSayIt(t *testing.T) {
	day, err := calendar.ParseDate("2026-12-04")
	require.NoError(t, err)
	require.Equal(t, "2026-12-04 24:00", calendar.Until(day.End()))
	require.Equal(t, "2026-12-04 24:00", calendar.Until(day.End().UTC()))
	require.Equal(t, "2026-12-05 00:01", calendar.Until(day.End().Add(time.Minute)))
	require.Equal(t, "2026-12-04 09:30", calendar.Until(day.End().Add(-14*time.Hour-30*time.Minute)))
}
