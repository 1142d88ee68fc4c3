// Package casework writes the slips of people into the register, tells the running
// workflow, and returns the outcome.
//
// The slip is written first, and only then is the workflow told. So no slip is lost, and
// a repeated request with the same key is the same slip. The answer is either final
// (counted or refused, in PostgreSQL) or "taken, will be counted or refused": there is
// nothing in between.
package casework

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// Engine is the part of Temporal that casework needs.
type Engine interface {
	Ensure(ctx context.Context) error
	Start(ctx context.Context, s client.Starting) error
	Say(ctx context.Context, changeID string, m contract.SlipMessage) (contract.SlipResult, error)
	Leave(ctx context.Context, changeID string, m contract.SlipMessage) error
	Refresh(ctx context.Context, changeID string) error
	StartJob(ctx context.Context, s client.StartingJob) error
	RefreshJob(ctx context.Context, jobID string) error
}

// Desk files changes and takes slips.
type Desk struct {
	register *change.Engine // opened as the application role
	engine   Engine
	log      *slog.Logger
	turns    *turns
	starts   chan client.Starting
}

// patience is how long a person waits for an answer before "202, will be counted".
const patience = 5 * time.Second

// errNoWorker says that the workflow is not asked, because no worker lives: the slip
// waits for one.
var errNoWorker = errors.New("no worker lives")

// New makes a desk. Run must be called so that filings start at once; otherwise the relay
// starts them seconds later.
func New(register *change.Engine, engine Engine, log *slog.Logger) *Desk {
	return &Desk{register: register, engine: engine, log: log, turns: newTurns(), starts: make(chan client.Starting, 1024)}
}

// Run starts the workflows of new filings until ctx ends. A start that fails is left to
// the relay, which reads the outbox.
func (d *Desk) Run(ctx context.Context, parallel int) {
	done := make(chan struct{})
	for range parallel {
		go func() {
			defer func() { done <- struct{}{} }()
			for {
				select {
				case <-ctx.Done():
					return
				case s := <-d.starts:
					d.start(ctx, s)
				}
			}
		}()
	}
	for range parallel {
		<-done
	}
}

func (d *Desk) start(ctx context.Context, s client.Starting) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := d.engine.Start(ctx, s); err != nil {
		d.log.Info("the relay will start the workflow", "change", s.ChangeID, "error", err.Error())
	}
}

// File files a change and does what goes with it in the same transaction. It does not wait for
// Temporal: filing works while Temporal is down.
func (d *Desk) File(ctx context.Context, scope store.Scope, f change.Filing, with ...func(*change.Tx) error) (*change.Change, error) {
	c, err := d.file(ctx, scope, f, with...)
	if errors.Is(err, refusal.New(refusal.VersionConflict)) {
		c, err = d.file(ctx, scope, f, with...) // the same request was filed a moment ago: return that change
	}
	if err != nil {
		return nil, err
	}
	select {
	case d.starts <- startingOf(c):
	default: // the relay starts it
	}
	return c, nil
}

func (d *Desk) file(ctx context.Context, scope store.Scope, f change.Filing, with ...func(*change.Tx) error) (*change.Change, error) {
	var c *change.Change
	err := d.register.InScope(ctx, scope, func(tx *change.Tx) (err error) {
		if c, err = tx.FileChange(f); err != nil {
			return err
		}
		for _, do := range with {
			if err := do(tx); err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

// FileAll files several changes in one transaction, all or none, and starts them. File
// returns those that it filed.
func (d *Desk) FileAll(ctx context.Context, scope store.Scope, file func(*change.Tx) ([]*change.Change, error)) error {
	var filed []*change.Change
	within := func() error {
		return d.register.InScope(ctx, scope, func(tx *change.Tx) (err error) {
			filed, err = file(tx)
			return err
		})
	}
	err := within()
	if errors.Is(err, refusal.New(refusal.VersionConflict)) {
		err = within() // the same request was filed a moment ago
	}
	if err != nil {
		return err
	}
	for _, c := range filed {
		select {
		case d.starts <- startingOf(c):
		default: // the relay starts it
		}
	}
	return nil
}

func startingOf(c *change.Change) client.Starting {
	return client.Starting{
		ChangeID: c.ID.String(), Kind: string(c.Kind), WorkflowName: c.Kind.WorkflowName(), CaseNo: c.CaseNo, Province: c.ProvinceCode,
	}
}

// Say writes the slip and waits a few seconds for its outcome. A slip that the register
// already knows to be refused is not written. A slip that is returned PENDING is safe in
// the register and will be counted or refused.
func (d *Desk) Say(ctx context.Context, scope store.Scope, w change.NewSlip) (*change.Slip, error) {
	var (
		s       *change.Slip
		workers worklist.Workers
	)
	err := d.register.InScope(ctx, scope, func(tx *change.Tx) (err error) {
		if w.Verb.OnTask() {
			if w.Step, w.Round, err = tx.CheckSlip(w); err != nil {
				return err
			}
		}
		if s, err = tx.HandIn(w); err != nil {
			return err
		}
		workers, err = worklist.ReadWorkers(tx.Tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.Outcome != change.SlipPending {
		return s, nil
	}
	if !workers.Live {
		// This is certain: for a worker that died a moment ago Say still waits.
		return d.leave(ctx, scope, s, errNoWorker)
	}
	return d.ask(ctx, scope, s)
}

// ask tells the workflow and reads the slip. Only a few callers ask one workflow at a
// time. The others wait for their turn and usually find their slip settled.
func (d *Desk) ask(ctx context.Context, scope store.Scope, s *change.Slip) (*change.Slip, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	release, waited, err := d.turns.take(waiting, s.ChangeID)
	if err != nil {
		return d.leave(ctx, scope, s, err)
	}
	defer release()
	if waited {
		if now, err := d.read(ctx, scope, s.ID); err != nil || now.Outcome != change.SlipPending {
			return now, err
		}
	}
	message := contract.SlipMessage{SlipID: s.ID.String(), Step: s.StepNo, Round: s.Round}
	result, err := d.engine.Say(waiting, s.ChangeID.String(), message)
	if err == nil && result.Outcome == contract.Counted && !result.SettledAt.IsZero() && !s.Tells {
		counted := *s // settled in the register: nothing more to read
		counted.Outcome, counted.SettledAt = change.SlipCounted, &result.SettledAt
		if on, err := calendar.ParseDate(result.EffectiveOn); err == nil {
			counted.EffectiveOn = on
		}
		return &counted, nil
	}
	if errors.Is(err, client.ErrStale) {
		// PostgreSQL has this step open; the workflow does not know it yet.
		err = d.refreshed(waiting, s.ChangeID.String(), message)
	}
	if errors.Is(err, client.ErrNotSetUp) {
		// Temporal's database was lost: set it up, then nothing runs in it.
		if err = d.engine.Ensure(waiting); err == nil {
			err = client.ErrNotRunning
		}
	}
	if errors.Is(err, client.ErrNotRunning) {
		err = d.restarted(waiting, ctx, scope, s, message)
	}
	if err != nil {
		return d.leave(ctx, scope, s, err)
	}
	return d.read(ctx, scope, s.ID)
}

func (d *Desk) refreshed(ctx context.Context, change string, m contract.SlipMessage) error {
	if err := d.engine.Refresh(ctx, change); err != nil {
		return err
	}
	_, err := d.engine.Say(ctx, change, m)
	return err
}

// restarted handles a workflow that does not run. A run that ended has counted or refused
// the slip. A workflow that was never started, or was terminated, is started.
func (d *Desk) restarted(waiting, ctx context.Context, scope store.Scope, s *change.Slip, m contract.SlipMessage) error {
	var c *change.Change
	err := d.register.InScope(ctx, scope, func(tx *change.Tx) (err error) {
		c, err = tx.Read(s.ChangeID)
		return err
	})
	if err != nil || c.Status != change.StatusRunning {
		return err
	}
	if err := d.engine.Start(waiting, startingOf(c)); err != nil {
		return err
	}
	_, err = d.engine.Say(waiting, s.ChangeID.String(), m)
	return err
}

// leave hands the slip to the workflow without waiting, unless it was settled meanwhile.
// When even that fails, reconciliation finds the slip.
func (d *Desk) leave(ctx context.Context, scope store.Scope, s *change.Slip, why error) (*change.Slip, error) {
	now, err := d.read(ctx, scope, s.ID)
	if err != nil || now.Outcome != change.SlipPending {
		return now, err
	}
	d.log.Info("a slip waits to be counted", "change", s.ChangeID.String(), "slip", s.ID.String(), "because", why.Error())
	brief, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	message := contract.SlipMessage{SlipID: s.ID.String(), Step: s.StepNo, Round: s.Round}
	if err := d.engine.Leave(brief, s.ChangeID.String(), message); err != nil {
		d.log.Info("reconciliation will hand the slip over", "change", s.ChangeID.String(), "error", err.Error())
	}
	return now, nil
}

func (d *Desk) read(ctx context.Context, scope store.Scope, slip uuid.UUID) (*change.Slip, error) {
	var s *change.Slip
	err := d.register.InScope(ctx, scope, func(tx *change.Tx) (err error) {
		s, err = tx.ReadSlip(slip)
		return err
	})
	return s, err
}
