package changes_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

// decisions builds a batch that approves tasks.
func decisions(key, opinion string, cases, tasks []uuid.UUID) apitest.Call {
	items := make([]m, len(tasks))
	for i, task := range tasks {
		items[i] = m{"change_id": cases[i], "task_id": task}
	}
	return apitest.Call{Method: "POST", Path: "/v1/decisions", Key: key, Body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "opinion": opinion, "items": items}}
}

// onTask builds a call about a task, such as "claim".
func onTask(change, task uuid.UUID, what string, body m) apitest.Call {
	return apitest.Call{Method: "POST", Path: "/v1/changes/" + change.String() + "/tasks/" + task.String() + "/" + what, Key: uuid.NewString(), Body: body}
}

// One key is one batch: the same again gives the same answer and says nothing more,
// anything else under the key is refused as a whole.
func TestOneKeyIsOneBatch(t *testing.T) {
	w := apitest.New(t)
	school := storetest.SchoolA
	leader, colleague := w.LogIn(school, org.SchoolLeader), w.LogIn(school, org.SchoolLeader)
	cases, tasks := w.Changes(school, 4)
	hold := func(verb string) {
		w.Must(http.StatusOK, colleague.Token, onTask(cases[1], tasks[1], verb, m{}), nil)
	}
	hold("claim")
	var first, again changes.BatchResult
	w.Must(http.StatusOK, leader.Token, decisions("batch-01", "", cases[:2], tasks[:2]), &first)
	require.Equal(t, []int{1, 1}, []int{first.Counted, first.Refused})
	require.Equal(t, "task_held", first.Items[1].Code)
	hold("release") // it could be decided now, but not by saying the same again
	w.Must(http.StatusOK, leader.Token, decisions("batch-01", "", cases[:2], tasks[:2]), &again)
	require.Equal(t, first, again)

	w.Refused("idempotency_key_reused", leader.Token, decisions("batch-01", "", cases[2:], tasks[2:]))
	w.Refused("idempotency_key_reused", leader.Token, decisions("batch-01", "同意", cases[:2], tasks[:2]))
	w.Refused("idempotency_key_reused", leader.Token, decisions("batch-01", "", cases[:1], tasks[:1]))
	require.Equal(t, 1, apitest.One[int](w, `SELECT count(*)::int FROM slip WHERE verb = 'APPROVE' AND change_id = ANY ($1)`, cases))
	require.Zero(t, apitest.One[int](w, `SELECT count(*)::int FROM batch_request WHERE position(convert_to($1, 'UTF8') IN refused) > 0`, apitest.PersonName), "no name is kept in the clear")

	other := w.LogIn(school, org.SchoolLeader) // a key belongs to an account
	w.Must(http.StatusOK, other.Token, decisions("batch-01", "", cases[2:], tasks[2:]), &again)
	require.Equal(t, 2, again.Counted)
}

// What broke down half way is done when the request is made again; what counted stays.
func TestABatchThatBrokeDownIsCompleted(t *testing.T) {
	w := apitest.New(t)
	school := storetest.SchoolA
	leader := w.LogIn(school, org.SchoolLeader)
	cases, tasks := w.Changes(school, 2)
	w.Legacy(`ALTER TABLE slip ADD CONSTRAINT broken CHECK (change_id <> '` + cases[1].String() + `')`)
	var out changes.BatchResult
	w.Must(http.StatusOK, leader.Token, decisions("batch-02", "", cases, tasks), &out)
	require.Equal(t, []string{"COUNTED", "internal"}, []string{out.Items[0].Outcome, out.Items[1].Code})
	w.Legacy(`ALTER TABLE slip DROP CONSTRAINT broken`)
	for range 2 {
		w.Must(http.StatusOK, leader.Token, decisions("batch-02", "", cases, tasks), &out)
		require.Equal(t, 2, out.Counted)
	}
	require.Equal(t, 2, apitest.One[int](w, `SELECT count(*)::int FROM slip WHERE change_id = ANY ($1)`, cases))
}

// A decision that counted is told again, also to whom the task no longer concerns.
func TestABatchIsToldAgainAfterTheRoleIsGone(t *testing.T) {
	w := apitest.New(t)
	school := storetest.SchoolA
	leader := w.LogIn(school, org.SchoolLeader, org.Principal)
	change, task := w.Change(school)
	for range 2 {
		var out changes.BatchResult
		w.Must(http.StatusOK, leader.Token, decisions("batch-03", "", []uuid.UUID{change}, []uuid.UUID{task}), &out)
		require.Equal(t, 1, out.Counted)
		w.GiveRoles(leader, org.Principal)
	}
}

// A hand-over is about the tasks of its first run: said again it goes on to no others.
func TestOneKeyIsOneHandOver(t *testing.T) {
	w := apitest.New(t)
	school := storetest.SchoolA
	head, gone, to := w.LogIn(school, org.Principal), w.NewAccount(school, org.SchoolLeader).Account, w.NewAccount(school, org.SchoolLeader).Account
	holder := storetest.Person{ID: gone, Office: w.OfficeID(school), Path: school, Role: org.SchoolLeader}
	hold := func(n int) {
		cases, tasks := w.Changes(school, n)
		for i := range cases {
			s := w.Say(holder, change.NewSlip{ChangeID: cases[i], TaskID: tasks[i], Step: 1, Round: 1, Verb: change.VerbClaim})
			require.Equal(t, change.SlipCounted, s.Outcome)
		}
	}
	hold(103)
	var held changes.HeldTasks
	tasks := apitest.Get("/v1/accounts/" + gone.String() + "/tasks")
	w.Must(http.StatusOK, head.Token, tasks, &held)
	require.Equal(t, changes.HeldTasks{Total: 103, Kinds: []changes.HeldKind{{Kind: "SUSPENSION", Name: "休学", Tasks: 103}}}, held)
	over := func(key string, to uuid.UUID) apitest.Call {
		return apitest.Call{Method: "POST", Path: "/v1/accounts/" + gone.String() + "/hand-over", Key: key, Body: m{"to": to, "reason": "离岗"}}
	}
	var first, again, rest changes.BatchResult
	w.Must(http.StatusOK, head.Token, over("hand-over-1", to), &first)
	require.Equal(t, []int{100, 3}, []int{first.Counted, int(first.Remaining)})
	hold(1)
	w.Must(http.StatusOK, head.Token, over("hand-over-1", to), &again)
	require.Equal(t, first, again)
	w.Refused("idempotency_key_reused", head.Token, over("hand-over-1", w.NewAccount(school, org.SchoolLeader).Account))
	w.Refused("idempotency_key_reused", head.Token, decisions("hand-over-1", "", []uuid.UUID{uuid.New()}, []uuid.UUID{uuid.New()}))
	require.Equal(t, 4, apitest.One[int](w, `SELECT count(*)::int FROM task WHERE holder_id = $1`, gone))
	w.Must(http.StatusOK, head.Token, over("hand-over-2", to), &rest)
	require.Equal(t, []int{4, 0}, []int{rest.Counted, int(rest.Remaining)})
	w.Must(http.StatusOK, head.Token, tasks, &held)
	require.Equal(t, changes.HeldTasks{Kinds: []changes.HeldKind{}}, held)
}

// One key is one remark: another one under it is refused, not lost without a word.
func TestOneKeyIsOneRemark(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	change, _ := w.Change(storetest.SchoolA)
	other, _ := w.Change(storetest.SchoolA)
	remark := func(change uuid.UUID, text string) apitest.Call {
		return apitest.Call{Method: "POST", Path: "/v1/changes/" + change.String() + "/comments", Key: "remark-01", Body: m{"text": text}}
	}
	for range 2 {
		w.Must(http.StatusNoContent, registrar.Token, remark(change, "材料已补"), nil)
	}
	w.Refused("idempotency_key_reused", registrar.Token, remark(change, "材料未补"))
	w.Refused("idempotency_key_reused", registrar.Token, remark(other, "材料已补"))
	require.Equal(t, 1, apitest.One[int](w, `SELECT count(*)::int FROM change_event WHERE verb = 'COMMENT'`))
}
