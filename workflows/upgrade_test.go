package workflows_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/workflows"
	"github.com/xueji/xueji/workflows/contract"
)

// askFirst is the gate of the drill: the name of what the next release does anew.
const askFirst = "ask-first"

// ungated is a next release that asks the register once more at the start, and
// forgot that changes are running which did not.
func ungated(ctx workflow.Context, in contract.ChangeInput) (contract.Position, error) {
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Second})
	request := contract.ResumeRequest{ChangeID: in.ChangeID}
	if err := workflow.ExecuteLocalActivity(local, contract.ActivityResume, request).Get(ctx, nil); err != nil {
		return contract.Position{}, err
	}
	return workflows.Change(ctx, in)
}

// gated is the same release with the gate: what began before it goes on as it was.
func gated(ctx workflow.Context, in contract.ChangeInput) (contract.Position, error) {
	if workflow.GetVersion(ctx, askFirst, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return workflows.Change(ctx, in)
	}
	return ungated(ctx, in)
}

// release registers a workflow function under every name, as Register does.
func release(function any) func(worker.Worker) {
	return func(w worker.Worker) {
		for _, kind := range kinds() {
			w.RegisterWorkflowWithOptions(function, workflow.RegisterOptions{Name: kind.WorkflowName()})
		}
	}
}

// events gives what Temporal holds of a change.
func (s *site) events(change string) (list []*historypb.HistoryEvent) {
	s.t.Helper()
	events := s.sdk.GetWorkflowHistory(s.ctx(), contract.WorkflowID(change), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(s.t, err)
		list = append(list, event)
	}
	return list
}

// stuck says that a worker could not go on with the history of a change.
func (s *site) stuck(change string) bool {
	for _, event := range s.events(change) {
		if event.GetWorkflowTaskFailedEventAttributes().GetCause() == enums.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR {
			return true
		}
	}
	return false
}

// markers counts how often a change noted the gate of the drill.
func (s *site) markers(change string) int { return s.gates(change, askFirst) }

// gates counts how often a change noted a gate of the code it met.
func (s *site) gates(change, gate string) (n int) {
	for _, event := range s.events(change) {
		marker := event.GetMarkerRecordedEventAttributes()
		if marker.GetMarkerName() != "Version" {
			continue
		}
		var id string
		require.NoError(s.t, converter.GetDefaultDataConverter().FromPayloads(marker.GetDetails()["change-id"], &id))
		if id == gate {
			n++
		}
	}
	return n
}

// TestANewReleaseTakesOverRunningChanges is the drill of an upgrade: a change that
// began under this release is at its second step when the next one is installed.
// Without a gate it stands still, harmed in nothing; with the gate it ends as it
// began, and what is filed from then on runs the new code.
func TestANewReleaseTakesOverRunningChanges(t *testing.T) {
	s := newSite(t)
	kill := s.work()
	old := s.open(0)
	s.counts(old, word{verb: approve})
	s.believesAt(old, 2)
	kill()

	kill = s.workAs(release(ungated))
	require.NoError(t, s.client.Refresh(s.ctx(), old))
	s.until("the release without a gate cannot go on", func() bool { return s.stuck(old) })
	require.Equal(t, []string{approve}, s.store.said(old), "it decided nothing meanwhile")
	kill()

	s.workAs(release(gated))
	s.counts(old, word{verb: approve})
	require.Equal(t, effective, s.ends(old).Status)
	require.Equal(t, []string{approve, approve}, s.store.said(old))
	require.Zero(t, s.markers(old), "it never met the gate as something new")

	asked := s.store.called(contract.ActivityResume)
	fresh := s.open(0)
	s.counts(fresh, word{verb: approve})
	s.counts(fresh, word{verb: approve})
	require.Equal(t, effective, s.ends(fresh).Status)
	require.Equal(t, 1, s.markers(fresh))
	require.Equal(t, asked+2, s.store.called(contract.ActivityResume), "once more than this release asks")
	text := s.recorded(contract.WorkflowID(fresh))
	require.NoError(t, replay(t, text, gated))
	require.NoError(t, replay(t, text, ungated), "the gate may be taken out when the last change from before it is closed")
	require.ErrorContains(t, replay(t, text, workflows.Change), "TMPRL1100", "back to the release before is no way out")
}

// TestAResetAfterAnUpgradeRunsTheNewCode: what an admin resets to its beginning has
// no past that binds it.
func TestAResetAfterAnUpgradeRunsTheNewCode(t *testing.T) {
	s := newSite(t)
	kill := s.work()
	change := s.open(0)
	s.counts(change, word{verb: approve})
	s.believesAt(change, 2)
	kill()
	s.workAs(release(gated))
	s.reset(change)
	s.until("the new run met the gate", func() bool { return s.markers(change) == 1 })
	s.believesAt(change, 2)
	s.counts(change, word{verb: approve})
	require.Equal(t, effective, s.ends(change).Status)
	require.Equal(t, []string{approve, approve}, s.store.said(change), "nobody decided twice")
}

// TestRecordedHistoriesReplayBehindAGate: every history a release has shipped runs
// under the next one with a gate; TestAChangedWorkflowDoesNotReplay runs them without.
func TestRecordedHistoriesReplayBehindAGate(t *testing.T) {
	for name, text := range recordings(t) {
		require.NoError(t, replay(t, text, gated), filepath.Base(name))
	}
}

// What runs since before the open step was shown in full goes on without; what is
// filed from then on shows it.
func TestOnlyNewChangesShowTheOpenStepInFull(t *testing.T) {
	recorded := 0
	for _, text := range recordings(t) {
		if !strings.Contains(string(text), contract.AttributeStepSince) {
			recorded++
			require.NoError(t, replay(t, text, workflows.Change))
		}
	}
	require.Positive(t, recorded)
	s := newSite(t)
	s.work()
	change := s.open(0)
	s.counts(change, word{verb: approve})
	s.believesAt(change, 2)
	require.Equal(t, 1, s.gates(change, "step-shown"))
	s.until("the list shows case number, step and its day", func() bool {
		page, err := s.sdk.ListWorkflow(s.ctx(), &workflowservice.ListWorkflowExecutionsRequest{
			Namespace: s.namespace, Query: `CaseNo = "33-2026-000001" AND StepRound = "2/1" AND Overdue = false AND StepSince IS NOT NULL AND DueDay IS NOT NULL`,
		})
		return err == nil && len(page.GetExecutions()) == 1
	})
	s.counts(change, word{verb: reject})
	s.ends(change)
	require.NoError(t, replay(t, s.recorded(contract.WorkflowID(change)), workflows.Change))
}

// Every recorded history is one of a kind that a worker still runs.
func TestEveryShippedWorkflowNameIsRegistered(t *testing.T) {
	var names []string
	for _, kind := range kinds() {
		names = append(names, kind.WorkflowName())
	}
	for path := range recordings(t) {
		name, _, _ := strings.Cut(filepath.Base(path), "-")
		require.Contains(t, names, name)
	}
}
