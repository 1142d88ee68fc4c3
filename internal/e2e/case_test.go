package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/workflows/contract"
)

// command runs "xueji case …" and gives what it printed.
func command(s *e2e.Stack, args ...string) (string, error) {
	s.T.Helper()
	out, err := s.Command(append([]string{"case"}, args...)...).CombinedOutput()
	return string(out), err
}

func mustCommand(s *e2e.Stack, args ...string) string {
	s.T.Helper()
	out, err := command(s, args...)
	require.NoError(s.T, err, out)
	return out
}

func TestOperatorsLookAtACase(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{Interval: time.Hour})
	c, engine := s.County(), s.Engine()
	pupil := s.Pupil(c, 2024)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	s.UntilAsked(change)
	no := s.CaseNo(change)

	shown := mustCommand(s, "show", no, "--lang", "en")
	require.Contains(t, shown, "case: "+no)
	require.Contains(t, shown, "waits for: 南明区示例小学 (2152000123) SCHOOL_LEADER")
	require.Equal(t, 2, strings.Count(shown, "step/round: 1/1"), "both sides:\n%s", shown)
	require.Contains(t, mustCommand(s, "show", change, "--lang", "zh"), "案号: "+no)
	e2e.Nowhere(t, "case show", shown, "样例生", pupil.String(), "2027-08-31")
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "en"), "1 active account(s) with the role SCHOOL_LEADER")
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "zh"), "属正常等待")

	// What a power cut leaves behind: the register went on, the workflow did not hear of it.
	s.Legacy(`WITH o AS (UPDATE step SET round = 2 WHERE change_id = $1 RETURNING 1),
		k AS (UPDATE task SET round = 2 WHERE change_id = $1 RETURNING 1) UPDATE change SET round = 2 WHERE id = $1`, change)
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "en"), "The workflow believes 1/1, the register says 1/2")
	require.Contains(t, mustCommand(s, "rebuild", no, "--lang", "en", "--operator", "li"), "This is normal")
	s.Agree()

	require.NoError(t, engine.TerminateWorkflow(t.Context(), contract.WorkflowID(change), "", "e2e"))
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "en"), "(Terminated)")
	mustCommand(s, "rebuild", no, "--operator", "li")
	s.Agree()

	before, _ := s.Runs(engine, change)
	mustCommand(s, "rebuild", change, "--force", "--operator", "li")
	after, _ := s.Runs(engine, change)
	require.NotEqual(t, before, after)
	require.Equal(t, 3, count(s, "audit_entry WHERE action = 'case.rebuild' AND detail ->> 'operator' = 'li'"))

	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "REJECT", "材料不全").Status)
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "zh"), "已办结")
	require.Contains(t, mustCommand(s, "rebuild", no, "--lang", "en"), "nothing needs to be done")
	unknown, err := command(s, "show", "52-20200101-000001")
	require.Error(t, err)
	require.NotContains(t, unknown, "SQL")
}

func TestExplainNamesWhatIsDown(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change)
	no := s.CaseNo(change)
	s.StopWorker()
	s.Hand.Advance(time.Hour)
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "en"), "No worker has reported itself since 2026-11-20 ")
	c.Leader.Seal()
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "zh"), "无人可办")
	require.NoError(t, server.Stop())
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "en"), "Temporal does not answer")
	out, err := command(s, "rebuild", no)
	require.Error(t, err)
	require.Contains(t, out, "nothing was changed")
}

func TestOperatorsDecideOnBehalf(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(change)
	no, leader, reviewer := s.CaseNo(change), c.Leader.Login(), c.Reviewer.Login()
	decide := func(as string, more ...string) (string, error) {
		return command(s, append([]string{"decide", no, "--as", as, "--reason", "本人停电，电话核实，工单 17", "--operator", "运维李", "--lang", "en"}, more...)...)
	}
	for _, refused := range [][]string{
		{reviewer, "--verdict", "approve"},                      // not the reviewer's step
		{"u" + c.Registrar.ID.String(), "--verdict", "approve"}, // who submits
		{leader, "--verdict", "reject"},                         // no opinion
		{"nobody", "--verdict", "approve"},
	} {
		out, err := decide(refused[0], refused[1:]...)
		require.Error(t, err, out)
		require.Contains(t, out, "xueji: ")
	}
	require.Zero(t, count(s, "slip"))

	out, err := decide(leader, "--verdict", "approve", "--opinion", "同意")
	require.NoError(t, err, out)
	require.Contains(t, out, "Counted")
	require.Equal(t, c.Leader.ID.String(), e2e.Value[string](s, `SELECT account_id::text FROM decision`))
	require.Equal(t, 1, count(s, "audit_entry WHERE action = 'case.decide' AND account_id = $1 AND detail ->> 'operator' = '运维李' AND detail ->> 'verb' = 'APPROVE'", c.Leader.ID))
	page := c.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "")
	require.Contains(t, string(page.Raw), "本人停电，电话核实，工单 17", "the parties read that an operator did it, and why")

	s.StopWorker()
	out, err = decide(reviewer, "--verdict", "approve")
	require.NoError(t, err, out)
	require.Contains(t, out, "Kept")
	s.StartWorker()
	s.Hand.Advance(time.Minute)
	s.Eventually("it counts when a worker returns", 30*time.Second, func() bool { return count(s, "change WHERE status = 'EFFECTIVE'") == 1 })
	out, err = decide(reviewer, "--verdict", "approve")
	require.Error(t, err, out)
}
