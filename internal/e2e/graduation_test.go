package e2e_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
)

// A primary school graduates its sixth grade and a senior high its third over HTTP, while
// Temporal's database is deleted between the steps: each list is rebuilt where it stands,
// decided once, and in force once.
func TestAWipedTemporalLosesNoGraduation(t *testing.T) {
	server := embeddedtest.OwnTemporal(t)
	s := e2e.New(t, e2e.Options{Temporal: server})
	s.Rules(`{"graduation_windows": []}`)
	c := s.County()
	senior := *c
	senior.Class = maps.Clone(c.Class)
	senior.Class[2024] = s.YearGroup(c, "SENIOR", 2024)
	var sixth, third []uuid.UUID
	lines := []obj{}
	for i := range 3 {
		sixth, third = append(sixth, s.Pupil(c, 2021)), append(third, s.Pupil(&senior, 2024))
		lines = append(lines, obj{"student_id": third[i], "conclusion": []string{"GRADUATED", "COMPLETED", "INCOMPLETE"}[i]})
	}
	file := func(body obj) string {
		answer := c.Registrar.Do(http.MethodPost, "/v1/graduations", body, uuid.NewString())
		require.Equal(t, http.StatusCreated, answer.Status, string(answer.Raw))
		return answer.Text("id")
	}
	primary := file(obj{"stage": "PRIMARY", "year": 2027, "everybody": true})
	high := file(obj{"stage": "SENIOR", "year": 2027, "lines": lines})
	wipe := func() {
		s.StopWorker()
		e2e.Wipe(t, server)
		s.StartWorker()
		s.Agree()
	}
	wipe() // before any decision
	more := obj{"strike": []obj{{"student_id": sixth[2], "reason": "缓毕业"}}}
	s.OK(c.Leader.Verdict(primary, c.Leader.OpenTask(primary), "APPROVE", more))
	c.Leader.Approve(high)
	wipe() // between the steps of the senior high
	require.Equal(t, "BUREAU_APPROVAL", c.Registrar.Page(high).Text("open.name"))
	c.Reviewer.Approve(high)
	wipe() // when both have ended
	for pupil, want := range map[uuid.UUID]string{sixth[0]: "GRADUATED", sixth[1]: "GRADUATED", sixth[2]: "ENROLLED", third[0]: "GRADUATED", third[1]: "COMPLETED", third[2]: "INCOMPLETE"} {
		require.Equal(t, want, e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil))
	}
	for change, decisions := range map[string]int{primary: 1, high: 2} {
		require.Equal(t, "EFFECTIVE", c.Registrar.Page(change).Text("status"))
		require.Equal(t, decisions, count(s, "decision WHERE change_id = $1", change), "nobody decided twice")
	}
	require.Equal(t, 2, count(s, "student_history WHERE change_id = $1", primary))
	require.Equal(t, 3, count(s, "student_history WHERE change_id = $1", high))
	require.Zero(t, count(s, "slot"))
	s.Agree()

	graduates := s.Items(c.Reviewer.Do(http.MethodGet, "/v1/orgs/"+c.School.ID.String()+"/graduates?year=2027", nil, ""))
	require.Len(t, graduates, 5)
	bureau := s.Items(c.Reviewer.Do(http.MethodGet, "/v1/graduations/"+primary+"/lines", nil, ""))
	require.Equal(t, "缓毕业", bureau[2]["reason"])
	history := items(c.Registrar, t, "/v1/students/"+third[1].String()+"/history")
	require.Len(t, history, 1)
}
