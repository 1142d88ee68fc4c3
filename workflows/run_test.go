package workflows_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows"
	"github.com/xueji/xueji/workflows/contract"
)

// opening is when the time-skipping environment begins.
var opening = time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)

// run is one run of the workflow in the time-skipping environment.
type run struct {
	*testsuite.TestWorkflowEnvironment

	t      require.TestingT
	change string
	store  *register
	shown  []temporal.SearchAttributes // what admins were shown, in order
}

// nothing is a logger that drops lines.
type nothing struct{}

func (nothing) Debug(string, ...any) {}
func (nothing) Info(string, ...any)  {}
func (nothing) Warn(string, ...any)  {}
func (nothing) Error(string, ...any) {}

var _ log.Logger = nothing{}

// newRun prepares a run on a register; the clock of the register is the run's.
func newRun(t require.TestingT, store *register, change string) *run {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(nothing{})
	r := &run{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t, change: change, store: store}
	r.SetStartTime(store.clock())
	r.SetTestTimeout(20 * time.Second)
	workflows.Register(r, []process.Kind{process.Suspension})
	store.provide(r)
	r.OnUpsertTypedSearchAttributes(mock.Anything).Run(func(args mock.Arguments) {
		shown, ok := args.Get(0).(temporal.SearchAttributes)
		require.True(t, ok)
		r.shown = append(r.shown, shown)
	})
	store.mu.Lock()
	defer store.mu.Unlock()
	store.clock = r.Now
	return r
}

// begin gives a register with one change of two steps, and its run.
func begin(t *testing.T, term time.Duration) *run {
	t.Helper()
	return beginChain(t, chain(), term)
}

func beginChain(t *testing.T, offices [][]string, term time.Duration) *run {
	t.Helper()
	store := newRegister(func() time.Time { return opening })
	return newRun(t, store, store.file(offices, term))
}

// at does something after some time of the run has passed.
func (r *run) at(after time.Duration, do func()) { r.RegisterDelayedCallback(do, after) }

// handIn hands in a slip about the step the register is at now.
func (r *run) handIn(w word) contract.SlipMessage {
	m, err := r.store.handIn(r.change, w)
	require.NoError(r.t, err)
	return m
}

// reply is what the sender of an update is told.
type reply struct {
	accepted, answered bool
	rejected           error
	result             contract.SlipResult
	err                error
}

// tell sends an update and returns where its answer will be.
func (r *run) tell(m contract.SlipMessage) *reply {
	var got reply
	r.UpdateWorkflow(contract.UpdateSlip, uuid.NewString(), &testsuite.TestUpdateCallback{
		OnAccept: func() { got.accepted = true },
		OnReject: func(err error) { got.rejected = err },
		OnComplete: func(value any, err error) {
			got.answered, got.err = true, err
			if err == nil {
				result, ok := value.(contract.SlipResult)
				require.True(r.t, ok, "%T", value)
				got.result = result
			}
		},
	}, m)
	return &got
}

// say hands in a slip and tells the workflow by update.
func (r *run) say(w word) *reply { return r.tell(r.handIn(w)) }

// during does something, and lets the run take it in, while an activity of the
// run that calls this is under way.
func (r *run) during(do func()) {
	taken := make(chan struct{})
	r.at(0, func() {
		do()
		r.at(0, func() { close(taken) })
	})
	<-taken
}

// finish runs the workflow to its end, which must not be a failure.
func (r *run) finish() contract.Position {
	r.ExecuteWorkflow(process.Suspension.WorkflowName(),
		contract.ChangeInput{ChangeID: r.change, Kind: string(process.Suspension), Province: "33"})
	require.True(r.t, r.IsWorkflowCompleted())
	require.NoError(r.t, r.GetWorkflowError())
	var last contract.Position
	require.NoError(r.t, r.GetWorkflowResult(&last))
	require.Empty(r.t, r.store.mistakes())
	require.True(r.t, last.Closed, "a run ends when the register says closed")
	require.Equal(r.t, r.store.at(r.change), last)
	return last
}

// believes asks the run where it thinks the change stands.
func (r *run) believes() contract.Position {
	var at contract.Position
	value, err := r.QueryWorkflow(contract.QueryPosition)
	require.NoError(r.t, err)
	require.NoError(r.t, value.Get(&at))
	return at
}

func (y *reply) counted(t require.TestingT) {
	require.NoError(t, y.rejected)
	require.True(t, y.answered, "the sender got no answer")
	require.NoError(t, y.err)
	require.Equal(t, contract.Counted, y.result.Outcome, y.result.Code)
}

func (y *reply) refused(t require.TestingT, code string) {
	require.NoError(t, y.rejected)
	require.True(t, y.answered, "the sender got no answer")
	require.NoError(t, y.err)
	require.Equal(t, contract.Refused, y.result.Outcome)
	require.Equal(t, code, y.result.Code)
}

func (y *reply) rejectedAs(t require.TestingT, kind string) {
	var app *temporal.ApplicationError
	require.ErrorAs(t, y.rejected, &app)
	require.Equal(t, kind, app.Type())
	require.False(t, y.answered)
}
