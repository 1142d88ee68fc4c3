package api

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/operations"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

const attentionPath = "/v1/operations/attention"

func TestAttentionStaysInTheSubtreeAndNamesNoPupil(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"school", "school2", "school3"} {
		id, _ := w.change(w.places[name], org.SchoolLeader)
		w.exec(`UPDATE step SET problem = 'NO_ELIGIBLE_PERSON' WHERE change_id = $1`, id)
	}
	sees := func(c caller, want ...string) {
		t.Helper()
		var a operations.Attention
		answer := w.must(200, c.token, call{method: "GET", path: attentionPath}, &a)
		have := []string{}
		for _, item := range a.Items {
			have = append(have, strings.TrimPrefix(item.Office, "单位"))
			require.Equal(t, "SUSPENSION", item.Kind)
			require.Equal(t, "休学", item.KindName)
			require.Equal(t, "1/1", item.Workflow.StepRound)
		}
		require.ElementsMatch(t, want, have)
		require.EqualValues(t, len(want), a.Counts["nobody"])
		requireNobody(t, w, answer)
	}
	sees(w.login(w.places["school"], org.SchoolSysadmin), "school")
	sees(w.login(w.places["county"], org.BureauSysadmin), "school", "school2")
	sees(w.login(w.places["city"], org.BureauHead), "school", "school2", "school3")
	sees(w.login(w.places["province2"], org.BureauSysadmin))
	w.refused("forbidden", w.login(w.places["county"], org.BureauReviewer).token, call{method: "GET", path: attentionPath})
}

// requireNobody: no name, number or ID of any pupil stands in an answer.
func requireNobody(t *testing.T, w *world, answer *httptest.ResponseRecorder) {
	t.Helper()
	text := answer.Body.String()
	require.NotContains(t, text, "某人")
	require.NotContains(t, text, "student")
	rows, err := w.owner.Query(t.Context(), `SELECT s.id::text FROM student s UNION ALL SELECT a.id::text FROM account a`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		require.NoError(t, rows.Scan(&id))
		require.NotContains(t, text, id)
	}
	require.NoError(t, rows.Err())
}

func TestAttentionTellsFindingsWithTheirActions(t *testing.T) {
	w := newWorld(t)
	id, _ := w.change(w.places["school"], org.SchoolLeader)
	w.exec(`UPDATE step SET due_at = $2, overdue_at = $2, reminded_50 = $2, reminded_80 = $2 WHERE change_id = $1`, id, w.clock.Now().Add(-time.Hour))
	w.deps.Checks = []rest.Check{
		{Name: "database", Ask: func(context.Context) error { return nil }},
		{Name: "worker", Ask: func(context.Context) error { return errors.New("none") }},
	}
	w.build()
	w.exec(`UPDATE worker_beat SET every = '0 seconds'`) // no worker lives
	head := w.login(w.places["county"], org.BureauHead)
	var a operations.Attention
	w.must(200, head.token, call{method: "GET", path: attentionPath}, &a)
	require.Equal(t, map[string]string{"database": "ok", "worker": "down"}, a.Parts)
	require.Equal(t, map[string]int64{"overdue": 1, "activity_retrying": 1}, a.Counts)
	require.True(t, a.Complete)
	require.Len(t, a.Service, 1)
	require.Equal(t, "workers_down", a.Service[0].Finding)
	require.Equal(t, "start_worker", a.Service[0].Action)
	require.Len(t, a.Items, 1)
	require.Equal(t, id, a.Items[0].ChangeID)
	require.Equal(t, []operations.AttentionActivity{{Name: "Perform", Attempt: 3, Failure: "away"}}, a.Items[0].Workflow.Activities)
	overdue := a.Items[0].Findings[1]
	require.Equal(t, "order_done", overdue.Action)
	require.Contains(t, overdue.Sentence, "已超期：单位school（SCHOOL_LEADER）")
	require.Contains(t, overdue.Advice, "督办")

	for reason, want := range map[string]int{"overdue": 1, "activity_retrying": 1, "nobody": 0, "not_running": 0} {
		w.must(200, head.token, call{method: "GET", path: attentionPath + "?reason=" + reason}, &a)
		require.Len(t, a.Items, want, reason)
	}
	w.refused("not_in_list", head.token, call{method: "GET", path: attentionPath + "?reason=bored"})
	w.refused("bad_cursor", head.token, call{method: "GET", path: attentionPath + "?cursor=%25"})
}

func TestAttentionPagesOverHTTP(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		id, _ := w.change(w.places["school"], org.SchoolLeader)
		w.exec(`UPDATE step SET problem = 'NO_ELIGIBLE_PERSON' WHERE change_id = $1`, id)
	}
	head, seen, next := w.login(w.places["county"], org.BureauHead), map[string]bool{}, ""
	for range 3 {
		var a operations.Attention
		w.must(200, head.token, call{method: "GET", path: attentionPath + "?limit=2&cursor=" + next}, &a)
		for _, item := range a.Items {
			require.False(t, seen[item.CaseNo])
			seen[item.CaseNo] = true
		}
		next = a.Next
	}
	require.Empty(t, next)
	require.Len(t, seen, 5)
}
