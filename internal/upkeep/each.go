package upkeep

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"
)

// each does one act on every item, u.AtOnce at a time and in their order, and adds what
// was done to the round. It stops after so many failures one after the other, which show that
// Temporal is down; one item that fails delays no other. It reports whether it came to the
// last one.
func each[T any](ctx context.Context, u *Upkeep, items []T, most int, round *Round, do func(context.Context, T) (Round, error)) (bool, error) {
	var (
		group  errgroup.Group
		mu     sync.Mutex
		failed []error
		since  int // failures since the last success
	)
	group.SetLimit(max(1, u.AtOnce))
	stopped := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return since >= most || ctx.Err() != nil
	}
	done := true
	for _, item := range items {
		if stopped() {
			done = false
			break
		}
		group.Go(func() error {
			did, err := do(ctx, item)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				if since++; len(failed) < badRows {
					failed = append(failed, err)
				}
				return nil
			}
			since = 0
			round.add(did)
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
	return done && !stopped(), errors.Join(failed...)
}
