package e2e_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/process"
)

// findings gives the codes and places a refusal tells.
func findings(a e2e.Answer) map[string]string {
	found := map[string]string{}
	list, _ := a.Body["errors"].([]any)
	for _, one := range list {
		e := one.(obj) //nolint:forcetypeassert,errcheck // a list of objects, or the test is wrong
		pointer, _ := e["pointer"].(string)
		found[pointer], _ = e["code"].(string)
	}
	return found
}

// sentBack files a change and lets the first step send it back to the applicant.
func sentBack(s *e2e.Stack, c *e2e.County, body map[string]any) string {
	s.T.Helper()
	change := c.Registrar.File(body)
	c.Leader.SendBack(change, 0, "请更正")
	return change
}

func resubmit(p *e2e.Person, change string, body obj) e2e.Answer {
	return p.Do(http.MethodPost, "/v1/changes/"+change+"/resubmission", body, uuid.NewString())
}

// A resubmission is judged as a filing is: what a filing refuses it refuses, everything
// at once, each in its place; and nothing of it is taken.
func TestAResubmissionIsJudgedLikeAFiling(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c, stranger := s.County(), s.CountyOf("520103", "2152000125", "云岩区示例小学")
	pupil := s.Pupil(c, 2024)
	change := sentBack(s, c, suspension(c.Registrar, pupil, "2027-01-31"))
	attached := e2e.Value[string](s, `SELECT evidence_id::text FROM change_evidence WHERE change_id = $1 AND kind = 'SUSPENSION_PROOF'`, change)
	answer := resubmit(c.Registrar, change, obj{
		"inputs": obj{"reason_code": "55", "from_date": "2026-11-20", "until_date": "2026-11-19", "roster_id": uuid.NewString()}, "values": obj{"name": "另一名"},
		"withdrawn_evidence": []string{attached, uuid.NewString()},
		"evidence":           []obj{{"id": stranger.Registrar.Evidence(), "kind": "GUARDIAN_APPLICATION"}, {"id": attached, "kind": "SUSPENSION_PROOF"}, {"id": c.Registrar.Evidence(), "kind": "POLICE_RECORD"}},
	})
	require.Equal(t, http.StatusUnprocessableEntity, answer.Status, string(answer.Raw))
	require.Equal(t, map[string]string{
		"/inputs/reason_code": "invalid_input", "/inputs/until_date": "end_before_start", "/inputs/roster_id": "input_unknown", "/values": "input_unknown",
		"/withdrawn_evidence/1": "evidence_not_here", "/evidence/0": "evidence_unknown", "/evidence/1": "evidence_taken_out", "/evidence/2": "evidence_unknown",
	}, findings(answer))
	page := c.Registrar.Page(change)
	require.InDelta(t, 0, page.Get("open.no"), 0, "it lies with the applicant still")
	require.Equal(t, "2027-01-31", page.Text("inputs.until_date"))
	require.Len(t, page.Get("evidence"), 2)
	require.Empty(t, page.Get("revisions"))

	empty := resubmit(c.Registrar, change, obj{"inputs": obj{}})
	require.Equal(t, "required", findings(empty)["/inputs/from_date"], "an empty form is a form: %s", empty.Raw)
	missing := resubmit(c.Registrar, change, obj{"withdrawn_evidence": []string{attached}})
	require.Equal(t, "evidence_missing", missing.Text("code"), string(missing.Raw))
}

// The faces of the same kind: a filing, a list, a roster, key data, and a decision.
func TestNothingIsTakenAndIgnored(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	other, code := s.Receiver(c, "PRIMARY", 2024)
	n := s.Named(other, 2024, simulator.Matches)
	values := obj{"name": "另一名"}

	transfer := c.Registrar.TransferBody(n, c.Class[2024])
	transfer["values"] = values
	require.Equal(t, "input_unknown", file(c.Registrar, transfer).Text("code"), "of a transfer")
	list := obj{"kind": "BATCH_TRANSFER", "inputs": obj{"from_school": "2152000123", "to_school": code, "reason": "教学点撤并"},
		"lines": []obj{{"student_id": s.Pupil(c, 2024), "class_id": other.Class[2024]}}}
	filed := c.Reviewer.File(list)
	list["lines"], list["values"] = []obj{{"student_id": s.Pupil(c, 2024), "class_id": other.Class[2024]}}, values
	require.Equal(t, "input_unknown", file(c.Reviewer, list).Text("code"), "of a list")
	first := s.Person(c.School, "SCHOOL_LEADER")
	first.SendBack(filed, 0, "请更正")
	again := resubmit(c.Reviewer, filed, obj{"values": values, "inputs": obj{"from_school": "2152000123", "to_school": "2152000123", "reason": ""}})
	require.Equal(t, map[string]string{"/values": "input_unknown", "/inputs/to_school": "receiving_fixed", "/inputs/reason": "required"}, findings(again), string(again.Raw))

	key := sentBackKey(s, c)
	none := resubmit(c.Registrar, key, obj{"values": obj{}})
	require.Equal(t, "key_data_unchanged", none.Text("code"), "no key item is left to change: %s", none.Raw)

	change := c.Registrar.File(suspension(c.Registrar, s.Pupil(c, 2024), "2027-01-31"))
	for pointer, body := range map[string]obj{
		"/inputs": {"verdict": "REJECT", "opinion": "不符", "inputs": obj{"until_date": "2027-01-01"}}, "/evidence": {"verdict": "REJECT", "opinion": "不符", "evidence": c.Registrar.Papers("OTHER_PROOF")},
		"/send_back_to": {"verdict": "APPROVE", "send_back_to": 1}, "/returns": {"verdict": "APPROVE", "returns": "TO_ME"},
	} {
		body["task_id"] = c.Leader.OpenTask(change)
		answer := c.Leader.Do(http.MethodPost, "/v1/changes/"+change+"/decisions", body, uuid.NewString())
		require.Equal(t, http.StatusUnprocessableEntity, answer.Status, string(answer.Raw))
		require.Contains(t, findings(answer), pointer, string(answer.Raw))
	}
	require.Equal(t, "RUNNING", c.Registrar.Page(change).Text("status"))
}

// sentBackKey files a change of key data and lets the school send it back.
func sentBackKey(s *e2e.Stack, c *e2e.County) string {
	s.T.Helper()
	change := c.Registrar.File(c.Registrar.KeyDataBody(s.Named(c, 2024, simulator.Matches).ID, map[string]string{"name": "样例更名"}))
	s.Stage(change, "LEADER_REVIEW")
	c.Leader.SendBack(change, 0, "请更正")
	return change
}

// A wrong paper is replaced, and whoever reviews reads what is new since: the form in
// words, key items masked, the papers that came and went.
func TestWhatChangedBetweenRoundsIsShown(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := sentBack(s, c, suspension(c.Registrar, s.Pupil(c, 2024), "2027-01-31"))
	wrong, fresh := e2e.Value[string](s, `SELECT evidence_id::text FROM change_evidence WHERE change_id = $1 AND kind = 'SUSPENSION_PROOF'`, change), c.Registrar.Evidence()
	answer := resubmit(c.Registrar, change, obj{"inputs": obj{"reason_code": "12", "from_date": "2026-11-20", "until_date": "2027-02-28"},
		"withdrawn_evidence": []string{wrong}, "evidence": []obj{{"id": fresh, "kind": "SUSPENSION_PROOF"}}})
	require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
	page := c.Leader.Page(change)
	revisions, _ := page.Body["revisions"].([]any)
	require.Len(t, revisions, 1)
	r := revisions[0].(obj) //nolint:forcetypeassert,errcheck // a list of objects, or the test is wrong
	require.Equal(t, []any{
		obj{"name": "reason_code", "label": "休学原因", "before": "疾病", "after": "传染疾病"},
		obj{"name": "until_date", "label": "预计复学日期", "before": "2027-01-31", "after": "2027-02-28"},
	}, r["inputs"])
	require.InDelta(t, 2, r["round"], 0)
	require.Equal(t, "南明区示例小学", r["office"])
	for side, id := range map[string]string{"papers_in": fresh, "papers_out": wrong} {
		list, _ := r[side].([]any)
		require.Len(t, list, 1, side)
		require.Equal(t, id, list[0].(obj)["id"]) //nolint:forcetypeassert,errcheck // as above
	}
	out := 0
	evidence, _ := page.Body["evidence"].([]any)
	for _, one := range evidence {
		if e := one.(obj); e["id"] == wrong { //nolint:forcetypeassert,errcheck // as above
			require.InDelta(t, 2, e["taken_out_in_round"], 0)
			out++
		}
	}
	require.Equal(t, 1, out, "it stays on the page, marked")
	require.Equal(t, http.StatusOK, c.Leader.Do(http.MethodGet, "/v1/evidence/"+wrong+"/content", nil, "").Status, "and readable")
	s.Lead(change)

	number := sentBackKey(s, c)
	answer = resubmit(c.Registrar, number, obj{"values": obj{"name": "样例再更名"}})
	require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
	revisions, _ = c.Registrar.Page(number).Body["revisions"].([]any)
	require.Len(t, revisions, 1)
	require.Equal(t, []any{obj{"name": "name", "label": "姓名", "before": "样例更名", "after": "样例再更名"}}, revisions[0].(obj)["values"]) //nolint:forcetypeassert,errcheck // as above
}

// Handed in twice it counts once; together with a withdrawal one of the two counts.
func TestAResubmissionCountsOnce(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := sentBack(s, c, s.FilingOf(c, process.OtherLeaving))
	key, paper := uuid.NewString(), c.Registrar.Evidence()
	body := obj{"inputs": obj{"reason": "转入特教学校"}, "evidence": []obj{{"id": paper, "kind": "GUARDIAN_APPLICATION"}}}
	same := func() e2e.Answer {
		return c.Registrar.Do(http.MethodPost, "/v1/changes/"+change+"/resubmission", body, key)
	}
	first, second := same(), same()
	require.Equal(t, http.StatusOK, first.Status, string(first.Raw))
	require.Equal(t, first.Text("id"), second.Text("id"), "the same key is the same word")
	require.Equal(t, "not_sent_back", resubmit(c.Registrar, change, body).Text("code"), "another key comes too late")
	require.Equal(t, 1, count(s, "change_revision WHERE change_id = $1", change))

	race := sentBack(s, c, s.FilingOf(c, process.OtherLeaving))
	var wait sync.WaitGroup
	answers := make([]e2e.Answer, 3)
	for i, path := range []string{"resubmission", "resubmission", "withdrawal"} {
		wait.Go(func() {
			var say any = obj{"inputs": obj{"reason": "转入特教学校"}}
			if path == "withdrawal" {
				say = obj{"opinion": "不再办理"}
			}
			answers[i], _ = s.TryCall(t.Context(), c.Registrar.Token, http.MethodPost, "/v1/changes/"+race+"/"+path, say, uuid.NewString())
		})
	}
	wait.Wait()
	require.LessOrEqual(t, count(s, "change_revision WHERE change_id = $1", race), 1)
	require.Equal(t, 0, count(s, "slip WHERE change_id = $1 AND outcome = 'PENDING'", race))
	require.Contains(t, []string{"RUNNING", "WITHDRAWN"}, c.Registrar.Page(race).Text("status"))
	for _, a := range answers {
		require.Less(t, a.Status, http.StatusInternalServerError, string(a.Raw))
	}
	s.Agree()
}
