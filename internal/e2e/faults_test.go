package e2e_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/workflows/contract"
)

// later is an answer that is still to come.
type later struct {
	answer e2e.Answer
	err    error
	took   time.Duration
}

// decideLater decides the open task in the background.
func decideLater(ctx context.Context, s *e2e.Stack, p *e2e.Person, change, verdict, opinion string) <-chan later {
	task, out := p.OpenTask(change), make(chan later, 1)
	go func() {
		begun := time.Now()
		a, err := s.TryCall(ctx, p.Token, http.MethodPost, "/v1/changes/"+change+"/decisions",
			map[string]any{"task_id": task, "verdict": verdict, "opinion": opinion}, uuid.NewString())
		out <- later{a, err, time.Since(begun)}
	}()
	return out
}

func count(s *e2e.Stack, query string, args ...any) int {
	s.T.Helper()
	return e2e.Value[int](s, "SELECT count(*) FROM "+query, args...)
}

// onlyOneDecision: the leader's decision is in the register once and the
// change waits for the bureau, which can decide at once.
func onlyOneDecision(s *e2e.Stack, c *e2e.County, change string) {
	s.T.Helper()
	s.Eventually("the leader's decision counts", 40*time.Second, func() bool { return count(s, "decision WHERE change_id = $1", change) == 1 })
	s.Agree()
	answer := c.Reviewer.Decide(change, "APPROVE", "同意")
	require.Equal(s.T, http.StatusOK, answer.Status, string(answer.Raw))
	require.Equal(s.T, 2, count(s, "decision WHERE change_id = $1", change))
	require.Equal(s.T, "EFFECTIVE", e2e.Value[string](s, `SELECT status FROM change WHERE id = $1`, change))
}

// The old activity commits after the new run asked where the change stands.
func TestAResetWhileACommitRuns(t *testing.T) {
	for _, upkeep := range []struct {
		name     string
		interval time.Duration
	}{{"with upkeep", 0}, {"by itself", time.Hour}} {
		t.Run(upkeep.name, func(t *testing.T) {
			s := e2e.New(t, e2e.Options{Interval: upkeep.interval})
			c, engine := s.County(), s.Engine()
			change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
			s.UntilAsked(change)

			hold := s.Hold(change)
			said := decideLater(t.Context(), s, c.Leader, change, "APPROVE", "")
			hold.UntilBlocked()
			old, _ := s.Runs(engine, change)
			s.Reset(engine, change)
			s.Eventually("the new run has read the position", 10*time.Second, func() bool { return hold.Waiting() > 0 && currentRun(s, change) != old })
			hold.Release()

			answer := <-said
			require.NoError(t, answer.err)
			require.Contains(t, []int{http.StatusOK, http.StatusAccepted}, answer.answer.Status, string(answer.answer.Raw))
			onlyOneDecision(s, c, change)
		})
	}
}

func currentRun(s *e2e.Stack, change string) string {
	run, _ := s.Runs(s.Engine(), change)
	return run
}

// Worker and Temporal lose power after the commit and before the workflow task
// that would have recorded it.
func TestAPowerCutBetweenCommitAndWorkflowTask(t *testing.T) {
	for _, verdict := range []string{"APPROVE", "REJECT"} { // the change goes on, or has ended
		t.Run(verdict, func(t *testing.T) {
			server := embeddedtest.OwnTemporal(t)
			s := e2e.New(t, e2e.Options{Temporal: server, NoWorker: true})
			c := s.County()
			worker := s.WorkerProcess()
			change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
			s.UntilAsked(change)

			hold := s.Hold(change)
			said := decideLater(t.Context(), s, c.Leader, change, verdict, "材料不全")
			hold.UntilBlocked()
			server.Kill()
			hold.Release()
			s.Eventually("the commit is in the register", 10*time.Second, func() bool { return count(s, "decision WHERE change_id = $1", change) == 1 })
			worker.Kill()
			require.NoError(t, (<-said).err)

			require.NoError(t, server.Restart(t.Context()))
			s.StartWorker()
			if verdict == "APPROVE" {
				onlyOneDecision(s, c, change)
			}
			require.Equal(t, 1, count(s, "decision WHERE change_id = $1 AND step_no = 1", change))
		})
	}
}

// kill -9 of a worker in the middle of a commit.
func TestAWorkerIsKilledMidCommit(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	c := s.County()
	worker := s.WorkerProcess()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change)

	hold := s.Hold(change)
	said := decideLater(t.Context(), s, c.Leader, change, "APPROVE", "")
	hold.UntilBlocked()
	worker.Kill()
	hold.Release()
	answer := <-said
	require.NoError(t, answer.err)
	s.StartWorker()
	onlyOneDecision(s, c, change)
}

// What an admin may do in the web interface never needs a repair.
func TestAdminsMayResetAndTerminate(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c, engine := s.County(), s.Engine()
	var changes []string
	for range 9 {
		changes = append(changes, c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024))))
	}
	s.UntilAsked(changes...)
	for _, change := range changes[:6] { // three at each step
		require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	}
	for i, change := range changes {
		switch i % 3 {
		case 0:
			s.Reset(engine, change)
		case 1:
			require.NoError(t, engine.TerminateWorkflow(t.Context(), contract.WorkflowID(change), "", "e2e"))
		default:
			require.NoError(t, engine.CancelWorkflow(t.Context(), contract.WorkflowID(change), ""))
		}
	}
	s.Eventually("every change runs again", 20*time.Second, func() bool {
		for _, change := range changes {
			if _, status := s.Runs(engine, change); status != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
				return false
			}
		}
		return true
	})
	s.Agree()
	for i, change := range changes {
		if i >= 6 {
			require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
		}
		answer := c.Reviewer.Decide(change, "APPROVE", "")
		require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
	}
	require.Equal(t, len(changes)*2, count(s, "decision"))
}

// A decision that meets a terminated workflow starts it, without waiting for upkeep.
func TestADecisionStartsATerminatedWorkflow(t *testing.T) {
	s := e2e.New(t, e2e.Options{Interval: time.Hour})
	c, engine := s.County(), s.Engine()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change)
	require.NoError(t, engine.TerminateWorkflow(t.Context(), contract.WorkflowID(change), "", "e2e"))
	answer := c.Leader.Decide(change, "APPROVE", "")
	require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
	onlyOneDecision(s, c, change)
}

// A workflow that stands elsewhere than the register is told by the very
// decision that finds it so, without waiting for upkeep.
func TestADecisionWakesAWorkflowThatFellBehind(t *testing.T) {
	s := e2e.New(t, e2e.Options{Interval: time.Hour})
	c := s.County()
	for range 10 {
		change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
		s.UntilAsked(change)
		// What a power cut leaves behind: the register went on, the workflow did not.
		s.Legacy(`WITH o AS (UPDATE step SET round = 2 WHERE change_id = $1 RETURNING 1),
			k AS (UPDATE task SET round = 2 WHERE change_id = $1 RETURNING 1) UPDATE change SET round = 2 WHERE id = $1`, change)
		answer := c.Leader.Decide(change, "APPROVE", "")
		require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
	}
}

// Temporal's database is deleted: every open change goes on by itself.
func TestTemporalIsWiped(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server})
	c := s.County()
	var changes []string
	for i := range 30 {
		change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2023+i%4)))
		s.UntilAsked(change) // a new server knows its namespace a moment after it was made
		if i%3 == 1 {
			answer := c.Leader.Decide(change, "APPROVE", "")
			require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
		}
		if i%3 == 2 {
			back := c.Leader.Do(http.MethodPost, "/v1/changes/"+change+"/decisions",
				map[string]any{"task_id": c.Leader.OpenTask(change), "verdict": "SEND_BACK", "opinion": "证明不清晰", "send_back_to": 0}, uuid.NewString())
			require.Equal(t, http.StatusOK, back.Status, string(back.Raw))
		}
		changes = append(changes, change)
	}
	decided := count(s, "decision")

	e2e.Wipe(t, server)
	begun, engine := time.Now(), s.Engine()
	s.Eventually("every open change runs again", time.Minute, func() bool {
		for _, change := range changes {
			if d, err := engine.DescribeWorkflowExecution(t.Context(), contract.WorkflowID(change), ""); err != nil ||
				d.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
				return false
			}
		}
		return true
	})
	s.Agree()
	t.Logf("30 open changes stood where the register says %s after the wiped server answered", time.Since(begun).Round(10*time.Millisecond))
	require.Equal(t, decided, count(s, "decision"), "nobody decided twice")
	for i, change := range changes {
		person := c.Leader
		if i%3 == 1 {
			person = c.Reviewer
		}
		if i%3 == 2 {
			again := c.Registrar.Do(http.MethodPost, "/v1/changes/"+change+"/resubmission", map[string]any{}, uuid.NewString())
			require.Equal(t, http.StatusOK, again.Status, string(again.Raw))
		}
		answer := person.Decide(change, "APPROVE", "")
		require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
	}
}
