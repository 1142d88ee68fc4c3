package rest_test

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A text of Hangul fillers (U+3164) is letters to a program and nothing to a reader.
// The bytes are those a clerk's program sent.
func TestATextThatShowsNothingIsNoText(t *testing.T) {
	sent, err := os.ReadFile("testdata/comment-hangul-filler.json")
	require.NoError(t, err)
	var typed struct{ Text string }
	require.NoError(t, json.Unmarshal(sent, &typed))
	require.Equal(t, "\u3164\u3164", typed.Text)
	filler := typed.Text

	w := apitest.New(t)
	change, task := w.Change(storetest.SchoolA)
	pupil := w.Pupil(storetest.SchoolA)
	leader, registrar := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	head := w.LogIn(storetest.Bureau, org.BureauHead)
	on := func(rest string) string { return "/v1/changes/" + change.String() + rest }
	p := apitest.Read[rest.Problem](w, http.StatusUnprocessableEntity, w.Raw(leader.Token, apitest.Call{Method: "POST", Path: on("/comments"), Key: "k-filler-1"}, sent))
	require.Equal(t, "required", p.Code)
	require.Equal(t, "/text", p.Errors[0].Pointer)
	require.Equal(t, "“留言”必须填写。请补充后重新提交。", p.Detail)
	for name, row := range map[string]struct {
		who     apitest.Caller
		call    apitest.Call
		code    string
		pointer string
	}{
		"an opinion of a no":    {leader, apitest.Post(on("/decisions"), m{"task_id": task, "verdict": "REJECT", "opinion": filler}), "opinion_required", "/opinion"},
		"an opinion of many":    {leader, apitest.Post("/v1/decisions", m{"kind": "SUSPENSION", "verdict": "SEND_BACK", "opinion": filler, "items": []m{{"change_id": change, "task_id": task}}}), "opinion_required", "/opinion"},
		"a reason to close":     {head, apitest.Post(on("/closure"), m{"opinion": filler}), "opinion_required", "/opinion"},
		"a reason to hand over": {w.LogIn(storetest.SchoolA, org.Principal), apitest.Post("/v1/accounts/"+w.NewAccount(storetest.SchoolA, org.SchoolLeader).Account.String()+"/hand-over", m{"to": uuid.New(), "reason": filler}), "required", "/reason"},
		"a reason of a proxy":   {leader, apitest.Post("/v1/proxies", m{"account": leader.Account, "proxy": uuid.New(), "from": "2026-11-21T08:00:00+08:00", "until": "2026-11-22T08:00:00+08:00", "reason": filler}), "required", "/reason"},
		"a draft":               {leader, apitest.Call{Method: "PUT", Path: "/v1/tasks/" + task.String() + "/draft", Body: m{"opinion": filler}}, "required", "/opinion"},
		"an item of a form":     {registrar, apitest.Post("/v1/changes", m{"kind": "OTHER_LEAVING", "student_id": pupil, "inputs": m{"reason": filler}}), "required", "/inputs/reason"},
		"a document":            {registrar, apitest.Post("/v1/students/"+pupil.String()+"/punishments", m{"level": "1", "decided_on": "2026-11-02", "document_no": filler}), "required", "/document_no"},
	} {
		row.call.Key = "k-" + uuid.NewString()
		answer := w.Send(row.who.Token, row.call)
		p := apitest.Read[rest.Problem](w, http.StatusUnprocessableEntity, answer)
		at := map[string]string{}
		for _, f := range p.Errors {
			at[f.Pointer] = f.Code
		}
		require.Equal(t, row.code, at[row.pointer], "%s: %s", name, answer.Body)
	}
	require.Zero(t, apitest.One[int](w, `SELECT count(*) FROM opinion_draft`))
	require.Zero(t, apitest.One[int](w, `SELECT count(*) FROM change_event WHERE change_id = $1 AND verb IN ('COMMENT', 'REJECT', 'CLOSE')`, change))
}
