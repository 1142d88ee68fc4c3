package e2e_test

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// leaving lists the kinds that take a pupil out of school, back into it, or into
// another year group.
func leaving() []process.Kind {
	return []process.Kind{
		process.SuspensionExtension, process.Expulsion, process.Withdrawal, process.Missing, process.GoneAbroad, process.ReturnFromAbroad,
		process.OtherLeaving, process.RestoreAdmission, process.Death, process.Retention, process.Skip, process.DropoutReport, process.DropoutReturn,
		process.NewRecordImmigrant,
	}
}

// Every kind goes its way over HTTP: filed, decided by school and bureau, written.
func TestLeavingAndEntering(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	for _, kind := range leaving() {
		s.Run(t, string(kind), func(t *testing.T) {
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
	t.Parallel()
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
	require.Equal(t, "record_ended", after.Text("code"), string(after.Raw))
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

// A death is filed in the moment in which other business gets its last approval,
// and both get their last approval at once: whatever is first, the pupil ends
// deceased, nobody waits for ever and the register holds together.
func TestADeathMeetsOtherBusiness(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	for range 5 {
		body := s.FilingOf(c, process.Suspension)
		other := c.Registrar.File(body)
		c.Leader.Approve(other)
		death := s.FilingOf(c, process.Death)
		death["student_id"] = body["student_id"]
		answers := atOnce(s, word{c.Registrar, "/v1/changes", death}, approval(c.Reviewer, other))
		require.Equal(t, http.StatusCreated, answers[0].Status, string(answers[0].Raw))
		require.Contains(t, []int{http.StatusOK, http.StatusConflict}, answers[1].Status, string(answers[1].Raw))
		filed := answers[0].Text("id")
		c.Leader.Approve(filed)
		last := []word{approval(c.Reviewer, filed)}
		if answers[1].Status == http.StatusConflict {
			require.Equal(t, "death_filed", answers[1].Text("code"))
			last = append(last, approval(c.Reviewer, other))
		}
		require.Equal(t, http.StatusOK, atOnce(s, last...)[0].Status)
		require.Equal(t, "DECEASED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, body["student_id"]))
		require.NotEqual(t, "RUNNING", c.Registrar.Page(other).Text("status"))
		ended(s, other)
	}
	s.Agree()
}

// On 15 July the system ends what a pupil of the graduating grade has in hand, and
// its workflow with it; a suspension near its end is told to the registrar.
func TestTheSystemClearsAndReminds(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	extension := s.FilingOf(c, process.SuspensionExtension)
	change := c.Registrar.File(extension)
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	soon := c.Registrar.Do(http.MethodGet, "/v1/suspensions/expiring?days=300", nil, "")
	require.Equal(t, http.StatusOK, soon.Status, string(soon.Raw))
	require.Contains(t, string(soon.Raw), `"until_date":"2027-06-30","days_left":222,"expired":false,"extended":1`)
	require.NotContains(t, string(s.OK(c.Registrar.Do(http.MethodGet, "/v1/suspensions/expiring", nil, "")).Raw), "until_date", "none within 30 days")

	s.Hand.Set(time.Date(2027, 3, 25, 9, 0, 0, 0, calendar.Shanghai()))
	c.Registrar.Inbox() // an account that is idle for half a year is sealed
	s.Hand.Set(time.Date(2027, 6, 25, 9, 0, 0, 0, calendar.Shanghai()))
	leaving := s.FilingOf(c, process.OtherLeaving)
	leaving["student_id"] = s.Pupil(c, 2021)
	open := c.Registrar.File(leaving)
	s.Hand.Set(time.Date(2027, 7, 15, 0, 0, 1, 0, calendar.Shanghai()))
	s.Eventually("the change is cleared", 30*time.Second, func() bool { return c.Registrar.Page(open).Text("status") == "CLOSED" })
	require.Equal(t, "CLEARED", c.Registrar.Page(open).Text("ended.code"))
	require.Equal(t, "ENROLLED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, leaving["student_id"]))
	ended(s, open)
	s.Eventually("the registrar is told", 30*time.Second, func() bool {
		return e2e.Value[int](s, `SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'SUSPENSION_EXPIRED'`, change) == 1
	})
	frozen := c.Registrar.Do(http.MethodPost, "/v1/changes", leaving, uuid.NewString())
	require.Equal(t, "frozen", frozen.Text("code"), string(frozen.Raw))
}

// A new record is for somebody who has none: what is wrong with the items is told
// item by item, a number that is registered, or in hand, is refused, and so is a
// number that was registered meanwhile.
func TestANewRecordIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := s.FilingOf(c, process.NewRecordImmigrant)
	file := func(change func(values map[string]string)) e2e.Answer {
		again, values := maps.Clone(body), map[string]string{}
		maps.Copy(values, e2e.ItemsOf(body))
		change(values)
		again["values"] = values
		return c.Registrar.Do(http.MethodPost, "/v1/changes", again, uuid.NewString())
	}
	wrong := file(func(v map[string]string) { v["name"], v["birth_date"] = "", "20300101" })
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Status, string(wrong.Raw))
	for _, where := range []string{"/values/name", "/values/birth_date"} {
		require.Contains(t, string(wrong.Raw), where)
	}
	unknown := file(func(v map[string]string) { v["school_code"] = "2152000123" })
	require.Equal(t, "unknown_field", unknown.Text("code"), string(unknown.Raw))
	require.Contains(t, string(unknown.Raw), "没有“学校标识码”这一项")
	named := maps.Clone(body)
	named["student_id"] = s.Pupil(c, 2024)
	require.Equal(t, "subject_new", c.Registrar.Do(http.MethodPost, "/v1/changes", named, uuid.NewString()).Text("code"))

	first := file(func(map[string]string) {})
	require.Equal(t, http.StatusCreated, first.Status, string(first.Raw))
	number := e2e.ItemsOf(body)["id_number"]
	page := c.Leader.Page(first.Text("id"))
	require.NotContains(t, string(page.Raw), number, "numbers are masked")
	twice := file(func(map[string]string) {})
	require.Equal(t, "identity_taken", twice.Text("code"), string(twice.Raw))
	c.Leader.Approve(first.Text("id"))
	c.Reviewer.Approve(first.Text("id"))
	late := file(func(map[string]string) {})
	require.Equal(t, "pupil_present", late.Text("code"), string(late.Raw))
	unnumbered := file(func(v map[string]string) {
		v["id_type"], v["id_number"], v["member1_id_type"], v["member1_id_number"] = "Z", "", "A", "E12345678"
	})
	require.Equal(t, "pupil_present", unnumbered.Text("code"), "without a number it is the same pupil: %s", unnumbered.Raw)
	pupil := e2e.Value[uuid.UUID](s, `SELECT student_id FROM change WHERE id = $1`, first.Text("id"))
	require.Equal(t, "ENROLLED true L 1", e2e.Value[string](s, `SELECT enrol_status || ' ' || holds_seat || ' ' || number_class || ' ' ||
		(SELECT count(*) FROM student_history h WHERE h.student_id = s.id AND h.kind = 'NEW_RECORD_IMMIGRANT') FROM student s WHERE id = $1`, pupil))
	require.Positive(t, e2e.Value[int](s, `SELECT count(*) FROM guardian WHERE student_id = $1`, pupil))

	// Sent back, the items may be corrected; the slot of the number follows them.
	sent := s.FilingOf(c, process.NewRecordImmigrant)
	back := c.Registrar.File(sent)
	c.Leader.SendBack(back, 0, "证件号码不符")
	corrected := s.FilingOf(c, process.NewRecordImmigrant)
	bad := maps.Clone(e2e.ItemsOf(corrected))
	bad["sex"] = "7"
	say(s, c.Registrar, back, "resubmission", map[string]any{"values": bad}, http.StatusUnprocessableEntity)
	say(s, c.Registrar, back, "resubmission", map[string]any{"values": corrected["values"]}, http.StatusOK)
	require.Equal(t, http.StatusCreated, c.Registrar.Do(http.MethodPost, "/v1/changes", sent, uuid.NewString()).Status, "the first number is free again")
	require.Equal(t, "identity_taken", c.Registrar.Do(http.MethodPost, "/v1/changes", corrected, uuid.NewString()).Text("code"))
	c.Leader.Approve(back)
	c.Reviewer.Approve(back)

	// The class fills up while it is decided.
	change := c.Registrar.File(s.FilingOf(c, process.NewRecordImmigrant))
	c.Leader.Approve(change)
	class := e2e.Value[uuid.UUID](s, `SELECT CAST(inputs ->> 'class_id' AS uuid) FROM change WHERE id = $1`, change)
	s.Seats(class, e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, class))
	refused := c.Reviewer.Decide(change, "APPROVE", "同意")
	require.Equal(t, http.StatusConflict, refused.Status, string(refused.Raw))
	require.Equal(t, "class_full", refused.Text("code"))
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM step WHERE change_id = $1 AND status = 'OPEN' AND problem = 'NOT_APPLIED'`, change))
	s.Agree()
}
