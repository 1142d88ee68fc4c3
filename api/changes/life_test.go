package changes_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// page is a change as somebody sees it.
func page(w *apitest.World, who apitest.Caller, id uuid.UUID) (p changes.ChangePage) {
	w.T().Helper()
	w.Must(http.StatusOK, who.Token, apitest.Get("/v1/changes/"+id.String()), &p)
	return p
}

// say builds a word about a change under a new key.
func say(id uuid.UUID, what string, body m) apitest.Call {
	return apitest.Call{Method: "POST", Path: "/v1/changes/" + id.String() + "/" + what, Key: uuid.NewString(), Body: body}
}

// handedIn is a filing of the county as its office sends it.
func handedIn(f change.Filing) m {
	papers := []m{}
	for _, e := range f.Evidence {
		papers = append(papers, m{"id": e.ID, "kind": e.Kind})
	}
	body := m{"kind": f.Kind, "inputs": f.Inputs, "values": f.Values, "evidence": papers}
	if f.StudentID != uuid.Nil {
		body["student_id"] = f.StudentID
	}
	if f.Pupil.Name != "" {
		body["pupil"] = m{"name": f.Pupil.Name, "student_number": f.Pupil.Number, "id_number": f.Pupil.IDNumber}
	}
	return body
}

// A case is sent back, corrected, taken back, supervised and closed: the page tells each
// party at each time what happened, what changed and who must act.
func TestACaseThatIsCorrectedAndClosed(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	var filed changes.ChangeLine
	w.Must(http.StatusCreated, s.Registrar.Token, apitest.File("key-of-life-1", w.Suspension(s.Registrar, w.Pupil(storetest.SchoolA), "2026-11-23")), &filed)
	id := filed.ID
	p := page(w, s.Registrar, id)
	require.Equal(t, filed.CaseNo, p.CaseNo)
	require.Equal(t, "RUNNING", p.Status)
	require.Contains(t, p.Next, "学校审核")
	require.Len(t, p.Chain, 2)
	require.Len(t, p.Evidence, 2)
	require.Nil(t, p.Ended)
	w.Refused("opinion_required", s.Leader.Token, say(id, "decisions", m{"task_id": p.Open.TaskID, "verdict": "SEND_BACK"}))
	require.Zero(t, apitest.One[int](w, `SELECT count(*) FROM slip WHERE change_id = $1`, id), "what the API refuses is no slip")
	w.Refused("not_your_step", s.Reviewer.Token, say(id, "decisions", m{"task_id": p.Open.TaskID, "verdict": "APPROVE"}))
	var slip changes.SlipView
	answer := w.Must(http.StatusOK, s.Leader.Token, say(id, "decisions", m{"task_id": p.Open.TaskID, "verdict": "SEND_BACK", "opinion": "日期不对"}), &slip)
	require.Equal(t, "COUNTED", slip.Outcome)
	require.Equal(t, "/v1/slips/"+slip.ID.String(), answer.Header().Get("Location"))
	var read changes.SlipView
	w.Must(http.StatusOK, s.Registrar.Token, apitest.Get(answer.Header().Get("Location")), &read)
	require.Equal(t, slip, read)

	old := p.Evidence[0]
	w.Refused("not_filer", s.Reviewer.Token, say(id, "withdrawal", m{}))
	w.Must(http.StatusOK, s.Registrar.Token, say(id, "resubmission", m{
		"inputs":             m{"reason_code": "99", "from_date": "2026-11-23", "until_date": "2027-07-31"},
		"evidence":           []m{{"id": w.UploadPaper(s.Registrar), "kind": old.Kind}},
		"withdrawn_evidence": []uuid.UUID{old.ID}, "opinion": "已改",
	}), nil)
	p = page(w, s.Leader, id)
	require.Len(t, p.Revisions, 1)
	revised := p.Revisions[0]
	require.Equal(t, apitest.PersonName, revised.By)
	require.Equal(t, []changes.RevisedItem{
		{Name: "reason_code", Label: "休学原因", Before: "疾病", After: "其他"}, {Name: "until_date", Label: "预计复学日期", Before: "2027-08-31", After: "2027-07-31"}}, revised.Inputs)
	require.Equal(t, old.ID, revised.PapersOut[0].ID)
	require.Equal(t, "监护人书面申请", revised.PapersIn[0].Label)

	w.Must(http.StatusOK, s.Leader.Token, w.Decision(id, "APPROVE"), nil)
	w.Refused("opinion_required", s.Leader.Token, say(id, "take-back", m{}))
	w.Must(http.StatusOK, s.Leader.Token, say(id, "take-back", m{"opinion": "再看一下"}), nil)
	require.Equal(t, 1, page(w, s.Leader, id).Open.No)
	w.Must(http.StatusOK, s.Leader.Token, w.Decision(id, "APPROVE"), nil)

	head := w.LogIn(storetest.City, org.BureauHead)
	w.Refused("opinion_required", head.Token, say(id, "supervision", m{}))
	w.Refused("not_superior", w.LogIn(storetest.Bureau, org.BureauHead).Token, say(id, "supervision", m{"opinion": "请抓紧"}))
	w.Must(http.StatusOK, head.Token, say(id, "supervision", m{"opinion": "请抓紧"}), nil)
	w.Must(http.StatusNoContent, s.Registrar.Token, say(id, "comments", m{"text": "材料在传达室"}), nil)
	w.Must(http.StatusOK, head.Token, say(id, "closure", m{"opinion": "家长撤回"}), nil)
	w.Refused("change_closed", s.Reviewer.Token, say(id, "decisions", m{"task_id": w.Text(`SELECT id::text FROM task WHERE change_id = $1 ORDER BY id DESC LIMIT 1`, id), "verdict": "APPROVE"}))
	p = page(w, s.Registrar, id)
	require.Equal(t, "CLOSED", p.Status)
	require.Equal(t, &changes.Ended{Code: "CLOSE", Label: "终止", Reason: "家长撤回", By: apitest.PersonName, Office: w.OfficeName(storetest.City)}, p.Ended)
	var verbs []string
	for _, e := range p.Timeline {
		verbs = append(verbs, e.Verb)
	}
	require.Subset(t, verbs, []string{"SEND_BACK", "RESUBMIT", "APPROVE", "TAKE_BACK", "SUPERVISE", "COMMENT", "CLOSE"})

	// It may be filed again as it was at the end, and be taken off the list of its office.
	w.Refused("not_filer", s.Reviewer.Token, apitest.Get("/v1/changes/"+id.String()+"/redo"))
	var again changes.ChangeBody
	w.Must(http.StatusOK, s.Registrar.Token, apitest.Get("/v1/changes/"+id.String()+"/redo"), &again)
	require.Equal(t, id, again.RedoOf)
	require.Equal(t, "2027-07-31", again.Inputs["until_date"])
	require.Len(t, again.Evidence, 2, "without the paper that was taken out")
	listed := func(query string) int {
		var list rest.Page[changes.ChangeLine]
		w.Must(http.StatusOK, s.Registrar.Token, apitest.Get("/v1/changes?kind=SUSPENSION"+query), &list)
		return len(list.Items)
	}
	require.Equal(t, 1, listed("&mine=true&status=CLOSED"))
	require.Zero(t, listed("&status=RUNNING"))
	w.Must(http.StatusNoContent, s.Registrar.Token, apitest.Post("/v1/changes/"+id.String()+"/dismissal", nil), nil)
	require.Zero(t, listed(""))
	require.Equal(t, 1, listed("&dismissed=true"))
	require.Equal(t, 1, listed("&case_no="+p.CaseNo), "who names the number finds it")
}

// A change whose day lies ahead is approved and waits; it is in force on its day.
func TestAChangeApprovedForADayAhead(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	var filed changes.ChangeLine
	w.Must(http.StatusCreated, s.Registrar.Token, apitest.File("key-of-ahead-1", w.Suspension(s.Registrar, w.Pupil(storetest.SchoolA), "2026-12-07")), &filed)
	w.Refused("change_in_progress", s.Registrar.Token, apitest.Get("/v1/changes/"+filed.ID.String()+"/redo"))
	w.Must(http.StatusOK, s.Leader.Token, w.Decision(filed.ID, "APPROVE"), nil)
	var slip changes.SlipView
	w.Must(http.StatusOK, s.Reviewer.Token, w.Decision(filed.ID, "APPROVE"), &slip)
	require.Equal(t, "2026-12-07", slip.EffectiveOn.String())
	require.Contains(t, slip.Notice, "2026-12-07")
	p := page(w, s.Registrar, filed.ID)
	require.Equal(t, "2026-12-07", p.EffectiveOn.String())
	require.Equal(t, slip.Notice, p.Next)
	require.Len(t, p.Chain, 3)
	require.Equal(t, "AWAIT_DAY", p.Open.Act)
	require.Equal(t, "2026-12-07", p.Open.DueDay)
	require.Empty(t, p.Open.Office)
}

// What is overdue stands first in the inbox, and in the list of the bureau above.
func TestInboxesCountAndOrderWhatWaits(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	first, _ := w.Changes(storetest.SchoolA, 2)
	inbox := func(who apitest.Caller, path string) (list rest.Page[changes.InboxItem]) {
		w.Must(http.StatusOK, who.Token, apitest.Get(path), &list)
		return list
	}
	list := inbox(s.Leader, "/v1/inbox?limit=1")
	require.Len(t, list.Items, 1)
	require.NotEmpty(t, list.Next)
	require.Len(t, inbox(s.Leader, "/v1/inbox?limit=1&cursor="+list.Next).Items, 1)
	item := list.Items[0]
	require.Equal(t, []string{"SUSPENSION", "休学", "LEADER_REVIEW", "学校审核", "2026-12-04"}, []string{item.Kind, item.KindName, item.StepName, item.StepLabel, item.DueDay})
	require.False(t, item.Overdue)
	require.Empty(t, inbox(s.Registrar, "/v1/inbox").Items)
	head := w.LogIn(storetest.Bureau, org.BureauHead)
	require.Empty(t, inbox(head, "/v1/inbox/late").Items)
	w.Refused("forbidden", s.Leader.Token, apitest.Get("/v1/inbox/late"))

	w.At("2026-12-05")
	for _, id := range first {
		w.MustIn(w.Worker, "", func(tx *change.Tx) error { return tx.SendDueReminders(id) })
	}
	leader := w.LogIn(storetest.SchoolA, org.SchoolLeader)
	head = w.LogIn(storetest.Bureau, org.BureauHead)
	require.Len(t, inbox(head, "/v1/inbox/late").Items, 2)
	require.True(t, inbox(leader, "/v1/inbox").Items[0].Overdue)
	var counts struct {
		Open, Overdue, Mine int64
		NearDue             int64 `json:"near_due"`
	}
	w.Must(http.StatusOK, leader.Token, apitest.Get("/v1/inbox/counts"), &counts)
	require.EqualValues(t, 2, counts.Open)
	require.EqualValues(t, 2, counts.Overdue)
	require.Zero(t, counts.Mine)
	require.Contains(t, page(w, leader, first[0]).Next, "已逾期")
}
