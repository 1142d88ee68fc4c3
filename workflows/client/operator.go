package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
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
}

// Latest describes the latest run of a change's workflow. It needs Temporal, but no worker.
func (c *Client) Latest(ctx context.Context, changeID string) (Run, error) {
	d, err := c.sdk.DescribeWorkflowExecution(ctx, contract.WorkflowID(changeID), "")
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return Run{}, nil
	}
	if err != nil {
		return Run{}, fmt.Errorf("%w: describe the workflow: %w", ErrNoAnswer, err)
	}
	info := d.GetWorkflowExecutionInfo()
	run := Run{
		RunID: info.GetExecution().GetRunId(), State: info.GetStatus().String(), Started: info.GetStartTime().AsTime(),
		Running: info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, Events: info.GetHistoryLength(),
	}
	if task := d.GetPendingWorkflowTask(); task.GetAttempt() > 1 {
		run.Failing = fmt.Sprintf("workflow task, attempt %d", task.GetAttempt())
	}
	return run, nil
}

// Terminate ends the running workflow of a change; the register keeps
// everything, and a new run goes on from there.
func (c *Client) Terminate(ctx context.Context, changeID, reason string) error {
	if err := c.sdk.TerminateWorkflow(ctx, contract.WorkflowID(changeID), "", reason); err != nil {
		return translate(err)
	}
	return nil
}
