// Package activities reaches the outside world for the workflows: it implements
// contract.Activities on the register.
//
// Each activity is one transaction under the worker role and safe to repeat. Inside,
// errors are wrapped as usual. outward translates them once, as the last step, because
// Temporal looks only at the outermost error.
package activities

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/contract"
)

// Changes implements contract.Activities.
type Changes struct {
	register *change.Engine
	identity identity.Checker
	jobs     JobStarter // nil: the relay starts all jobs
}

var _ contract.Activities = (*Changes)(nil)

// NewChanges makes the activities on a store opened as the worker role and the
// population database that identities are checked with. Jobs, where it is not nil, starts
// the job at once by which a change takes effect; else the relay does it in its next round.
func NewChanges(register *change.Engine, checker identity.Checker, jobs JobStarter) *Changes {
	return &Changes{register: register, identity: checker, jobs: jobs}
}

// Resume reads the position of the change, and notes that its workflow is alive. It sends
// reminders that are due at once: even a short timer may take a second, and every message
// that arrives meanwhile would restart it.
func (a *Changes) Resume(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	return a.within(ctx, r.ChangeID, func(tx *change.Tx, id uuid.UUID) error {
		if err := tx.EndStart(id); err != nil {
			return err
		}
		due, err := tx.RemindersAreDue(id)
		if err != nil || !due {
			return err
		}
		return tx.SendDueReminders(id)
	})
}

// PassTime sends the reminders that are due and marks overdue steps.
func (a *Changes) PassTime(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	return a.within(ctx, r.ChangeID, func(tx *change.Tx, id uuid.UUID) error { return tx.SendDueReminders(id) })
}

func (a *Changes) within(ctx context.Context, changeID string, act func(*change.Tx, uuid.UUID) error) (contract.Position, error) {
	var at contract.Position
	id, err := uuid.Parse(changeID)
	if err != nil {
		return at, outward(refusal.New(refusal.NotFound).Because(err))
	}
	err = a.register.InScope(ctx, store.Scope{}, func(tx *change.Tx) error {
		if err := act(tx, id); err != nil {
			return err
		}
		at, err = position(tx, id)
		return err
	})
	return at, outward(err)
}

// CommitSlip counts or refuses one slip and returns the position after it.
func (a *Changes) CommitSlip(ctx context.Context, r contract.CommitRequest) (contract.Committed, error) {
	var done contract.Committed
	changeID, err1 := uuid.Parse(r.ChangeID)
	slip, err2 := uuid.Parse(r.SlipID)
	if err := errors.Join(err1, err2); err != nil {
		return done, outward(refusal.New(refusal.NotFound).Because(err))
	}
	err := a.register.InScope(ctx, store.Scope{}, func(tx *change.Tx) error {
		s, err := tx.CommitSlip(changeID, slip)
		if err != nil {
			return err
		}
		done.Result = contract.SlipResult{SlipID: s.ID.String(), Outcome: s.Outcome, Code: s.OutcomeCode}
		if s.SettledAt != nil {
			done.Result.SettledAt = *s.SettledAt
		}
		done.Position, err = position(tx, changeID)
		if s.Verb == change.VerbApprove && s.Outcome == change.SlipCounted {
			done.Result.EffectiveOn = done.Position.EffectiveOn
		}
		return err
	})
	return done, outward(err)
}

func position(tx *change.Tx, changeID uuid.UUID) (contract.Position, error) {
	p, err := tx.ReadPosition(changeID)
	if err != nil {
		return contract.Position{}, err
	}
	at := contract.Position{
		Closed: p.Closed(), Status: p.Status, Step: p.Step, Round: p.Round, Stage: p.Stage, DueAt: p.DueAt, Wait: p.Wait, Act: string(p.Act),
		OpenedAt: p.OpenedAt, Overdue: p.Overdue,
	}
	at.WaitingFor = p.Offices
	switch {
	case p.OnHold:
		at.EffectiveOn, at.OnHold = p.EffectiveOn.String(), true
		at.WaitingFor = []string{contract.WaitingForOther}
	case !p.EffectiveOn.IsZero():
		at.EffectiveOn = p.EffectiveOn.String()
		at.WaitingFor = []string{contract.WaitingForDay, at.EffectiveOn}
	case p.Automatic != "":
		at.WaitingFor = []string{string(p.Automatic)}
	}
	for _, task := range p.Tasks {
		at.Tasks = append(at.Tasks, task.String())
	}
	for _, slip := range p.Slips {
		at.Slips = append(at.Slips, slip.String())
	}
	return at, nil
}

// outward turns the register's errors into Temporal's. A missing row is not retried;
// every other error may go away with time. Only the code is passed on, because causes may
// hold text that must not stand in a history.
func outward(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, refusal.New(refusal.NotFound)):
		return temporal.NewNonRetryableApplicationError("the change or slip does not exist", contract.ErrGone, nil)
	}
	return temporal.NewApplicationError("the register could not complete the step", string(refusal.CodeOf(err)))
}
