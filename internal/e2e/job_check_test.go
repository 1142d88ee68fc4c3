package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/roster"
)

// held keeps the worker from staging rows of a roster until the release is called.
func held(s *e2e.Stack, rosterID string) (release func()) {
	s.T.Helper()
	hold, err := s.DB.Begin(s.T.Context())
	require.NoError(s.T, err)
	s.T.Cleanup(func() { _ = hold.Rollback(s.T.Context()) })
	_, err = hold.Exec(s.T.Context(), `SELECT 1 FROM roster WHERE id = $1 FOR UPDATE`, rosterID)
	require.NoError(s.T, err)
	return func() { s.T.Helper(); require.NoError(s.T, hold.Rollback(s.T.Context())) }
}

// untilBlocked waits until a part of a job has come to what is held.
func untilBlocked(s *e2e.Stack) {
	s.T.Helper()
	s.Eventually("a part waits", time.Minute, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND NOT granted`) > 0
	})
}

// stateOfJob asks for a job over HTTP.
func stateOfJob(p *e2e.Person, job string) string {
	return p.Do(http.MethodGet, "/v1/jobs/"+job, nil, "").Text("state")
}

// The worker is killed in a part, and Temporal loses everything: the job is started again,
// two workers do what is left, and the roster is what a check in the request gives.
func TestTheCheckOfALongSheetSurvivesAKilledWorkerAndAWipedTemporal(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server, NoWorker: true, LongList: 3})
	c := s.County()
	pupils := s.MadeUp(7, 10, "2152000123", "2024101")
	pupils[7][roster.IDNumber] = pupils[1][roster.IDNumber] // a later part refuses a row of an earlier one
	dry := c.Registrar.HandIn("/v1/rosters?dry_run=true", pupils...)
	require.Equal(t, http.StatusOK, dry.Status, string(dry.Raw))
	up := c.Registrar.HandIn("/v1/rosters", pupils...)
	require.Equal(t, http.StatusAccepted, up.Status, string(up.Raw))
	job, id := up.Text("job_id"), up.Text("roster.id")
	require.Equal(t, "/v1/jobs/"+job, up.Header.Get("Location"))

	release := held(s, id)
	first := s.WorkerProcess()
	untilBlocked(s)
	require.Equal(t, "RUNNING", stateOfJob(c.Registrar, job))
	first.Kill()
	e2e.Wipe(t, server)
	release()
	require.Zero(t, count(s, "roster_row"), "a part is done as a whole or not at all")
	again := c.Registrar.HandIn("/v1/rosters", pupils...)
	require.Equal(t, http.StatusAccepted, again.Status)
	require.Equal(t, job, again.Text("job_id"), "it is in hand")

	s.WorkerProcess()
	s.StartWorker()
	s.Eventually("the job is done", 2*time.Minute, func() bool { return stateOfJob(c.Registrar, job) == "DONE" })
	require.Equal(t, 1, count(s, "audit_entry WHERE action = 'job.state' AND subject_id = $1", job), "it ended once")
	checked := c.Registrar.Do(http.MethodGet, "/v1/rosters/"+id, nil, "")
	require.Equal(t, "CHECKED", checked.Text("state"))
	require.Equal(t, dry.Get("counts"), checked.Get("counts"))
	require.InDelta(t, 2, checked.Get("counts.rejected"), 0)
	require.Equal(t, len(pupils), count(s, "roster_row"))
}

// A check that is stopped in a part leaves nothing; the same file lets it go on, and it ends.
func TestTheCheckOfALongSheetIsStoppedAndResumed(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{NoWorker: true, LongList: 3})
	c := s.County()
	pupils := s.MadeUp(7, 10, "2152000123", "2024101")
	up := c.Registrar.HandIn("/v1/rosters", pupils...)
	require.Equal(t, http.StatusAccepted, up.Status, string(up.Raw))
	job, id := up.Text("job_id"), up.Text("roster.id")
	release := held(s, id)
	s.StartWorker()
	untilBlocked(s)
	stop := c.Registrar.Do(http.MethodPost, "/v1/jobs/"+job+"/cancel", nil, "")
	require.Equal(t, http.StatusAccepted, stop.Status, string(stop.Raw))
	release()
	s.Eventually("the job has stopped", time.Minute, func() bool { return stateOfJob(c.Registrar, job) == "CANCELLED" })
	require.Zero(t, count(s, "roster_row"))
	require.Equal(t, "校验已停止", c.Registrar.Do(http.MethodGet, "/v1/rosters/"+id, nil, "").Text("state_label"))

	again := c.Registrar.HandIn("/v1/rosters", pupils...)
	require.Equal(t, http.StatusAccepted, again.Status, string(again.Raw))
	require.Equal(t, job, again.Text("job_id"))
	s.Eventually("the job is done", time.Minute, func() bool { return stateOfJob(c.Registrar, job) == "DONE" })
	require.Equal(t, map[string]int{"ACCEPT": 10}, verdicts(s, c.Registrar, up))
}
