package upkeep

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// burst is how many workflows are told something before the upkeep looks whether the
	// workers keep up.
	burst = 64
	// mostWaiting is how many workflow tasks may wait for a worker while the upkeep goes on.
	// A decision waits behind them, so that there must be few.
	mostWaiting = 32
	// queuePause is the time between two looks at the tasks that wait.
	queuePause = 50 * time.Millisecond
)

// each does one act on every item, u.AtOnce at a time and in their order, and adds what
// was done to the round. It stops when Temporal is down, which shows in several failures in
// a row; one item that fails delays no other. It reports whether it came to the last one.
func each[T any](ctx context.Context, u *Upkeep, items []T, round *Round, do func(context.Context, T) (Round, error)) (bool, error) {
	var (
		group  errgroup.Group
		mu     sync.Mutex
		failed []error
		row    int // failures since the last success
	)
	group.SetLimit(max(1, u.AtOnce))
	stopped := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return row >= badRows || ctx.Err() != nil
	}
	done := true
	for i, item := range items {
		if i > 0 && i%burst == 0 {
			u.awaitWorkers(ctx)
		}
		if stopped() {
			done = false
			break
		}
		group.Go(func() error {
			did, err := do(ctx, item)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				if row++; len(failed) < badRows {
					failed = append(failed, err)
				}
				return nil
			}
			row = 0
			round.add(did)
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
	return done && !stopped(), errors.Join(failed...)
}

// awaitWorkers waits until few workflow tasks wait for a worker, so that a decision that
// comes meanwhile is not at the end of a long queue. A Temporal that does not tell how many
// wait is not waited for.
func (u *Upkeep) awaitWorkers(ctx context.Context) {
	for {
		waiting, err := u.Engine.WaitingTasks(ctx)
		if err != nil || waiting <= mostWaiting {
			return
		}
		timer := time.NewTimer(queuePause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}
