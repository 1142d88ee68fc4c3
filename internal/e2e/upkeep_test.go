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

// Days are frozen into a change, the calendar is not: a program with a new one
// computes the open steps again.
func TestANewCalendarMovesOpenSteps(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	due := e2e.Value[time.Time](s, `SELECT due_at FROM step WHERE change_id = $1`, change)
	// A program with an older calendar opened the step.
	s.Legacy(`UPDATE step SET calendar_version = 'an older one', due_at = due_at + interval '3 days' WHERE change_id = $1`, change)
	s.Legacy(`UPDATE task SET due_at = due_at + interval '3 days' WHERE change_id = $1`, change)
	s.Eventually("step and task are due when this calendar says", 10*time.Second, func() bool {
		return e2e.Value[bool](s, `SELECT s.due_at = $2 AND k.due_at = $2 AND s.calendar_version <> 'an older one'
			FROM step s JOIN task k USING (change_id) WHERE s.change_id = $1`, change, due)
	})
}

// An office that loses its last eligible person has a named problem, and loses
// it again with the next person; nothing passes meanwhile.
func TestNobodyToDecideIsAProblemWithAName(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	problem := func() string {
		return c.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "").Text("open.problem")
	}
	require.Empty(t, problem())
	c.Leader.Leave()
	s.Eventually("the problem has a name", 10*time.Second, func() bool { return problem() == "NO_ELIGIBLE_PERSON" })
	leader := s.Person(c.School, org.SchoolLeader)
	require.Empty(t, problem(), "somebody can act again, and no page waits for the upkeep to say so")
	require.Empty(t, leader.Page(change).Text("open.problem"))
	require.NotContains(t, string(leader.Do(http.MethodGet, "/v1/inbox", nil, "").Raw), "NO_ELIGIBLE_PERSON")
	require.Equal(t, http.StatusOK, leader.Decide(change, "APPROVE", "").Status)
}

// A seat of the bureau that nobody can take is the bureau's problem from the filing on:
// the sentence names it and whom the step waits for beside it, and the bureau is told.
func TestTheOfficeThatHasNobodyForItsSeatIsNamed(t *testing.T) {
	t.Parallel()
	s, c := shared(t, e2e.Chain("BOTH", "SCHOOL_LEADER", ", sign: {mode: ALL, seats: [{}, {level: MANAGING, role: BUREAU_REVIEWER}]}"))
	head, admin := s.Person(c.Bureau, org.BureauHead), s.Person(c.School, org.SchoolSysadmin)
	c.Reviewer.Seal()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	school, next := e2e.Value[string](s, `SELECT name FROM organisation WHERE id = $1`, c.School.ID), c.Registrar.Page(change).Text("next")
	require.Contains(t, next, "南明区教育局（教育局学籍管理员）没有人员可以办理")
	require.Contains(t, next, "同时等待 "+school+"（学籍主管领导）办理")
	kinds := func(p *e2e.Person) (list []any) {
		for _, n := range s.Items(p.Do(http.MethodGet, "/v1/notices", nil, "")) {
			list = append(list, n["kind"])
		}
		return list
	}
	require.Contains(t, kinds(head), "NO_ELIGIBLE_PERSON")
	require.NotContains(t, kinds(admin), "NO_ELIGIBLE_PERSON")
	s.OK(c.Leader.Verdict(change, c.Leader.Mine(change), "APPROVE", nil))
	require.NotContains(t, c.Registrar.Page(change).Text("next"), school)
	c.Reviewer.Unseal()
	s.OK(c.Reviewer.Verdict(change, c.Reviewer.Mine(change), "APPROVE", nil))
	require.Equal(t, "EFFECTIVE", c.Registrar.Page(change).Text("status"))
}

// Withdrawal (退学) is refused in compulsory stages and takes a senior pupil out
// of the register.
func TestWithdrawalOfASeniorPupil(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	body := map[string]any{
		"kind": "WITHDRAWAL", "student_id": pupil, "inputs": map[string]string{"remark": "就业"},
		"evidence": []map[string]string{{"id": c.Registrar.Evidence(), "kind": "GUARDIAN_APPLICATION"}},
	}
	refused := c.Registrar.Do(http.MethodPost, "/v1/changes", body, uuid.NewString())
	require.Equal(t, http.StatusUnprocessableEntity, refused.Status)
	require.Contains(t, string(refused.Raw), `"compulsory_forbids"`)

	senior := s.Senior(c)
	pupil = s.Pupil(senior, 2025)
	body["student_id"] = pupil
	change := c.Registrar.File(body)
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	require.Equal(t, http.StatusOK, c.Reviewer.Decide(change, "APPROVE", "").Status)
	require.Equal(t, "WITHDRAWN", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil))
	require.False(t, e2e.Value[bool](s, `SELECT in_register OR holds_seat FROM student WHERE id = $1`, pupil))
	require.Zero(t, e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, senior.Class[2025]))
}
