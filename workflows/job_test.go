package workflows_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/workflows"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

const oneJob = "0197f000-0000-7000-8000-000000000b0b"

func jobInput() contract.JobInput {
	return contract.JobInput{JobID: oneJob, Kind: "ROSTER_ENROL", Province: "33"}
}

// jobRun is one run of the workflow of a job in the time-skipping environment.
type jobRun struct {
	*testsuite.TestWorkflowEnvironment
	told []string // changes that were told to read their position
}

func beginJob(t *testing.T, j *jobs) *jobRun {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(nothing{})
	r := &jobRun{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment()}
	r.SetTestTimeout(20 * time.Second)
	workflows.RegisterJobs(r)
	j.provide(r)
	r.OnUpsertTypedSearchAttributes(mock.Anything)
	r.OnSignalExternalWorkflow(mock.Anything, mock.Anything, "", contract.SignalRefresh, mock.Anything).
		Return(func(_, id, _, _ string, _ any) error {
			r.told = append(r.told, id)
			return nil
		}).Maybe()
	return r
}

func (r *jobRun) finish(t *testing.T) contract.JobPosition {
	t.Helper()
	r.ExecuteWorkflow(contract.WorkflowJob, jobInput())
	require.True(t, r.IsWorkflowCompleted())
	require.NoError(t, r.GetWorkflowError())
	var at contract.JobPosition
	require.NoError(t, r.GetWorkflowResult(&at))
	return at
}

func TestAJobDoesItsPartsInOrderAndTellsItsChange(t *testing.T) {
	j := newJobs(3)
	j.change = "0197f000-0000-7000-8000-00000000c0de"
	var order []int
	j.whileParting = func(_ context.Context, part int) { order = append(order, part) }
	r := beginJob(t, j)
	at := r.finish(t)
	require.Equal(t, contract.JobPosition{Closed: true, Status: jobDone, Parts: 3, PartsDone: 3, Rows: 1500, RowsDone: 1500, ChangeID: j.change}, at)
	require.Equal(t, []int{1, 2, 3}, order)
	require.Equal(t, []string{"change/" + j.change}, r.told)
}

func TestAPartThatFailsIsTriedAgain(t *testing.T) {
	j := newJobs(2)
	j.failures = []error{errors.New("the database is down"), errors.New("the database is down")}
	r := beginJob(t, j)
	require.Equal(t, jobDone, r.finish(t).Status)
	require.Equal(t, []int{1, 1}, j.written())
	require.Equal(t, 4, j.called(contract.ActivityJobPart))
}

func TestAJobIsStoppedBetweenTwoParts(t *testing.T) {
	j := newJobs(3)
	j.afterPart = func(_ context.Context, part int) {
		if part == 1 {
			j.say("CANCEL")
		}
	}
	r := beginJob(t, j)
	require.Equal(t, jobCancelled, r.finish(t).Status)
	require.Equal(t, []int{1, 0, 0}, j.written())

	j.afterPart = nil
	j.say("RESUME")
	require.Equal(t, jobDone, beginJob(t, j).finish(t).Status, "started anew it goes on")
	require.Equal(t, []int{1, 1, 1}, j.written())
}

func TestARefusedPartEndsTheRunAndTheNextOneGoesOn(t *testing.T) {
	j := newJobs(3)
	j.refused = 2
	require.Equal(t, jobFailed, beginJob(t, j).finish(t).Status, "a result, no failure")
	require.Equal(t, jobFailed, beginJob(t, j).finish(t).Status, "nobody resumed it")
	j.say("RESUME")
	require.Equal(t, jobDone, beginJob(t, j).finish(t).Status)
	require.Equal(t, []int{1, 1, 1}, j.written())
}

// Somebody resumes the job at the moment its run ends: the run hears it.
func TestAWordAtTheLastMomentIsHeard(t *testing.T) {
	j := newJobs(2)
	j.refused = 2
	j.change = "0197f000-0000-7000-8000-00000000c0de"
	r := beginJob(t, j)
	said := sync.OnceFunc(func() {
		j.say("RESUME")
		r.SignalWorkflow(contract.SignalRefresh, nil)
	})
	j.afterPart = func(_ context.Context, part int) {
		if part == 2 {
			said()
		}
	}
	require.Equal(t, jobDone, r.finish(t).Status)
	require.Equal(t, []int{1, 1}, j.written())
}

func TestAJobNobodyKnowsFailsItsRun(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(nothing{})
	env := suite.NewTestWorkflowEnvironment()
	workflows.RegisterJobs(env)
	env.RegisterActivityWithOptions(func(context.Context, contract.JobRequest) (contract.JobPosition, error) {
		return contract.JobPosition{}, gone()
	}, activity.RegisterOptions{Name: contract.ActivityJobStand})
	env.ExecuteWorkflow(contract.WorkflowJob, jobInput())
	var app *temporal.ApplicationError
	require.ErrorAs(t, env.GetWorkflowError(), &app)
	require.Equal(t, contract.ErrGone, app.Type())
}

// jobSite is a namespace of the real server with jobs.
type jobSite struct {
	*site
	jobs *jobs
}

// workOn starts a worker of the queue of jobs; the function that comes back kills it.
func (s *jobSite) workOn() (kill func()) {
	s.t.Helper()
	c := dial(s.t, s.namespace)
	w := worker.New(c, contract.QueueBulk, worker.Options{Identity: identity})
	workflows.RegisterJobs(w)
	s.jobs.provide(w)
	require.NoError(s.t, w.Start())
	kill = sync.OnceFunc(func() {
		c.Close()
		w.Stop()
	})
	s.t.Cleanup(kill)
	return kill
}

func (s *jobSite) start() {
	s.t.Helper()
	require.NoError(s.t, s.client.StartJob(s.ctx(), client.StartingJob{JobID: oneJob, Kind: "ROSTER_ENROL", CaseNo: "33-2026-000001", Province: "33"}))
}

// ends waits for the end of the job's latest run.
func (s *jobSite) ends() contract.JobPosition {
	s.t.Helper()
	var at contract.JobPosition
	require.NoError(s.t, s.sdk.GetWorkflow(s.ctx(), contract.JobWorkflowID(oneJob), "").Get(s.ctx(), &at))
	return at
}

func jobsAt(t *testing.T, parts int) *jobSite {
	return &jobSite{site: newSite(t), jobs: newJobs(parts)}
}

const (
	jobHistories = histories + "/jobs"
	jobHistory   = jobHistories + "/three-parts.json"
)

// TestRecordAJob plays a job on the real server, with a part that fails once, and writes
// its history when it is asked to and there is none.
func TestRecordAJob(t *testing.T) {
	s := jobsAt(t, 3)
	s.jobs.failures = []error{errors.New("the database is down")}
	s.workOn()
	s.start()
	s.start() // again: it runs already
	require.Equal(t, jobDone, s.ends().Status)
	require.Equal(t, []int{1, 1, 1}, s.jobs.written())
	text := s.recorded(contract.JobWorkflowID(oneJob))
	require.NoError(t, replayJob(t, text, workflows.Job))
	if _, err := os.Stat(jobHistory); *record && os.IsNotExist(err) {
		require.NoError(t, os.WriteFile(jobHistory, text, 0o644))
	}
}

func replayJob(t *testing.T, text []byte, function any) error {
	t.Helper()
	history, err := sdk.HistoryFromJSON(strings.NewReader(string(text)), sdk.HistoryJSONOptions{})
	require.NoError(t, err)
	replayer := worker.NewWorkflowReplayer()
	replayer.RegisterWorkflowWithOptions(function, workflow.RegisterOptions{Name: contract.WorkflowJob})
	return replayer.ReplayWorkflowHistory(nothing{}, history)
}

// The recorded job goes on under the code of today, and a job that asks for its next part
// before it has read where it stands does not.
func TestTheRecordedJobReplaysAndAMutantDoesNot(t *testing.T) {
	text := recordingsIn(t, jobHistories)[jobHistory]
	require.NotEmpty(t, text)
	require.NoError(t, replayJob(t, text, workflows.Job), "jobs that began under the recorded code could not go on: use workflow.GetVersion")
	mutant := func(ctx workflow.Context, in contract.JobInput) (contract.JobPosition, error) {
		hasty := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		if err := workflow.ExecuteActivity(hasty, contract.ActivityJobPart, contract.JobPartRequest{JobID: in.JobID, Part: 1}).Get(ctx, nil); err != nil {
			return contract.JobPosition{}, err
		}
		return workflows.Job(ctx, in)
	}
	require.ErrorContains(t, replayJob(t, text, mutant), "TMPRL1100")
}

// A worker is killed while it does a part: another one does it, and none twice.
func TestAKilledWorkerLosesNoPart(t *testing.T) {
	s := jobsAt(t, 3)
	reached := make(chan struct{})
	s.jobs.afterPart = func(ctx context.Context, part int) {
		if part == 2 && s.jobs.called(contract.ActivityJobPart) == 2 {
			close(reached)
			<-ctx.Done() // written, and the answer never comes
		}
	}
	kill := s.workOn()
	s.start()
	<-reached
	kill()
	s.workOn()
	require.Equal(t, jobDone, s.ends().Status)
	require.Equal(t, []int{1, 1, 1}, s.jobs.written())
}

// Terminated, lost and reset runs go on where PostgreSQL stands.
func TestALostOrResetRunGoesOnWhereTheRegisterStands(t *testing.T) {
	s := jobsAt(t, 3)
	hold, reached := make(chan struct{}), make(chan struct{}, 9)
	s.jobs.whileParting = func(ctx context.Context, part int) {
		if part == 2 {
			reached <- struct{}{}
			select {
			case <-hold:
			case <-ctx.Done():
			}
		}
	}
	s.workOn()
	s.start()
	<-reached
	require.NoError(t, s.sdk.TerminateWorkflow(s.ctx(), contract.JobWorkflowID(oneJob), "", "a drill"))
	s.start()
	<-reached
	s.resetRun(contract.JobWorkflowID(oneJob), "drill")
	<-reached
	close(hold)
	require.Equal(t, jobDone, s.ends().Status)
	require.Equal(t, []int{1, 1, 1}, s.jobs.written())
	s.until("the list shows that none runs", func() bool {
		listed := 0
		require.NoError(s.t, s.client.RunningJobs(s.ctx(), func(client.Listed) { listed++ }))
		return listed == 0
	})
}
