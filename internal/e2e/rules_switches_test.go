package e2e_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// Where the bureau only registers a suspension (D11) the school's decision stands: the
// bureau can neither refuse it nor send it back, and its registration makes it effective.
func TestASuspensionIsRegistered(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	approvedElsewhere := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.RulesOf("520000", "suspension_registered: true")
	pupil := s.Pupil(c, 2024)
	change := c.Registrar.File(c.Registrar.SuspensionBody(pupil))
	require.Equal(t, []string{"LEADER_REVIEW", "BUREAU_APPROVAL"}, chainOf(c.Registrar.Page(approvedElsewhere)), "an open case keeps its rules")
	require.Equal(t, []string{"LEADER_REVIEW", "BUREAU_REGISTRATION"}, chainOf(c.Registrar.Page(change)))
	c.Leader.Approve(change)
	for _, verb := range []string{"REJECT", "SEND_BACK"} {
		refusal(t, c.Reviewer.Decide(change, verb, "理由不足"), http.StatusConflict, "registration_only")
	}
	require.Equal(t, "RUNNING", c.Reviewer.Page(change).Text("status"))
	c.Reviewer.Approve(change)
	require.Equal(t, "SUSPENDED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, pupil))
	s.Agree()
}

// Where only bureaus change key data (D10) the school is told whom to ask, and a
// second person of the bureau decides what the first one filed.
func TestTheBureauChangesKeyData(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	second := s.Person(c.Bureau, org.BureauReviewer)
	pupil := s.Named(c, 2024, simulator.Matches)
	body := c.Registrar.KeyDataBody(pupil.ID, map[string]string{"name": "样例新名"})
	refusal(t, file(c.Reviewer, body), http.StatusForbidden, "filed_by_school")
	s.RulesOf("520000", "bureau_files: [KEY_DATA_CHANGE]")
	refusal(t, file(c.Registrar, body), http.StatusForbidden, "filed_by_bureau")
	sheet := c.Registrar.Do(http.MethodGet, "/v1/processes/KEY_DATA_CHANGE", nil, "")
	require.Contains(t, string(sheet.Raw), "SECOND_REVIEW")
	require.NotContains(t, string(sheet.Raw), "LEADER_REVIEW")

	change := c.Reviewer.File(c.Reviewer.KeyDataBody(pupil.ID, map[string]string{"name": "样例新名"}))
	s.Stage(change, "SECOND_REVIEW")
	require.Contains(t, string(c.Registrar.Page(change).Raw), `"side":"SCHOOL"`, "the school sees what the bureau does for its pupil")
	record := string(s.OK(c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String(), nil, "")).Raw)
	require.Contains(t, record, change)
	refusal(t, c.Registrar.Do(http.MethodPost, "/v1/changes/"+change+"/withdrawal", obj{"opinion": "不办了"}, uuid.NewString()), http.StatusForbidden, "not_filer")
	other := file(c.Registrar, c.Registrar.SuspensionBody(pupil.ID))
	require.Contains(t, string(other.Raw), c.Registrar.Page(change).Text("case_no"))
	refusal(t, c.Reviewer.Decide(change, "APPROVE", "同意"), http.StatusForbidden, "own_filing")
	second.Approve(change)
	require.Equal(t, "样例新名", e2e.Value[string](s, `SELECT name FROM student WHERE id = $1`, pupil.ID))
	require.Equal(t, "EFFECTIVE", second.Page(change).Text("status"))
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'ENDED_EFFECTIVE' AND org_id = $2`, change, c.School.ID))
	s.Agree()
}

// A province may forbid that a graduate repeats the last grade (D32); a mistake is
// still undone.
func TestNoGraduationIsRolledBackForRepeating(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := s.FilingOf(c, process.GraduationRollback) // graduates a pupil under rules of its own
	s.RulesOf("520000", "no_repeat_stages: [PRIMARY]")
	refusal(t, file(c.Registrar, with(body, "reason_code", "REPEAT")), http.StatusConflict, "repeating_forbidden")
	approved(c, body)
	s.Agree()
}

// A pupil with a problem status moves where both provinces allow it (D31), and is
// judged so again at the national step.
func TestAPupilWithAProblemMovesWhereBothProvincesAllowIt(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	pupil := s.Named(m.out, 2024, simulator.Matches)
	s.Flagged(pupil.ID, "ID_ERROR")
	body := m.in.Registrar.TransferBody(pupil, m.in.Class[2024])
	s.RulesOf("110000", "transfer_problem: true")
	refusal(t, file(m.in.Registrar, body), http.StatusConflict, "transfer_problem_status")
	s.RulesOf("520000", "transfer_problem: true")
	j := m.transfer(m.out)
	s.Flagged(j.pupil.ID, "ID_ERROR")
	m.until(j, len(j.chain))
	m.arrived(j)
	filed := m.in.Registrar.Do(http.MethodPost, "/v1/changes", body, uuid.NewString())
	require.Equal(t, http.StatusCreated, filed.Status, string(filed.Raw))
}
