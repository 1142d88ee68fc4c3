package api

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/workflows/contract"
)

// oddEngine does something odd instead of counting the slips of one change.
type oddEngine struct {
	directEngine

	change string
	odd    func()
}

func (e oddEngine) Say(ctx context.Context, change string, m contract.SlipMessage) (contract.SlipResult, error) {
	if e.change == "" || change == e.change {
		e.odd()
	}
	return e.directEngine.Say(ctx, change, m)
}

// batch files two changes of a school and decides them in one batch.
func (w *world) batch(who caller, changes, tasks [2]uuid.UUID) (out changes.BatchResult) {
	w.t.Helper()
	w.must(http.StatusOK, who.token, call{method: "POST", path: "/v1/decisions", key: uuid.NewString(), body: m{"kind": "SUSPENSION", "verdict": "APPROVE",
		"items": []m{{"change_id": changes[0], "task_id": tasks[0]}, {"change_id": changes[1], "task_id": tasks[1]}}}}, &out)
	return out
}

// What befalls one item of a batch befalls no other, and not the program.
func TestAPanicInABatchIsItsItems(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	leader := w.login(school, org.SchoolLeader)
	var changes, tasks [2]uuid.UUID
	for i := range changes {
		changes[i], tasks[i] = w.change(school, org.SchoolLeader)
	}
	w.deps.Desk = casework.New(w.app, oddEngine{directEngine{w.worker}, changes[0].String(), func() { panic("张三 520102201101011234") }}, slog.New(slog.DiscardHandler))
	w.build()
	out := w.batch(leader, changes, tasks)
	require.Equal(t, []int{1, 1}, []int{out.Counted, out.Refused})
	require.Equal(t, "internal", out.Items[0].Code)
	require.Equal(t, "COUNTED", out.Items[1].Outcome)
	require.Contains(t, w.log.String(), "panic of type string")
	require.NotContains(t, w.log.String(), "520102201101011234")
}

// The items of a batch that a fallen database cuts off are told one after the other.
func TestABatchThatLosesItsDatabase(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	leader := w.login(school, org.SchoolLeader)
	var changes, tasks [2]uuid.UUID
	for i := range changes {
		changes[i], tasks[i] = w.change(school, org.SchoolLeader)
	}
	admin, err := pgx.Connect(t.Context(), w.db.DSN("postgres"))
	require.NoError(t, err)
	defer func() { _ = admin.Close(context.Background()) }()
	arrived := make(chan struct{}, len(changes))
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for range changes {
			<-arrived
		}
		_, err = admin.Exec(context.Background(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename IN ('xueji_app', 'xueji_worker')`)
	}()
	w.deps.Desk = casework.New(w.app, oddEngine{directEngine: directEngine{w.worker}, odd: func() { arrived <- struct{}{}; <-gone }}, slog.New(slog.DiscardHandler))
	w.build()
	out := w.batch(leader, changes, tasks)
	require.NoError(t, err)
	require.Equal(t, len(changes), out.Refused)
	for _, item := range out.Items {
		require.Equal(t, "unavailable", item.Code)
	}
}
