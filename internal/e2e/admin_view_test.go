package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// What an admin needs in Temporal's web interface is stored: it is there while
// every worker is down. The queries are those of docs/operations.md.
func TestAdminsFindStuckAndOverdueWork(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{Interval: time.Hour})
	c, engine := s.County(), s.Engine()
	atSchool := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	atBureau := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	ended := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.UntilAsked(atSchool, atBureau, ended)
	require.Equal(t, http.StatusOK, c.Leader.Decide(atBureau, "APPROVE", "").Status)
	require.Equal(t, http.StatusOK, c.Leader.Decide(ended, "REJECT", "材料不全").Status)
	s.StopWorker()

	find := func(query string, want ...string) {
		t.Helper()
		s.Eventually("visibility shows the answer to "+query, 10*time.Second, func() bool { return sameIDs(listed(s, engine, query), want) })
	}
	due := e2e.Value[time.Time](s, `SELECT due_at FROM step WHERE change_id = $1 AND status = 'OPEN'`, atBureau)
	dayAfter := due.Add(24 * time.Hour).UTC().Format(time.RFC3339)
	find(`ExecutionStatus = "Running" AND Stage = "BUREAU_APPROVAL"`, atBureau)
	find(fmt.Sprintf(`ExecutionStatus = "Running" AND Stage = "BUREAU_APPROVAL" AND DueAt < %q`, dayAfter), atBureau)
	find(fmt.Sprintf(`ExecutionStatus = "Running" AND Stage = "BUREAU_APPROVAL" AND DueAt < %q`, due.Add(-time.Hour).UTC().Format(time.RFC3339)))
	find(fmt.Sprintf(`ExecutionStatus = "Running" AND DueAt < %q`, dayAfter), atBureau, atSchool)
	find(`ExecutionStatus = "Running" AND WaitingFor = "2152000123"`, atSchool)
	find(`ExecutionStatus = "Running" AND Province = "520000" AND ChangeKind = "SUSPENSION"`, atBureau, atSchool)
	find(`ExecutionStatus = "Running" AND DueAt IS NULL`)
	find(`ExecutionStatus = "Failed" OR ExecutionStatus = "TimedOut" OR ExecutionStatus = "Terminated" OR ExecutionStatus = "Canceled"`)
	find(`ExecutionStatus = "Completed" AND Stage = "REFUSED"`, ended)
	find(`WorkflowType = "Suspension" AND ExecutionStatus = "Running" AND StepRound STARTS_WITH "2/"`, atBureau)

	d, err := engine.DescribeWorkflow(t.Context(), contract.WorkflowID(atBureau), "")
	require.NoError(t, err)
	summary, err := d.GetStaticSummary()
	require.NoError(t, err)
	require.Equal(t, "SUSPENSION "+e2e.Value[string](s, `SELECT case_no FROM change WHERE id = $1`, atBureau), summary)
	timers := timerSummaries(t, engine, atBureau)
	require.Len(t, timers, 2)
	require.Equal(t, "BUREAU_APPROVAL, [520102], due "+calendar.Until(due), timers[1])
}

// The filters of docs/operations.md that must be empty are empty when all is well,
// whatever has happened to changes, and each finds what it is for.
func TestFiltersThatMustBeEmptyAreEmpty(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	filters := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| ([^|]*): must be empty \\| `([^`]*)` \\|$").FindAllStringSubmatch(string(text), -1) {
		filters[row[1]] = row[2]
	}
	require.Len(t, filters, 4)
	s := e2e.New(t, e2e.Options{})
	c, engine := s.County(), s.Engine()
	empty := func() {
		t.Helper()
		for what, filter := range filters {
			s.Eventually(what+" is empty", 20*time.Second, func() bool { return len(listed(s, engine, filter)) == 0 })
		}
	}
	file := func() string { return c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024))) }
	one, two, three := file(), file(), file()
	automatic := s.Start(c, process.KeyDataChange)
	s.UntilAsked(one, two, three)
	s.OK(c.Leader.Decide(one, "APPROVE", ""))
	s.OK(c.Leader.Decide(two, "REJECT", "材料不全"))
	s.Reset(engine, three)
	for automatic.Step() > 0 {
		automatic.Decide("APPROVE")
	}
	shows(s, engine, one, three)
	empty()
	mustCommand(s, "rebuild", s.CaseNo(three), "--force", "--operator", "li")
	shows(s, engine, three)
	empty()

	s.Eventually("a case is found by its number", 10*time.Second, func() bool {
		return sameIDs(listed(s, engine, fmt.Sprintf("CaseNo = %q", s.CaseNo(one))), []string{one})
	})
	s.Hand.Advance(30 * 24 * time.Hour)
	late := filters["Everything overdue"]
	s.Eventually("what is late is found", 30*time.Second, func() bool { return sameIDs(listed(s, engine, late), []string{one, three}) })
	s.OK(s.Person(c.Bureau, org.BureauReviewer).Decide(one, "APPROVE", ""))
	s.OK(s.Person(c.School, org.SchoolLeader).Decide(three, "REJECT", "材料不全"))
	empty()
}

// While an automatic step runs, the list says what it waits for and until when.
func TestTheListSaysForWhatAnAutomaticStepWaits(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{NoWorker: true})
	g, m := workerAsking(s), newMoves(s)
	g.Close()
	j := m.keyData(simulator.Matches)
	s.UntilAsked(j.change)
	engine := s.Engine()
	day := calendar.Until(e2e.Value[time.Time](s, `SELECT due_at FROM step WHERE change_id = $1 AND status = 'OPEN'`, j.change))
	require.Regexp(t, `^\d{4}-\d\d-\d\d 24:00$`, day)
	s.Eventually("it waits for the identity check", time.Minute, func() bool {
		return sameIDs(listed(s, engine, fmt.Sprintf(`ExecutionStatus = "Running" AND WaitingFor = "CHECK_IDENTITY" AND Overdue = false AND DueDay = %q`, day)), []string{j.change})
	})
	g.Open()
	m.until(j, len(j.chain))
}

func listed(s *e2e.Stack, c sdk.Client, query string) []string {
	s.T.Helper()
	page, err := c.ListWorkflow(s.T.Context(), &workflowservice.ListWorkflowExecutionsRequest{Namespace: s.Config.Temporal.Namespace, Query: query})
	require.NoError(s.T, err, query)
	var ids []string
	for _, e := range page.GetExecutions() {
		ids = append(ids, strings.TrimPrefix(e.GetExecution().GetWorkflowId(), "change/"))
	}
	return ids
}

func sameIDs(a, b []string) bool {
	seen := map[string]bool{}
	for _, id := range b {
		seen[id] = true
	}
	for _, id := range a {
		if !seen[id] {
			return false
		}
	}
	return len(a) == len(b)
}

// timerSummaries reads what the timers of a workflow are said to wait for.
func timerSummaries(t *testing.T, c sdk.Client, change string) []string {
	t.Helper()
	var list []string
	history := c.GetWorkflowHistory(t.Context(), contract.WorkflowID(change), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(t, err)
		if event.GetEventType() != enums.EVENT_TYPE_TIMER_STARTED {
			continue
		}
		var text string
		require.NoError(t, converter.GetDefaultDataConverter().FromPayload(event.GetUserMetadata().GetSummary(), &text))
		list = append(list, text)
	}
	return list
}
