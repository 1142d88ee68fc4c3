package upkeep

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A chore that takes all the time of its round, as the first search for doubles after
// an upgrade does, holds up nothing that stands after it.
func TestALongChoreStarvesNoOther(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var done []string
	chore := func(name string, do func()) func(context.Context) error {
		return func(ctx context.Context) error {
			require.NoError(t, ctx.Err(), "a chore that is begun has time")
			done = append(done, name)
			do()
			return ctx.Err()
		}
	}
	u := &Upkeep{Chores: []func(context.Context) error{chore("long", cancel), chore("short", func() {})}}
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	require.ErrorIs(t, u.choresAt(ctx, now), context.Canceled)
	require.NoError(t, u.choresAt(t.Context(), now.Add(30*time.Second)))
	require.Equal(t, []string{"long", "short"}, done)
	require.NoError(t, u.choresAt(t.Context(), now.Add(time.Minute)))
	require.Len(t, done, 2, "once an hour")

	failing := errors.New("failing")
	u.Chores = []func(context.Context) error{func(context.Context) error { return failing }, chore("after", func() {})}
	require.ErrorIs(t, u.choresAt(t.Context(), now.Add(time.Hour)), failing)
	require.Equal(t, []string{"long", "short", "after"}, done, "one that fails stops no other")
}

// A computer whose clock ran ahead and was set right does its chores after the next hour.
func TestChoresRunAfterTheClockWasSetBack(t *testing.T) {
	ran := 0
	u := &Upkeep{Chores: []func(context.Context) error{func(context.Context) error { ran++; return nil }}}
	ahead := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	require.NoError(t, u.choresAt(t.Context(), ahead))
	right := ahead.AddDate(0, -3, 0)
	require.NoError(t, u.choresAt(t.Context(), right))
	require.Equal(t, 2, ran)
	require.NoError(t, u.choresAt(t.Context(), right.Add(time.Minute)))
	require.Equal(t, 2, ran, "once an hour")
}
