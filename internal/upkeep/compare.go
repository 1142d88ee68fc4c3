package upkeep

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// compare compares some running changes with Temporal's list and heals what differs, a few
// changes at a time. It stops after so many failures one after the other, and reports whether
// it came to the last of them.
func (u *Upkeep) compare(ctx context.Context, rows []worklist.RunningRow, apart *vain, most int, round *Round) (bool, error) {
	if len(rows) == 0 {
		return true, nil
	}
	stand := make([]client.Standing, len(rows))
	for i, row := range rows {
		stand[i] = client.Standing{ChangeID: row.ID.String(), StepRound: contract.StepRound(row.StepNo, row.Round)}
	}
	list, err := u.Engine.Compare(ctx, stand)
	if err != nil {
		return false, err
	}
	differs := make(map[string]*client.Listed, len(list))
	for _, d := range list {
		differs[d.ChangeID] = d.Listed
	}
	amiss := rows[:0:0]
	for _, row := range rows {
		if _, differs := differs[row.ID.String()]; differs || row.Waiting {
			amiss = append(amiss, row)
		}
	}
	return each(ctx, u, amiss, most, round, func(ctx context.Context, row worklist.RunningRow) (Round, error) {
		start := starting(row.ID, string(row.Kind), row.Kind.WorkflowName(), row.CaseNo, row.ProvinceCode)
		now := standing{register: contract.StepRound(row.StepNo, row.Round)}
		if listed, differs := differs[row.ID.String()]; !differs {
			now.shown = now.register
		} else if listed == nil {
			return Round{Started: 1}, u.start(ctx, start)
		} else {
			now.shown = listed.StepRound
		}
		done, left, err := u.wake(ctx, start, apart.note(row.ID, now), apart)
		if err != nil || left || done != (Round{}) {
			return done, err
		}
		return Round{Started: 1}, u.start(ctx, start) // the list lags: it does not run any more
	})
}

// vainRounds is the number of rounds in which a workflow is told to read its position,
// before it is looked at closer.
const vainRounds = 3

// wake tells a workflow that shows another step, or sleeps, to read its position. After
// some rounds in vain it looks closer, and may leave the workflow alone. A zero result of
// a workflow that was not left alone says that none runs.
func (u *Upkeep) wake(ctx context.Context, s client.Starting, now standing, apart *vain) (done Round, left bool, err error) {
	id := uuid.MustParse(s.ChangeID)
	if now.rounds > vainRounds {
		if done, left, err = u.closer(ctx, s, now); done.Restarted > 0 {
			apart.forget(id)
		}
		if left || err != nil {
			return done, left, err
		}
	}
	done, err = u.refresh(ctx, id)
	return done, false, err
}

// refresh makes a workflow read its position. The result is zero when none runs.
func (u *Upkeep) refresh(ctx context.Context, id uuid.UUID) (Round, error) {
	err := u.Engine.Refresh(ctx, id.String())
	if errors.Is(err, client.ErrNotRunning) {
		return Round{}, nil
	}
	return Round{Refreshed: 1}, err
}

// closer looks at a workflow that was refreshed in vain, and reports whether this round
// has nothing more to do for it.
//
// A workflow that waits for a worker, or whose task fails for a reason that needs an
// engineer, gets no further messages, because its history would grow with every round. A
// workflow that is awake and shows a wrong step, or none, has lost its search attributes
// or could not store them. It believes that it has shown them, and only a new run shows
// them again. That is safe, because a run continues from the position in the register.
func (u *Upkeep) closer(ctx context.Context, s client.Starting, now standing) (done Round, left bool, err error) {
	run, err := u.Engine.Latest(ctx, s.ChangeID)
	if err != nil || !run.Running {
		return done, false, err
	}
	refused := run.Attempt > 1 && run.BadAttributes()
	if run.Attempt > 0 && !refused {
		return done, true, nil
	}
	if !refused && run.StepRound == now.register {
		return done, false, nil // the list lags, or the workflow sleeps
	}
	if !u.whole {
		return done, true, nil // a new run would fail like this one
	}
	return Round{Restarted: 1}, true, u.Engine.Restart(ctx, s)
}
