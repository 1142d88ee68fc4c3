package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/roster"
)

// A long roster takes effect as a job. The worker is killed in the middle of a part and
// Temporal loses the job's workflow: another worker goes on with the first part that is
// not done, and nobody is enrolled twice.
func TestALongRosterSurvivesAKilledWorker(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	c := s.County()
	s.Config.Bulk.ListRows, s.Config.Bulk.PartRows = 3, 2
	second := s.Class(c, 2024, "2024102")
	pupils := s.MadeUp(7, 5, "2152000123", "2024101")
	for _, p := range pupils[2:] {
		p[roster.ClassCode] = "2024102"
	}
	sheet := c.Registrar.Roster(pupils...)
	require.InDelta(t, 5, sheet.Get("counts.good"), 0, string(sheet.Raw))
	change := c.Registrar.File(obj{"kind": "ROSTER_IMPORT", "roster_id": sheet.Text("roster.id")})
	// The second part waits for a class that somebody else holds.
	hold, err := s.DB.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = hold.Rollback(t.Context()) }()
	_, err = hold.Exec(t.Context(), `SELECT 1 FROM school_class WHERE id = $1 FOR UPDATE`, second)
	require.NoError(t, err)

	first := s.WorkerProcess()
	s.UntilAsked(change)
	approve := func(p *e2e.Person, step string) {
		s.Stage(change, step)
		require.Contains(t, []int{http.StatusOK, http.StatusAccepted}, p.Decide(change, "APPROVE", "同意").Status, "a slow machine counts it later")
	}
	approve(c.Leader, "LEADER_CONFIRMATION")
	approve(c.Reviewer, "BUREAU_APPROVAL")
	s.Stage(change, "APPLYING")
	s.Eventually("the first part is done and the second one waits", time.Minute, func() bool {
		return count(s, "student") == 2 && e2e.Value[int](s, `SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND NOT granted`) == 1
	})
	list := c.Registrar.Do(http.MethodGet, "/v1/jobs?change_id="+change, nil, "")
	items, ok := list.Get("items").([]any)
	require.True(t, ok, string(list.Raw))
	require.Len(t, items, 1)
	job := e2e.Value[string](s, `SELECT id::text FROM job WHERE change_id = $1`, change)
	at := c.Registrar.Do(http.MethodGet, "/v1/jobs/"+job, nil, "")
	require.InDelta(t, 2, at.Get("progress.rows_done"), 0, string(at.Raw))
	refused := c.Registrar.Say(change, "withdrawal", obj{})
	require.Contains(t, []int{http.StatusConflict, http.StatusAccepted}, refused.Status, string(refused.Raw))

	first.Kill()
	require.NoError(t, hold.Rollback(t.Context()))
	require.Equal(t, 2, count(s, "student"), "a part is done as a whole or not at all")
	s.StartWorker()
	s.Eventually("the change is in force", 2*time.Minute, func() bool { return count(s, "change WHERE status = 'EFFECTIVE'") == 1 })
	require.Equal(t, 5, count(s, "student"))
	require.Equal(t, 5, count(s, "student_history"))
	require.Equal(t, 2, e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, c.Class[2024]))
	require.Zero(t, count(s, "slot"))
	done := c.Reviewer.Do(http.MethodGet, "/v1/jobs/"+job, nil, "")
	require.Equal(t, "DONE", done.Text("state"))
	require.InDelta(t, 5, done.Get("progress.rows_done"), 0)
}
