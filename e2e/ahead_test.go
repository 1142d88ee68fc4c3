package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/e2e"
	"github.com/xueji/xueji/models/calendar"
)

// ahead gives a suspension of a pupil from a day ahead.
func ahead(c *e2e.County, pupil uuid.UUID, from string) map[string]any {
	body := c.Registrar.SuspensionBody(pupil)
	body["inputs"] = map[string]string{"reason_code": "10", "from_date": from, "until_date": "2027-08-31"}
	return body
}

// approvedAhead files a suspension from a day ahead and lets school and bureau approve it.
func approvedAhead(s *e2e.Stack, c *e2e.County, pupil uuid.UUID, from string) string {
	s.T.Helper()
	change := c.Registrar.File(ahead(c, pupil, from))
	c.Leader.Approve(change)
	answer := s.OK(c.Reviewer.Decide(change, "APPROVE", "同意"))
	require.Equal(s.T, "COUNTED "+from, answer.Text("outcome")+" "+answer.Text("effective_on"), string(answer.Raw))
	return change
}

// until moves the clock to a moment of a day, in Shanghai.
func until(s *e2e.Stack, day string, hour, minute int) {
	s.T.Helper()
	on, err := calendar.ParseDate(day)
	require.NoError(s.T, err)
	s.Hand.Advance(on.At(hour, minute).Sub(s.Clock.Now()))
}

// looked lets the upkeep look at everything once, after whatever the clock did before: two
// of its rounds begin, so that the first one has ended.
func looked(s *e2e.Stack) {
	s.T.Helper()
	const beat = `SELECT max(beat_at) FROM worker_beat`
	for range 2 {
		before := e2e.Value[time.Time](s, beat)
		s.Hand.Advance(time.Second)
		s.Eventually("another round of the upkeep", 20*time.Second, func() bool { return !e2e.Value[time.Time](s, beat).Equal(before) })
	}
}

// inForce waits until a change is in force.
func inForce(s *e2e.Stack, person *e2e.Person, change string) {
	s.T.Helper()
	s.Eventually("the change is in force", 20*time.Second, func() bool { return person.Page(change).Text("status") == "EFFECTIVE" })
}

func stateOf(s *e2e.Stack, pupil uuid.UUID) string {
	return e2e.Value[string](s, `SELECT enrol_status || CASE WHEN holds_seat THEN ' seat' ELSE '' END FROM student WHERE id = $1`, pupil)
}

// A suspension from a day ahead is approved today and on the record on its day, neither
// before nor later; everybody who looks in between is told so.
func TestASuspensionAheadIsOnTheRecordOnItsDay(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	seats := `SELECT occupied FROM school_class WHERE id = $1`
	taken := e2e.Value[int](s, seats, c.Class[2024])
	change := approvedAhead(s, c, pupil, "2027-03-01")

	page := c.Registrar.Page(change)
	require.Equal(t, "RUNNING EFFECTIVE_DAY AWAIT_DAY", page.Text("status")+" "+page.Text("open.name")+" "+page.Text("open.act"))
	require.Contains(t, page.Text("effective_on"), "2027-03-01")
	require.Contains(t, page.Text("next"), "2027-03-01 起生效")
	require.Contains(t, c.Registrar.Verbs(change), "APPROVED_AHEAD")
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	require.Zero(t, count(s, "student_history WHERE student_id = $1", pupil))
	require.Zero(t, count(s, "suspension WHERE student_id = $1", pupil))
	shown := c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.String(), nil, "")
	require.Equal(t, change+" 2027-03-01", shown.Text("running.change_id")+" "+shown.Text("running.effective_on"))
	notices := string(c.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw)
	require.Contains(t, notices, "APPROVED_AHEAD")
	require.Contains(t, notices, "2027-03-01")
	require.Empty(t, c.Reviewer.Inbox())

	until(s, "2027-02-28", 23, 59)
	looked(s)
	require.Equal(t, "ENROLLED seat", stateOf(s, pupil))
	require.Zero(t, count(s, `change_event WHERE change_id = $1 AND verb IN ('REMINDED_50', 'REMINDED_80', 'OVERDUE', 'TOTAL_WARNED')`, change), "nobody is late")

	until(s, "2027-03-01", 0, 1)
	inForce(s, c.Registrar, change)
	require.Equal(t, "SUSPENDED", stateOf(s, pupil))
	require.Equal(t, taken-1, e2e.Value[int](s, seats, c.Class[2024]))
	require.Equal(t, "2027-03-01", e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, change))
	require.Equal(t, "2027-03-01", e2e.Value[string](s, `SELECT from_date::text FROM suspension WHERE change_id = $1`, change))
	require.Contains(t, string(c.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw), "ENDED_EFFECTIVE")
	require.Zero(t, count(s, "slot"))
	ended(s, change)
}
