package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// dies files the death of a pupil.
func dies(s *e2e.Stack, c *e2e.County, pupil uuid.UUID) string {
	s.T.Helper()
	return c.Registrar.File(obj{"kind": process.Death, "student_id": pupil, "inputs": obj{"event_date": "2026-11-18"}, "evidence": c.Registrar.Papers("DEATH_PROOF")})
}

// onHold waits until a change whose day has come is on hold.
func onHold(s *e2e.Stack, p *e2e.Person, change string) {
	s.T.Helper()
	s.Eventually("the change is on hold", 20*time.Second, func() bool { return count(s, "change_event WHERE change_id = $1 AND verb = 'ON_HOLD'", change) == 1 })
	page := p.Page(change)
	require.Equal(s.T, "RUNNING EFFECTIVE_DAY AWAIT_DAY", page.Text("status")+" "+page.Text("open.name")+" "+page.Text("open.act"), string(page.Raw))
}

// heldTooLong lets the day of a change come while the death of its pupil is in hand, and
// the school take that back when the day lies further back than the rules allow.
func heldTooLong(s *e2e.Stack, c *e2e.County, pupil uuid.UUID, change, from string) {
	s.T.Helper()
	died := dies(s, c, pupil)
	until(s, from, 0, 1)
	onHold(s, c.Registrar, change)
	day, err := calendar.ParseDate(from)
	require.NoError(s.T, err)
	until(s, day.AddDays(10).String(), 9, 0)
	heldOn(s, change)
	s.OK(c.Registrar.Say(died, "withdrawal", map[string]any{}))
	s.Hand.Advance(time.Minute) // the upkeep wakes what sleeps
}

// heldOn waits until the register has looked at a change on hold and left it there.
func heldOn(s *e2e.Stack, change string) {
	s.T.Helper()
	s.Eventually("the register has looked again", 20*time.Second, func() bool {
		return e2e.Value[bool](s, `SELECT next_attempt_at > $2 FROM step WHERE change_id = $1 AND status = 'OPEN'`, change, s.Clock.Now())
	})
}

// While a death is in hand on the day, an approved change is on hold: nobody is asked.
// When the death does not come to be, it is in force as of its day, by itself.
func TestADeathThatComesToNothingLetsAWaitingChangeGoOn(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	for _, row := range []struct {
		name string
		ends func(died string)
	}{
		{"refused", func(died string) { s.OK(c.Leader.Decide(died, "REJECT", "弄错了学生")) }},
		{"withdrawn", func(died string) { s.OK(c.Registrar.Say(died, "withdrawal", map[string]any{})) }},
		{"closed", func(died string) { s.OK(c.Head.Say(died, "closure", map[string]any{"opinion": "弄错了学生"})) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			from := calendar.DateOf(s.Clock.Now()).AddDays(7)
			pupil := s.Pupil(c, 2024)
			waiting := approvedAhead(s, c, pupil, from.String())
			died := dies(s, c, pupil)
			until(s, from.String(), 0, 1)
			onHold(s, c.Registrar, waiting)
			for n := range 4 {
				until(s, from.AddDays(n+1).String(), 0, 1)
				heldOn(s, waiting)
			}

			page := c.Registrar.Page(waiting)
			require.Contains(t, page.Text("effective_on"), from.String())
			require.Contains(t, page.Text("next"), "暂缓")
			require.Contains(t, string(page.Raw), "死亡", "the timeline says why")
			require.Empty(t, c.Reviewer.Inbox(), "nobody is asked")
			require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
			require.Equal(t, 1, count(s, "change_event WHERE change_id = $1 AND verb = 'ON_HOLD'", waiting), "told once")
			require.Zero(t, count(s, "change_event WHERE change_id = $1 AND verb IN ('OVERDUE', 'TOTAL_WARNED', 'NOT_APPLIED')", waiting))
			require.Contains(t, mustCommand(s, "explain", s.CaseNo(waiting), "--lang", "en"), "on hold")
			s.Refused(c.Registrar.Do(http.MethodPost, "/v1/changes", ahead(c, pupil, from.AddDays(9).String()), uuid.NewString()), "death_filed")

			row.ends(died)
			s.Hand.Advance(time.Minute) // the upkeep wakes what sleeps
			inForce(s, c.Registrar, waiting)
			require.Equal(t, from.AddDays(4), calendar.DateOf(s.Clock.Now()), "without waiting for another day")
			require.Equal(t, "SUSPENDED", stateOf(s, pupil))
			require.Equal(t, from.String(), e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, waiting))
			require.Equal(t, 1, count(s, "decision WHERE change_id = $1 AND step_no = 2", waiting), "nobody decided twice")
			require.Zero(t, count(s, "slot"))
		})
	}
}

// A death that takes effect ends the change that is on hold.
func TestADeathInForceEndsAChangeOnHold(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	waiting := approvedAhead(s, c, pupil, "2026-12-01")
	died := dies(s, c, pupil)
	until(s, "2026-12-02", 9, 0)
	onHold(s, c.Registrar, waiting)
	c.Leader.Approve(died)
	c.Reviewer.Approve(died)
	page := c.Registrar.Page(waiting)
	require.Equal(t, "CLOSED PREEMPTED", page.Text("status")+" "+page.Text("ended.code"))
	require.Equal(t, "DECEASED", stateOf(s, pupil))
	require.Zero(t, count(s, "suspension WHERE student_id = $1", pupil))
	require.Zero(t, count(s, "slot"))
	ended(s, waiting)
}

// On hold it may be withdrawn; reset, terminated and without a worker it stays on hold,
// and goes on when the death was withdrawn meanwhile.
func TestAChangeOnHoldSurvives(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c, engine := s.County(), s.Engine()
	one, two := s.Pupil(c, 2024), s.Pupil(c, 2024)
	given, kept := approvedAhead(s, c, one, "2026-12-01"), approvedAhead(s, c, two, "2026-12-01")
	dies(s, c, one)
	died := dies(s, c, two)
	until(s, "2026-12-01", 0, 1)
	onHold(s, c.Registrar, given)
	onHold(s, c.Registrar, kept)
	s.OK(c.Registrar.Say(given, "withdrawal", map[string]any{}))
	require.Equal(t, "WITHDRAWN", c.Registrar.Page(given).Text("status"))

	s.Reset(engine, kept)
	s.Agree()
	first, _ := s.Runs(engine, kept)
	require.NoError(t, engine.TerminateWorkflow(t.Context(), contract.WorkflowID(kept), "", "e2e"))
	s.Eventually("the upkeep has started it again", 20*time.Second, func() bool {
		s.Hand.Advance(time.Second)
		now, _ := s.Runs(engine, kept)
		return now != first
	})
	onHold(s, c.Registrar, kept)
	s.Eventually("the filter of the documents finds it", 10*time.Second, func() bool {
		return sameIDs(listed(s, engine, `ExecutionStatus="Running" AND WaitingFor="ON_HOLD"`), []string{kept})
	})
	s.StopWorker()
	withdrawn := c.Registrar.Say(died, "withdrawal", map[string]any{})
	require.Equal(t, http.StatusAccepted, withdrawn.Status, string(withdrawn.Raw))
	until(s, "2026-12-04", 9, 0)
	s.StartWorker()
	inForce(s, c.Registrar, kept)
	require.Equal(t, "2026-12-01", e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, kept))
	require.Equal(t, "ENROLLED seat", stateOf(s, one))
}
