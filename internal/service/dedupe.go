package service

import (
	"context"
	"errors"

	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/store"
)

// dedupeBatch is how many records one transaction searches.
const dedupeBatch = 500

// Dedupe looks through the register for doubles of every record that was written since
// the last search (查重, KT10), and returns their number. With all it searches every
// record; a search of all that was interrupted goes on where it stopped.
func Dedupe(ctx context.Context, register *store.Store, all bool) (looked int, err error) {
	if all {
		if err := register.InScope(ctx, store.Scope{}, problem.BeginSearch); err != nil {
			return 0, err
		}
		for done := false; !done; {
			err := register.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
				s, err := problem.SearchOn(tx, dedupeBatch)
				if err == nil {
					looked, done = int(s.Looked), s.DoneAt != nil
				}
				return err
			})
			if err != nil {
				return looked, err
			}
		}
	}
	for {
		var n int
		err := register.InScope(ctx, store.Scope{}, func(tx *store.Tx) (err error) {
			n, err = problem.Dedupe(tx, dedupeBatch)
			return err
		})
		if err != nil || n == 0 {
			return looked, err
		}
		looked += n
	}
}

// Dedupe is the same for an operator.
func (o *Operator) Dedupe(ctx context.Context, all bool) (int, error) {
	return Dedupe(ctx, o.register.Store, all)
}

// dedupe is the worker's hourly search (KT02). Records for which it has no time, after an
// upgrade all of them, wait for the next hour; "xueji dedupe" does not wait.
func (w *Worker) dedupe(ctx context.Context) error {
	_, err := Dedupe(ctx, w.parts.register.Store, false)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil
	}
	return err
}
