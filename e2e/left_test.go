package e2e_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/e2e"
	"github.com/xueji/xueji/identity/simulator"
	"github.com/xueji/xueji/models/org"
)

// A roster takes nothing and ignores it: neither when it is filed nor when it is handed
// in again.
func TestARosterTakesNoStrangePapersOrValues(t *testing.T) {
	s := e2e.New(t, e2e.Options{})
	c, stranger := s.County(), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	reader, pupils := made(s, 1, "2152000123", "2024101")
	roster := uploaded(s, c.Registrar, reader, pupils...).Text("roster.id")
	body := func(more obj) obj {
		all := obj{"kind": "ROSTER_IMPORT", "roster_id": roster}
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
	sendBack(s, c.Leader, change, 0, "请更正")
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
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Rules(`{"senior_transfer_by": "RELEASING"}`)
	from, own := s.Receiver(c, "SENIOR", 2025)
	to, other := s.Receiver(c, "SENIOR", 2025)
	registrar := s.Person(from.School, org.SchoolRegistrar)
	n := s.Named(from, 2025, simulator.Matches)
	s.Exec(`UPDATE student SET stage = 'SENIOR' WHERE id = $1`, n.ID)
	send := func(registrar, leader *e2e.Person, into string, class uuid.UUID) string {
		t.Helper()
		change := registrar.File(obj{"kind": "SENIOR_TRANSFER", "student_id": n.ID, "inputs": obj{"to_school": into, "reason": "举家搬迁"}, "evidence": papers(registrar, "GUARDIAN_APPLICATION", "RESIDENCE_PROOF")})
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
