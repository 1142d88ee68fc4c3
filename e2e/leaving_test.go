package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"github.com/xueji/xueji/e2e"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// leaving lists the kinds that take a pupil out of school, back into it, or into
// another year group.
func leaving() []process.Kind {
	return []process.Kind{
		process.SuspensionExtension, process.Expulsion, process.Withdrawal, process.Missing, process.GoneAbroad, process.ReturnFromAbroad,
		process.OtherLeaving, process.RestoreAdmission, process.Death, process.Retention, process.Skip, process.DropoutReport, process.DropoutReturn,
	}
}

// Every kind goes its way over HTTP: filed, decided by school and bureau, written.
func TestLeavingAndEntering(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	for _, kind := range leaving() {
		t.Run(string(kind), func(t *testing.T) {
			s.T = t
			change, pupil := s.Approved(c, kind)
			state := e2e.Filings()[kind].Makes
			if state == "" {
				state = "ENROLLED"
				if kind == process.SuspensionExtension {
					state = "SUSPENDED"
				}
			}
			require.Equal(t, state, e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil))
			require.Equal(t, state == "ENROLLED", e2e.Value[bool](s, `SELECT holds_seat FROM student WHERE id = $1`, pupil))
			require.Positive(t, e2e.Value[int](s, `SELECT count(*) FROM student_history WHERE change_id = $1`, change))
			require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM slot`))
			require.Equal(t, 0, e2e.Value[int](s, `SELECT count(*) FROM school_class k WHERE k.occupied <>
				(SELECT count(*) FROM student s WHERE s.class_id = k.id AND s.holds_seat)`), "seats and records agree")
			page := c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.String(), nil, "")
			require.Equal(t, http.StatusOK, page.Status, string(page.Raw))
			switch kind { //nolint:exhaustive // the others are told by the state
			case process.SuspensionExtension:
				require.Equal(t, "2027-06-30 1", e2e.Value[string](s, `SELECT until_date || ' ' || extended FROM suspension WHERE student_id = $1`, pupil))
			case process.Retention:
				require.Equal(t, 2025, e2e.Value[int](s, `SELECT entry_year FROM student WHERE id = $1`, pupil))
			case process.Skip:
				require.Equal(t, 2023, e2e.Value[int](s, `SELECT entry_year FROM student WHERE id = $1`, pupil))
			case process.DropoutReport:
				require.Contains(t, string(page.Raw), `"dropout":true`)
			case process.DropoutReturn:
				require.Contains(t, string(page.Raw), `"dropout":false`)
			}
		})
	}
}

// A death goes before whatever runs: nothing else starts or takes effect while it
// is decided, and the other business ends with it, or goes on without it.
func TestADeathGoesBeforeOtherBusiness(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	death := func(pupil any) map[string]any {
		body := s.FilingOf(c, process.Death)
		body["student_id"] = pupil
		return body
	}
	suspension := s.FilingOf(c, process.Suspension)
	pupil := suspension["student_id"]
	other := c.Registrar.File(suspension)
	c.Leader.Approve(other)
	refused := c.Registrar.File(death(pupil))
	twice := c.Registrar.Do(http.MethodPost, "/v1/changes", death(pupil), uuid.NewString())
	require.Equal(t, "death_filed", twice.Text("code"), string(twice.Raw))
	barred := c.Reviewer.Decide(other, "APPROVE", "同意")
	require.Equal(t, http.StatusConflict, barred.Status, string(barred.Raw))
	require.Equal(t, "death_filed", barred.Text("code"))

	require.Equal(t, http.StatusOK, c.Leader.Decide(refused, "REJECT", "弄错了学生").Status)
	c.Reviewer.Approve(other)
	require.Equal(t, "SUSPENDED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil))

	leaving := s.FilingOf(c, process.Missing)
	pupil = leaving["student_id"]
	other = c.Registrar.File(leaving)
	late := death(pupil)
	late["inputs"] = map[string]string{"event_date": "2026-10-08"}
	filed := c.Registrar.File(late)
	require.Contains(t, string(c.Registrar.Page(filed).Raw), "FILED_LATE", "after its ten working days")
	c.Leader.Approve(filed)
	c.Reviewer.Approve(filed)
	require.Equal(t, "DECEASED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil))
	require.Equal(t, "2026-10-08", e2e.Value[string](s, `SELECT effective_on::text FROM student_history WHERE change_id = $1`, filed))
	page := c.Registrar.Page(other)
	require.Equal(t, "CLOSED PREEMPTED", page.Text("status")+" "+page.Text("ended.code"))
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM slot`))
	ended(s, other)
	after := c.Registrar.Do(http.MethodPost, "/v1/changes", suspensionOf(c, pupil), uuid.NewString())
	require.Equal(t, "state_forbids", after.Text("code"), string(after.Raw))
}

func suspensionOf(c *e2e.County, pupil any) map[string]any {
	id, _ := pupil.(uuid.UUID)
	return c.Registrar.SuspensionBody(id)
}

// ended waits until no workflow of a change runs any more.
func ended(s *e2e.Stack, change string) {
	s.T.Helper()
	engine := s.Engine()
	s.Eventually("the workflow of the ended change has ended", 30*time.Second, func() bool {
		d, err := engine.DescribeWorkflowExecution(s.T.Context(), contract.WorkflowID(change), "")
		return err == nil && d.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING
	})
}
