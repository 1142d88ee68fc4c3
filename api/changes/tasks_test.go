package changes_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A task goes from hand to hand: everybody sees whose it is, and nobody takes it away.
func TestATaskGoesFromHandToHand(t *testing.T) {
	w := apitest.New(t)
	ann, bob, cat := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.SchoolA, org.SchoolLeader)
	id, task := w.Change(storetest.SchoolA)
	do := func(who apitest.Caller, what string, body m) {
		t.Helper()
		w.Must(http.StatusOK, who.Token, onTask(id, task, what, body), nil)
	}
	mine := func(who apitest.Caller) changes.TaskView {
		t.Helper()
		p := page(w, who, id)
		i := slices.IndexFunc(p.Tasks, func(k changes.TaskView) bool { return k.ID == task })
		return p.Tasks[i]
	}
	var colleagues []changes.ColleagueView
	w.Must(http.StatusOK, ann.Token, apitest.Get("/v1/changes/"+id.String()+"/tasks/"+task.String()+"/colleagues"), &colleagues)
	require.Contains(t, colleagues, changes.ColleagueView{Account: bob.Account, Name: apitest.PersonName, Roles: []string{"SCHOOL_LEADER"}, RoleLabels: []string{"学籍主管领导"}, Takes: true, Speaks: true})

	do(ann, "claim", m{})
	require.Equal(t, "CLAIMED", mine(bob).HeldAs)
	w.Refused("task_held", bob.Token, say(id, "decisions", m{"task_id": task, "verdict": "APPROVE"}))
	do(ann, "transfer", m{"to": bob.Account, "opinion": "我出差"})
	require.Equal(t, "TRANSFERRED", mine(bob).HeldAs)
	do(bob, "delegation", m{"to": cat.Account, "opinion": "请看材料"})
	w.Refused("required", cat.Token, onTask(id, task, "answer", m{"advice": "REJECT", "opinion": " "}))
	do(cat, "answer", m{"advice": "REJECT", "opinion": "材料不全"})
	do(bob, "signers", m{"to": []uuid.UUID{cat.Account}, "when": "BEFORE"})
	p := page(w, bob, id)
	require.Len(t, p.Tasks, 2)
	signer := p.Tasks[slices.IndexFunc(p.Tasks, func(k changes.TaskView) bool { return k.ID != task })]
	require.Equal(t, "ADDED", signer.HeldAs)
	w.Refused("task_waits", bob.Token, say(id, "decisions", m{"task_id": task, "verdict": "APPROVE"}))
	w.Must(http.StatusOK, bob.Token, onTask(id, signer.ID, "removal", m{}), nil)
	do(bob, "release", m{})
	require.Empty(t, mine(ann).HeldAs)
}

// An opinion that was begun is kept for its author alone.
func TestADraftIsItsAuthorsAlone(t *testing.T) {
	w := apitest.New(t)
	ann, bob := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.SchoolA, org.SchoolLeader)
	_, task := w.Change(storetest.SchoolA)
	path := "/v1/tasks/" + task.String() + "/draft"
	w.Refused("not_found", ann.Token, apitest.Get(path))
	w.Refused("required", ann.Token, apitest.Call{Method: "PUT", Path: path, Body: m{}})
	var kept, read changes.DraftView
	w.Must(http.StatusOK, ann.Token, apitest.Call{Method: "PUT", Path: path, Body: m{"verdict": "REJECT", "opinion": "材料"}}, &kept)
	w.Must(http.StatusOK, ann.Token, apitest.Get(path), &read)
	require.Equal(t, kept, read)
	require.Equal(t, []string{"REJECT", "材料"}, []string{read.Verdict, read.Opinion})
	w.Refused("not_found", bob.Token, apitest.Get(path))
	w.Refused("not_found", w.LogIn(storetest.SchoolB, org.SchoolLeader).Token, apitest.Call{Method: "PUT", Path: path, Body: m{"opinion": "x"}})
	w.Must(http.StatusNoContent, ann.Token, apitest.Call{Method: "DELETE", Path: path}, nil)
	w.Refused("not_found", ann.Token, apitest.Get(path))
}

// A copy shows a change to people who may read it; without a recipient it says nothing.
func TestACopyNeedsARecipient(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	principal := w.LogIn(storetest.SchoolA, org.Principal)
	id, _ := w.Change(storetest.SchoolA)
	p := w.Refused("required", registrar.Token, say(id, "copies", m{}))
	require.Equal(t, "/to", p.Errors[0].Pointer)
	w.Must(http.StatusOK, registrar.Token, say(id, "copies", m{"to": []uuid.UUID{principal.Account}}), nil)
	w.Must(http.StatusOK, registrar.Token, say(id, "copies", m{"offices": []m{{"office": w.OfficeID(storetest.Bureau), "role": "BUREAU_HEAD"}}}), nil)
	require.Equal(t, 2, w.Count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'COPIED'`, id))
}
