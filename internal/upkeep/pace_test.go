package upkeep

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/workflows/client"
)

// No more than two bursts of workflows wait for a worker.
func TestStartsWaitForTheWorkers(t *testing.T) {
	var p pace
	waits := map[string]int{} // looks for which the first task of a workflow still waits
	var asked []string
	latest := func(_ context.Context, change string) (client.Run, error) {
		asked = append(asked, change)
		waits[change]--
		if waits[change] < 0 {
			return client.Run{Running: true}, nil
		}
		return client.Run{Running: true, Attempt: 1}, nil
	}
	start := func(i int) {
		p.await(t.Context(), 0, latest)
		p.note(fmt.Sprint(i))
	}
	for i := 1; i <= 2*burst; i++ {
		start(i)
	}
	require.Empty(t, asked)
	first := fmt.Sprint(burst)
	waits[first] = 3
	start(2*burst + 1)
	require.Equal(t, []string{first, first, first, first}, asked, "until its task was taken")
	for i := 2*burst + 2; i <= 3*burst; i++ {
		start(i)
	}
	require.Len(t, asked, 4)

	// A workflow that fails again and again, and a Temporal that does not answer, hold nothing up.
	for _, answer := range []struct {
		run client.Run
		err error
	}{{run: client.Run{Running: true, Attempt: 7}}, {err: errors.New("away")}} {
		for range burst {
			p.await(t.Context(), 0, func(context.Context, string) (client.Run, error) { return answer.run, answer.err })
			p.note("x")
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 * burst {
		p.await(ended, 0, func(context.Context, string) (client.Run, error) { return client.Run{Running: true, Attempt: 1}, nil })
	}
}

// The starts of a second are limited; when the round ends before a turn, the start does not wait.
func TestStartsKeepTheirRate(t *testing.T) {
	var p pace
	none := func(context.Context, string) (client.Run, error) { return client.Run{}, nil }
	ended, cancel := context.WithCancel(t.Context())
	for range burst { // at once
		p.await(t.Context(), 1, none)
	}
	require.Less(t, p.rate.Tokens(), 1.0, "the next one waits")
	cancel()
	p.await(ended, 1, none)
}
