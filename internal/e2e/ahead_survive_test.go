package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/workflows/contract"
)

// Reset, terminated, and without a worker on its day: the change waits for the same day and
// is in force as of it, once.
func TestAChangeThatWaitsSurvivesResetTerminationAndAnOutage(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c, engine := s.County(), s.Engine()
	pupil := s.Pupil(c, 2024)
	change := approvedAhead(s, c, pupil, "2027-03-01")
	require.EqualValues(t, 2, e2e.Value[int](s, `SELECT jsonb_array_length(definition -> 'steps') FROM change WHERE id = $1`, change), "the frozen chain stays as it was")

	s.Reset(engine, change)
	s.Agree()
	until(s, "2027-01-15", 12, 0)
	first, _ := s.Runs(engine, change)
	require.NoError(t, engine.TerminateWorkflow(t.Context(), contract.WorkflowID(change), "", "e2e"))
	s.Eventually("the upkeep has started it again", 20*time.Second, func() bool {
		s.Hand.Advance(time.Second)
		now, _ := s.Runs(engine, change)
		return now != first
	})
	s.Agree()
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))

	s.StopWorker()
	until(s, "2027-03-09", 15, 0)
	s.StartWorker()
	inForce(s, c.Registrar, change)
	require.Equal(t, "SUSPENDED", stateOf(s, pupil))
	require.Equal(t, "2027-03-01", e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, change))
	require.Equal(t, 1, count(s, "change_event WHERE change_id = $1 AND verb = 'PASSED'", change))
}

// No worker for longer than a first day may lie back: what was approved in time is in force.
func TestAnOutageLongerThanTheDaysBackFailsNoChange(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	change := approvedAhead(s, c, pupil, "2026-12-01")
	s.StopWorker()
	until(s, "2027-07-20", 9, 0)
	s.StartWorker()
	inForce(s, c.Registrar, change)
	require.Equal(t, "SUSPENDED", stateOf(s, pupil))
	require.Zero(t, count(s, "change_event WHERE change_id = $1 AND verb = 'NOT_APPLIED'", change))
}

// Operators see that it waits for its day, and nothing that needs attention.
func TestOperatorsSeeWhatAnApprovedChangeWaitsFor(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c, engine := s.County(), s.Engine()
	pupil := s.Pupil(c, 2024)
	change := approvedAhead(s, c, pupil, "2027-03-01")
	no := s.CaseNo(change)
	until(s, "2027-02-20", 9, 0)
	looked(s)

	c.Head.ToldNothing(change)
	shown := mustCommand(s, "show", no, "--lang", "en")
	require.Contains(t, shown, "stage: EFFECTIVE_DAY")
	require.Contains(t, shown, "in force on: 2027-03-01 00:00:00")
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "en"), "On 2027-03-01 at 0:00 the record is checked again")
	require.Contains(t, mustCommand(s, "explain", no, "--lang", "zh"), "2027-03-01 0:00 再次核对后自动生效")
	refused, err := command(s, "decide", no, "--as", "nobody", "--verdict", "approve", "--reason", "测试")
	require.Error(t, err, refused)

	filter := `ExecutionStatus="Running" AND WaitingFor="EFFECTIVE_DAY"`
	s.Eventually("the filter of the documents finds it", 10*time.Second, func() bool { return sameIDs(listed(s, engine, filter), []string{change}) })
	require.Equal(t, []string{change}, listed(s, engine, `ExecutionStatus="Running" AND WaitingFor="2027-03-01"`))
	require.Empty(t, listed(s, engine, `ExecutionStatus="Running" AND DueAt < "2027-02-20T09:00:00+08:00"`), "nothing claims it overdue")
	timers := timerSummaries(t, engine, change)
	require.Equal(t, "approved, in force on 2027-03-01 (0:00 Asia/Shanghai)", timers[len(timers)-1])

	list := c.Registrar.Do(http.MethodGet, "/v1/changes?status=RUNNING", nil, "")
	require.Contains(t, string(list.Raw), `"effective_on":"2027-03-01"`)
	require.NotContains(t, string(list.Raw), `"due_at"`)
	require.NotContains(t, string(list.Raw), `"waiting_for"`)
	require.Empty(t, s.Items(c.Head.Do(http.MethodGet, "/v1/inbox/late", nil, "")))
	require.NotEmpty(t, s.Items(c.Registrar.Do(http.MethodGet, "/v1/notices", nil, "")))
}

// The school gets another managing bureau while its change waits: the day stays.
func TestTheDayStaysWhenTheSchoolIsMoved(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	s.Rules(`{"suspension_back_days": 3}`)
	change := approvedAhead(s, c, pupil, "2027-03-01")
	admin := s.Person(c.City, org.BureauSysadmin)
	school := admin.Do(http.MethodGet, "/v1/orgs/"+c.School.ID.String(), nil, "")
	other := s.Office(org.County, "520103")
	moved := admin.DoIfMatch(http.MethodPost, "/v1/orgs/"+c.School.ID.String()+"/managing-bureau", map[string]any{"parent": other.ID}, school.Header.Get("ETag"))
	require.Less(t, moved.Status, 300, string(moved.Raw))
	looked(s)
	until(s, "2027-02-28", 23, 59)
	looked(s)
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	require.Zero(t, count(s, "change_event WHERE change_id = $1 AND verb = 'OVERDUE'", change))

	// The day fails, and the new bureau is asked: it is the office of the step that decides last.
	heldTooLong(s, c, pupil, change, "2027-03-01")
	reviewer := s.Person(other, org.BureauReviewer)
	s.Eventually("the new bureau is asked", 20*time.Second, func() bool { return len(reviewer.Inbox()) == 1 })
	s.OK(reviewer.Decide(change, "REJECT", "须重新申请"))
}

// Temporal's database is deleted while changes wait for their day, one of them on hold:
// each is rebuilt where it stands and is in force on its day, once.
func TestAWipedTemporalLosesNoDay(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server})
	c := s.County()
	one, two, three := s.Pupil(c, 2024), s.Pupil(c, 2024), s.Pupil(c, 2024)
	ahead, given, held := approvedAhead(s, c, one, "2027-03-01"), approvedAhead(s, c, two, "2027-03-01"), approvedAhead(s, c, three, "2026-12-01")
	died := dies(s, c, three)
	until(s, "2026-12-01", 0, 1)
	onHold(s, c.Registrar, held)

	s.StopWorker()
	e2e.Wipe(t, server)
	s.StartWorker()
	engine := s.Engine()
	shows(s, engine, ahead, given, held)
	s.Agree()
	require.Equal(t, "ENROLLED seat", stateOf(s, one))
	require.Equal(t, 1, count(s, "change_event WHERE change_id = $1 AND verb = 'ON_HOLD'", held), "told once")
	s.OK(c.Registrar.Say(given, "withdrawal", map[string]any{}))
	s.OK(c.Registrar.Say(died, "withdrawal", map[string]any{}))
	s.Hand.Advance(time.Minute) // the upkeep wakes what sleeps
	inForce(s, c.Registrar, held)

	until(s, "2027-03-01", 0, 1)
	inForce(s, c.Registrar, ahead)
	for change, want := range map[string]string{ahead: "2027-03-01", held: "2026-12-01"} {
		require.Equal(t, want, e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, change))
		require.Equal(t, 1, count(s, "change_event WHERE change_id = $1 AND verb = 'PASSED'", change))
		require.Equal(t, 2, count(s, "decision WHERE change_id = $1", change), "nobody decided twice")
	}
	require.Equal(t, "ENROLLED seat", stateOf(s, two))
	require.Zero(t, count(s, "slot"))
}
