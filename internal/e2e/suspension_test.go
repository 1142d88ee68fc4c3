package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
)

// The thinnest real path: a registrar files, the leader and the bureau approve,
// the register changes; over HTTP, through Temporal, into PostgreSQL.
func TestASuspensionChangesTheRegister(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))

	inbox := c.Leader.Do(http.MethodGet, "/v1/inbox", nil, "")
	require.Contains(t, string(inbox.Raw), `"step_label":"学校审核"`)
	require.Contains(t, string(inbox.Raw), `"due_at":"2026-12-05T00:00:00+08:00"`, "the hour on the wall of the office")
	for _, person := range []*e2e.Person{c.Leader, c.Reviewer} {
		answer := person.Decide(change, "APPROVE", "同意")
		require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
		require.Equal(t, "COUNTED", answer.Text("outcome"))
	}
	page := c.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "")
	require.Equal(t, "EFFECTIVE", page.Text("status"))
	require.Equal(t, "SUSPENDED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil))
	require.Equal(t, 0, e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, c.Class[2024]))
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM suspension WHERE student_id = $1 AND ended_on IS NULL`, pupil))
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM student_history WHERE student_id = $1`, pupil))
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM slot`))

	// Reinstatement into the year group one behind ends the suspension.
	back := c.Registrar.File(map[string]any{
		"kind": "REINSTATEMENT", "student_id": pupil, "inputs": map[string]string{"class_id": c.Class[2025].String()},
		"evidence": []map[string]string{{"id": c.Registrar.Evidence(), "kind": "GUARDIAN_APPLICATION"}, {"id": c.Registrar.Evidence(), "kind": "HEALTH_PROOF"}},
	})
	require.Equal(t, http.StatusOK, c.Leader.Decide(back, "APPROVE", "").Status)
	require.Equal(t, http.StatusOK, c.Reviewer.Decide(back, "APPROVE", "").Status)
	require.Equal(t, "ENROLLED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil))
	require.Equal(t, 2025, e2e.Value[int](s, `SELECT entry_year FROM student WHERE id = $1`, pupil))
	require.Equal(t, 1, e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, c.Class[2025]))
}

func TestOneRunningChangePerStudent(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	answer := c.Registrar.Do(http.MethodPost, "/v1/changes", c.Registrar.SuspensionBody(pupil), uuid.NewString())
	require.Equal(t, http.StatusConflict, answer.Status)
	require.Equal(t, "change_in_progress", answer.Text("code"))
	caseNo := c.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "").Text("case_no")
	require.Contains(t, string(answer.Raw), caseNo, "who may know it is told which change runs")

	withdrawn := c.Registrar.Do(http.MethodPost, "/v1/changes/"+change+"/withdrawal", map[string]any{}, uuid.NewString())
	require.Equal(t, http.StatusOK, withdrawn.Status, string(withdrawn.Raw))
	c.Registrar.File(c.Registrar.SuspensionBody(pupil))
}

func TestSendBackAndResubmit(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	back := c.Reviewer.Do(http.MethodPost, "/v1/changes/"+change+"/decisions", map[string]any{
		"task_id": c.Reviewer.OpenTask(change), "verdict": "SEND_BACK", "opinion": "证明不清晰", "send_back_to": 0,
	}, uuid.NewString())
	require.Equal(t, http.StatusOK, back.Status, string(back.Raw))
	page := c.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "")
	require.EqualValues(t, 0, page.Get("open.no"))
	require.EqualValues(t, 2, page.Get("open.round"))

	again := c.Registrar.Do(http.MethodPost, "/v1/changes/"+change+"/resubmission", map[string]any{
		"inputs":   map[string]string{"reason_code": "12", "from_date": "2026-11-20", "until_date": "2027-07-31"},
		"evidence": []map[string]string{{"id": c.Registrar.Evidence(), "kind": "SUSPENSION_PROOF"}},
	}, uuid.NewString())
	require.Equal(t, http.StatusOK, again.Status, string(again.Raw))
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	require.Equal(t, http.StatusOK, c.Reviewer.Decide(change, "APPROVE", "").Status)
	require.Equal(t, "EFFECTIVE", c.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "").Text("status"))
	require.Equal(t, "2027-07-31", e2e.Value[string](s, `SELECT until_date::text FROM suspension`))
}

func TestRefusalFreesTheSlotAndTellsWhoDecided(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	task := c.Leader.OpenTask(change)
	require.Equal(t, http.StatusUnprocessableEntity, c.Leader.Decide(change, "REJECT", " ").Status)
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "REJECT", "材料不全").Status)
	late := c.Leader.Do(http.MethodPost, "/v1/changes/"+change+"/decisions", map[string]any{"task_id": task, "verdict": "APPROVE"}, uuid.NewString())
	require.Equal(t, http.StatusConflict, late.Status)
	require.Equal(t, "already_decided", late.Text("code"))

	redo := c.Registrar.Do(http.MethodGet, "/v1/changes/"+change+"/redo", nil, "")
	require.Equal(t, http.StatusOK, redo.Status)
	require.NotEqual(t, change, c.Registrar.File(redo.Body))
}

func TestTimeRemindsAndEscalatesButNeverDecides(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	require.Equal(t, http.StatusOK, c.Leader.Decide(change, "APPROVE", "").Status)
	s.Hand.Advance(30 * 24 * time.Hour)
	s.Eventually("the step is marked overdue", 10*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM change_event WHERE change_id = $1 AND verb IN ('REMINDED_50', 'REMINDED_80', 'OVERDUE', 'TOTAL_WARNED')`, change) == 4
	})
	late := c.Head.Do(http.MethodGet, "/v1/inbox/late", nil, "")
	require.Equal(t, http.StatusOK, late.Status, string(late.Raw))
	require.Len(t, late.Get("items"), 1)
	order := c.Head.Do(http.MethodPost, "/v1/changes/"+change+"/supervision", map[string]any{"opinion": "请于三日内办结"}, uuid.NewString())
	require.Equal(t, http.StatusOK, order.Status, string(order.Raw))
	require.Equal(t, "RUNNING", c.Registrar.Do(http.MethodGet, "/v1/changes/"+change, nil, "").Text("status"))
	closed := c.Head.Do(http.MethodPost, "/v1/changes/"+change+"/closure", map[string]any{"opinion": "长期未办，终止"}, uuid.NewString())
	require.Equal(t, http.StatusOK, closed.Status, string(closed.Raw))
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM slot`))
}
