package upkeep

import (
	"cmp"
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
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

// walk is how far the comparison of the register with Temporal is. It outlives the round,
// so that a comparison that takes longer than a round goes on where it stopped.
type walk struct {
	after  worklist.RunningKey // the last change that was compared
	whole  bool                // the walk does not stop before the last change
	begun  bool                // it has looked at the first changes
	halted int                 // rounds in a row that stopped at the same place
	apart  vain                // workflows that this walk has found at another step

	waitingAfter uuid.UUID // the last change with something to do that was looked at
	asleep       vain      // workflows that did not do what they had to

	strayAfter uuid.UUID // where the walk for workflows without a running change goes on
}

// sliceRounds is the number of rounds in which a walk compares all changes while nothing is
// amiss.
const sliceRounds = 10

// pageSize returns the number of changes that are compared at a time.
func (u *Upkeep) pageSize() int { return cmp.Or(u.compares, page) }

// reconcile compares the running changes with their workflows. A missing workflow is
// started, the one with the oldest deadline first; one at another step, or one that
// sleeps, is refreshed. A workflow that still runs for an ended change is refreshed too,
// and then ends: a power cut after the last commit leaves such workflows.
//
// A round looks at every change with something to do. It walks through all changes when
// Temporal runs another number of workflows than the register has running changes, or
// when the walk before found something; otherwise it compares a slice of them.
func (u *Upkeep) reconcile(ctx context.Context, round *Round) error {
	err := u.bringTogether(ctx, round)
	if u.over(ctx) && *round != (Round{}) {
		return nil // the time of this round has ended, and the next one goes on
	}
	return err
}

// over reports whether the time of a part has ended. A call may give up a little before.
func (u *Upkeep) over(ctx context.Context) bool {
	end, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && end.Sub(u.Register.Clock().Machine()) < time.Second
}

func (u *Upkeep) bringTogether(ctx context.Context, round *Round) error {
	n, err := u.count(ctx)
	if err != nil {
		return err
	}
	// A failure for one change does not hold the others up: the parts after it run all the same.
	seen, err := u.wakeWaiting(ctx, round)
	err = errors.Join(err, u.compareAll(ctx, n, seen, round))
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, u.endStrays(ctx, n, round))
}

// counts are the running workflows in Temporal's list and the running changes.
type counts struct{ listed, running int64 }

func (u *Upkeep) count(ctx context.Context) (n counts, err error) {
	if n.listed, err = u.Engine.CountRunning(ctx); err != nil {
		if ensured := u.Engine.Ensure(ctx); ensured != nil {
			return n, errors.Join(err, ensured)
		}
		if n.listed, err = u.Engine.CountRunning(ctx); err != nil {
			return n, err
		}
	}
	err = u.inRegister(ctx, func(tx *change.Tx) (err error) {
		n.running, err = worklist.CountRunning(tx.Tx)
		return err
	})
	return n, err
}

// slices returns the number of pages of a slice of the running changes.
func (u *Upkeep) slices(n counts) int64 { return 1 + n.running/int64(u.pageSize()*sliceRounds) }

// wakeWaiting compares the changes whose workflow must act, and returns them. People wait
// for these, so they come before the others, and those with a slip of a person in every round.
// When there are many others, a round takes a page of them and the next round the next page.
func (u *Upkeep) wakeWaiting(ctx context.Context, round *Round) (map[uuid.UUID]bool, error) {
	w := &u.walk
	var rows []worklist.RunningRow
	err := u.inRegister(ctx, func(tx *change.Tx) (err error) {
		rows, err = worklist.WaitingChanges(tx.Tx, w.waitingAfter, tx.Now().Add(-lateGrace), u.pageSize())
		return err
	})
	if err != nil {
		return nil, err
	}
	if w.waitingAfter == uuid.Nil {
		w.asleep.begin()
	}
	u.slips.begin()
	next, seen, waiting := w.waitingAfter, make(map[uuid.UUID]bool), rows[:0]
	for _, row := range rows {
		if row.Slip == nil {
			next = row.ID
		} else if u.slips.ended(*row.Slip, u.Register.Clock().Machine(), lateGrace) {
			row.Waiting = true
		}
		if row.Waiting {
			seen[row.ID], waiting = true, append(waiting, row)
		}
	}
	if len(rows) < u.pageSize() {
		next = uuid.Nil
	}
	if _, err = u.compare(ctx, waiting, &w.asleep, len(waiting)+1, round); ctx.Err() == nil {
		w.waitingAfter = next
	}
	return seen, err
}

// compareAll walks on through the running changes.
func (u *Upkeep) compareAll(ctx context.Context, n counts, seen map[uuid.UUID]bool, round *Round) error {
	w := &u.walk
	if !w.whole && (n.listed != n.running || w.apart.any()) {
		w.whole, w.begun, w.after = true, false, worklist.RunningKey{} // the oldest deadline first
	}
	var failed []error
	for left := u.slices(n); w.whole || left > 0; left-- {
		if !w.begun {
			w.begun = true
			w.apart.begin()
		}
		var rows []worklist.RunningRow
		err := u.inRegister(ctx, func(tx *change.Tx) (err error) {
			rows, err = worklist.RunningChanges(tx.Tx, w.after, u.pageSize())
			return err
		})
		if err != nil {
			return err
		}
		others := make([]worklist.RunningRow, 0, len(rows))
		for _, row := range rows {
			if !seen[row.ID] {
				others = append(others, row)
			}
		}
		most := badRows
		if w.halted == vainRounds {
			most = len(others) + 1 // Temporal answers, so what fails here fails by itself
		}
		done, err := u.compare(ctx, others, &w.apart, most, round)
		failed = append(failed, err)
		if !done && ctx.Err() != nil {
			break // the next round begins with this page
		}
		if !done {
			w.halted++
			break // Temporal may be down
		}
		w.halted = 0
		if len(rows) < u.pageSize() {
			w.after, w.begun, w.whole = worklist.RunningKey{}, false, false
			break
		}
		w.after = rows[len(rows)-1].Key()
	}
	return errors.Join(failed...)
}

// endStrays wakes workflows that belong to no running change. Few do, so that a round looks
// at one slice of the changes after the other, unless Temporal runs many workflows too many.
func (u *Upkeep) endStrays(ctx context.Context, n counts, round *Round) error {
	most := u.slices(n)
	if n.listed-n.running > int64(u.pageSize()) {
		most = math.MaxInt64 // all
	}
	var failed []error
	for range most {
		from, to := u.walk.strayAfter, uuid.Max
		var ids []uuid.UUID
		err := u.inRegister(ctx, func(tx *change.Tx) (err error) {
			ids, err = worklist.RunningIDs(tx.Tx, from, u.pageSize())
			return err
		})
		if err != nil {
			return err
		}
		if len(ids) == u.pageSize() {
			to = ids[len(ids)-1]
		}
		listed, err := u.Engine.CountBetween(ctx, from.String(), to.String())
		if err != nil {
			return err
		}
		if listed > int64(len(ids)) {
			if failed = append(failed, u.endBetween(ctx, from, to, round)); ctx.Err() != nil {
				break // the next round begins with this slice
			}
		}
		if u.walk.strayAfter = to; to == uuid.Max {
			u.walk.strayAfter = uuid.Nil
			break
		}
	}
	return errors.Join(failed...)
}

// endBetween wakes the workflows between two IDs that belong to no running change. Most
// have completed by now, because the list lags.
func (u *Upkeep) endBetween(ctx context.Context, from, to uuid.UUID, round *Round) error {
	var at client.Page
	var failed []error
	for {
		var ids []uuid.UUID
		next, err := u.Engine.ListBetween(ctx, from.String(), to.String(), at, func(one client.Listed) {
			if id, err := uuid.Parse(one.ChangeID()); err == nil {
				ids = append(ids, id)
			}
		})
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		err = u.inRegister(ctx, func(tx *change.Tx) (err error) {
			ids, err = worklist.NotRunning(tx.Tx, ids)
			return err
		})
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		done, err := each(ctx, u, ids, len(ids)+1, round, u.refresh)
		failed = append(failed, err)
		if at = next; !done || at == nil {
			return errors.Join(failed...)
		}
	}
}
