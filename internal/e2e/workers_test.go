package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
)

// Several workers share the work; one of them does the upkeep, and when it dies
// another one goes on.
func TestOneWorkerLeadsAndAnotherTakesOver(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	c := s.County()
	workers := map[string]*e2e.Process{}
	for range 2 {
		p := s.WorkerProcess()
		workers[p.Name()] = p
	}
	s.Eventually("both workers are connected and one of them leads", 20*time.Second, func() bool {
		return count(s, "worker_beat") == len(workers) && leaders(s) == 1 && connected(s) == len(workers)
	})
	var changes []string
	for range 4 {
		changes = append(changes, c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024))))
	}
	s.UntilAsked(changes...)
	require.Equal(t, 1, leaders(s))
	for _, change := range changes {
		require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	}

	first := leader(s)
	for name, p := range workers {
		if p.Session() == first {
			p.Kill()
			delete(workers, name)
		}
	}
	require.Len(t, workers, 1)
	s.Eventually("the other worker leads", 20*time.Second, func() bool { return leaders(s) == 1 && leader(s) != first })
	require.Equal(t, http.StatusOK, s.Call("", http.MethodGet, "/readyz", nil, "").Status, "a worker lives")
	for _, change := range changes {
		require.Contains(t, []int{http.StatusOK, http.StatusAccepted}, c.Reviewer.Decide(change, "APPROVE", "").Status,
			"work that was sent to the dead worker may need a moment")
	}
	s.Eventually("every decision counts", time.Minute, func() bool { return count(s, "change WHERE status = 'EFFECTIVE'") == len(changes) })
	require.Equal(t, 2*len(changes), count(s, "decision"))
}

// leaders is how many processes hold the lock of the upkeep ("xueji" as a
// number). Sealing the audit trail takes advisory locks of its own.
func leaders(s *e2e.Stack) int {
	return count(s, `pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()
		AND l.classid = 120 AND l.objid = 1969580649`)
}

// leader is what the process that holds the lock calls itself to the database.
func leader(s *e2e.Stack) string {
	return e2e.Value[string](s, `SELECT coalesce(max(a.application_name), '') FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_database d ON d.oid = l.database
		WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database() AND l.classid = 120 AND l.objid = 1969580649`)
}

// connected is how many worker processes have connections to the database.
func connected(s *e2e.Stack) int {
	return e2e.Value[int](s, `SELECT count(DISTINCT application_name) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'xueji_worker'`)
}
