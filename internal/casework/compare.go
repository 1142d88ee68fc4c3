package casework

import (
	"context"
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

// compare finds problems for which the register has no reason: running changes whose
// workflow is gone or shows another step. Temporal's list lags, so it only says where to
// look closer. Reading all of it takes long, so one caller does it at a time.
func (l *look) compare(ctx context.Context) error {
	if l.silent || l.q.Only != "" && !l.q.Only.shown() {
		return nil
	}
	running := l.listed(ctx)
	if running == nil {
		return nil
	}
	ids, err := l.missing(ctx, running)
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

// listed returns the step that every running workflow shows, by workflow ID. It is nil
// when Temporal did not answer in half of the patience, because the other half is needed
// for looking closer.
func (l *look) listed(ctx context.Context) map[string]client.Listed {
	ctx, cancel := context.WithTimeout(ctx, l.q.Patience/2)
	defer cancel()
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		l.a.Complete = false
		return nil
	}
	running := map[string]client.Listed{}
	err := l.engine.Running(ctx, func(one client.Listed) { running[one.WorkflowID] = one })
	switch {
	case ctx.Err() != nil:
		l.a.Complete = false // too many to read
		return nil
	case err != nil:
		l.unanswered(err)
		return nil
	}
	return running
}

// missing returns the changes that have stood at their step for longer than a workflow
// needs to show it, and whose workflow is not listed there. It leaves out changes with a
// reason of the register, because those are listed and compared in their own place. It
// also counts all changes whose workflow has shown no step for long.
func (l *look) missing(ctx context.Context, running map[string]client.Listed) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := l.within(ctx, func(tx *store.Tx) error {
		for after := uuid.Nil; ; {
			rows, err := worklist.RunningSteps(tx, after, standingPage)
			if err != nil || len(rows) == 0 {
				return err
			}
			for _, row := range rows {
				at, listed := running[contract.WorkflowID(row.ID.String())]
				mute := listed && at.StepRound == ""
				if mute && tooLong(at.Started, l.machine()) {
					l.a.Counts[FindNoStep]++
					ids = append(ids, row.ID)
					continue
				}
				stands := at.StepRound == contract.StepRound(row.StepNo, row.Round) || mute // no worker has worked on it yet
				if !stands && l.a.Now.Sub(row.MovedAt) >= quickSlip {
					ids = append(ids, row.ID)
				}
			}
			after = rows[len(rows)-1].ID
			if len(ids) >= mostMissing {
				ids, l.a.Complete = ids[:mostMissing], false
				if l.a.Counts[FindNoStep] == 0 {
					return nil // the counts need no more rows
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	err = l.within(ctx, func(tx *store.Tx) (err error) {
		ids, err = worklist.WithoutReason(tx, ids)
		return err
	})
	return ids, err
}
