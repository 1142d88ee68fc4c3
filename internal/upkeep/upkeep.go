// Package upkeep keeps the register and the workflow engine together. It runs in the
// worker, in one process at a time, and never inside Temporal, because it must be able to
// heal Temporal.
//
// Every action here is harmless when it is not needed: Temporal refuses the start of a
// running workflow, and a refreshed workflow only reads its position.
package upkeep

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
)

// Engine is the part of Temporal that upkeep needs.
type Engine interface {
	Setup(ctx context.Context) (client.Setup, error)
	Ensure(ctx context.Context) error
	Latest(ctx context.Context, changeID string) (client.Run, error)
	Restart(ctx context.Context, s client.Starting) error
	Start(ctx context.Context, s client.Starting) error
	Refresh(ctx context.Context, changeID string) error
	CountRunning(ctx context.Context) (int64, error)
	Compare(ctx context.Context, list []client.Standing) ([]client.Different, error)
	CountBetween(ctx context.Context, from, to string) (int64, error)
	ListBetween(ctx context.Context, from, to string, at client.Page, fn func(client.Listed)) (client.Page, error)
	StartJob(ctx context.Context, s client.StartingJob) error
	RefreshJob(ctx context.Context, jobID string) error
	RunningJobs(ctx context.Context, fn func(client.Listed)) error
}

// Upkeep does the rounds.
type Upkeep struct {
	Register *change.Engine // as the worker role
	Engine   Engine
	Log      *slog.Logger
	// Rounds run in every round after the parts above, for example sealing the audit trail.
	Rounds []func(context.Context) error
	// Chores run once an hour: sealing idle accounts, deleting old files.
	Chores []func(context.Context) error
	// AtOnce is the number of workflows that are started or told something at the same
	// time; 1 when zero.
	AtOnce int
	// PerSecond is the number of workflows that are started in a second at most; without
	// limit when zero.
	PerSecond int
	// Interval is the time between the beginnings of two rounds. The comparison with
	// Temporal may take all of it, beside the other parts of the round.
	Interval time.Duration
	// OnRound receives the result of a round, for metrics; it may be nil.
	OnRound func(Round)

	slips      patience  // with slips that nobody has answered
	asked      patience  // with jobs, and with words to them
	walk       walk      // of the comparison with Temporal
	pace       pace      // of starts
	compares   int       // changes that are compared at a time; page when zero
	whole      bool      // Temporal had all it must have, in this round
	wrong      string    // the last log line about search attributes of a wrong type
	clearedIn  time.Time // the hour in which everything due was cleared
	staff      staffSeen
	tree       treeSeen
	lastChores time.Time
	waiting    []func(context.Context) error // chores of this hour that have not begun
}

// Round is the result of one round.
type Round struct {
	Started   int // workflows that were missing
	Refreshed int // workflows at another step than the register
	Restarted int // workflows that kept showing another step, or none, after a refresh
	Failed    bool
	Backlog   worklist.Backlog
}

const (
	page       = 1000
	startGrace = 3 * time.Second  // the API starts a new change itself; the relay comes after
	lateGrace  = 10 * time.Second // a live workflow takes a slip or a due time within this
	everyHour  = time.Hour
	badRows    = 3                // starts that may fail one after the other before a round gives up
	partLimit  = 20 * time.Second // time of one part of a round, so that a silent Temporal delays no other part
)

// add adds what was done in another part of the round.
func (r *Round) add(other Round) {
	r.Started, r.Refreshed, r.Restarted = r.Started+other.Started, r.Refreshed+other.Refreshed, r.Restarted+other.Restarted
	r.Failed = r.Failed || other.Failed
}

// part is one part of a round.
type part struct {
	name  string
	limit time.Duration
	do    func(context.Context, *Round) error
}

// Once does one round: settings of Temporal, then the comparison of all changes with their
// workflows, and beside it relay, jobs, calendar, people. A part that fails is logged, and
// the other parts run. The comparison runs beside them, because it takes minutes when
// Temporal lost everything.
func (u *Upkeep) Once(ctx context.Context) {
	var round, compared Round
	u.do(ctx, &round, part{"engine", partLimit, u.engine})
	var beside sync.WaitGroup
	beside.Go(func() { u.do(ctx, &compared, part{"reconcile", max(partLimit, u.Interval), u.reconcile}) })
	for _, p := range []part{
		{"backlog", partLimit, u.backlog}, {"relay", partLimit, u.relay}, {"jobs", partLimit, u.jobs}, {"calendar", partLimit, u.calendar}, {"offices", partLimit, u.offices},
		{"clearing", partLimit, u.clearing}, {"moot", partLimit, u.moot}, {"people", partLimit, u.people}, {"rounds", partLimit, u.rounds}, {"chores", partLimit, u.chores},
	} {
		u.do(ctx, &round, p)
	}
	beside.Wait()
	round.add(compared)
	if round.Started+round.Refreshed+round.Restarted > 0 {
		u.Log.Info("upkeep brought register and workflows together", "started", round.Started, "refreshed", round.Refreshed, "restarted", round.Restarted)
	}
	if u.OnRound != nil {
		u.OnRound(round)
	}
}

// do does one part of a round within its time.
func (u *Upkeep) do(ctx context.Context, round *Round, p part) {
	limited, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	err := p.do(limited, round)
	if err != nil && ctx.Err() == nil {
		round.Failed = true
		u.Log.Warn("upkeep", "part", p.name, "error", err.Error())
	}
}

func (u *Upkeep) inRegister(ctx context.Context, fn func(*change.Tx) error) error {
	return u.Register.InScope(ctx, store.Scope{}, fn)
}

func (u *Upkeep) backlog(ctx context.Context, round *Round) error {
	return u.inRegister(ctx, func(tx *change.Tx) (err error) {
		round.Backlog, err = worklist.CountBacklog(tx.Tx)
		return err
	})
}

// relay starts the workflows for which the outbox still waits.
func (u *Upkeep) relay(ctx context.Context, round *Round) error {
	var rows []worklist.StartRow
	err := u.inRegister(ctx, func(tx *change.Tx) (err error) {
		rows, err = worklist.WaitingStarts(tx.Tx, tx.Now().Add(-startGrace), page)
		return err
	})
	if err != nil {
		return err
	}
	_, err = each(ctx, u, rows, badRows, round, func(ctx context.Context, row worklist.StartRow) (Round, error) {
		started := u.start(ctx, starting(row.ID, string(row.Kind), row.Kind.WorkflowName(), row.CaseNo, row.ProvinceCode))
		err := u.inRegister(ctx, func(tx *change.Tx) error { return tx.CountStartAttempt(row.OutboxID) })
		return Round{Started: 1}, errors.Join(started, err)
	})
	return err
}

// start starts a workflow. When that fails, the namespace may be gone with Temporal's
// database, so start sets it up again first.
func (u *Upkeep) start(ctx context.Context, s client.Starting) error {
	u.pace.await(ctx, u.PerSecond, u.Engine.Latest)
	err := u.Engine.Start(ctx, s)
	if err != nil {
		if ensured := u.Engine.Ensure(ctx); ensured != nil {
			return errors.Join(err, ensured)
		}
		err = u.Engine.Start(ctx, s)
	}
	if err == nil {
		u.pace.note(s.ChangeID)
	}
	return err
}

func starting(id uuid.UUID, kind, workflow, caseNo, province string) client.Starting {
	return client.Starting{ChangeID: id.String(), Kind: kind, WorkflowName: workflow, CaseNo: caseNo, Province: province}
}

// calendar recomputes open steps after a new calendar was published.
func (u *Upkeep) calendar(ctx context.Context, _ *Round) error {
	return u.mend(ctx, (*change.Tx).WithOldCalendar, (*change.Tx).RecomputeDeadlines)
}

// clearing ends business of graduating grades on the day on which their province clears
// it. To find that business, the rules of every running change are read. Only the first
// rounds of an hour do this, because a day of a rule begins with an hour.
func (u *Upkeep) clearing(ctx context.Context, _ *Round) error {
	hour := u.Register.Clock().Now().Truncate(everyHour)
	if hour.Equal(u.clearedIn) {
		return nil
	}
	found := 0
	err := u.mend(ctx, func(tx *change.Tx, most int) ([]uuid.UUID, error) {
		ids, err := tx.Clearable(most)
		found = len(ids)
		return ids, err
	}, (*change.Tx).Clear)
	if err == nil && found < page {
		u.clearedIn = hour
	}
	return err
}

// mend does one act on every change that needs it, each in a transaction of its own, and
// makes its workflow read the new position. A change that cannot be mended delays no
// other.
func (u *Upkeep) mend(ctx context.Context, find func(*change.Tx, int) ([]uuid.UUID, error), do func(*change.Tx, uuid.UUID) error) error {
	var ids []uuid.UUID
	err := u.inRegister(ctx, func(tx *change.Tx) (err error) {
		ids, err = find(tx, page)
		return err
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, id := range ids {
		if err := u.inRegister(ctx, func(tx *change.Tx) error { return do(tx, id) }); err != nil {
			if failed = append(failed, err); ctx.Err() != nil {
				break
			}
			continue
		}
		if err := u.Engine.Refresh(ctx, id.String()); err != nil && !errors.Is(err, client.ErrNotRunning) {
			failed = append(failed, err) // Temporal is down: the next round goes on
			break
		}
	}
	return errors.Join(failed[:min(len(failed), badRows)]...)
}

// moot ends arbitrations whose contested change has ended otherwise.
func (u *Upkeep) moot(ctx context.Context, _ *Round) error {
	return errors.Join(u.mend(ctx, kinds.ArbitrationsWithoutClaim, kinds.EndArbitrationWithoutClaim),
		u.mend(ctx, kinds.SettledDisputes, kinds.EndArbitrationWithoutClaim), u.mend(ctx, kinds.UntoldClaims, enrolment.TellClaims))
}

func (u *Upkeep) rounds(ctx context.Context, _ *Round) error {
	var list []error
	for _, round := range u.Rounds {
		list = append(list, round(ctx))
	}
	return errors.Join(list...)
}

func (u *Upkeep) chores(ctx context.Context, _ *Round) error {
	return u.choresAt(ctx, u.Register.Clock().Now())
}

// choresAt runs the chores that are due. A chore that uses up the time of its round
// leaves the others to the next round, so that a long chore does not starve the chores
// after it. A clock that was set back does not stop the chores until it comes to the old
// hour again.
func (u *Upkeep) choresAt(ctx context.Context, now time.Time) error {
	if now.Sub(u.lastChores).Abs() >= everyHour {
		u.lastChores, u.waiting = now, u.Chores
	}
	var list []error
	for len(u.waiting) > 0 && ctx.Err() == nil {
		chore := u.waiting[0]
		u.waiting = u.waiting[1:]
		list = append(list, chore(ctx))
	}
	return errors.Join(list...)
}
