package e2e_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/roster"
)

// A roster takes nothing and ignores it: neither when it is filed nor when it is handed
// in again.
func TestARosterTakesNoStrangePapersOrValues(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c, stranger := s.County(), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	pupils := s.MadeUp(7, 1, "2152000123", "2024101")
	sheet := c.Registrar.Roster(pupils...).Text("roster.id")
	body := func(more obj) obj {
		all := obj{"kind": "ROSTER_IMPORT", "roster_id": sheet}
		for k, v := range more {
			all[k] = v
		}
		return all
	}
	strange := []obj{{"id": stranger.Registrar.Evidence(), "kind": "OTHER_PROOF"}, {"id": uuid.NewString(), "kind": "OTHER_PROOF"}, {"id": c.Registrar.Evidence(), "kind": "NO_SUCH_KIND"}}
	papers := map[string]string{"/evidence/0": "evidence_unknown", "/evidence/1": "evidence_unknown", "/evidence/2": "evidence_unknown"}
	for _, row := range []struct {
		more obj
		want map[string]string
	}{
		{obj{"evidence": strange}, papers},
		{obj{"values": obj{"name": "另一名"}}, map[string]string{"/values": "input_unknown"}},
		{obj{"inputs": obj{"reason": "办理"}}, map[string]string{"/inputs/reason": "input_unknown"}},
	} {
		answer := file(c.Registrar, body(row.more))
		require.Equal(t, http.StatusUnprocessableEntity, answer.Status, string(answer.Raw))
		require.Equal(t, row.want, findings(answer), string(answer.Raw))
		require.Zero(t, count(s, "change"))
	}
	change := c.Registrar.File(body(nil))
	c.Leader.SendBack(change, 0, "请更正")
	wrong := resubmit(c.Registrar, change, obj{"evidence": strange, "withdrawn_evidence": []string{uuid.NewString()}, "values": obj{"name": "另一名"}, "inputs": obj{"reason": "办理"}})
	papers["/withdrawn_evidence/0"], papers["/values"], papers["/inputs/reason"] = "evidence_not_here", "input_unknown", "input_unknown"
	require.Equal(t, papers, findings(wrong), string(wrong.Raw))
	require.InDelta(t, 0, c.Registrar.Page(change).Get("open.no"), 0, "it lies with the applicant still")
	s.OK(resubmit(c.Registrar, change, obj{}))
	s.Lead(change)
	require.Equal(t, 1, count(s, "student"))
}

// A pupil who was sent to another senior high by mistake and was sent back is struck like
// any other move.
func TestASeniorTransferIsStruck(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Rules(`{"senior_transfer_by": "RELEASING"}`)
	from, own := s.Receiver(c, "SENIOR", 2025)
	to, other := s.Receiver(c, "SENIOR", 2025)
	registrar := s.Person(from.School, org.SchoolRegistrar)
	n := s.Named(from, 2025, simulator.Matches)
	send := func(registrar, leader *e2e.Person, into string, class uuid.UUID) string {
		t.Helper()
		change := registrar.File(obj{"kind": "SENIOR_TRANSFER", "student_id": n.ID, "inputs": obj{"to_school": into, "reason": "举家搬迁"}, "evidence": registrar.Papers("GUARDIAN_APPLICATION", "RESIDENCE_PROOF")})
		s.OK(leader.Verdict(change, leader.OpenTask(change), "APPROVE", map[string]any{"inputs": obj{"class_id": class.String()}}))
		return s.Lead(change)
	}
	before := story(s, n.ID)
	mistaken := send(registrar, s.Person(to.School, org.SchoolLeader), other, to.Class[2025])
	require.Equal(t, to.School.ID.String(), e2e.Value[string](s, `SELECT school_id::text FROM student WHERE id = $1`, n.ID))
	back := send(s.Person(to.School, org.SchoolRegistrar), s.Person(from.School, org.SchoolLeader), own, from.Class[2025])
	_, answer := strike(s, c, n.ID, mistaken)
	require.Equal(t, []any{"CASE_STRUCK", "CASE_STRUCK"}, aftermath(answer), string(answer.Raw))
	require.Equal(t, before, story(s, n.ID), "the history is what it was")
	require.Equal(t, from.School.ID.String()+" "+from.Class[2025].String()+" ENROLLED", e2e.Value[string](s, `SELECT concat_ws(' ', school_id, class_id, enrol_status) FROM student WHERE id = $1`, n.ID))
	for _, change := range []string{mistaken, back} {
		page := registrar.Page(change)
		require.NotEmpty(t, page.Text("struck_by"))
		require.Equal(t, "STRUCK", page.Text("handover.state"))
	}
	require.Zero(t, count(s, "slot"))
	s.Agree()
}

// The history of a pupil in English, punishments too, holds no Chinese words of the
// program: only names are as their people write them.
func TestTheHistoryIsTheSameInEnglish(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	n := s.Named(c, 2024, simulator.Matches)
	punished := c.Registrar.Do(http.MethodPost, "/v1/students/"+n.ID.String()+"/punishments", obj{"level": "1", "decided_on": "2026-11-02", "document_no": "XZ-2026-3"}, uuid.NewString())
	require.Equal(t, http.StatusCreated, punished.Status, string(punished.Raw))
	approved(c, suspension(c.Registrar, n.ID, "2027-01-31"))
	approved(c, extension(c.Registrar, n.ID, "2027-06-30"))
	approved(c, reinstatement(c.Registrar, n.ID, c.Class[2025], "ONE_BEHIND"))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/students/"+n.ID.String()+"/history", nil)
	require.NoError(t, err)
	request.Header.Set("Accept-Language", "en")
	request.Header.Set("Authorization", "Bearer "+c.Registrar.Token)
	answer, err := e2e.Send(request)
	require.NoError(t, err)
	lines := s.Items(answer)
	require.Len(t, lines, len(items(c.Registrar, t, "/v1/students/"+n.ID.String()+"/history")))
	chinese := regexp.MustCompile(`\p{Han}`)
	var kinds []string
	for _, line := range lines {
		kinds = append(kinds, line["kind_name"].(string)) //nolint:forcetypeassert,errcheck // a word, or the test is wrong
		all, _ := line["items"].([]any)
		require.NotEmpty(t, all, "%v", line)
		for _, one := range all {
			item := one.(obj) //nolint:forcetypeassert,errcheck // a list of objects, or the test is wrong
			require.NotRegexp(t, chinese, item["label"])
			if item["item"] != "class_id" {
				require.NotRegexp(t, chinese, []any{item["before"], item["after"]}, "%v", item)
			}
		}
	}
	require.Equal(t, []string{"Reinstatement", "Extension of a suspension", "Suspension", "Punishment"}, kinds)
}

// A pupil without a number moved away and stands on a corrected sheet of the old school.
// The check tells the old school nothing of another one. If the row goes in all the same,
// the search for doubles names the two records to both schools and to their bureau.
func TestAPupilWithoutANumberWhoMovedAwayIsADouble(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	a, b := neighbours(s)
	pupils := s.MadeUp(7, 2, "2152000123", "2024101")
	bare := pupils[0]
	bare[roster.IDType] = "Z"
	delete(bare, roster.IDNumber)
	first := a.Registrar.Roster(bare)
	s.Lead(a.Registrar.File(obj{"kind": "ROSTER_IMPORT", "roster_id": first.Text("roster.id")}))
	moved := e2e.Value[uuid.UUID](s, `SELECT id FROM student`)
	s.Lead(a.Reviewer.File(obj{"kind": "BATCH_TRANSFER", "inputs": obj{"from_school": "2152000123", "to_school": "2152000124", "reason": "教学点撤并"},
		"lines": []obj{{"student_id": moved, "class_id": b.Class[2024]}}}))

	again := a.Registrar.Roster(bare, pupils[1])
	rows := a.Registrar.Do(http.MethodGet, "/v1/rosters/"+again.Text("roster.id")+"/rows", nil, "")
	e2e.Nowhere(t, "what the old school reads", string(again.Raw)+string(rows.Raw), "第二示例小学", b.School.ID.String(), moved.String())
	s.Lead(a.Registrar.File(obj{"kind": "ROSTER_IMPORT", "roster_id": again.Text("roster.id")}))
	double := e2e.Value[uuid.UUID](s, `SELECT id FROM student WHERE name = $1 AND id <> $2`, bare[roster.Name], moved)

	s.Hand.Advance(61 * time.Minute) // the worker looks every hour
	s.Eventually("the register finds the doubles", 30*time.Second, func() bool { return count(s, "student_problem WHERE kind = 'DUP_WITHOUT_ID' AND state = 'OPEN'") == 2 })
	for _, side := range []struct {
		school *e2e.County
		own    uuid.UUID
		other  uuid.UUID
	}{{a, double, moved}, {b, moved, double}} {
		answer := side.school.Registrar.Do(http.MethodGet, "/v1/problems", nil, "")
		list := s.Items(answer)
		require.Len(t, list, 1, string(answer.Raw))
		require.Equal(t, side.own.String(), list[0]["student_id"])
		e2e.Nowhere(t, "one side's problem", string(answer.Raw), side.other.String())
		require.Contains(t, string(side.school.Registrar.Do(http.MethodGet, "/v1/notices", nil, "").Raw), "PROBLEM_FOUND")
	}
	require.Len(t, s.Items(a.Reviewer.Do(http.MethodGet, "/v1/problems", nil, "")), 2, "their bureau sees both")
	s.Agree()
}
