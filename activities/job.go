package activities

import (
	"context"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// Jobs implements contract.JobActivities.
type Jobs struct {
	register *change.Engine
	runner   *job.JobRunner
}

var _ contract.JobActivities = (*Jobs)(nil)

// JobStarter starts the workflows of jobs.
type JobStarter interface {
	StartJob(ctx context.Context, s client.StartingJob) error
}

// NewJobs makes the activities on a store opened as the worker role, with connections of
// its own: a job must not take those that clerks wait for.
func NewJobs(register *change.Engine, runner *job.JobRunner) *Jobs {
	return &Jobs{register: register, runner: runner}
}

// JobStand counts what people said to the job and reads where it stands.
func (a *Jobs) JobStand(ctx context.Context, r contract.JobRequest) (contract.JobPosition, error) {
	id, err := uuid.Parse(r.JobID)
	if err != nil {
		return contract.JobPosition{}, outward(refusal.New(refusal.NotFound).Because(err))
	}
	j, err := a.runner.Stand(ctx, a.register.Store, id)
	if err != nil {
		return contract.JobPosition{}, outward(err)
	}
	return standing(j), nil
}

// JobPart does one part of a job. It beats meanwhile, and rests after a part of a long
// job; when Temporal has given the part to
// another worker, or the worker stops, its transaction is rolled back.
func (a *Jobs) JobPart(ctx context.Context, r contract.JobPartRequest) (contract.JobPosition, error) {
	id, err := uuid.Parse(r.JobID)
	if err != nil {
		return contract.JobPosition{}, outward(refusal.New(refusal.NotFound).Because(err))
	}
	defer beating(ctx)()
	clock := a.register.Clock()
	began := clock.Now()
	j, err := a.runner.Do(ctx, a.register, id, r.Part)
	if err != nil {
		return contract.JobPosition{}, outward(err)
	}
	if j.State == job.JobRunning {
		rest(ctx, a.runner.Rest(j.Kind, clock.Now().Sub(began), a.register.Bulk()))
	}
	return standing(j), nil
}

// rest waits after a part that is done, and ends at once when the worker stops.
func rest(ctx context.Context, long time.Duration) {
	if long <= 0 {
		return
	}
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-activity.GetWorkerStopChannel(ctx):
	}
}

// beatEvery is well within the time after which a silent worker counts as dead.
const beatEvery = 4 * time.Second

// beating reports that the activity lives until the function it gives is called.
func beating(ctx context.Context) func() {
	done := make(chan struct{})
	go func() {
		ticker := time.NewTicker(beatEvery)
		defer ticker.Stop()
		for {
			activity.RecordHeartbeat(ctx)
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}()
	return func() { close(done) }
}

func standing(j *job.Job) contract.JobPosition {
	at := contract.JobPosition{
		Closed: j.State != job.JobRunning, Status: string(j.State), Part: j.NextPart, Parts: j.Parts, PartsDone: j.PartsDone,
		Rows: j.RowCount, RowsDone: j.RowsDone,
	}
	if j.ChangeID != nil {
		at.ChangeID = j.ChangeID.String()
	}
	return at
}

func startingJob(j *job.Job) client.StartingJob {
	return client.StartingJob{JobID: j.ID.String(), Kind: string(j.Kind), CaseNo: j.CaseNo, Province: j.ProvinceCode}
}
