package home_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/home"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

// homeOf is the first page of somebody.
func homeOf(w *apitest.World, who apitest.Caller) (h home.Home) {
	w.T().Helper()
	w.Must(http.StatusOK, who.Token, apitest.Get("/v1/home"), &h)
	return h
}

// entries counts what a list gives somebody.
func entries(w *apitest.World, who apitest.Caller, path string) int64 {
	w.T().Helper()
	var page rest.Page[any]
	w.Must(http.StatusOK, who.Token, apitest.Get(path), &page)
	require.Empty(w.T(), page.Next)
	return int64(len(page.Items))
}

// agrees says that the numbers are those of the lists.
func agrees(w *apitest.World, who apitest.Caller) home.Home {
	t := w.T()
	t.Helper()
	h := homeOf(w, who)
	require.Equal(t, entries(w, who, "/v1/inbox?limit=100"), h.Open)
	for path, n := range map[string]*home.Count{
		"/v1/inbox/late": h.LateBelow, "/v1/problems": h.Problems, "/v1/suspensions/expiring": h.Suspensions,
	} {
		if n == nil {
			require.Equal(t, http.StatusForbidden, w.Send(who.Token, apitest.Get(path)).Code, path)
			continue
		}
		require.Equal(t, entries(w, who, path+"?limit=100"), n.Count, path)
		require.False(t, n.More)
	}
	return h
}

func TestTheFirstPageCountsWhatTheListsShow(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	head := w.LogIn(storetest.Bureau, org.BureauHead)
	file := func(key string) uuid.UUID {
		var filed struct{ ID uuid.UUID }
		w.Must(http.StatusCreated, s.Registrar.Token, apitest.File(key, w.Suspension(s.Registrar, w.Pupil(storetest.SchoolA), "2026-11-20")), &filed)
		return filed.ID
	}
	back, suspended, waiting := file("key-home-1"), file("key-home-2"), file("key-home-3")
	require.EqualValues(t, 3, agrees(w, s.Leader).Open)
	require.Zero(t, agrees(w, s.Registrar).SentBack.Count)

	sendBack := w.Decision(back, "SEND_BACK")
	sendBack.Body = m{"task_id": w.Task(back), "verdict": "SEND_BACK", "opinion": "请补充"}
	w.Must(http.StatusOK, s.Leader.Token, sendBack, nil)
	require.Equal(t, home.Count{Count: 1}, agrees(w, s.Registrar).SentBack)
	require.Zero(t, agrees(w, s.Leader).SentBack.Count)

	w.Must(http.StatusOK, s.Leader.Token, apitest.Call{Method: http.MethodPut, Path: "/v1/tasks/" + w.Task(waiting).String() + "/draft", Body: m{"verdict": "REJECT", "opinion": "材料不全"}}, nil)
	require.Equal(t, &home.Count{Count: 1}, agrees(w, s.Leader).Drafts)
	require.Zero(t, agrees(w, s.Reviewer).Drafts.Count, "nobody else counts my drafts")

	require.Equal(t, http.StatusCreated, w.SendFile(s.Registrar, "/v1/rosters", "名册.xlsx", w.RosterFile("roster-messy.xlsx")).Code)
	require.Equal(t, &home.Count{Count: 1}, agrees(w, s.Registrar).Rosters)
	require.Zero(t, agrees(w, w.LogIn(storetest.SchoolB, org.SchoolRegistrar)).Rosters.Count)

	w.Must(http.StatusOK, s.Leader.Token, w.Decision(suspended, "APPROVE"), nil)
	w.Must(http.StatusOK, s.Reviewer.Token, w.Decision(suspended, "APPROVE"), nil)
	require.Zero(t, agrees(w, s.Registrar).Suspensions.Count)
	require.Zero(t, agrees(w, head).LateBelow.Count)

	// What a role may not see is not there, not even as nothing.
	admin := agrees(w, w.LogIn(storetest.SchoolA, org.SchoolSysadmin))
	require.Nil(t, admin.Problems)
	require.Nil(t, admin.Rosters)
	require.Nil(t, admin.Drafts)
	require.Nil(t, admin.PaperFiles)
	require.Nil(t, agrees(w, s.Registrar).LateBelow)
	require.NotContains(t, w.Send(w.LogIn(storetest.SchoolA, org.ClassTeacher).Token, apitest.Get("/v1/home")).Body.String(), "suspensions")

	w.Hand.Set(time.Date(2027, 8, 10, 9, 0, 0, 0, calendar.Shanghai()))
	s, head = w.Hands(), w.LogIn(storetest.Bureau, org.BureauHead)
	require.Equal(t, &home.Count{Count: 1}, agrees(w, s.Registrar).Suspensions)
	require.EqualValues(t, 2, agrees(w, head).LateBelow.Count)
	require.EqualValues(t, 1, agrees(w, s.Leader).Overdue)
	require.Equal(t, 90, *homeOf(w, s.Registrar).PasswordDays)
}

// A page that asks again every minute gets nothing while nothing has changed.
func TestTheFirstPageIsSentOnlyWhenItChanged(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	first := w.Must(http.StatusOK, s.Leader.Token, apitest.Get("/v1/home"), nil)
	again := func(who apitest.Caller, tag string) *httptest.ResponseRecorder {
		return w.Raw(who.Token, apitest.Get("/v1/home"), nil, "If-None-Match", tag)
	}
	same := again(s.Leader, first.Header().Get("ETag"))
	require.Equal(t, http.StatusNotModified, same.Code)
	require.Empty(t, same.Body.Bytes())
	require.Equal(t, first.Header().Get("ETag"), same.Header().Get("ETag"))
	w.Must(http.StatusCreated, s.Registrar.Token, apitest.File("key-home-9", w.Suspension(s.Registrar, w.Pupil(storetest.SchoolA), "2026-11-20")), nil)
	now := again(s.Leader, first.Header().Get("ETag"))
	require.Equal(t, http.StatusOK, now.Code)
	require.EqualValues(t, 1, apitest.Read[home.Home](w, http.StatusOK, now).Open)
	require.NotEqual(t, first.Header().Get("ETag"), now.Header().Get("ETag"))
}
