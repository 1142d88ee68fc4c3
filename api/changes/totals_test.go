package changes_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/storetest"
)

// A list that is asked for it tells how many entries there are on all pages, as it is narrowed
// and in its order. A list is not counted when the call does not ask for it.
func TestListsAreCountedAndTurnedRound(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	var filed []string
	for _, key := range []string{"key-total-1", "key-total-2", "key-total-3"} {
		var line changes.ChangeLine
		w.Must(http.StatusCreated, s.Registrar.Token, apitest.File(key, w.Suspension(s.Registrar, w.Pupil(storetest.SchoolA), "2026-11-20")), &line)
		filed = append(filed, line.CaseNo)
	}
	cases := func(query string) (numbers []string, total *rest.Total) {
		var page rest.Page[changes.ChangeLine]
		w.Must(http.StatusOK, s.Registrar.Token, apitest.Get("/v1/changes?mine=true&kind=SUSPENSION"+query), &page)
		for _, one := range page.Items {
			numbers = append(numbers, one.CaseNo)
		}
		return numbers, page.Total
	}
	_, total := cases("")
	require.Nil(t, total)
	numbers, total := cases("&total=true&limit=1")
	require.Equal(t, &rest.Total{Count: 3}, total)
	require.Equal(t, filed[2:], numbers)
	numbers, _ = cases("&order=OLDEST&limit=2")
	require.Equal(t, filed[:2], numbers)
	waits := func(query string) (numbers []string, total *rest.Total) {
		var page rest.Page[changes.InboxItem]
		w.Must(http.StatusOK, s.Leader.Token, apitest.Get("/v1/inbox?total=true"+query), &page)
		for _, one := range page.Items {
			numbers = append(numbers, one.CaseNo)
		}
		return numbers, page.Total
	}
	numbers, total = waits("&limit=2")
	require.Equal(t, &rest.Total{Count: 3}, total)
	require.Len(t, numbers, 2)
	numbers, total = waits("&order=NEWEST&kind=SUSPENSION&step=LEADER_REVIEW&due=LATER&held=NOBODY&school_id=" + w.ID(storetest.SchoolA).String())
	require.Equal(t, []string{filed[2], filed[1], filed[0]}, numbers)
	require.Equal(t, &rest.Total{Count: 3}, total)
	_, total = waits("&kind=TRANSFER")
	require.Equal(t, &rest.Total{}, total)
	w.Refused("not_in_list", s.Leader.Token, apitest.Get("/v1/inbox?kind=NONSENSE"))
}

// The office that filed may file again what ended without effect, and take it off its list.
func TestAnEndedCaseOffersToFileAgain(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	var line changes.ChangeLine
	w.Must(http.StatusCreated, s.Registrar.Token, apitest.File("key-ended", w.Suspension(s.Registrar, w.Pupil(storetest.SchoolA), "2026-11-20")), &line)
	page := func(who apitest.Caller) (p changes.ChangePage) {
		w.Must(http.StatusOK, who.Token, apitest.Get("/v1/changes/"+line.ID.String()), &p)
		return p
	}
	require.NotContains(t, page(s.Registrar).May, "REDO")
	refuse := w.Decision(line.ID, "REJECT")
	refuse.Body = m{"task_id": w.Task(line.ID), "verdict": "REJECT", "opinion": "材料不实"}
	w.Must(http.StatusOK, s.Leader.Token, refuse, nil)
	is := page(s.Registrar)
	require.Subset(t, is.May, []string{"REDO", "DISMISS"})
	require.Subset(t, is.MayLabels, []string{"重新申请", "从列表移除"})
	for _, who := range []apitest.Caller{s.Leader, s.Reviewer} {
		require.NotContains(t, page(who).May, "REDO")
	}
}
