package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

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
	// Cause is Temporal's code for why the last workflow task failed, for example
	// NonDeterministicError; "" when none is being tried again.
	Cause string
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
		if run.Cause = c.cause(ctx, info.GetExecution()); run.Cause != "" {
			run.Failing += ", " + run.Cause
		}
	}
	run.StepRound = shownStep(info.GetSearchAttributes())
	for _, a := range d.GetPendingActivities() {
		pending := PendingActivity{Name: a.GetActivityType().GetName(), Attempt: int(a.GetAttempt()), Failure: failureType(a.GetLastFailure())}
		if a.GetState() == enums.PENDING_ACTIVITY_STATE_SCHEDULED && a.GetScheduledTime() != nil {
			pending.NextAttempt = a.GetScheduledTime().AsTime()
		}
		run.Activities = append(run.Activities, pending)
	}
	return run, nil
}

// BadAttributes says that its workflow task fails because Temporal has no such search
// attribute, or one of another type.
func (r Run) BadAttributes() bool {
	return r.Cause == enums.WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES.String()
}

// causeWithin is how many events back the failure of a workflow task is looked for:
// messages that come meanwhile stand behind it.
const causeWithin = 200

// cause gives the code of the last failed workflow task; its text may say more than
// an answer should.
func (c *Client) cause(ctx context.Context, run *commonpb.WorkflowExecution) string {
	page, err := c.sdk.WorkflowService().GetWorkflowExecutionHistoryReverse(ctx, &workflowservice.GetWorkflowExecutionHistoryReverseRequest{
		Namespace: c.namespace, Execution: run, MaximumPageSize: causeWithin,
	})
	if err != nil {
		return "" // the attempt is told without its cause
	}
	for _, event := range page.GetHistory().GetEvents() {
		if failed := event.GetWorkflowTaskFailedEventAttributes(); failed != nil {
			return failed.GetCause().String()
		}
	}
	return ""
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
