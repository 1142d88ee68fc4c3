package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
)

// promptly is far below the time a person waits for a worker that may live.
const promptly = 2 * time.Second

// said decides a change and gives the answer's status and how long it took.
func said(s *e2e.Stack, p *e2e.Person, change string) (int, time.Duration) {
	s.T.Helper()
	answer := <-decideLater(s.T.Context(), s, p, change, "APPROVE", "")
	require.NoError(s.T, answer.err)
	return answer.answer.Status, answer.took
}

// Without a worker a word is kept and answered 202 at once; it counts when one comes.
func TestACallWithoutAWorkerAnswersAtOnce(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	c := s.County()
	var changes []string
	for range 3 {
		changes = append(changes, c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024))))
	}
	status, took := said(s, c.Leader, changes[0])
	require.Equal(t, http.StatusAccepted, status, "none has ever reported itself")
	require.Less(t, took, promptly)

	s.StartWorker()
	s.Hand.Advance(time.Minute) // the clock stands; a slip counts as left lying after some seconds
	s.Eventually("it counts", 30*time.Second, func() bool { return count(s, "slip WHERE outcome = 'PENDING'") == 0 })
	s.UntilAsked(changes...)
	status, _ = said(s, c.Leader, changes[1])
	require.Equal(t, http.StatusOK, status)

	s.StopWorker()
	status, took = said(s, c.Leader, changes[2])
	require.Equal(t, http.StatusAccepted, status, "the last one was stopped in order")
	require.Less(t, took, promptly)
	s.StartWorker()
	s.Hand.Advance(time.Minute)
	s.Eventually("it counts, too", 30*time.Second, func() bool { return count(s, "slip WHERE outcome = 'PENDING'") == 0 })
	require.Equal(t, 3, count(s, "decision"))
}

// A worker that dies says nothing: people wait for it until its heartbeat runs out.
func TestAWorkerThatDiesIsWaitedForUntilItIsMissed(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	c := s.County()
	worker := s.WorkerProcess()
	first, second := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024))), c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(first, second)
	worker.Kill()
	status, took := said(s, c.Leader, first)
	require.Equal(t, http.StatusAccepted, status)
	require.Greater(t, took, 4*time.Second, "it may live")
	ready := func() string { return s.Call("", http.MethodGet, "/readyz", nil, "").Text("parts.worker") }
	s.Eventually("it is missed", 40*time.Second, func() bool { return ready() == "down" })
	status, took = said(s, c.Leader, second)
	require.Equal(t, http.StatusAccepted, status)
	require.Less(t, took, promptly)
	s.StartWorker()
	s.Hand.Advance(time.Minute)
	s.Eventually("both count", 30*time.Second, func() bool { return count(s, "decision") == 2 })
	require.Equal(t, "ok", ready())
}

// A worker whose clock is wrong, ahead or behind, is told to operators and in the log,
// and is missed like any other when it dies.
func TestAWrongClockIsSaid(t *testing.T) {
	for name, by := range map[string]time.Duration{"+140 s": 140 * time.Second, "-60 s": -time.Minute} {
		t.Run(name, func(t *testing.T) {
			s := e2e.New(t, e2e.Options{NoWorker: true})
			c := s.County()
			admin := s.Person(c.Bureau, org.BureauSysadmin)
			w, err := service.OpenWorker(t.Context(), s.Config, calendar.OffBy(s.Clock, by), s.Logger(), nil)
			require.NoError(t, err)
			s.Attach(w.Run)
			s.AwaitSetup()
			admin.ToldWith("", "clock_off", "check_clock")
			require.Contains(t, mustCommand(s, "attention", "--lang", "en"), name)
			require.Contains(t, s.Log.String(), "the clock of this computer is")
			require.Equal(t, "ok", s.Call("", http.MethodGet, "/readyz", nil, "").Text("parts.worker"))
			s.StopWorker()
			require.Equal(t, "down", s.Call("", http.MethodGet, "/readyz", nil, "").Text("parts.worker"))
			quietBut(s, admin, "workers_down")
		})
	}
}

// quietBut waits until one finding about the service is told and no other.
func quietBut(s *e2e.Stack, p *e2e.Person, finding string) {
	s.T.Helper()
	s.Eventually("only "+finding+" is told", 20*time.Second, func() bool {
		told := p.Attention("")
		return len(told) == 1 && told[finding] != ""
	})
}
