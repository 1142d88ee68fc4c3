package api

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/models/org"
)

// decisions builds a batch that approves tasks.
func decisions(key, opinion string, cases, tasks []uuid.UUID) call {
	items := make([]m, len(tasks))
	for i, task := range tasks {
		items[i] = m{"change_id": cases[i], "task_id": task}
	}
	return call{method: "POST", path: "/v1/decisions", key: key, body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "opinion": opinion, "items": items}}
}

// One key is one batch: the same again gives the same answer and says nothing more,
// anything else under the key is refused as a whole.
func TestOneKeyIsOneBatch(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	leader, colleague := w.login(school, org.SchoolLeader), w.account(school, org.SchoolLeader)
	cases, tasks := make([]uuid.UUID, 4), make([]uuid.UUID, 4)
	for i := range cases {
		cases[i], tasks[i] = w.change(school, org.SchoolLeader)
	}
	held := `UPDATE task SET holder_id = $2, held_as = CASE WHEN $2::uuid IS NULL THEN '' ELSE 'CLAIMED' END WHERE id = $1`
	w.exec(held, tasks[1], colleague)
	var first, again changes.BatchResult
	w.must(http.StatusOK, leader.token, decisions("batch-01", "", cases[:2], tasks[:2]), &first)
	require.Equal(t, []int{1, 1}, []int{first.Counted, first.Refused})
	require.Equal(t, "task_held", first.Items[1].Code)
	w.exec(held, tasks[1], nil) // it could be decided now, but not by saying the same again
	w.must(http.StatusOK, leader.token, decisions("batch-01", "", cases[:2], tasks[:2]), &again)
	require.Equal(t, first, again)

	w.refused("idempotency_key_reused", leader.token, decisions("batch-01", "", cases[2:], tasks[2:]))
	w.refused("idempotency_key_reused", leader.token, decisions("batch-01", "同意", cases[:2], tasks[:2]))
	w.refused("idempotency_key_reused", leader.token, decisions("batch-01", "", cases[:1], tasks[:1]))
	require.Equal(t, 1, one[int](w, `SELECT count(*)::int FROM slip`))
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM batch_request WHERE position(convert_to('某人', 'UTF8') IN refused) > 0`), "no name is kept in the clear")

	other := w.login(school, org.SchoolLeader) // a key belongs to an account
	w.must(http.StatusOK, other.token, decisions("batch-01", "", cases[2:], tasks[2:]), &again)
	require.Equal(t, 2, again.Counted)
}

// What broke down half way is done when the request is made again; what counted stays.
func TestABatchThatBrokeDownIsCompleted(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	leader := w.login(school, org.SchoolLeader)
	cases, tasks := make([]uuid.UUID, 2), make([]uuid.UUID, 2)
	for i := range cases {
		cases[i], tasks[i] = w.change(school, org.SchoolLeader)
	}
	w.exec(`ALTER TABLE slip ADD CONSTRAINT broken CHECK (change_id <> '` + cases[1].String() + `')`)
	var out changes.BatchResult
	w.must(http.StatusOK, leader.token, decisions("batch-02", "", cases, tasks), &out)
	require.Equal(t, []string{"COUNTED", "internal"}, []string{out.Items[0].Outcome, out.Items[1].Code})
	w.exec(`ALTER TABLE slip DROP CONSTRAINT broken`)
	for range 2 {
		w.must(http.StatusOK, leader.token, decisions("batch-02", "", cases, tasks), &out)
		require.Equal(t, 2, out.Counted)
	}
	require.Equal(t, 2, one[int](w, `SELECT count(*)::int FROM slip`))
}

// A decision that counted is told again, also to whom the task no longer concerns.
func TestABatchIsToldAgainAfterTheRoleIsGone(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	leader := w.login(school, org.SchoolLeader, org.Principal)
	change, task := w.change(school, org.SchoolLeader)
	for range 2 {
		var out changes.BatchResult
		w.must(http.StatusOK, leader.token, decisions("batch-03", "", []uuid.UUID{change}, []uuid.UUID{task}), &out)
		require.Equal(t, 1, out.Counted)
		w.exec(`UPDATE account SET roles = '{PRINCIPAL}' WHERE id = $1`, leader.account)
	}
}

// A hand-over is about the tasks of its first run: said again it goes on to no others.
func TestOneKeyIsOneHandOver(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	head, gone, to := w.login(school, org.Principal), w.account(school, org.SchoolLeader), w.account(school, org.SchoolLeader)
	hold := func() {
		_, task := w.change(school, org.SchoolLeader)
		w.exec(`UPDATE task SET holder_id = $2, held_as = 'CLAIMED' WHERE id = $1`, task, gone)
	}
	for range 103 {
		hold()
	}
	over := func(key string, to uuid.UUID) call {
		return call{method: "POST", path: "/v1/accounts/" + gone.String() + "/hand-over", key: key, body: m{"to": to, "reason": "离岗"}}
	}
	var first, again, rest changes.BatchResult
	w.must(http.StatusOK, head.token, over("hand-over-1", to), &first)
	require.Equal(t, []int{100, 3}, []int{first.Counted, int(first.Remaining)})
	hold()
	w.must(http.StatusOK, head.token, over("hand-over-1", to), &again)
	require.Equal(t, first, again)
	w.refused("idempotency_key_reused", head.token, over("hand-over-1", w.account(school, org.SchoolLeader)))
	w.refused("idempotency_key_reused", head.token, decisions("hand-over-1", "", []uuid.UUID{uuid.New()}, []uuid.UUID{uuid.New()}))
	require.Equal(t, 4, one[int](w, `SELECT count(*)::int FROM task WHERE holder_id = $1`, gone))
	w.must(http.StatusOK, head.token, over("hand-over-2", to), &rest)
	require.Equal(t, []int{4, 0}, []int{rest.Counted, int(rest.Remaining)})
}

// One key is one remark: another one under it is refused, not lost without a word.
func TestOneKeyIsOneRemark(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	change, _ := w.change(w.places["school"], org.SchoolLeader)
	other, _ := w.change(w.places["school"], org.SchoolLeader)
	remark := func(change uuid.UUID, text string) call {
		return call{method: "POST", path: "/v1/changes/" + change.String() + "/comments", key: "remark-01", body: m{"text": text}}
	}
	for range 2 {
		w.must(http.StatusNoContent, registrar.token, remark(change, "材料已补"), nil)
	}
	w.refused("idempotency_key_reused", registrar.token, remark(change, "材料未补"))
	w.refused("idempotency_key_reused", registrar.token, remark(other, "材料已补"))
	require.Equal(t, 1, one[int](w, `SELECT count(*)::int FROM change_event WHERE verb = 'COMMENT'`))
}
