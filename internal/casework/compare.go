package casework

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// describe asks Temporal for the runs of some changes, a few at a time, until the
// patience of the look ends.
func (l *look) describe(ctx context.Context, items []Stuck) {
	if l.silent {
		l.a.Complete = false
		return
	}
	ctx, cancel := context.WithDeadline(ctx, l.until)
	defer cancel()
	var (
		group errgroup.Group
		mu    sync.Mutex
		why   error
	)
	group.SetLimit(lookers)
	for i := range items {
		group.Go(func() error {
			run, err := l.engine.Latest(ctx, items[i].ChangeID.String())
			if err == nil {
				items[i].Run = &run
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if why == nil {
				why = err
			}
			cancel() // the other questions would wait as long
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
	if why != nil {
		l.unanswered(why)
	}
}

// compare finds problems for which the register has no reason: running changes in scope
// whose workflow is gone or shows another step. Temporal's list lags, so it only says where
// to look closer. It is asked about the changes of one question at a time.
func (l *look) compare(ctx context.Context) error {
	if l.silent || l.q.Only != "" && !l.q.Only.shown() {
		return nil
	}
	different, err := l.different(ctx)
	if err != nil {
		return err
	}
	ids, err := l.withoutReason(ctx, different)
	if err != nil {
		return err
	}
	if len(ids) > l.q.Limit {
		ids, l.a.Complete = ids[:l.q.Limit], false
	}
	rows, err := l.again(ctx, ids)
	if err != nil {
		return err
	}
	list := make([]worklist.AttentionRow, 0, len(ids))
	for _, id := range ids {
		if row, ok := rows[id]; ok {
			list = append(list, row)
		}
	}
	return l.judge(ctx, list)
}

// different compares the running changes in scope with Temporal's list, page by page and
// some pages at the same time. It takes half of the patience at most, because the other
// half is needed for looking closer; what was not compared then makes the answer
// incomplete.
func (l *look) different(ctx context.Context) ([]uuid.UUID, error) {
	limited, cancel := context.WithTimeout(ctx, l.q.Patience/2)
	defer cancel()
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-limited.Done():
		l.a.Complete = false
		return nil, nil
	}
	var (
		group errgroup.Group
		mu    sync.Mutex
		ids   []uuid.UUID
		why   error
	)
	group.SetLimit(comparers)
	for after := uuid.Nil; ; {
		var rows []worklist.RunningStep
		err := l.within(ctx, func(tx *store.Tx) (err error) {
			rows, err = worklist.RunningSteps(tx, after, standingPage)
			return err
		})
		if err != nil {
			_ = group.Wait() // none of them returns an error
			return nil, err
		}
		mu.Lock()
		enough := len(rows) == 0 || len(ids) >= mostMissing || limited.Err() != nil || why != nil
		l.a.Complete = l.a.Complete && (len(rows) == 0 || !enough)
		mu.Unlock()
		if enough {
			break
		}
		after = rows[len(rows)-1].ID
		group.Go(func() error {
			found, mute, err := l.compareSteps(limited, rows)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				why = err
				return nil
			}
			l.a.Compared += int64(len(rows))
			ids = append(ids, found...)
			if mute > 0 {
				l.a.Counts[FindNoStep] += mute
			}
			return nil
		})
	}
	_ = group.Wait() // none of them returns an error
	switch {
	case limited.Err() != nil:
		l.a.Complete = l.a.Complete && why == nil // too many to compare
	case why != nil:
		l.unanswered(why)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	if len(ids) > mostMissing {
		ids, l.a.Complete = ids[:mostMissing], false
	}
	return ids, nil
}

// compareSteps returns the changes that have stood at their step for longer than a workflow
// needs to show it, and whose workflow is not listed there. It also counts the workflows
// that have shown no step for long.
func (l *look) compareSteps(ctx context.Context, rows []worklist.RunningStep) (ids []uuid.UUID, mute int64, err error) {
	stand, moved := make([]client.Standing, len(rows)), make(map[string]worklist.RunningStep, len(rows))
	for i, row := range rows {
		stand[i] = client.Standing{ChangeID: row.ID.String(), StepRound: contract.StepRound(row.StepNo, row.Round)}
		moved[stand[i].ChangeID] = row
	}
	list, err := l.engine.Compare(ctx, stand)
	if err != nil {
		return nil, 0, err
	}
	for _, d := range list {
		row := moved[d.ChangeID]
		switch {
		case d.Listed != nil && d.Listed.StepRound == "":
			if tooLong(d.Listed.Started, l.machine()) { // else no worker has worked on it yet
				mute++
				ids = append(ids, row.ID)
			}
		case l.a.Now.Sub(row.MovedAt) >= quickSlip:
			ids = append(ids, row.ID)
		}
	}
	return ids, mute, nil
}

// withoutReason leaves out the changes with a reason of the register, because those are
// listed and compared in their own place.
func (l *look) withoutReason(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
	err := l.within(ctx, func(tx *store.Tx) (err error) {
		ids, err = worklist.WithoutReason(tx, ids)
		return err
	})
	return ids, err
}
