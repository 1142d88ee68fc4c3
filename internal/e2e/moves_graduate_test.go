package e2e_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// with gives a filing with other inputs than it had.
func with(body map[string]any, pairs ...string) map[string]any {
	inputs := map[string]string{}
	maps.Copy(inputs, body["inputs"].(map[string]string)) //nolint:forcetypeassert,errcheck // made by FilingOf
	for i := 0; i < len(pairs); i += 2 {
		inputs[pairs[i]] = pairs[i+1]
	}
	again := maps.Clone(body)
	again["inputs"] = inputs
	return again
}

func refusal(t *testing.T, a e2e.Answer, status int, code string) {
	t.Helper()
	require.Equal(t, status, a.Status, string(a.Raw))
	require.Equal(t, code, a.Text("code"), string(a.Raw))
}

func file(p *e2e.Person, body map[string]any) e2e.Answer {
	return p.Do(http.MethodPost, "/v1/changes", body, uuid.NewString())
}

// Where a province lets the releasing school file (D5, KT53) it sends the pupil: the
// receiving school consents and names the class, then both counties and cities
// decide. The other way of filing is refused with the way out, and the reverse.
func TestASeniorPupilIsSent(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := s.FilingOf(c, process.SeniorTransfer)
	to, code := s.Receiver(c, "SENIOR", 2025)
	body = with(body, "to_school", code)
	s.Rules(`{}`)
	refusal(t, file(c.Registrar, body), http.StatusConflict, "senior_by_receiving")
	s.Rules(`{"senior_transfer_by": "RELEASING"}`)
	refusal(t, file(c.Registrar, with(body, "to_school", "9999999999")), http.StatusUnprocessableEntity, "receiving_unknown")
	early := file(c.Registrar, with(body, "class_id", to.Class[2025].String()))
	refusal(t, early, http.StatusUnprocessableEntity, "input_unknown")
	e2e.Nowhere(t, "what is filled in later is not judged", string(early.Raw), "class_unknown")
	pupil := s.Named(s.Senior(c), 2025, simulator.Matches)
	registrar := s.Person(to.School, org.SchoolRegistrar)
	refusal(t, file(registrar, registrar.TransferBody(pupil, to.Class[2025])), http.StatusConflict, "senior_by_releasing")
	body["student_id"] = pupil.ID

	// Nobody at the other school can decide yet: the step opens all the same.
	change := c.Registrar.File(body)
	require.Equal(t, "NO_ELIGIBLE_PERSON RECEIVING_CONSENT", c.Registrar.Page(change).Text("open.problem")+" "+c.Registrar.Page(change).Text("open.name"))
	s.OK(c.Registrar.Say(change, "withdrawal", map[string]any{"opinion": "改期"}))
	leader := s.Person(to.School, org.SchoolLeader)
	change = c.Registrar.File(body)
	say(s, c.Leader, change, "withdrawal", map[string]any{"opinion": "不是经办人"}, http.StatusForbidden)

	consent := func(inputs map[string]string) e2e.Answer {
		return leader.Verdict(change, leader.OpenTask(change), "APPROVE", map[string]any{"inputs": inputs})
	}
	refusal(t, consent(nil), http.StatusUnprocessableEntity, "required")
	refusal(t, consent(map[string]string{"class_id": c.Class[2025].String()}), http.StatusUnprocessableEntity, "class_unknown")
	lower := s.YearGroup(to, "SENIOR", 2026)
	refusal(t, consent(map[string]string{"class_id": lower.String()}), http.StatusUnprocessableEntity, "class_wrong_grade")
	s.OK(consent(map[string]string{"class_id": to.Class[2025].String()}))
	require.Equal(t, to.Class[2025].String(), c.Registrar.Page(change).Text("class.id"), "the old school sees where the pupil goes")

	// Sent back, the form may be corrected, but not sent to a third school.
	c.Leader.SendBack(change, 0, "原因写明")
	_, third := s.Receiver(c, "SENIOR", 2025)
	say(s, c.Registrar, change, "resubmission", map[string]any{"inputs": map[string]string{"to_school": third, "reason": "随迁"}}, http.StatusUnprocessableEntity)
	s.OK(c.Registrar.Say(change, "resubmission", map[string]any{"inputs": map[string]string{"to_school": code, "reason": "随迁"}}))
	s.OK(consent(map[string]string{"class_id": to.Class[2025].String()}))
	c.Leader.Approve(change)
	city := s.Person(c.City, org.BureauReviewer)
	for _, stop := range []stop{{"RELEASING_COUNTY", c.Reviewer}, {"RELEASING_CITY", city}, {"RECEIVING_COUNTY", c.Reviewer}, {"RECEIVING_CITY", city}} {
		require.Equal(t, stop.name, stop.who.Page(change).Text("open.name"))
		stop.who.Approve(change)
	}
	require.Equal(t, to.School.ID.String()+" ENROLLED t", e2e.Value[string](s, `SELECT concat_ws(' ', school_id, enrol_status, holds_seat) FROM student WHERE id = $1`, pupil.ID))
	require.Equal(t, "TRANSFERRED_OUT", c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.ID.String(), nil, "").Text("facets.enrol_status"))
	require.Equal(t, "TO_SEND", registrar.Page(change).Text("handover.state"))
	require.Equal(t, 1, e2e.Value[int](s, `SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'ENDED_EFFECTIVE' AND org_id = $2`, change, to.School.ID))
	require.Equal(t, "SENIOR_TRANSFER_IN,SENIOR_TRANSFER_OUT", e2e.Value[string](s, `SELECT string_agg(kind, ',' ORDER BY kind) FROM student_history WHERE change_id = $1`, change))
	s.Agree()
}

// A graduate of another province goes on at a school here (KT22): the school of
// graduation decides nothing, its bureau does; a school applies once.
func TestAGraduateOfAnotherProvinceGoesOn(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	body := s.FilingOf(c, process.PostGraduationStudy)
	pupil, _ := body["pupil"].(map[string]string)
	nameless := maps.Clone(body)
	nameless["pupil"] = map[string]string{"name": pupil["name"]}
	refusal(t, file(c.Registrar, nameless), http.StatusUnprocessableEntity, "pupil_missing")
	refusal(t, file(c.Registrar, with(body, "class_id", c.Class[2026].String())), http.StatusUnprocessableEntity, "graduate_class")

	first := c.Registrar.File(body)
	old := e2e.Value[uuid.UUID](s, `SELECT student_id FROM change WHERE id = $1`, first)
	say(s, c.Registrar, first, "withdrawal", map[string]any{"opinion": "材料不全"}, http.StatusOK)
	second := c.Registrar.File(body) // what was withdrawn does not count
	require.Equal(t, http.StatusOK, c.Leader.Decide(second, "REJECT", "不接收").Status)
	refusal(t, file(c.Registrar, body), http.StatusConflict, "applied_before")
	s.Rules(`{"post_graduation_once": false}`)
	change := c.Registrar.File(body)
	c.Leader.Approve(change)
	c.Reviewer.Approve(change)
	require.Equal(t, "GRADUATION_BUREAU", c.Registrar.Page(change).Text("open.name"))
	far := e2e.Value[uuid.UUID](s, `SELECT school_id FROM student WHERE id = $1`, old)
	bureau := s.Office(org.County, "110101")
	s.Person(bureau, org.BureauReviewer).Approve(change)
	require.Equal(t, "GRADUATED", e2e.Value[string](s, `SELECT enrol_status FROM student WHERE id = $1`, old), "the file is not retrieved yet")
	c.Registrar.Approve(change)

	require.Equal(t, c.School.ID.String()+" ENROLLED JUNIOR 2026", e2e.Value[string](s, `SELECT concat_ws(' ', school_id, enrol_status, stage, entry_year) FROM student WHERE id = $1`, old))
	path := e2e.Value[string](s, `SELECT path::text FROM organisation WHERE id = $1`, far)
	view := s.Person(e2e.Office{ID: far, Path: path}, org.SchoolRegistrar).Do(http.MethodGet, "/v1/students/"+old.String(), nil, "")
	require.Equal(t, "GRADUATED", view.Text("facets.enrol_status"), string(view.Raw))
	require.Zero(t, e2e.Value[int](s, `SELECT count(*) FROM decision WHERE change_id = $1 AND office_id = $2`, change, far))
	s.Agree()
}

// A record of a primary school whose pupil is in junior high (KT66): the county rolls
// the graduation back, the school lets the pupil leave, the other one takes it in.
func TestARecordComesIntoTheStageOfItsPupil(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	n := s.Named(c, 2021, simulator.Matches)
	s.Graduated(n.ID)
	leaving := leavingBody(c.Registrar, n.ID)
	refusal(t, file(c.Registrar, leaving), http.StatusConflict, "state_forbids")
	back := s.FilingOf(c, process.GraduationRollback)
	back["student_id"] = n.ID
	approved(c, back)
	require.Equal(t, "ENROLLED true", e2e.Value[string](s, `SELECT enrol_status || ' ' || holds_seat FROM student WHERE id = $1`, n.ID))

	junior := s.CountyOf("520103", "3152000125", "云岩区示例初级中学")
	class := s.YearGroup(junior, "JUNIOR", 2026)
	plain := s.Named(c, 2021, simulator.Matches)
	approved(c, leavingBody(c.Registrar, plain.ID))
	refusal(t, file(junior.Registrar, returnBody(junior.Registrar, plain, class)), http.StatusUnprocessableEntity, "class_unknown")

	approved(c, with(leaving, "reason_code", "STAGE_MISMATCH"))
	approved(junior, returnBody(junior.Registrar, n, class))
	require.Equal(t, junior.School.ID.String()+" ENROLLED JUNIOR 2026",
		e2e.Value[string](s, `SELECT concat_ws(' ', school_id, enrol_status, stage, entry_year) FROM student WHERE id = $1`, n.ID))
	s.Agree()
}

// A filing that repeats an ended one may name the pupil again, not another one.
func TestTheRepetitionFitsThePupil(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	m := newMoves(s)
	pupil, other := s.Named(m.out, 2024, simulator.Matches), s.Named(m.out, 2024, simulator.Matches)
	came := m.in.Registrar.TransferBody(pupil, m.in.Class[2024])
	change := m.in.Registrar.File(came)
	say(s, m.in.Registrar, change, "withdrawal", map[string]any{"opinion": "改期"}, http.StatusOK)
	again := maps.Clone(came)
	again["redo_of"] = change
	wrong := maps.Clone(again)
	wrong["pupil"] = other.Claim()
	refusal(t, file(m.in.Registrar, wrong), http.StatusUnprocessableEntity, "redo_unknown")
	paper := with(again, "paper_date", "2026-11-13")
	paper["evidence"] = append(again["evidence"].([]map[string]string), map[string]string{"id": m.in.Registrar.Evidence(), "kind": "TRANSFER_FORM"}) //nolint:forcetypeassert,errcheck // made by TransferBody
	filed := file(m.in.Registrar, paper)
	require.Equal(t, http.StatusCreated, filed.Status, string(filed.Raw))
	require.Equal(t, change, e2e.Value[string](s, `SELECT redo_of::text FROM change WHERE id = $1`, filed.Text("id")))
}
