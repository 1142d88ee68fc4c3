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
	first, moved := scenes()[0], scenes()[1]
	f := compared(first, []CaseFigures{of(regular, 6, 5, 7), of(local, 3, 3, 100), of(overHTTP, 4, 1, 5)})
	require.InDelta(t, 0.75, f.OfLocal, 0.001)
	require.InDelta(t, 1.5, f.OfRegular, 0.001)
	require.InDelta(t, 4.0/3, f.Slower, 0.001)
	second := compared(moved, []CaseFigures{of(local, 1), of(overHTTP, 5)})
	require.InDelta(t, 0.2, second.OfLocal, 0.001)
	require.Zero(t, second.OfRegular)
	var text bytes.Buffer
	require.NoError(t, (&Report{Clients: 16, Rounds: 3, Scenes: []SceneFigures{f, second}}).WriteText(&text))
	require.Contains(t, text.String(), "Xueji does 0.75 of the bare engine")
	require.Contains(t, text.String(), "Xueji does 0.20 of the bare engine with cases of this shape")
	require.NotContains(t, text.String(), "not met", "only the first kind has goals")
}

func TestModesAreCheckedBeforeAnythingStarts(t *testing.T) {
	for _, row := range []struct {
		name  string
		given Options
		want  []string
		says  string
	}{
		{"all", Options{Modes: Modes()}, []string{"suspension", "transfer", "keydata", "countersign"}, ""},
		{"some, in their own order", Options{Modes: []string{"keydata", "suspension"}}, []string{"suspension", "keydata"}, ""},
		{"an unknown one", Options{Modes: []string{"transfers"}}, nil, "suspension,transfer,keydata,countersign"},
		{"none", Options{}, nil, "no mode is named"},
		{"none, and no cases", Options{NoCases: true}, nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			list, err := row.given.scenes()
			if row.says != "" {
				require.ErrorContains(t, err, row.says)
				require.ErrorContains(t, row.given.Check(), row.says)
				return
			}
			require.NoError(t, err)
			var names []string
			for _, s := range list {
				names = append(names, s.name)
			}
			require.Equal(t, row.want, names)
		})
	}
}
