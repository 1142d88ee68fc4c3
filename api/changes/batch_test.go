package changes_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/workflows/contract"
)

// oddEngine does something odd instead of counting the slips of one change.
type oddEngine struct {
	apitest.Worker

	change string
	odd    func()
}

func (e oddEngine) Say(ctx context.Context, change string, m contract.SlipMessage) (contract.SlipResult, error) {
	if e.change == "" || change == e.change {
		e.odd()
	}
	return e.Worker.Say(ctx, change, m)
}

// batch approves changes in one batch.
func batch(w *apitest.World, who apitest.Caller, changes, tasks []uuid.UUID) (out changes.BatchResult) {
	w.T().Helper()
	w.Must(http.StatusOK, who.Token, decisions(uuid.NewString(), "", changes, tasks), &out)
	return out
}

// What befalls one item of a batch befalls no other, and not the program.
func TestAPanicInABatchIsItsItems(t *testing.T) {
	w := apitest.New(t)
	school := storetest.SchoolA
	leader := w.LogIn(school, org.SchoolLeader)
	changes, tasks := w.Changes(school, 2)
	w.Deps.Desk = casework.New(w.Deps.Store, oddEngine{apitest.Worker{Engine: w.Worker}, changes[0].String(), func() { panic("张三 520102201101011234") }}, slog.New(slog.DiscardHandler))
	w.Build()
	out := batch(w, leader, changes, tasks)
	require.Equal(t, []int{1, 1}, []int{out.Counted, out.Refused})
	require.Equal(t, "internal", out.Items[0].Code)
	require.Equal(t, "COUNTED", out.Items[1].Outcome)
	require.Contains(t, w.Log.String(), "panic of type string")
	require.NotContains(t, w.Log.String(), "520102201101011234")
}

// The items of a batch that a fallen database cuts off are told one after the other.
func TestABatchThatLosesItsDatabase(t *testing.T) {
	w := apitest.New(t)
	school := storetest.SchoolA
	leader := w.LogIn(school, org.SchoolLeader)
	changes, tasks := w.Changes(school, 2)
	admin := w.Connect(embedded.Superuser)
	var err error
	arrived := make(chan struct{}, len(changes))
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for range changes {
			<-arrived
		}
		_, err = admin.Exec(context.Background(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename IN ('xueji_app', 'xueji_worker')`)
	}()
	w.Deps.Desk = casework.New(w.Deps.Store, oddEngine{Worker: apitest.Worker{Engine: w.Worker}, odd: func() { arrived <- struct{}{}; <-gone }}, slog.New(slog.DiscardHandler))
	w.Build()
	out := batch(w, leader, changes, tasks)
	require.NoError(t, err)
	// A pool that looks at a connection before it lends it may have seen that one was gone.
	require.Positive(t, out.Refused)
	for _, item := range out.Items {
		if item.Outcome == "REFUSED" {
			require.Equal(t, "unavailable", item.Code)
		}
	}
}
