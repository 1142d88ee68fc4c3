package e2e_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/workflows/contract"
)

// midAir is changes of both flows at every step at once: some wait for the
// decision, of some the decision is being committed, and of some the system is
// in the middle of an automatic step.
type midAir struct {
	m        *moves
	engine   sdk.Client
	waiting  []*journey
	held     []*journey
	holds    []*e2e.Hold
	said     []<-chan later
	checked  *journey // the population database is being asked
	validate *journey // the national validation is being written
}

// launch brings changes into mid-air. The population database must answer; the
// gate is closed when it is the test's own.
func launch(m *moves, g *gate) *midAir {
	s := m.s
	s.T.Helper()
	a := &midAir{m: m, engine: s.Engine()}
	ways := []func() *journey{func() *journey { return m.transfer(m.out) }, func() *journey { return m.keyData(simulator.Matches) }}
	for _, file := range ways {
		for at := 0; ; at++ {
			first := file()
			a.bring(first, at, file)
			if at == len(first.chain)-1 {
				break
			}
		}
	}
	far := s.CountyOf("520103", "2152000125", "云岩区示例小学")
	a.validate = m.transfer(far)
	validation := slices.IndexFunc(a.validate.chain, func(s stop) bool { return s.who == nil })
	m.until(a.validate, validation-1)
	var held []string
	for _, j := range a.held {
		held = append(held, j.change)
	}
	commits := s.Hold(held...)
	for _, j := range a.held {
		a.said = append(a.said, decideLater(s.T.Context(), s, j.chain[j.open()].who, j.change, "APPROVE", ""))
	}
	s.Eventually("every commit is in the middle of its transaction", patience, func() bool { return commits.Waiting() == len(held) })
	office := s.HoldOffice(far.School)
	a.validate.chain[validation-1].who.Approve(a.validate.change)
	office.UntilBlocked()
	a.holds = []*e2e.Hold{commits, office}
	a.ask(g)
	return a
}

// bring brings one change before a stop, and another one there to be decided; an
// automatic stop holds nothing up, so a change only passes it.
func (a *midAir) bring(first *journey, at int, file func() *journey) {
	a.m.s.T.Helper()
	a.waiting = append(a.waiting, first)
	if first.chain[at].who == nil {
		a.m.until(first, at+1)
		return
	}
	a.m.until(first, at)
	second := file()
	a.m.until(second, at)
	a.held = append(a.held, second)
}

// ask files a change of key data whose identity is being checked from then on.
func (a *midAir) ask(g *gate) {
	s := a.m.s
	s.T.Helper()
	if g == nil { // the worker is a process of its own, which asks the simulator
		a.checked = a.m.keyData(simulator.Slow)
		s.Eventually("the identity is being checked", 5*time.Second, func() bool {
			d, err := a.engine.DescribeWorkflowExecution(s.T.Context(), contract.WorkflowID(a.checked.change), "")
			return err == nil && len(d.GetPendingActivities()) == 1 && d.GetPendingActivities()[0].GetState() == enums.PENDING_ACTIVITY_STATE_STARTED
		})
		return
	}
	g.Close()
	a.checked = a.m.keyData(simulator.Matches)
	s.Eventually("the identity is being checked", patience, func() bool { return g.times(a.checked.card) == 1 })
}

func (a *midAir) all() []*journey {
	return slices.Concat(a.waiting, a.held, []*journey{a.validate, a.checked})
}

// strike does something to the workflow of every change and returns when each
// runs again by itself.
func (a *midAir) strike(fault func(n int, change string)) {
	s := a.m.s
	s.T.Helper()
	before := map[string]string{}
	for n, j := range a.all() {
		before[j.change], _ = s.Runs(a.engine, j.change)
		fault(n, j.change)
	}
	s.Eventually("every change runs again", 30*time.Second, func() bool {
		return !slices.ContainsFunc(a.all(), func(j *journey) bool {
			run, status := s.Runs(a.engine, j.change)
			return run == before[j.change] || status != enums.WORKFLOW_EXECUTION_STATUS_RUNNING
		})
	})
}

// land lets go of everything and brings every change to its end.
func (a *midAir) land() {
	s := a.m.s
	s.T.Helper()
	for _, hold := range a.holds {
		hold.Release()
	}
	for _, said := range a.said {
		answer := <-said
		require.NoError(s.T, answer.err)
		require.Contains(s.T, []int{http.StatusOK, http.StatusAccepted}, answer.answer.Status, string(answer.answer.Raw))
	}
	for _, j := range a.held {
		s.Eventually("what was said counts", time.Minute, func() bool { return count(s, "slip WHERE change_id = $1 AND outcome = 'PENDING'", j.change) == 0 })
	}
	s.Agree()
	for _, j := range a.all() {
		a.m.until(j, len(j.chain))
		a.m.arrived(j)
	}
}

func (a *midAir) reset(_ int, change string) { a.m.s.T.Helper(); a.m.s.Reset(a.engine, change) }

func (a *midAir) terminate(_ int, change string) {
	s := a.m.s
	s.T.Helper()
	require.NoError(s.T, a.engine.TerminateWorkflow(s.T.Context(), contract.WorkflowID(change), "", "e2e"))
}

// alternate resets every other change and terminates the rest.
func (a *midAir) alternate(n int, change string) {
	if n%2 == 0 {
		a.reset(n, change)
		return
	}
	a.terminate(n, change)
}

// What an admin may do in the web interface harms a change at no step.
func TestAdminsMayResetAndTerminateMovesAtEveryStep(t *testing.T) {
	for _, row := range []struct {
		name   string
		audits bool
		fault  func(*midAir) func(int, string)
	}{
		{"reset", false, func(a *midAir) func(int, string) { return a.reset }},
		{"terminated", false, func(a *midAir) func(int, string) { return a.terminate }},
		{"both, with audits and a retrieval", true, func(a *midAir) func(int, string) { return a.alternate }},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := e2e.New(t, e2e.Options{NoWorker: true})
			g, m := workerAsking(s), newMoves(s)
			if row.audits {
				m.audited()
			}
			a := launch(m, g)
			a.strike(row.fault(a))
			s.Eventually("the new run asks too", patience, func() bool { return g.times(a.checked.card) == 2 })
			g.Open()
			a.land()
			require.Equal(t, 2, g.times(a.checked.card), "asked once more, and no more")
			for _, j := range slices.Concat(a.waiting, a.held) {
				require.LessOrEqual(t, g.times(j.card), 1, "what was answered is not asked again")
			}
		})
	}
}

// kill -9 of the only worker while everything is in mid-air.
func TestAKilledWorkerHarmsNoMove(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	m, worker := newMoves(s).audited(), s.WorkerProcess()
	a := launch(m, nil)
	worker.Kill()
	require.Zero(t, count(s, "change_event WHERE change_id = $1 AND verb = 'PASSED'", a.checked.change), "it was killed before it had the answer")
	s.Hand.Advance(time.Minute) // the clock of the process ran on
	g := workerAsking(s)
	a.land()
	require.Equal(t, 1, g.times(a.checked.card), "asked once more, and no more")
	for _, j := range slices.Concat(a.waiting, a.held) { // the hourly check asks about the numbers that records have
		require.Zero(t, g.times(j.card), "what was answered is not asked again")
	}
}

// Temporal's database is deleted while everything is in mid-air.
func TestAWipedTemporalHarmsNoMove(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server, NoWorker: true})
	g, m := workerAsking(s), newMoves(s).audited()
	a := launch(m, g)
	e2e.Wipe(t, server)
	s.Eventually("the new run asks too", 30*time.Second, func() bool { return g.times(a.checked.card) == 2 })
	g.Open()
	a.land()
	require.Equal(t, 2, g.times(a.checked.card), "asked once more, and no more")
}
