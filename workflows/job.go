package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/workflows/contract"
)

// Job runs a job part by part until PostgreSQL says that it does not run any more. A job
// that failed or was stopped is a result: it is started again when a person resumes it,
// and goes on with the first part that is not done.
func Job(ctx workflow.Context, in contract.JobInput) (contract.JobPosition, error) {
	j := newJob(in)
	if err := j.listen(ctx); err != nil {
		return contract.JobPosition{}, err
	}
	if err := j.resume(ctx); err != nil {
		return contract.JobPosition{}, err
	}
	for !j.ended(ctx) {
		if workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			// By name: a function would take the last registered name. The new run reads
			// where the job stands, so nothing that was said to this one is lost.
			return j.at, workflow.NewContinueAsNewError(ctx, contract.WorkflowJob, in)
		}
		if err := j.advance(ctx); err != nil {
			return j.at, err
		}
	}
	return j.at, nil
}

// job is the state of one run.
type job struct {
	in contract.JobInput
	pump[contract.JobPosition]
}

func newJob(in contract.JobInput) *job {
	j := &job{in: in}
	j.drives = drives[contract.JobPosition]{read: contract.ActivityJobStand, request: contract.JobRequest{JobID: in.JobID}, moveTo: j.moveTo}
	return j
}

// ended says that the job does not run and nobody has said anything since that was read.
// Its change is told before.
func (j *job) ended(ctx workflow.Context) bool {
	if j.at.Closed && !j.refresh {
		j.tellChange(ctx)
	}
	return j.at.Closed && !j.refresh // somebody may have resumed it while the change was told
}

// advance does one thing: it reads the position again, or does the next part. Somebody
// who stops the job is heard between two parts.
func (j *job) advance(ctx workflow.Context) error {
	if j.refresh {
		return j.resume(ctx)
	}
	var at contract.JobPosition
	request := contract.JobPartRequest{JobID: j.in.JobID, Part: j.at.Part}
	if err := workflow.ExecuteActivity(partContext(ctx, j.at), contract.ActivityJobPart, request).Get(ctx, &at); err != nil {
		return err
	}
	return j.moveTo(ctx, at)
}

// moveTo takes over a position and shows it to admins.
func (j *job) moveTo(ctx workflow.Context, at contract.JobPosition) error {
	same := j.known && j.at == at
	j.at, j.known = at, true
	if same {
		return nil
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%s, %d of %d rows, part %d of %d", at.Status, at.RowsDone, at.Rows, at.PartsDone, at.Parts))
	return workflow.UpsertTypedSearchAttributes(ctx,
		temporal.NewSearchAttributeKeyKeyword(contract.AttributeKind).ValueSet(j.in.Kind),
		temporal.NewSearchAttributeKeyKeyword(contract.AttributeProvince).ValueSet(j.in.Province),
		temporal.NewSearchAttributeKeyKeyword(contract.AttributeStage).ValueSet(at.Status),
		temporal.NewSearchAttributeKeyKeyword(contract.AttributeStepRound).ValueSet(contract.StepRound(at.PartsDone, at.Parts)))
}

// tellChange wakes the change that takes effect by the job. A change whose workflow does
// not run is woken by the upkeep.
func (j *job) tellChange(ctx workflow.Context) {
	if j.at.ChangeID == "" {
		return
	}
	told := workflow.SignalExternalWorkflow(ctx, contract.WorkflowID(j.at.ChangeID), "", contract.SignalRefresh, nil)
	if err := told.Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Info("the workflow of the change does not run", "change", j.at.ChangeID)
	}
}

// partContext: a regular activity that beats, because a part takes seconds. It is tried
// again until the register could write it: a database that is down makes a job wait.
func partContext(ctx workflow.Context, at contract.JobPosition) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 15 * time.Minute,
		HeartbeatTimeout:    20 * time.Second, // a worker that was killed is noticed by then
		Summary:             fmt.Sprintf("part %d of %d", at.Part, at.Parts),
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    200 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    30 * time.Second,
		},
	})
}
