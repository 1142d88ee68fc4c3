package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"

	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/workflows/contract"
)

// Perform does the work of the open automatic step of a change. Work that the register
// can do alone is done in the transaction that reads it. A question to an outside service
// is read in one transaction, asked outside of any, and its answer written in another
// transaction. A crash in between asks again, and nothing is written twice.
func (a *Changes) Perform(ctx context.Context, r contract.ResumeRequest) (contract.Position, error) {
	var question *change.AutomaticStep
	var work *job.Job
	at, err := a.within(ctx, r.ChangeID, func(tx *change.Tx, id uuid.UUID) error {
		e, err := tx.ReadAutomaticStep(id)
		if err != nil || e == nil {
			return err
		}
		if e.Act == process.ActApplyParts {
			work, err = job.JobOf(tx.Tx, id)
		}
		if asks(e) || work != nil || err != nil {
			question = e
			return err
		}
		return tx.SettleAutomaticStep(id, e, nil)
	})
	if err != nil || question == nil {
		return at, err
	}
	if work != nil {
		if err := a.startJob(ctx, work); err != nil {
			return at, outward(err)
		}
		return a.within(ctx, r.ChangeID, func(tx *change.Tx, id uuid.UUID) error { return tx.SettleAutomaticStep(id, question, nil) })
	}
	refused, err := a.ask(ctx, question)
	if errors.Is(err, identity.ErrNoAnswer) {
		activity.GetLogger(ctx).Warn("the identity check waits", "change", r.ChangeID, "because", err.Error())
		return a.within(ctx, r.ChangeID, func(tx *change.Tx, id uuid.UUID) error { return tx.NoteNoAnswer(id, question) })
	}
	if err != nil {
		return at, outward(err)
	}
	return a.within(ctx, r.ChangeID, func(tx *change.Tx, id uuid.UUID) error { return tx.SettleAutomaticStep(id, question, refused) })
}

// startJob makes the workflow of a change's job run, when the job does.
func (a *Changes) startJob(ctx context.Context, j *job.Job) error {
	if a.jobs == nil || j.State != job.JobRunning {
		return nil
	}
	return a.jobs.StartJob(ctx, startingJob(j))
}

// asks reports whether an automatic step needs the population database. Without a number
// there is nothing to ask.
func asks(e *change.AutomaticStep) bool { return e.Act == process.ActIdentity && !e.Number.IsZero() }

// askingTime is how long the population database may take, all its retries included.
const askingTime = 20 * time.Second

// ask asks the population database. It returns the refusal for the answer, nil when name
// and number fit.
func (a *Changes) ask(ctx context.Context, e *change.AutomaticStep) (*refusal.Error, error) {
	// Shorter than the activity may take, so that there is time to note a missing answer.
	asking, cancel := context.WithTimeout(ctx, askingTime)
	defer cancel()
	answer, err := a.identity.Check(asking, identity.Question{Name: e.Name, Number: e.Number})
	if err != nil && asking.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: it took longer than %s", identity.ErrNoAnswer, askingTime)
	}
	if err != nil {
		return nil, err
	}
	switch answer {
	case identity.Match:
		return nil, nil //nolint:nilnil // name and number fit
	case identity.NotFound:
		return refusal.New(refusal.IdentityNotFound), nil
	case identity.Cancelled:
		return refusal.New(refusal.IdentityCancelled), nil
	case identity.DuplicateRemoved:
		return refusal.New(refusal.IdentityDuplicate), nil
	case identity.Migrating:
		return refusal.New(refusal.IdentityMigrating), nil
	}
	return nil, fmt.Errorf("%w: the answer %q is none of the known ones", identity.ErrNoAnswer, answer)
}
