package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/models/org"
)

type m = map[string]any

// shared gives a stack whose suspensions run through these steps.
func shared(t *testing.T, steps ...string) (*e2e.Stack, *e2e.County) {
	t.Helper()
	s := e2e.New(t, e2e.Options{})
	text := "chains:\n  SUSPENSION:\n    \"*\":\n"
	for _, step := range steps {
		text += step
	}
	s.Rules(text)
	return s, s.County()
}

// Everybody with the role signs (会签): each has a task of their own at once, a
// decision may be taken back while others still sign, and the last one passes.
func TestEverybodySigns(t *testing.T) {
	t.Parallel()
	s, c := shared(t, e2e.Chain("SIGN", "SCHOOL_LEADER", ", sign: {mode: ALL}"), e2e.Chain("BUREAU_APPROVAL", "BUREAU_REVIEWER", ""))
	second := s.Person(c.School, org.SchoolLeader)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	require.Len(t, c.Registrar.Tasks(change, "OPEN"), 2)
	mine := c.Leader.Mine(change)
	require.NotEqual(t, mine, second.Mine(change))
	s.Refused(second.Verdict(change, mine, "APPROVE", nil), "task_held")
	s.OK(c.Leader.Verdict(change, mine, "APPROVE", nil))
	require.Equal(t, "SIGN", c.Registrar.Page(change).Text("open.name"), "one has not signed yet")
	s.OK(c.Leader.Say(change, "take-back", m{"opinion": "点错了"}))
	require.Len(t, c.Registrar.Tasks(change, "OPEN"), 2)
	s.OK(second.Verdict(change, second.Mine(change), "APPROVE", nil))
	s.OK(c.Leader.Verdict(change, c.Leader.Mine(change), "APPROVE", nil))
	require.Equal(t, "BUREAU_APPROVAL", c.Registrar.Page(change).Text("open.name"))

	// Taken back from the next step: the colleague's signature still counts.
	s.OK(c.Leader.Say(change, "take-back", m{"opinion": "再核对"}))
	require.Equal(t, "SIGN", c.Registrar.Page(change).Text("open.name"))
	require.Len(t, c.Registrar.Tasks(change, "OPEN"), 1)
	s.Refused(c.Reviewer.Verdict(change, c.Reviewer.Tasks(change, "CANCELLED")[0].ID, "APPROVE", nil), "step_moved")
	s.OK(c.Leader.Verdict(change, c.Leader.Mine(change), "APPROVE", nil))
	s.OK(c.Reviewer.Verdict(change, c.Reviewer.Mine(change), "APPROVE", nil))
	s.Refused(c.Leader.Say(change, "take-back", m{"opinion": "晚了"}), "change_closed")
	require.Equal(t, []string{"FILED", "APPROVE", "TAKE_BACK", "APPROVE", "APPROVE", "TAKE_BACK", "APPROVE", "APPROVE"}, c.Registrar.Verbs(change))
	require.Equal(t, "EFFECTIVE", c.Registrar.Page(change).Text("status"))
}

// One refusal of three ends nothing where two of three are enough; two do.
func TestARatioDecides(t *testing.T) {
	t.Parallel()
	s, c := shared(t, e2e.Chain("VOTE", "SCHOOL_LEADER", ", sign: {mode: RATIO, percent: 60}"), e2e.Chain("BUREAU_APPROVAL", "BUREAU_REVIEWER", ""))
	others := []*e2e.Person{s.Person(c.School, org.SchoolLeader), s.Person(c.School, org.SchoolLeader)}
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.OK(c.Leader.Verdict(change, c.Leader.Mine(change), "REJECT", nil))
	s.OK(others[0].Verdict(change, others[0].Mine(change), "APPROVE", nil))
	s.OK(others[1].Verdict(change, others[1].Mine(change), "APPROVE", nil))
	require.Equal(t, "BUREAU_APPROVAL", c.Registrar.Page(change).Text("open.name"))
	change = c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.OK(c.Leader.Verdict(change, c.Leader.Mine(change), "REJECT", nil))
	s.OK(others[0].Verdict(change, others[0].Mine(change), "REJECT", nil))
	require.Equal(t, "REFUSED", c.Registrar.Page(change).Text("status"))
	require.Empty(t, others[1].Tasks(change, "OPEN", "WAITING"))
}

// In turn: the second seat, another office's, waits for the first.
func TestSeatsInTurn(t *testing.T) {
	t.Parallel()
	s, c := shared(t, e2e.Chain("BOTH", "SCHOOL_LEADER", ", sign: {mode: SEQUENTIAL, seats: [{}, {level: MANAGING, role: BUREAU_REVIEWER}]}"))
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	waiting := c.Reviewer.Tasks(change, "WAITING")
	require.Len(t, waiting, 1)
	s.Refused(c.Reviewer.Verdict(change, waiting[0].ID, "APPROVE", nil), "task_waits")
	s.OK(c.Leader.Verdict(change, c.Leader.Mine(change), "APPROVE", nil))
	require.Contains(t, c.Registrar.Page(change).Text("next"), "南明区教育局", "the sentence names who must act now")
	s.OK(c.Reviewer.Verdict(change, c.Reviewer.Mine(change), "APPROVE", nil))
	require.Equal(t, "EFFECTIVE", c.Registrar.Page(change).Text("status"))
}

func TestATaskIsSomebodys(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	second, principal := s.Person(c.School, org.SchoolLeader), s.Person(c.School, org.Principal)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	task := c.Leader.Mine(change)

	s.OK(c.Leader.OnTask(change, task, "claim", m{}))
	s.Refused(second.Verdict(change, task, "APPROVE", nil), "task_held")
	require.Empty(t, second.Inbox(), "what a colleague has claimed is not in my inbox")
	require.Len(t, c.Leader.Inbox(), 1)
	s.OK(c.Leader.OnTask(change, task, "release", m{}))

	s.OK(c.Leader.OnTask(change, task, "transfer", m{"to": second.ID, "opinion": "请办理"}))
	s.Refused(c.Leader.Verdict(change, task, "APPROVE", nil), "task_held")
	s.Refused(second.OnTask(change, task, "transfer", m{"to": c.Registrar.ID}), "cannot_take_task")

	s.OK(second.OnTask(change, task, "delegation", m{"to": principal.ID, "opinion": "请提意见"}))
	s.Refused(second.Verdict(change, task, "APPROVE", nil), "task_delegated")
	s.Refused(principal.Verdict(change, task, "APPROVE", nil), "delegate_answers")
	require.Equal(t, "DELEGATED", principal.Inbox()[0]["held_as"])
	s.OK(principal.OnTask(change, task, "answer", m{"advice": "APPROVE", "opinion": "材料齐全"}))
	s.Refused(principal.OnTask(change, task, "answer", m{"advice": "APPROVE", "opinion": "再说一次"}), "not_your_step")

	s.OK(second.OnTask(change, task, "signers", m{"to": []uuid.UUID{principal.ID}, "when": "BEFORE"}))
	s.Refused(second.Verdict(change, task, "APPROVE", nil), "task_waits")
	added := second.Tasks(change, "OPEN")[0]
	require.Equal(t, "ADDED", added.HeldAs)
	s.Refused(c.Leader.OnTask(change, added.ID, "removal", m{}), "not_your_step")
	s.OK(second.OnTask(change, added.ID, "removal", m{}))
	s.OK(second.OnTask(change, task, "signers", m{"to": []uuid.UUID{principal.ID}, "when": "AFTER"}))
	s.OK(second.Verdict(change, task, "APPROVE", nil))
	require.Equal(t, "LEADER_REVIEW", c.Registrar.Page(change).Text("open.name"), "the principal speaks afterwards")
	s.OK(principal.Verdict(change, principal.Mine(change), "APPROVE", nil))
	require.Equal(t, "BUREAU_APPROVAL", c.Registrar.Page(change).Text("open.name"))

	line := lines(t, c.Registrar, change, "TRANSFER_TASK")[0]
	require.Equal(t, "测试SCHOOL_LEADER", line["to"], "the timeline names people, not accounts")
	require.NotContains(t, fmt.Sprint(line), second.ID.String())
}

// A signer who is removed when only the signer was missing ends the change with what the
// others have said, not with the removal.
func TestTheLastSignerIsRemoved(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	signer := s.Person(c.Bureau, org.BureauReviewer)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	c.Leader.Approve(change)
	task := c.Reviewer.Mine(change)
	s.OK(c.Reviewer.OnTask(change, task, "signers", m{"to": []uuid.UUID{signer.ID}, "when": "AFTER"}))
	s.OK(c.Reviewer.Verdict(change, task, "APPROVE", nil))
	s.OK(c.Reviewer.OnTask(change, c.Reviewer.Tasks(change, "OPEN")[0].ID, "removal", m{}))
	page := c.Registrar.Page(change)
	require.Equal(t, []string{"EFFECTIVE", "APPROVE"}, []string{page.Text("status"), page.Text("ended.code")})
	require.Equal(t, "测试BUREAU_REVIEWER", page.Text("ended.by"))
}

func lines(t *testing.T, p *e2e.Person, change, verb string) []map[string]any {
	t.Helper()
	var page struct{ Timeline []map[string]any }
	require.NoError(t, json.Unmarshal(p.Page(change).Raw, &page))
	var list []map[string]any
	for _, line := range page.Timeline {
		if line["verb"] == verb {
			list = append(list, line)
		}
	}
	return list
}

// Sent back with "straight to me" the change skips the steps in between, and is
// their sender's again.
func TestSentBackAndStraightToMe(t *testing.T) {
	t.Parallel()
	s, c := shared(t, e2e.Chain("ONE", "SCHOOL_LEADER", ""), e2e.Chain("TWO", "SCHOOL_LEADER", ""), e2e.Chain("BUREAU_APPROVAL", "BUREAU_REVIEWER", ", opinion: true"))
	other := s.Person(c.Bureau, org.BureauReviewer)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	c.Leader.Approve(change)
	c.Leader.Approve(change)
	s.OK(c.Reviewer.Verdict(change, c.Reviewer.Mine(change), "SEND_BACK", m{"send_back_to": 0, "returns": "TO_ME"}))
	s.OK(c.Registrar.Say(change, "resubmission", m{}))
	require.Equal(t, "BUREAU_APPROVAL", c.Registrar.Page(change).Text("open.name"))
	s.Refused(other.Verdict(change, c.Reviewer.Tasks(change, "OPEN")[0].ID, "APPROVE", nil), "task_held")
	s.OK(c.Reviewer.Verdict(change, c.Reviewer.Mine(change), "SEND_BACK", m{"send_back_to": 1, "returns": "STEP_BY_STEP"}))
	c.Leader.Approve(change)
	require.Equal(t, "TWO", c.Registrar.Page(change).Text("open.name"), "step by step")
	c.Leader.Approve(change)
	s.Refused(other.Verdict(change, other.Mine(change), "APPROVE", m{"opinion": ""}), "opinion_required")
	s.OK(other.Verdict(change, other.Mine(change), "APPROVE", nil))
}

// Who is away is acted for, with both names in the record, and never about what
// either of the two handed in.
func TestAProxyActsInBothNames(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	head := s.Person(c.Bureau, org.BureauHead)
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	c.Leader.Approve(change)
	s.Refused(head.Verdict(change, head.Tasks(change, "OPEN")[0].ID, "APPROVE", nil), "not_your_step")
	body := m{"proxy": head.ID, "until": s.Clock.Now().Add(72 * time.Hour).Format(time.RFC3339), "reason": "出差"}
	s.Refused(c.Registrar.Do(http.MethodPost, "/v1/proxies", body, ""), "machine_forbidden")
	proxy := c.Reviewer.Do(http.MethodPost, "/v1/proxies", body, "")
	require.Equal(t, http.StatusForbidden, proxy.Status, "a token appoints nobody")
	c.Reviewer.LogIn()
	head.LogIn()
	proxy = c.Reviewer.Do(http.MethodPost, "/v1/proxies", body, "")
	require.Equal(t, http.StatusCreated, proxy.Status, string(proxy.Raw))
	s.Refused(c.Reviewer.Do(http.MethodPost, "/v1/proxies", body, ""), "proxy_period")
	require.Equal(t, "测试BUREAU_REVIEWER", head.Inbox()[0]["for"])
	s.OK(head.Verdict(change, head.Mine(change), "APPROVE", nil))
	line := lines(t, c.Registrar, change, "APPROVE")[1]
	require.Equal(t, "测试BUREAU_HEAD", line["actor"])
	require.Equal(t, "测试BUREAU_REVIEWER", line["for"])
	require.Equal(t, "EFFECTIVE", c.Registrar.Page(change).Text("status"))

	again := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	c.Leader.Approve(again)
	s.OK(head.Do(http.MethodPost, "/v1/proxies/"+proxy.Text("id")+"/revocation", nil, ""))
	require.Empty(t, head.Inbox())
	s.Refused(head.Verdict(again, head.Tasks(again, "OPEN")[0].ID, "APPROVE", nil), "not_your_step")
}

// Who leaves hands over: their tasks go to a colleague, in one call.
func TestTasksOfALeaverAreHandedOver(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	second, head := s.Person(c.School, org.SchoolLeader), s.Person(c.School, org.Principal)
	var changes []string
	for range 3 {
		change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
		s.OK(c.Leader.OnTask(change, c.Leader.Mine(change), "claim", m{}))
		changes = append(changes, change)
	}
	c.Leader.Leave()
	s.Eventually("the problem has a name", 20*time.Second, func() bool {
		return c.Registrar.Page(changes[0]).Text("open.problem") == "NO_ELIGIBLE_PERSON"
	})
	require.Positive(t, e2e.Value[int](s, `SELECT count(*) FROM notice WHERE kind = 'NO_ELIGIBLE_PERSON' AND role = 'PRINCIPAL'`), "the head of the office is told")
	path := "/v1/accounts/" + c.Leader.ID.String() + "/hand-over"
	key := uuid.NewString()
	for range 2 { // a repeated call has the same answer and hands nothing over twice
		out := s.OK(head.Do(http.MethodPost, path, m{"to": second.ID, "reason": "离岗"}, key))
		require.EqualValues(t, 3, out.Get("counted"))
	}
	s.Refused(head.Do(http.MethodPost, path, m{"to": head.ID, "reason": "离岗"}, key), "idempotency_key_reused")
	require.Equal(t, 3, e2e.Value[int](s, `SELECT count(*) FROM slip WHERE verb = 'HAND_OVER'`))
	for _, change := range changes {
		require.Empty(t, c.Registrar.Page(change).Text("open.problem"))
		s.OK(second.Verdict(change, second.Mine(change), "APPROVE", nil))
	}
	require.Equal(t, http.StatusForbidden, second.Do(http.MethodPost, path, m{"to": second.ID, "reason": "离岗"}, uuid.NewString()).Status)
}

// A batch is of one kind, and tells of each item what became of it.
func TestABatchTellsEachItem(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	var list []m
	for range 4 {
		change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
		list = append(list, m{"change_id": change, "task_id": c.Leader.Mine(change)})
	}
	s.OK(c.Leader.Verdict(fmt.Sprint(list[0]["change_id"]), fmt.Sprint(list[0]["task_id"]), "REJECT", nil))
	other := c.Registrar.File(c.Registrar.KeyDataBody(s.Pupil(c, 2024), map[string]string{"name": "样例新"}))
	key := uuid.NewString()
	batch := func(kind string, items []m) e2e.Answer {
		return c.Leader.Do(http.MethodPost, "/v1/decisions", m{"kind": kind, "verdict": "APPROVE", "items": items}, key)
	}
	s.Refused(batch("SUSPENSION", append(list, m{"change_id": other, "task_id": uuid.New()})), "batch_kind")
	s.Refused(batch("SUSPENSION", append(list, list[0])), "batch_twice")
	unknown := m{"change_id": uuid.New(), "task_id": uuid.New()}
	for range 2 {
		out := s.OK(batch("SUSPENSION", append(list, unknown)))
		require.EqualValues(t, 3, out.Get("counted"))
		require.EqualValues(t, 2, out.Get("refused"))
		got := s.Items(out)
		require.Equal(t, "already_decided", got[0]["code"])
		require.Contains(t, got[0]["reason"], "测试SCHOOL_LEADER")
		require.Equal(t, "not_found", got[4]["code"])
	}
	s.Refused(batch("SUSPENSION", list[1:3]), "idempotency_key_reused")
	require.Equal(t, 3, e2e.Value[int](s, `SELECT count(*) FROM decision WHERE verdict = 'APPROVE'`))
}

// Reminders, copies and drafts decide nothing.
func TestRemindersCopiesAndDrafts(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	s.OK(c.Registrar.Say(change, "reminder", m{}))
	s.Refused(c.Registrar.Say(change, "reminder", m{}), "reminded_lately")
	s.Hand.Advance(25 * time.Hour)
	s.OK(c.Registrar.Say(change, "reminder", m{}))
	require.Equal(t, 2, e2e.Value[int](s, `SELECT count(*) FROM notice WHERE kind = 'URGED'`))

	viewer := s.Person(c.City, org.BureauViewer)
	stranger := s.Person(s.Office(org.County, "520103"), org.BureauReviewer)
	s.OK(c.Leader.Say(change, "copies", m{"to": []uuid.UUID{viewer.ID}, "offices": []m{{"office": c.Bureau.ID, "role": "BUREAU_REVIEWER"}}}))
	s.OK(c.Leader.Say(change, "copies", m{"to": []uuid.UUID{viewer.ID}}))
	s.Refused(c.Leader.Say(change, "copies", m{"to": []uuid.UUID{stranger.ID}}), "copy_outside")
	require.Equal(t, 2, e2e.Value[int](s, `SELECT count(*) FROM change_copy`), "nobody gets a second copy")

	task := c.Leader.Mine(change)
	draft := "/v1/tasks/" + task + "/draft"
	s.OK(c.Leader.Do(http.MethodPut, draft, m{"verdict": "APPROVE", "opinion": "拟同意"}, ""))
	require.Equal(t, "拟同意", s.OK(c.Leader.Do(http.MethodGet, draft, nil, "")).Text("opinion"))
	require.Equal(t, true, c.Leader.Inbox()[0]["draft"])
	colleague := s.Person(c.School, org.SchoolLeader)
	require.Equal(t, http.StatusNotFound, colleague.Do(http.MethodGet, draft, nil, "").Status, "a draft is its author's")
	s.OK(c.Leader.Verdict(change, task, "APPROVE", nil))
	require.Equal(t, http.StatusNotFound, c.Leader.Do(http.MethodGet, draft, nil, "").Status)
	require.Equal(t, "RUNNING", c.Registrar.Page(change).Text("status"))
}

// One person approves one step where the province wants different people.
func TestTheSamePersonTwice(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	s.Rules("same_person: FORBID\nchains:\n  SUSPENSION:\n    \"*\":\n" + e2e.Chain("ONE", "SCHOOL_LEADER", "") + e2e.Chain("TWO", "SCHOOL_LEADER", ""))
	c := s.County()
	change := c.Registrar.File(c.Registrar.SuspensionBody(s.Pupil(c, 2024)))
	c.Leader.Approve(change)
	page := c.Registrar.Page(change)
	require.Equal(t, "NO_ELIGIBLE_PERSON", page.Text("open.problem"), "never passed by itself")
	s.Refused(c.Leader.Verdict(change, c.Leader.OpenTask(change), "APPROVE", nil), "same_person")
	second := s.Person(c.School, org.SchoolLeader)
	s.Eventually("the problem is gone", 20*time.Second, func() bool { return c.Registrar.Page(change).Text("open.problem") == "" })
	second.Approve(change)
	require.Equal(t, "EFFECTIVE", c.Registrar.Page(change).Text("status"))
}
