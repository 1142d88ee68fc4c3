package bench

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// round is one measured run of cases.
type round struct {
	cases     int
	took      time.Duration
	decisions []time.Duration // sorted
}

func (r round) perSecond() float64 { return float64(r.cases) / r.took.Seconds() }

// percentile of the decisions, 0 to 100.
func (r round) percentile(p int) time.Duration {
	if len(r.decisions) == 0 {
		return 0
	}
	return r.decisions[min(len(r.decisions)*p/100, len(r.decisions)-1)]
}

// drive lets clients take cases from one heap until it is empty.
func drive(ctx context.Context, clients, cases int, one func(context.Context, int, func(time.Duration)) error) (round, error) {
	var (
		taken     atomic.Int64
		mu        sync.Mutex
		decisions []time.Duration
	)
	decided := func(took time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		decisions = append(decisions, took)
	}
	// Durations are no times of the register: the clock is not asked.
	started := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for client := range clients {
		group.Go(func() error {
			for taken.Add(1) <= int64(cases) {
				if err := one(ctx, client, decided); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := group.Wait()
	took := time.Since(started)
	slices.Sort(decisions)
	return round{cases: cases, took: took, decisions: decisions}, err
}
