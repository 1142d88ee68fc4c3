package apitest

import (
	"context"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// Worker stands where the workflows stand and counts each slip at once.
type Worker struct{ *change.Engine }

// Ensure finds everything there.
func (Worker) Ensure(context.Context) error { return nil }

// Start does nothing: the first step is open when a change is filed.
func (Worker) Start(context.Context, client.Starting) error { return nil }

// Leave does nothing: no slip is left behind.
func (Worker) Leave(context.Context, string, contract.SlipMessage) error { return nil }

// Refresh does nothing.
func (Worker) Refresh(context.Context, string) error { return nil }

// StartJob does nothing: a test runs the parts of a job itself.
func (Worker) StartJob(context.Context, client.StartingJob) error { return nil }

// RefreshJob does nothing.
func (Worker) RefreshJob(context.Context, string) error { return nil }

// Healthy says yes.
func (Worker) Healthy(context.Context) error { return nil }

// Compare lists no workflow.
func (Worker) Compare(_ context.Context, list []client.Standing) ([]client.Different, error) {
	missing := make([]client.Different, len(list))
	for i, one := range list {
		missing[i].ChangeID = one.ChangeID
	}
	return missing, nil
}

// Setup has nothing to tell.
func (Worker) Setup(context.Context) (client.Setup, error) { return client.Setup{}, nil }

// Latest tells of a run that stands at its first step and whose activity fails.
func (Worker) Latest(context.Context, string) (client.Run, error) {
	return client.Run{State: "Running", Running: true, StepRound: "1/1", Activities: []client.PendingActivity{{Name: "Perform", Attempt: 3, Failure: "away"}}}, nil
}

// Say counts or refuses a slip, however long it takes: a loaded machine changes no outcome.
func (w Worker) Say(ctx context.Context, changeID string, m contract.SlipMessage) (contract.SlipResult, error) {
	return contract.SlipResult{}, w.InScope(context.WithoutCancel(ctx), store.Scope{}, func(tx *change.Tx) error {
		_, err := tx.CommitSlip(uuid.MustParse(changeID), uuid.MustParse(m.SlipID))
		return err
	})
}
