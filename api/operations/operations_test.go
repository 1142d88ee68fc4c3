package operations_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/operations"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
)

const attentionPath = "/v1/operations/attention"

func TestAttentionStaysInTheSubtreeAndNamesNoPupil(t *testing.T) {
	w := apitest.New(t)
	w.FoundNextSchool()
	for _, path := range []string{storetest.SchoolA, storetest.SchoolB, apitest.NextSchool} {
		nobodyDecides(w, path, 1)
	}
	sees := func(c apitest.Caller, want ...string) {
		t.Helper()
		var a operations.Attention
		answer := w.Must(200, c.Token, apitest.Get(attentionPath), &a)
		have := []string{}
		for _, item := range a.Items {
			have = append(have, item.Office)
			require.Equal(t, "SUSPENSION", item.Kind)
			require.Equal(t, "休学", item.KindName)
			require.Equal(t, "1/1", item.Workflow.StepRound)
		}
		require.ElementsMatch(t, want, have)
		require.EqualValues(t, len(want), a.Counts["nobody"])
		requireNobody(t, w, answer)
	}
	a, b, next := w.OfficeName(storetest.SchoolA), w.OfficeName(storetest.SchoolB), w.OfficeName(apitest.NextSchool)
	sees(w.LogIn(storetest.SchoolA, org.SchoolSysadmin), a)
	sees(w.LogIn(storetest.Bureau, org.BureauSysadmin), a, b)
	sees(w.LogIn(storetest.City, org.BureauHead), a, b, next)
	sees(w.LogIn(storetest.FarProvince, org.BureauSysadmin))
	w.Refused("forbidden", w.LogIn(storetest.Bureau, org.BureauReviewer).Token, apitest.Get(attentionPath))
}

// nobodyDecides files suspensions at a school, after its leader has gone.
func nobodyDecides(w *apitest.World, school string, n int) (changes []uuid.UUID) {
	w.T().Helper()
	pupils := w.Pupils(school, n)
	w.Dismiss(w.Who(school, org.SchoolLeader))
	for _, pupil := range pupils {
		change := w.File(process.Suspension, pupil, nil)
		w.Started(change)
		changes = append(changes, change)
	}
	return changes
}

// requireNobody: no name, number or ID of any pupil stands in an answer.
func requireNobody(t *testing.T, w *apitest.World, answer *httptest.ResponseRecorder) {
	t.Helper()
	text := answer.Body.String()
	require.NotContains(t, text, "student")
	for _, one := range w.Texts(`SELECT id::text FROM student UNION ALL SELECT name FROM student UNION ALL SELECT id::text FROM account UNION ALL SELECT name FROM account`) {
		require.NotContains(t, text, one)
	}
}

func TestAttentionTellsFindingsWithTheirActions(t *testing.T) {
	w := apitest.New(t)
	id, _ := w.Change(storetest.SchoolA)
	w.Started(id)
	w.At("2026-12-05")
	w.MustIn(w.Worker, "", func(tx *change.Tx) error { return tx.SendDueReminders(id) })
	w.Deps.Checks = []rest.Check{
		{Name: "database", Ask: func(context.Context) error { return nil }},
		{Name: "worker", Ask: func(context.Context) error { return errors.New("none") }},
	}
	w.Build()
	w.MustIn(w.Worker, "", func(tx *change.Tx) error { return worklist.EndBeat(tx.Tx, "worker") })
	head := w.LogIn(storetest.Bureau, org.BureauHead)
	var a operations.Attention
	w.Must(200, head.Token, apitest.Get(attentionPath), &a)
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
	require.Contains(t, overdue.Sentence, "已超期："+w.OfficeName(storetest.SchoolA)+"（SCHOOL_LEADER）")
	require.Contains(t, overdue.Advice, "督办")

	for reason, want := range map[string]int{"overdue": 1, "activity_retrying": 1, "nobody": 0, "not_running": 0} {
		w.Must(200, head.Token, apitest.Get(attentionPath+"?reason="+reason), &a)
		require.Len(t, a.Items, want, reason)
	}
	w.Refused("not_in_list", head.Token, apitest.Get(attentionPath+"?reason=bored"))
	w.Refused("bad_cursor", head.Token, apitest.Get(attentionPath+"?cursor=%25"))
}

func TestAttentionPagesOverHTTP(t *testing.T) {
	w := apitest.New(t)
	nobodyDecides(w, storetest.SchoolA, 5)
	head, seen, next := w.LogIn(storetest.Bureau, org.BureauHead), map[string]bool{}, ""
	for range 3 {
		var a operations.Attention
		w.Must(200, head.Token, apitest.Get(attentionPath+"?limit=2&cursor="+next), &a)
		for _, item := range a.Items {
			require.False(t, seen[item.CaseNo])
			seen[item.CaseNo] = true
		}
		next = a.Next
	}
	require.Empty(t, next)
	require.Len(t, seen, 5)
}
