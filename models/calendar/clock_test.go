package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
)

func TestNowIsInShanghaiAndKeepsWhatTheDatabaseKeeps(t *testing.T) {
	clock, hand := calendar.Stopped(time.Date(2026, 11, 19, 16, 30, 0, 1234567, time.UTC))
	require.Equal(t, "2026-11-20T00:30:00.001234+08:00", clock.Now().Format(time.RFC3339Nano))
	require.Equal(t, "2026-11-20", clock.Today().String())
	hand.Advance(24 * time.Hour)
	require.Equal(t, "2026-11-21", clock.Today().String())
	hand.Set(time.Date(2027, 1, 1, 0, 0, 0, 0, calendar.Shanghai()))
	require.Equal(t, "2027-01-01", clock.Today().String())
}

func TestClockRunsAtAnOffset(t *testing.T) {
	before := time.Now()
	now := calendar.NewClock(48 * time.Hour).Now()
	after := time.Now()
	require.False(t, now.Before(before.Add(48*time.Hour).Truncate(time.Microsecond)))
	require.False(t, now.After(after.Add(48*time.Hour)))
}

func TestClockAtShowsTheDemonstrationDayInEveryProcess(t *testing.T) {
	demo := time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai())
	first := calendar.ClockAt(demo)
	second := calendar.NewClock(first.Offset())
	a, b := first.Now(), second.Now()
	require.WithinDuration(t, demo, a, time.Minute)
	require.False(t, b.Before(a), "the second process must not run behind the first")
	require.WithinDuration(t, a, b, time.Minute)
}
