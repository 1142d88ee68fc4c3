package workflows_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// reset takes a running change back to its first workflow task, as an admin
// would in Temporal UI.
func (s *site) reset(change string) {
	s.t.Helper()
	s.resetRun(contract.WorkflowID(change), change)
}

// resetRun is the same for a workflow of any shape of work.
func (s *site) resetRun(id, request string) {
	s.t.Helper()
	events := s.sdk.GetWorkflowHistory(s.ctx(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(s.t, err)
		if event.GetEventType() != enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			continue
		}
		_, err = s.sdk.ResetWorkflowExecution(s.ctx(), &workflowservice.ResetWorkflowExecutionRequest{
			Namespace:                 s.namespace,
			WorkflowExecution:         &common.WorkflowExecution{WorkflowId: id},
			Reason:                    "test",
			WorkflowTaskFinishEventId: event.GetEventId(),
			RequestId:                 request,
		})
		require.NoError(s.t, err)
		return
	}
	s.t.Fatal("the workflow has completed no task yet")
}

func TestAResetRunGoesOnWhereTheRegisterStands(t *testing.T) {
	s := newSite(t)
	s.work()
	change := s.open(0)
	s.believesAt(change, 1)
	s.counts(change, word{verb: approve})
	asked := s.store.called(contract.ActivityResume)
	s.reset(change)
	s.until("the new run asked the register", func() bool { return s.store.called(contract.ActivityResume) > asked })
	s.believesAt(change, 2)
	require.Equal(t, []string{approve}, s.store.said(change), "nobody decided twice")
	s.counts(change, word{verb: approve})
	require.Equal(t, effective, s.ends(change).Status)
	require.Equal(t, []string{approve, approve}, s.store.said(change))
}

func TestATerminatedChangeIsStartedAgain(t *testing.T) {
	s := newSite(t)
	s.work()
	change := s.open(0)
	s.counts(change, word{verb: approve})
	require.NoError(t, s.sdk.TerminateWorkflow(s.ctx(), contract.WorkflowID(change), "", "by hand"))
	_, err := s.say(change, word{verb: approve})
	require.ErrorIs(t, err, client.ErrNotRunning)
	require.Equal(t, 2, s.store.at(change).Step, "the slip lies in the register")
	require.NoError(t, s.client.Start(s.ctx(), starting(change, process.Suspension)))
	require.Equal(t, effective, s.ends(change).Status, "the new run found it there")
	require.Equal(t, []string{approve, approve}, s.store.said(change))
}

// gate stops the first commit of a slip until it is opened.
type gate struct {
	used    atomic.Bool
	reached chan struct{}
	open    chan struct{}
}

func newGate() *gate { return &gate{reached: make(chan struct{}), open: make(chan struct{})} }

// pass lets every commit through but the first, which no cancellation stops:
// its transaction is on its way.
func (g *gate) pass(context.Context, string) {
	if g.used.CompareAndSwap(false, true) {
		close(g.reached)
		<-g.open
	}
}

func (s *site) leave(change string, w word) {
	s.t.Helper()
	m, err := s.store.handIn(change, w)
	require.NoError(s.t, err)
	require.NoError(s.t, s.client.Leave(s.ctx(), change, m))
}

// reach waits until the commit stands at the gate.
func (s *site) reach(g *gate) {
	s.t.Helper()
	select {
	case <-g.reached:
	case <-time.After(patience):
		s.t.Fatal("the commit did not begin")
	}
}

// TestAnOldActivityCommitsAfterTheNewRunAsked is the first of the two cases
// local activities must survive.
func TestAnOldActivityCommitsAfterTheNewRunAsked(t *testing.T) {
	s := newSite(t)
	g := newGate()
	s.store.beforeCommit = g.pass
	s.work()
	change := s.open(0)
	s.believesAt(change, 1)
	s.leave(change, word{verb: approve})
	s.reach(g)
	asked := s.store.called(contract.ActivityResume)
	s.reset(change)
	// The new run finds the slip undecided and counts it, before the old one does.
	s.until("the new run asked", func() bool { return s.store.called(contract.ActivityResume) > asked })
	s.until("the new run counted", func() bool { return len(s.store.said(change)) == 1 })
	close(g.open)
	require.NoError(t, s.client.Refresh(s.ctx(), change))
	s.believesAt(change, 2)
	require.Equal(t, []string{approve}, s.store.said(change))
	s.counts(change, word{verb: approve})
	require.Equal(t, effective, s.ends(change).Status)
	require.Equal(t, []string{approve, approve}, s.store.said(change))
}

// TestARefreshWakesARunThatTheRegisterLeftBehind is the same where the new run
// saw neither the slip nor what it did.
func TestARefreshWakesARunThatTheRegisterLeftBehind(t *testing.T) {
	s := newSite(t)
	s.work()
	change := s.open(0)
	s.believesAt(change, 1)
	m, err := s.store.handIn(change, word{verb: approve})
	require.NoError(t, err)
	require.NoError(t, s.store.behind(change, m.SlipID))
	_, err = s.say(change, word{verb: approve})
	require.ErrorIs(t, err, client.ErrStale, "the run stands at step 1 and would for ever")
	require.NoError(t, s.client.Refresh(s.ctx(), change))
	require.Equal(t, effective, s.ends(change).Status)
}

// TestAWorkerDiesBetweenCommitAndTaskCompletion is the second case.
func TestAWorkerDiesBetweenCommitAndTaskCompletion(t *testing.T) {
	s := newSite(t)
	g := newGate()
	s.store.afterCommit = g.pass
	kill := s.work()
	change := s.open(0)
	s.believesAt(change, 1)
	m, err := s.store.handIn(change, word{verb: approve})
	require.NoError(t, err)
	type told struct {
		result contract.SlipResult
		err    error
	}
	answer := make(chan told, 1)
	go func() {
		ctx, cancel := context.WithTimeout(s.ctx(), patience)
		defer cancel()
		result, err := s.client.Say(ctx, change, m)
		answer <- told{result, err}
	}()
	s.reach(g)
	kill()
	require.Equal(t, 2, s.store.at(change).Step, "committed; no history knows")
	s.work()
	y := <-answer
	close(g.open)
	require.NoError(t, y.err)
	require.Equal(t, contract.Counted, y.result.Outcome)
	s.believesAt(change, 2)
	require.Equal(t, []string{approve}, s.store.said(change))
	require.Equal(t, 2, s.store.called(contract.ActivityCommitSlip), "asked twice, counted once")
	s.counts(change, word{verb: approve})
	s.ends(change)
}

func TestManySlipsAtTheLastStepAreAllAnswered(t *testing.T) {
	s := newSite(t)
	s.work()
	change := s.open(0)
	s.counts(change, word{verb: approve})
	const people = 20
	messages := make([]contract.SlipMessage, people)
	for i := range messages {
		m, err := s.store.handIn(change, word{verb: approve})
		require.NoError(t, err)
		messages[i] = m
	}
	var group sync.WaitGroup
	errs := make([]error, people)
	for i, m := range messages {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(s.ctx(), patience)
			defer cancel()
			var result contract.SlipResult
			if result, errs[i] = s.client.Say(ctx, change, m); errs[i] == nil && result != s.store.result(change, m.SlipID) {
				t.Errorf("told %+v, the register says %+v", result, s.store.result(change, m.SlipID))
			}
		})
	}
	group.Wait()
	counted := 0
	for i, m := range messages {
		// Who spoke when the run had ended reads the result in the register.
		require.True(t, errs[i] == nil || errors.Is(errs[i], client.ErrNotRunning), "%v", errs[i])
		switch s.store.result(change, m.SlipID).Outcome {
		case contract.Counted:
			counted++
		case contract.Pending:
			t.Error("a slip was left lying")
		}
	}
	require.Equal(t, 1, counted)
	require.Equal(t, effective, s.ends(change).Status)
}

func TestTimeAndDatabaseOnTheRealServer(t *testing.T) {
	s := newSite(t)
	s.work()
	s.store.failNext(contract.ActivityPassTime, errors.New("connection refused"), errors.New("connection refused"))
	change := s.open(300 * time.Millisecond)
	s.until("three reminders", func() bool { return len(s.store.said(change)) == 3 })
	require.Equal(t, []string{"REMINDED_50", "REMINDED_80", "OVERDUE"}, s.store.said(change))
	s.believesAt(change, 1)
	s.counts(change, word{verb: reject})
	require.Equal(t, refused, s.ends(change).Status)
}
