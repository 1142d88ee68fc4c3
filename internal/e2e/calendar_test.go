package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
)

// holidays2027 is an invented notice: 1 January and Monday 4 January are off.
func holidays2027() map[string]any {
	days := []map[string]string{}
	for _, d := range []string{"01-01", "01-02", "01-03", "01-04", "02-05", "04-05", "05-01", "05-02", "06-09", "10-01", "10-02", "10-03"} {
		days = append(days, map[string]string{"date": "2027-" + d, "kind": "OFF", "occasion": "节"})
	}
	return map[string]any{"year": 2027, "days": days, "based_on": 0, "reason": "国办发明电〔2026〕1号"}
}

// The holidays of a year come while everything runs. What was due too early by the
// provisional calendar is not overdue any more, and the workflow wakes at the new time.
func TestHolidaysOfAYearComeWhileEverythingRuns(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	until(s, "2026-12-25", 9, 0)
	change := c.Registrar.File(ahead(c, s.Pupil(c, 2024), "2026-12-25"))
	page := c.Registrar.Page(change)
	require.Equal(t, "2027-01-08", page.Text("open.due_day"))
	require.Equal(t, true, page.Get("open.provisional"))

	// Two seconds before the new deadline, days after the old one.
	until(s, "2027-01-12", 24, 0)
	s.Hand.Advance(-2 * time.Second)
	s.Eventually("the step is overdue by the provisional calendar", 20*time.Second, func() bool {
		return c.Registrar.Page(change).Get("open.overdue_at") != nil
	})
	nation := s.Person(s.Office(org.Nation, "000000"), org.BureauSysadmin).LoggedIn()
	answer := nation.Do(http.MethodPost, "/v1/calendar", holidays2027(), uuid.NewString())
	require.Equal(t, http.StatusCreated, answer.Status, string(answer.Raw))
	s.Eventually("the deadline is computed anew", 20*time.Second, func() bool {
		return c.Registrar.Page(change).Text("open.due_day") == "2027-01-12"
	})
	page = c.Registrar.Page(change)
	require.Nil(t, page.Get("open.overdue_at"))
	require.Nil(t, page.Get("open.provisional"))
	require.Contains(t, c.Registrar.Verbs(change), "DEADLINE_MOVED")
	other := c.Registrar.File(ahead(c, s.Pupil(c, 2024), "2027-01-12"))
	require.Equal(t, "2027-01-26", c.Registrar.Page(other).Text("open.due_day"), "what is filed now is due by the new calendar")

	// The upkeep wakes nobody within ten seconds of a deadline: it is the workflow's own timer.
	s.Hand.Advance(2 * time.Second)
	s.Eventually("the workflow wakes at the new time", 20*time.Second, func() bool {
		return c.Registrar.Page(change).Get("open.overdue_at") != nil
	})
	require.Equal(t, "2027-01-08 24:00, 2027-01-12 24:00",
		e2e.Value[string](s, `SELECT string_agg(params ->> 'due', ', ' ORDER BY at) FROM change_event WHERE change_id = $1 AND verb = 'OVERDUE'`, change))
}
