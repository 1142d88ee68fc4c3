package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/workflows/contract"
)

// A workflow is ended from outside: told, and gone after the rebuild.
func TestAttentionToAWorkflowThatIsGone(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{Interval: time.Hour})
	c, engine := s.County(), s.Engine()
	admin := s.Person(c.Bureau, org.BureauSysadmin)
	change, well := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024))), c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change, well)
	s.Hand.Advance(15 * time.Second) // what moved a moment ago may be on its way
	admin.ToldNothing(change)
	require.NoError(t, engine.TerminateWorkflow(t.Context(), contract.WorkflowID(change), "", "e2e"))
	admin.ToldWith(change, "not_running", "rebuild")
	require.Empty(t, admin.Attention(well))

	no := s.CaseNo(change)
	told := mustCommand(s, "attention", "--lang", "en", "--reason", "not_running")
	require.Contains(t, told, no)
	require.Contains(t, told, "Its workflow has ended while the change is open (1)")
	require.Contains(t, told, "xueji case rebuild CASE")
	e2e.Nowhere(t, "case attention", told, "样例生", "测试")
	mustCommand(s, "rebuild", no, "--operator", "li")
	admin.ToldNothing(change)
	s.Eventually("the command tells nothing any more", 20*time.Second, func() bool {
		return strings.Contains(mustCommand(s, "attention", "--lang", "en"), "No running change needs attention.")
	})
}

// A decision waits for a worker: told, and gone when one was started.
func TestAttentionToADecisionWithoutAWorker(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	admin := s.Person(c.Bureau, org.BureauSysadmin)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change)
	s.StopWorker()
	require.Equal(t, http.StatusAccepted, c.Leader.Decide(change, "APPROVE", "").Status)
	unstarted := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.Hand.Advance(2 * time.Minute)
	admin.ToldWith(change, "unsettled", "rebuild")
	admin.ToldWith(unstarted, "start_waiting", "rebuild")
	admin.ToldWith("", "workers_down", "start_worker")
	told := mustCommand(s, "attention", "--lang", "zh")
	require.Contains(t, told, "workers_down: 自 2026-11-20 09:0")
	require.Contains(t, told, "unsettled: 有意见已提交但尚未计入或退回 (1)")
	s.StartWorker()
	admin.ToldNothing(change)
	admin.ToldNothing(unstarted)
	admin.ToldNothing("")
	require.Equal(t, 1, count(s, "decision"))
}

// The only leader's account is sealed, then nobody acts until it is late: told,
// each gone after somebody got the role and decided.
func TestAttentionToAStepNobodyDecides(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	admin, mine := s.Person(c.Bureau, org.BureauSysadmin), s.Person(c.School, org.SchoolSysadmin)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change)
	c.Leader.Seal()
	admin.ToldWith(change, "nobody", "give_role")
	mine.ToldWith(change, "nobody", "give_role")
	leader := s.Person(c.School, org.SchoolLeader)
	admin.ToldNothing(change)

	s.Hand.Advance(30 * 24 * time.Hour)
	c.Head.ToldWith(change, "overdue", "order_done")
	require.Contains(t, mustCommand(s, "attention", "--lang", "en", "--reason", "overdue"), s.CaseNo(change))
	answer := c.Head.Do(http.MethodPost, "/v1/changes/"+change+"/supervision", map[string]any{"opinion": "请办理"}, "supervise-1")
	require.Contains(t, []int{http.StatusOK, http.StatusAccepted}, answer.Status, string(answer.Raw))
	require.Contains(t, []int{http.StatusOK, http.StatusAccepted}, leader.Decide(change, "APPROVE", "").Status)
	c.Head.ToldNothing(change)
}

// Temporal is down: told, with what the register knows; gone when it is back.
func TestAttentionWhileTemporalIsDown(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change)
	c.Leader.Seal()
	c.Head.ToldWith(change, "nobody", "give_role")
	require.NoError(t, server.Stop())
	c.Head.ToldWith("", "engine_down", "start_temporal")
	c.Head.ToldWith(change, "nobody", "give_role")
	answer := c.Head.Do(http.MethodGet, "/v1/operations/attention", nil, "")
	require.Equal(t, false, answer.Get("complete"))
	require.Equal(t, "down", answer.Text("parts.temporal"))
	require.Equal(t, "ok", answer.Text("parts.database"))
	told := mustCommand(s, "attention", "--lang", "en")
	require.Contains(t, told, "engine_down: Temporal does not answer.")
	require.Contains(t, told, s.CaseNo(change))

	require.NoError(t, server.Restart(t.Context()))
	c.Leader.Unseal()
	c.Head.ToldNothing("")
	c.Head.ToldNothing(change)
}
