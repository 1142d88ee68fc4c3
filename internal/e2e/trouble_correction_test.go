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

// corrected strikes a change of a pupil: one reviewer files, another one approves.
func corrected(s *e2e.Stack, c *e2e.County, pupil any, mistaken string) {
	s.T.Helper()
	change := c.Reviewer.File(obj{"kind": "CHANGE_CORRECTION", "student_id": pupil, "evidence": c.Reviewer.Papers("CORRECTION_PROOF"),
		"inputs": obj{"case_no": c.Reviewer.Page(mistaken).Text("case_no"), "reason": "弄错了学生"}})
	s.Person(c.Bureau, org.BureauReviewer).Approve(change)
}

// A pupil who was suspended when somebody noted a death by mistake is suspended again,
// until the same day: an extension finds the suspension, and the allowance is as before.
func TestAStruckDeathLetsTheSuspensionRunOn(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	approved(c, c.Registrar.SuspensionBody(pupil))
	death := s.FilingOf(c, process.Death)
	death["student_id"] = pupil
	corrected(s, c, pupil, approved(c, death))
	require.Equal(t, "SUSPENDED 1 0", e2e.Value[string](s, `SELECT concat_ws(' ', enrol_status, (SELECT count(*) FROM suspension WHERE student_id = s.id AND ended_on IS NULL AND ended_by IS NULL),
		(SELECT count(*) FROM suspension WHERE student_id = s.id AND ended_on IS NOT NULL)) FROM student s WHERE id = $1`, pupil))
	history := string(s.OK(c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.String()+"/history", nil, "")).Raw)
	require.NotContains(t, history, "DECEASED", "to the school, nothing happened")
	extension := s.FilingOf(c, process.SuspensionExtension)
	extension["student_id"] = pupil
	approved(c, with(extension, "until_date", "2028-03-01"))
	s.Agree()
}

// The seat of a pupil who never died is given back, though somebody else sits on it by now.
func TestAStruckDeathGivesTheSeatBack(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	death := s.FilingOf(c, process.Death)
	pupil := death["student_id"]
	mistaken := approved(c, death)
	class := e2e.Value[uuid.UUID](s, `SELECT class_id FROM student WHERE id = $1`, pupil)
	s.Seats(class, 1)
	s.Named(c, 2024, simulator.Matches)
	require.Equal(t, 1, e2e.Value[int](s, `SELECT occupied FROM school_class WHERE id = $1`, class), "the one seat is taken")
	corrected(s, c, pupil, mistaken)
	require.Equal(t, "ENROLLED true 1", e2e.Value[string](s, `SELECT concat_ws(' ', s.enrol_status, s.holds_seat::text, k.occupied - k.capacity)
		FROM student s JOIN school_class k ON k.id = s.class_id WHERE s.id = $1`, pupil))
	s.Agree()
}

// A suspension that was struck neither counts against the allowance nor shows on the
// pupil's page, and a report of a dropout is undone by the return.
func TestAStruckChangeDoesNotCount(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	mistaken := approved(c, c.Registrar.SuspensionBody(pupil))
	back := obj{"kind": "REINSTATEMENT", "student_id": pupil, "inputs": obj{"class_id": c.Class[2024], "cohort": "ORIGINAL"},
		"evidence": c.Registrar.Papers("GUARDIAN_APPLICATION", "HEALTH_PROOF")}
	approved(c, back)
	corrected(s, c, pupil, mistaken)
	page := string(s.OK(c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.String(), nil, "")).Raw)
	require.NotContains(t, page, mistaken)
	approved(c, c.Registrar.SuspensionBody(pupil))
	extension := s.FilingOf(c, process.SuspensionExtension)
	extension["student_id"] = pupil
	approved(c, with(extension, "until_date", "2028-03-01"))

	report := s.FilingOf(c, process.DropoutReport)
	mistaken = approved(c, report)
	returned := s.FilingOf(c, process.DropoutReturn)
	returned["student_id"] = report["student_id"]
	approved(c, returned)
	corrected(s, c, report["student_id"], mistaken)
	again := c.Registrar.Do(http.MethodPost, "/v1/changes", report, uuid.NewString())
	require.Equal(t, http.StatusCreated, again.Status, string(again.Raw))
	s.Agree()
}
