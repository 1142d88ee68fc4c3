package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// latest describes the run of a change as an operator's tools do.
func (s *site) latest(change string) client.Run {
	s.t.Helper()
	run, err := s.client.Latest(s.ctx(), change)
	require.NoError(s.t, err)
	return run
}

func TestLatestTellsWhereTheRunStandsWithoutAWorker(t *testing.T) {
	s := newSite(t)
	kill := s.work()
	change := s.open(0)
	s.counts(change, word{verb: approve})
	s.until("the step is stored", func() bool { return s.latest(change).StepRound == contract.StepRound(2, 1) })
	kill()
	run := s.latest(change)
	require.True(t, run.Running)
	require.Equal(t, contract.StepRound(2, 1), run.StepRound)
	require.Empty(t, run.Failing)
	require.Empty(t, run.Activities)
	require.Zero(t, s.latest("0197f000-0000-7000-8000-00000000dead"))
}

// What is tried again and again is told by name, attempt and code; the text of
// a failure, which may quote anything, is not.
func TestLatestNamesRetriedActivities(t *testing.T) {
	s := newSite(t)
	w := worker.New(dial(t, s.namespace), contract.QueueChanges, worker.Options{Identity: identity})
	w.RegisterWorkflowWithOptions(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: time.Minute,
			RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 50 * time.Millisecond, MaximumInterval: time.Hour, BackoffCoefficient: 100},
		})
		return workflow.ExecuteActivity(ctx, "Perform").Get(ctx, nil)
	}, workflow.RegisterOptions{Name: "Retries"})
	w.RegisterWorkflowWithOptions(func(workflow.Context) error { panic("a defect") }, workflow.RegisterOptions{Name: "Panics"})
	w.RegisterActivityWithOptions(func(context.Context) error {
		return temporal.NewApplicationError("某人 cannot be reached", "service_away")
	}, activity.RegisterOptions{Name: "Perform"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	start := func(change, name string) {
		_, err := s.sdk.ExecuteWorkflow(s.ctx(), sdk.StartWorkflowOptions{ID: contract.WorkflowID(change), TaskQueue: contract.QueueChanges}, name)
		require.NoError(t, err)
	}
	start("one", "Retries")
	start("two", "Panics")

	var run client.Run
	s.until("the activity waits for another attempt", func() bool {
		run = s.latest("one")
		return len(run.Retrying()) == 1 && !run.Retrying()[0].NextAttempt.IsZero() && run.Retrying()[0].Failure != ""
	})
	again := run.Retrying()[0]
	require.Equal(t, "Perform", again.Name)
	require.Greater(t, again.Attempt, 1)
	require.Equal(t, "service_away", again.Failure)
	require.Empty(t, run.Failing)
	s.until("the workflow task is tried again", func() bool { return s.latest("two").Attempt > 1 })
	require.Contains(t, s.latest("two").Failing, "workflow task, attempt ")
}
