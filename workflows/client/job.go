package client

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/workflows/contract"
)

// StartingJob is what starts the workflow of a job.
type StartingJob struct {
	JobID    string
	Kind     string // e.g. ROSTER_ENROL
	CaseNo   string // of the change that takes effect by it; may be empty
	Province string
}

// StartJob starts the workflow of a job. One that is running already counts as started,
// so whoever files, resumes and relays may race.
func (c *Client) StartJob(ctx context.Context, s StartingJob) error {
	options := sdk.StartWorkflowOptions{
		ID:        contract.JobWorkflowID(s.JobID),
		TaskQueue: contract.QueueBulk,
		// PostgreSQL says whether a run is due; the run of a job that has ended ends at once.
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            s.Kind + " " + s.CaseNo,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyKeyword(contract.AttributeCaseNo).ValueSet(s.CaseNo)),
	}
	_, err := c.sdk.ExecuteWorkflow(ctx, options, contract.WorkflowJob, contract.JobInput{JobID: s.JobID, Kind: s.Kind, Province: s.Province})
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &already) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("start the workflow of a job: %w", translate(err))
	}
	return nil
}

// RefreshJob makes the workflow of a job read where it stands, and count what was said.
func (c *Client) RefreshJob(ctx context.Context, jobID string) error {
	if err := c.sdk.SignalWorkflow(ctx, contract.JobWorkflowID(jobID), "", contract.SignalRefresh, nil); err != nil {
		return translate(err)
	}
	return nil
}
