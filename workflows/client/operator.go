package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/api/serviceerror"

	"github.com/xueji/xueji/workflows/contract"
)

// Run is the latest run of a change's workflow, for operators.
type Run struct {
	RunID   string
	State   string // Running, Completed, Failed, Terminated, …; "" when there never was one
	Running bool
	Started time.Time
	Events  int64 // length of its history
	// Failing is the reason why a workflow task is being tried again and again; "" when none is.
	Failing string
	// Attempt is which attempt of the workflow task is pending; 0 when none is.
	Attempt int
	// StepRound is where the workflow last said it stands, "" when it never said; see contract.StepRound.
	StepRound string
	// Activities are those that are scheduled and not done.
	Activities []PendingActivity
}

// PendingActivity is an activity that is scheduled and not done.
type PendingActivity struct {
	Name    string
	Attempt int
	// Failure is the type of the last failure, a code; the text of a failure is
	// nothing for a terminal or an answer. "" when it has not failed.
	Failure string
	// NextAttempt is when it is tried again; zero while it runs.
	NextAttempt time.Time
}

// Retrying gives the pending activities that have failed at least once.
func (r Run) Retrying() []PendingActivity {
	var list []PendingActivity
	for _, a := range r.Activities {
		if a.Attempt > 1 {
			list = append(list, a)
		}
	}
	return list
}

// Latest describes the latest run of a change's workflow. It needs Temporal, but no worker.
func (c *Client) Latest(ctx context.Context, changeID string) (Run, error) {
	d, err := c.sdk.DescribeWorkflowExecution(ctx, contract.WorkflowID(changeID), "")
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return Run{}, nil
	}
	if err != nil {
		return Run{}, fmt.Errorf("describe the workflow: %w", translate(err))
	}
	info := d.GetWorkflowExecutionInfo()
	run := Run{
		RunID: info.GetExecution().GetRunId(), State: info.GetStatus().String(), Started: info.GetStartTime().AsTime(),
		Running: info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, Events: info.GetHistoryLength(),
	}
	run.Attempt = int(d.GetPendingWorkflowTask().GetAttempt())
	if run.Attempt > 1 {
		run.Failing = fmt.Sprintf("workflow task, attempt %d", run.Attempt)
	}
	run.StepRound = keyword(info.GetSearchAttributes(), contract.AttributeStepRound)
	for _, a := range d.GetPendingActivities() {
		pending := PendingActivity{Name: a.GetActivityType().GetName(), Attempt: int(a.GetAttempt()), Failure: failureType(a.GetLastFailure())}
		if a.GetState() == enums.PENDING_ACTIVITY_STATE_SCHEDULED && a.GetScheduledTime() != nil {
			pending.NextAttempt = a.GetScheduledTime().AsTime()
		}
		run.Activities = append(run.Activities, pending)
	}
	return run, nil
}

// failureType gives the code of a failure and nothing of its text.
func failureType(f *failurepb.Failure) string {
	switch {
	case f == nil:
		return ""
	case f.GetApplicationFailureInfo() != nil:
		return f.GetApplicationFailureInfo().GetType()
	case f.GetTimeoutFailureInfo() != nil:
		return "timeout/" + f.GetTimeoutFailureInfo().GetTimeoutType().String()
	case f.GetCanceledFailureInfo() != nil:
		return "cancelled"
	}
	return "failure"
}

// Terminate ends the running workflow of a change; the register keeps
// everything, and a new run goes on from there.
func (c *Client) Terminate(ctx context.Context, changeID, reason string) error {
	if err := c.sdk.TerminateWorkflow(ctx, contract.WorkflowID(changeID), "", reason); err != nil {
		return translate(err)
	}
	return nil
}
