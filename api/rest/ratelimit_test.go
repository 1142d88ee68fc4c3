package rest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLimitsHoldBackAndForget(t *testing.T) {
	b := NewBuckets(1, 2)
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	require.Nil(t, b.Take("a", now))
	require.Nil(t, b.Take("a", now))
	require.Equal(t, "1", b.Take("a", now).Params["seconds"])
	require.Nil(t, b.Take("b", now))
	require.Nil(t, b.Take("a", now.Add(time.Second)))
	for i := range maxBuckets + 10 {
		_ = b.Take(strings.Repeat("x", i%7)+string(rune(i)), now)
	}
	require.LessOrEqual(t, len(b.byKey), maxBuckets)
}

// Guesses that all passed the door before the first one failed are paid for.
func TestFailuresAtOnceArePaidForByWaiting(t *testing.T) {
	b := NewBuckets(1, 2)
	now := time.Now()
	for range 5 {
		require.Nil(t, b.Left("a", now))
	}
	for range 5 {
		b.Owe("a", now)
	}
	require.NotNil(t, b.Left("a", now.Add(3900*time.Millisecond)))
	require.Nil(t, b.Left("a", now.Add(4100*time.Millisecond)))
	require.Nil(t, b.Left("b", now))
}
