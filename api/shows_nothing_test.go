package api

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
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

	w := newWorld(t)
	change, task := w.change(w.places["school"], org.SchoolLeader)
	pupil := w.pupil(w.places["school"])
	leader, registrar := w.login(w.places["school"], org.SchoolLeader), w.login(w.places["school"], org.SchoolRegistrar)
	head := w.login(w.places["county"], org.BureauHead)
	on := func(rest string) string { return "/v1/changes/" + change.String() + rest }
	p := read[rest.Problem](t, http.StatusUnprocessableEntity, w.raw(leader.token, call{method: "POST", path: on("/comments"), key: "k-filler-1"}, sent))
	require.Equal(t, "required", p.Code)
	require.Equal(t, "/text", p.Errors[0].Pointer)
	require.Equal(t, "“留言”必须填写。请补充后重新提交。", p.Detail)
	for name, row := range map[string]struct {
		who     caller
		call    call
		code    string
		pointer string
	}{
		"an opinion of a no":    {leader, call{method: "POST", path: on("/decisions"), body: m{"task_id": task, "verdict": "REJECT", "opinion": filler}}, "opinion_required", "/opinion"},
		"an opinion of many":    {leader, call{method: "POST", path: "/v1/decisions", body: m{"kind": "SUSPENSION", "verdict": "SEND_BACK", "opinion": filler, "items": []m{{"change_id": change, "task_id": task}}}}, "opinion_required", "/opinion"},
		"a reason to close":     {head, call{method: "POST", path: on("/closure"), body: m{"opinion": filler}}, "opinion_required", "/opinion"},
		"a reason to hand over": {w.login(w.places["school"], org.Principal), call{method: "POST", path: "/v1/accounts/" + w.account(w.places["school"], org.SchoolLeader).String() + "/hand-over", body: m{"to": uuid.New(), "reason": filler}}, "required", "/reason"},
		"a reason of a proxy":   {leader, call{method: "POST", path: "/v1/proxies", body: m{"account": leader.account, "proxy": uuid.New(), "from": "2026-11-21T08:00:00+08:00", "until": "2026-11-22T08:00:00+08:00", "reason": filler}}, "required", "/reason"},
		"a draft":               {leader, call{method: "PUT", path: "/v1/tasks/" + task.String() + "/draft", body: m{"opinion": filler}}, "required", "/opinion"},
		"an item of a form":     {registrar, call{method: "POST", path: "/v1/changes", body: m{"kind": "OTHER_LEAVING", "student_id": pupil, "inputs": m{"reason": filler}}}, "required", "/inputs/reason"},
		"a document":            {registrar, call{method: "POST", path: "/v1/students/" + pupil.String() + "/punishments", body: m{"level": "1", "decided_on": "2026-11-02", "document_no": filler}}, "required", "/document_no"},
	} {
		row.call.key = "k-" + uuid.NewString()
		answer := w.send(row.who.token, row.call)
		p := read[rest.Problem](t, http.StatusUnprocessableEntity, answer)
		at := map[string]string{}
		for _, f := range p.Errors {
			at[f.Pointer] = f.Code
		}
		require.Equal(t, row.code, at[row.pointer], "%s: %s", name, answer.Body)
	}
	require.Zero(t, one[int](w, `SELECT count(*) FROM opinion_draft`))
	require.Zero(t, one[int](w, `SELECT count(*) FROM change_event WHERE change_id = $1 AND verb IN ('COMMENT', 'REJECT', 'CLOSE')`, change))
}
