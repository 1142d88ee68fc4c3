package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/workflows/contract"
)

// errand is the automatic step's activity while it runs. People go on talking to
// the change meanwhile: an identity service that is slow must not keep a school
// from withdrawing.
type errand struct {
	future workflow.Future
	// outdated says that the change was moved after the errand began, so that what
	// it will answer is older than what is known.
	outdated bool
}

func (e *errand) runs() bool { return e.future != nil }

// perform lets the register do what the open automatic step asks for, and takes
// slips and refreshes first when some come before it is done.
func (c *change) perform(ctx workflow.Context) error {
	if !c.errand.runs() {
		request := contract.ResumeRequest{ChangeID: c.in.ChangeID}
		c.errand = errand{future: workflow.ExecuteActivity(errandContext(ctx, c.at.Stage), contract.ActivityPerform, request)}
	}
	err := workflow.Await(ctx, func() bool { return c.errand.future.IsReady() || c.inbox.something() })
	if err != nil || !c.errand.future.IsReady() {
		return err
	}
	done := c.errand
	c.errand = errand{}
	var at contract.Position
	if err := done.future.Get(ctx, &at); err != nil {
		return err
	}
	if done.outdated {
		return c.resume(ctx)
	}
	return c.moveTo(ctx, at)
}

// errandContext: a regular activity, because it may ask the world outside. It is
// retried until the register could write what came of it; a service that is
// silent is an answer the register notes, and no failure.
func errandContext(ctx workflow.Context, stage string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 30 * time.Second,
		Summary:             stage,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    200 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    30 * time.Second,
		},
	})
}
