package workflows_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// patience bounds every wait for a condition on the real server.
const patience = 40 * time.Second

// site is a namespace of the real server with a register.
type site struct {
	t         *testing.T
	namespace string
	sdk       sdk.Client
	client    *client.Client
	store     *register
}

// identity stands in histories instead of the name of this computer.
const identity = "recorder"

func newSite(t *testing.T) *site {
	t.Helper()
	attributes := map[string]string{}
	for name, kind := range client.Attributes() {
		attributes[name] = kind.String()
	}
	return siteIn(t, embeddedtest.Namespace(t, attributes))
}

func siteIn(t *testing.T, namespace string) *site {
	t.Helper()
	c := dial(t, namespace)
	return &site{t: t, namespace: namespace, sdk: c, client: client.New(c, namespace), store: newRegister(time.Now)}
}

func dial(t *testing.T, namespace string) sdk.Client {
	t.Helper()
	c, err := sdk.NewLazyClient(sdk.Options{
		HostPort: embeddedtest.Temporal(t).Address(), Namespace: namespace, Identity: identity, Logger: nothing{},
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// work starts a worker; the function that comes back kills it: its connection
// is cut, so that nothing it still does reaches Temporal.
func (s *site) work() (kill func()) {
	s.t.Helper()
	return s.workAs(func(w worker.Worker) { workflows.Register(w, kinds()) })
}

// workAs starts a worker of another release, which registers what it runs itself.
func (s *site) workAs(register func(worker.Worker)) (kill func()) {
	s.t.Helper()
	c := dial(s.t, s.namespace)
	w := worker.New(c, contract.QueueChanges, worker.Options{Identity: identity, MaxConcurrentWorkflowTaskPollers: 8})
	register(w)
	s.store.provide(w)
	require.NoError(s.t, w.Start())
	kill = sync.OnceFunc(func() {
		c.Close()
		w.Stop()
	})
	s.t.Cleanup(kill)
	return kill
}

// kinds are those a worker of this version runs.
func kinds() []process.Kind {
	return append(founders(),
		process.ProblemCorroboration, process.ProblemDeletion, process.Arbitration, process.ChangeCorrection,
		process.SuspensionExtension, process.Expulsion, process.Missing, process.GoneAbroad, process.ReturnFromAbroad,
		process.Death, process.Retention, process.Skip, process.DropoutReport, process.DropoutReturn, process.NewRecordImmigrant,
		process.SeniorTransfer, process.PostGraduationStudy, process.GraduationRollback, process.BatchTransfer, process.Graduation,
		process.PlanChange,
		process.ClassChange, process.ClassAssignment, process.GradeAdjustment,
		process.SelfEnrolment, process.UnifiedEnrolment, process.AdmissionArbitration, process.EnrolmentWithdrawal,
		process.SchoolingLengthChange, process.SchoolMerger,
	)
}

// founders are the kinds whose every scenario is recorded. The workflow is one and
// only its name differs, so that of a later kind one is enough.
func founders() []process.Kind {
	return []process.Kind{
		process.Suspension, process.Reinstatement, process.Withdrawal, process.RosterImport,
		process.Transfer, process.OtherLeaving, process.RestoreAdmission, process.KeyDataChange,
	}
}

func starting(change string, kind process.Kind) client.Starting {
	return client.Starting{ChangeID: change, Kind: string(kind), WorkflowName: kind.WorkflowName(), CaseNo: "33-2026-000001", Province: "33"}
}

// open files a change and starts its workflow.
func (s *site) open(term time.Duration) (change string) {
	s.t.Helper()
	change = s.store.file(chain(), term)
	require.NoError(s.t, s.client.Start(s.ctx(), starting(change, process.Suspension)))
	return change
}

func (s *site) ctx() context.Context { return s.t.Context() }

// brief gives a context that ends soon, for calls that get no answer.
func (s *site) brief() context.Context {
	ctx, cancel := context.WithTimeout(s.ctx(), 1500*time.Millisecond)
	s.t.Cleanup(cancel)
	return ctx
}

// say hands in a slip and says it by update.
func (s *site) say(change string, w word) (contract.SlipResult, error) {
	m, err := s.store.handIn(change, w)
	require.NoError(s.t, err)
	return s.tell(change, m)
}

func (s *site) tell(change string, m contract.SlipMessage) (contract.SlipResult, error) {
	ctx, cancel := context.WithTimeout(s.ctx(), patience)
	defer cancel()
	return s.client.Say(ctx, change, m)
}

// counts says something that must count. Where the run took the slip from the
// register and ended before the message came, or the server broke the message off
// because a timer fired in the moment in which the run ended, the register has the
// answer, as for the API.
func (s *site) counts(change string, w word) {
	s.t.Helper()
	m, err := s.store.handIn(change, w)
	require.NoError(s.t, err)
	result, err := s.tell(change, m)
	if errors.Is(err, client.ErrNotRunning) || errors.Is(err, client.ErrNoAnswer) {
		s.until("the slip is settled", func() bool { return s.store.result(change, m.SlipID).Outcome != contract.Pending })
		result, err = s.store.result(change, m.SlipID), nil
	}
	require.NoError(s.t, err)
	require.Equal(s.t, contract.Counted, result.Outcome, result.Code)
}

// until waits for a condition.
func (s *site) until(what string, holds func() bool) {
	s.t.Helper()
	require.Eventually(s.t, holds, patience, 20*time.Millisecond, what)
}

// believesAt waits until the running workflow stands at a step.
func (s *site) believesAt(change string, step int) {
	s.t.Helper()
	s.until("the workflow stands at the step", func() bool {
		ctx, cancel := context.WithTimeout(s.ctx(), 5*time.Second)
		defer cancel()
		at, err := s.client.Position(ctx, change)
		return err == nil && at.Step == step && at.Stage != ""
	})
}

// ends waits for the workflow to complete and gives its result.
func (s *site) ends(change string) contract.Position {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx(), patience)
	defer cancel()
	var last contract.Position
	require.NoError(s.t, s.sdk.GetWorkflow(ctx, contract.WorkflowID(change), "").Get(ctx, &last))
	require.True(s.t, last.Closed)
	require.Empty(s.t, s.store.mistakes())
	return last
}
