package bench

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDriveDoesEveryCaseOnce(t *testing.T) {
	done, err := drive(t.Context(), 4, 50, func(_ context.Context, client int, decided func(time.Duration)) error {
		decided(time.Duration(client) * time.Millisecond)
		decided(time.Second)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 50, done.cases)
	require.Len(t, done.decisions, 100)
	require.IsIncreasing(t, []time.Duration{done.percentile(10), done.percentile(99)})
}

func TestReportComparesMedians(t *testing.T) {
	of := func(mode string, seconds ...int) CaseFigures {
		var rounds []round
		for _, s := range seconds {
			rounds = append(rounds, round{cases: 600, took: time.Duration(s) * time.Second, decisions: []time.Duration{10 * time.Millisecond * time.Duration(s)}})
		}
		return figuresOf(mode, rounds)
	}
	r := Report{Clients: 16, Rounds: 3, Cases: []CaseFigures{of(regular, 6, 5, 7), of(local, 3, 3, 100), of("Xueji over HTTP", 4, 1, 5)}}
	r.compare()
	require.InDelta(t, 0.75, r.OfLocal, 0.001)
	require.InDelta(t, 1.5, r.OfRegular, 0.001)
	require.InDelta(t, 4.0/3, r.Slower, 0.001)
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "Xueji does 0.75 of the bare engine")
	require.NotContains(t, text.String(), "not met")
}
