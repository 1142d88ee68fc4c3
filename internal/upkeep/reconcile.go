package upkeep

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// engine compares the settings of Temporal with the needed ones and makes the missing
// ones. It must look, because a Temporal whose namespace was made again by hand reports
// no error: every workflow then fails, and the process that started it hears nothing.
func (u *Upkeep) engine(ctx context.Context, _ *Round) error {
	u.whole = false
	setup, err := u.Engine.Setup(ctx)
	if err != nil {
		return err
	}
	if wrong := strings.Join(setup.Wrong, ", "); wrong != u.wrong {
		if u.wrong = wrong; wrong != "" {
			u.Log.Warn("search attributes in Temporal have another type than they must; remove them there and they are made anew", "attributes", wrong)
		}
	}
	if len(setup.Missing) > 0 {
		u.Log.Info("upkeep sets Temporal up", "missing", strings.Join(setup.Missing, ", "))
		if err := u.Engine.Ensure(ctx); err != nil {
			return err
		}
	}
	u.whole = len(setup.Wrong) == 0
	return nil
}

// reconcile compares every running change with its workflow. A missing workflow is
// started; one at another step, or one that sleeps, is refreshed. A workflow that still
// runs for an ended change is refreshed too, and then ends: a power cut after the last
// commit leaves such workflows.
func (u *Upkeep) reconcile(ctx context.Context, round *Round) error {
	running := make(map[string]string)
	list := func() error {
		return u.Engine.Running(ctx, func(one client.Listed) { running[one.WorkflowID] = one.StepRound })
	}
	if err := list(); err != nil {
		if ensured := u.Engine.Ensure(ctx); ensured != nil {
			return errors.Join(err, ensured)
		}
		if err := list(); err != nil {
			return err
		}
	}
	u.slips.begin()
	before := u.apart
	u.apart = make(map[string]apart)
	after := uuid.Nil
	for {
		var rows []worklist.RunningRow
		err := u.inRegister(ctx, func(tx *change.Tx) (err error) {
			rows, err = worklist.RunningChanges(tx.Tx, after, tx.Now().Add(-lateGrace), page)
			return err
		})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return u.end(ctx, running, round)
		}
		for _, row := range rows {
			if row.Slip != nil && u.slips.ended(*row.Slip, u.Register.Clock().Machine(), lateGrace) {
				row.Waiting = true
			}
			if err := u.compare(ctx, row, running, before, round); err != nil {
				return err
			}
			delete(running, contract.WorkflowID(row.ID.String()))
		}
		after = rows[len(rows)-1].ID
	}
}

// end wakes workflows that belong to no running change. Most have completed by now,
// because the list of workflows was read before the changes, and lags.
func (u *Upkeep) end(ctx context.Context, left map[string]string, round *Round) error {
	for id := range left {
		err := u.Engine.Refresh(ctx, strings.TrimPrefix(id, contract.WorkflowID("")))
		if err == nil {
			round.Refreshed++
		} else if !errors.Is(err, client.ErrNotRunning) {
			return err
		}
	}
	return nil
}

// apart is a workflow that was at another step than the register, or slept, with the
// number of rounds in which it showed the same.
type apart struct {
	register, shown string
	rounds          int
}

// vainRounds is the number of rounds in which a workflow is told to read its position,
// before it is looked at closer.
const vainRounds = 3

func (u *Upkeep) compare(ctx context.Context, row worklist.RunningRow, running map[string]string, before map[string]apart, round *Round) error {
	id := contract.WorkflowID(row.ID.String())
	now := apart{register: contract.StepRound(row.StepNo, row.Round), rounds: 1}
	shown, ok := running[id]
	if now.shown = shown; ok && now.shown == now.register && !row.Waiting {
		return nil
	}
	start := starting(row.ID, string(row.Kind), row.Kind.WorkflowName(), row.CaseNo, row.ProvinceCode)
	if ok {
		if last := before[id]; last.register == now.register && last.shown == now.shown {
			now.rounds += last.rounds
		}
		u.apart[id] = now
		if now.rounds > vainRounds {
			done, err := u.closer(ctx, start, now, round)
			if done || err != nil {
				return err
			}
		}
		err := u.Engine.Refresh(ctx, row.ID.String())
		if err == nil {
			round.Refreshed++
			return nil
		}
		if !errors.Is(err, client.ErrNotRunning) {
			return err
		}
	}
	round.Started++
	return u.start(ctx, start)
}

// closer looks at a workflow that was refreshed in vain, and reports whether this round
// has nothing more to do for it.
//
// A workflow that waits for a worker, or whose task fails for a reason that needs an
// engineer, gets no further messages, because its history would grow with every round. A
// workflow that is awake and shows a wrong step, or none, has lost its search attributes
// or could not store them. It believes that it has shown them, and only a new run shows
// them again. That is safe, because a run continues from the position in the register.
func (u *Upkeep) closer(ctx context.Context, s client.Starting, a apart, round *Round) (bool, error) {
	run, err := u.Engine.Latest(ctx, s.ChangeID)
	if err != nil || !run.Running {
		return false, err
	}
	refused := run.Attempt > 1 && run.BadAttributes()
	if run.Attempt > 0 && !refused {
		return true, nil
	}
	if !refused && run.StepRound == a.register {
		return false, nil // the list lags, or the workflow sleeps
	}
	if !u.whole {
		return true, nil // a new run would fail like this one
	}
	delete(u.apart, contract.WorkflowID(s.ChangeID))
	round.Restarted++
	return true, u.Engine.Restart(ctx, s)
}
