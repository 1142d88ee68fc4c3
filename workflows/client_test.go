package workflows_test

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/operatorservice/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/serviceerror"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

func TestStartingTwiceIsStarted(t *testing.T) {
	s := newSite(t)
	change := s.open(0) // no worker needed
	before, err := s.sdk.DescribeWorkflow(s.ctx(), contract.WorkflowID(change), "")
	require.NoError(t, err)
	require.NoError(t, s.client.Start(s.ctx(), starting(change, process.Suspension)))
	after, err := s.sdk.DescribeWorkflow(s.ctx(), contract.WorkflowID(change), "")
	require.NoError(t, err)
	require.Equal(t, before.WorkflowExecution.RunID, after.WorkflowExecution.RunID, "one run")
	require.Equal(t, "Suspension", after.WorkflowType.Name)
	summary, err := after.GetStaticSummary()
	require.NoError(t, err)
	require.Equal(t, "SUSPENSION 33-2026-000001", summary)

	s.work()
	s.counts(change, word{verb: withdraw})
	s.ends(change)
	require.NoError(t, s.client.Start(s.ctx(), starting(change, process.Suspension)))
	require.Equal(t, taken, s.ends(change).Status, "a run of a closed change ends at once")
	require.Equal(t, []string{withdraw}, s.store.said(change))
}

func TestAnswersToTheCallerOverTheWire(t *testing.T) {
	s := newSite(t)
	s.work()
	change := s.open(0)
	s.believesAt(change, 1)

	shown, err := s.sdk.QueryWorkflow(s.ctx(), contract.WorkflowID(change), "", "__temporal_workflow_metadata")
	require.NoError(t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(t, shown.Get(&metadata))
	require.Contains(t, metadata.GetCurrentDetails(), ", due ", "an admin reads what it waits for without looking for the timer")

	m, err := s.store.handIn(change, word{verb: approve})
	require.NoError(t, err)
	m.Step = 2
	_, err = s.client.Say(s.ctx(), change, m)
	require.ErrorIs(t, err, client.ErrStale)
	require.NotErrorIs(t, err, client.ErrNotRunning)
	m.Step = 1
	result, err := s.client.Say(s.ctx(), change, m)
	require.NoError(t, err)
	require.Equal(t, contract.SlipResult{SlipID: m.SlipID, Outcome: contract.Counted}, result)
	result, err = s.client.Say(s.ctx(), change, contract.SlipMessage{SlipID: m.SlipID, Step: contract.AnyStep})
	require.NoError(t, err)
	require.Equal(t, contract.Counted, result.Outcome, "asked again, told the same")
	result, err = s.client.Say(s.ctx(), change, contract.SlipMessage{SlipID: "0197f000-0000-7000-8000-00000000dead", Step: contract.AnyStep})
	require.NoError(t, err)
	require.Equal(t, contract.ErrGone, result.Code)

	last, err := s.store.handIn(change, word{verb: approve})
	require.NoError(t, err)
	require.NoError(t, s.client.Leave(s.ctx(), change, last))
	require.Equal(t, effective, s.ends(change).Status)
	s.notRunning(change, m)
}

func TestAMessageToAnUnknownWorkflowIsNotFound(t *testing.T) {
	s := newSite(t)
	s.work()
	s.notRunning("0197f000-0000-7000-8000-00000000dead", contract.SlipMessage{SlipID: "0197f000-0000-7000-8000-00000000beef"})

	change := s.open(0)
	s.believesAt(change, 1)
	require.NoError(t, s.sdk.TerminateWorkflow(s.ctx(), contract.WorkflowID(change), "", "by hand"))
	s.notRunning(change, contract.SlipMessage{SlipID: "0197f000-0000-7000-8000-00000000beef", Step: 1, Round: 1})
}

// notRunning: never started, terminated and completed look alike.
func (s *site) notRunning(change string, m contract.SlipMessage) {
	s.t.Helper()
	_, err := s.client.Say(s.ctx(), change, m)
	require.ErrorIs(s.t, err, client.ErrNotRunning)
	require.ErrorIs(s.t, s.client.Leave(s.ctx(), change, m), client.ErrNotRunning)
	require.ErrorIs(s.t, s.client.Refresh(s.ctx(), change), client.ErrNotRunning)
}

func TestAnUpdateWithoutAWorkerTimesOut(t *testing.T) {
	s := newSite(t)
	change := s.open(0)
	m, err := s.store.handIn(change, word{verb: approve})
	require.NoError(t, err)
	_, err = s.client.Say(s.brief(), change, m)
	require.ErrorIs(t, err, client.ErrNoAnswer)
	require.NotErrorIs(t, err, client.ErrNotRunning)
	_, err = s.client.Position(s.brief(), change)
	require.ErrorIs(t, err, client.ErrNoAnswer)
	require.NoError(t, s.client.Leave(s.ctx(), change, m), "a signal waits in history")
	require.NoError(t, s.client.Refresh(s.ctx(), change))

	s.work()
	s.believesAt(change, 2)
	require.Equal(t, []string{approve}, s.store.said(change), "timed-out update and signal are one")
	require.Equal(t, 1, s.store.called(contract.ActivityCommitSlip))
	_, err = s.client.Position(s.ctx(), "0197f000-0000-7000-8000-00000000dead")
	require.ErrorIs(t, err, client.ErrNotRunning)
}

// Of a thousand changes those are named whose workflow differs, and no other.
func TestComparingNamesWhatDiffers(t *testing.T) {
	s := newSite(t)
	s.work()
	changes := make([]client.Standing, 1000)
	for i := range changes {
		changes[i] = client.Standing{ChangeID: uuid.NewString(), StepRound: "1/1"}
	}
	different, err := s.client.Compare(s.ctx(), changes)
	require.NoError(t, err)
	require.Len(t, different, 1000)
	require.Nil(t, different[999].Listed)

	fits, moved, behind := s.open(0), s.open(0), s.open(0)
	s.counts(moved, word{verb: approve})
	changes[3], changes[500], changes[999] = client.Standing{ChangeID: fits, StepRound: "1/1"}, client.Standing{ChangeID: moved, StepRound: "2/1"}, client.Standing{ChangeID: behind, StepRound: "2/1"}
	s.until("the list shows where they stand", func() bool {
		different, err = s.client.Compare(s.ctx(), changes)
		require.NoError(t, err)
		return len(different) == 998 && different[997].Listed != nil && different[997].Listed.StepRound == "1/1"
	})
	for _, d := range different[:997] {
		require.Nil(t, d.Listed)
		require.NotContains(t, []string{fits, moved}, d.ChangeID)
	}
	require.Equal(t, behind, different[997].ChangeID)
	require.Equal(t, contract.WorkflowID(behind), different[997].Listed.WorkflowID)
	none, err := s.client.Compare(s.ctx(), []client.Standing{changes[3], changes[500]})
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestRunningListsWhatIsOpenWithItsPosition(t *testing.T) {
	s := newSite(t)
	s.work()
	one, two, done := s.open(0), s.open(0), s.open(0)
	s.counts(two, word{verb: approve})
	s.counts(done, word{verb: reject})
	want := map[string]string{contract.WorkflowID(one): "1/1", contract.WorkflowID(two): "2/1"}
	s.until("visibility shows both", func() bool {
		have := map[string]string{}
		next, err := s.client.ListBetween(s.ctx(), uuid.Nil.String(), uuid.Max.String(), nil, func(one client.Listed) { have[one.WorkflowID] = one.StepRound })
		require.NoError(t, err)
		require.Nil(t, next, "all fit on one page")
		return len(have) == 2 && have[contract.WorkflowID(one)] == "1/1" && have[contract.WorkflowID(two)] == want[contract.WorkflowID(two)]
	})

	n, err := s.client.CountRunning(s.ctx())
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	n, err = s.client.CountBetween(s.ctx(), min(one, two), uuid.Max.String())
	require.NoError(t, err)
	require.EqualValues(t, 1, n, "the change at its lower end is not counted")
	n, err = s.client.CountBetween(s.ctx(), uuid.Nil.String(), min(one, two))
	require.NoError(t, err)
	require.EqualValues(t, 1, n, "the change at its upper end is")

	ended, err := s.sdk.DescribeWorkflow(s.ctx(), contract.WorkflowID(done), "")
	require.NoError(t, err)
	shown := ended.TypedSearchAttributes
	stage, _ := shown.GetKeyword(temporal.NewSearchAttributeKeyKeyword(contract.AttributeStage))
	require.Equal(t, refused, stage)
	require.False(t, shown.ContainsKey(temporal.NewSearchAttributeKeyKeywordList(contract.AttributeWaitingFor)))
	require.False(t, shown.ContainsKey(temporal.NewSearchAttributeKeyTime(contract.AttributeDueAt)))
}

func TestEnsureMakesTheNamespaceReadyAndMayBeRepeated(t *testing.T) {
	s := siteIn(t, "made-by-ensure-"+time.Now().Format("150405.000000000"))
	change := s.store.file(chain(), 0)
	err := s.client.Start(s.ctx(), starting(change, process.Suspension))
	var missing *serviceerror.NamespaceNotFound
	require.ErrorAs(t, err, &missing, "the caller can tell that Ensure is needed")
	_, err = s.client.Say(s.brief(), change, contract.SlipMessage{SlipID: "0197f000-0000-7000-8000-00000000beef"})
	require.ErrorIs(t, err, client.ErrNoAnswer, "a missing namespace does not mean that the change is not running")
	require.ErrorIs(t, s.client.Leave(s.brief(), change, contract.SlipMessage{}), client.ErrNoAnswer)

	var group sync.WaitGroup
	for range 3 { // API and worker start together
		group.Go(func() {
			if err := s.client.Ensure(s.ctx()); err != nil {
				t.Errorf("ensure: %v", err)
			}
		})
	}
	group.Wait()
	require.NoError(t, s.client.Ensure(s.ctx()))
	s.until("the new namespace takes starts", func() bool {
		return s.client.Start(s.ctx(), starting(change, process.Suspension)) == nil
	})
	s.work()
	s.counts(change, word{verb: withdraw})
	s.ends(change)
}

// What is missing is made, what is too short is made longer, and what has another type
// is told and left alone: others may use it.
func TestEnsureRepairsWhatIsThereInPart(t *testing.T) {
	name := embeddedtest.Namespace(t, map[string]string{contract.AttributeKind: "Keyword", contract.AttributeDueAt: "Bool"})
	s := siteIn(t, name)
	var before client.Setup
	s.until("the namespace is known", func() bool {
		var err error
		before, err = s.client.Setup(s.ctx())
		return err == nil && len(before.Wrong) == 1
	})
	require.Equal(t, []string{"DueAt (Bool, not Datetime)"}, before.Wrong)
	require.Contains(t, before.Missing, "retention of 30 days")
	require.Contains(t, before.Missing, contract.AttributeStepRound)
	require.NotContains(t, before.Missing, contract.AttributeKind)
	require.NoError(t, s.client.Ensure(s.ctx()))
	s.until("all but the type is right", func() bool {
		after, err := s.client.Setup(s.ctx())
		return err == nil && len(after.Missing) == 0 && len(after.Wrong) == 1
	})
	_, err := s.sdk.OperatorService().RemoveSearchAttributes(s.ctx(), &operatorservice.RemoveSearchAttributesRequest{Namespace: name, SearchAttributes: []string{contract.AttributeDueAt}})
	require.NoError(t, err)
	s.until("the right type is made when the wrong one is removed", func() bool {
		require.NoError(t, s.client.Ensure(s.ctx()))
		after, err := s.client.Setup(s.ctx())
		return err == nil && after.Whole()
	})
}

func TestTemporalIsDown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	c, err := sdk.NewLazyClient(sdk.Options{HostPort: address, Namespace: "nowhere", Logger: nothing{}})
	require.NoError(t, err, "the client is lazy")
	defer c.Close()
	s := &site{t: t, client: client.New(c, "nowhere")}
	_, err = s.client.Say(s.brief(), "x", contract.SlipMessage{SlipID: "y"})
	require.ErrorIs(t, err, client.ErrNoAnswer)
	require.ErrorIs(t, s.client.Leave(s.brief(), "x", contract.SlipMessage{SlipID: "y"}), client.ErrNoAnswer)
	require.Error(t, s.client.Start(s.brief(), starting("x", process.Suspension)))
	require.Error(t, s.client.Healthy(s.brief()))
	require.Error(t, s.client.Ensure(s.brief()))
	_, err = s.client.CountRunning(s.brief())
	require.Error(t, err)
	_, err = s.client.Compare(s.brief(), []client.Standing{{ChangeID: "x", StepRound: "1/1"}})
	require.Error(t, err)
}
