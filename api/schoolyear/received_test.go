package schoolyear_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/schoolyear"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A registrar enters a child without a record, the bureau reads the list with words and days,
// and the registrar closes the entry. The name stands in no log.
func TestAChildIsReceivedOverHTTP(t *testing.T) {
	w := apitest.New(t)
	registrar, bureau, other := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauReviewer), w.LogIn(storetest.SchoolB, org.SchoolRegistrar)
	pupil, path := w.Pupil(storetest.SchoolA), w.Org(storetest.SchoolA, "/received-children")
	enter := keyed(path, m{"name": "样例来", "stage": "PRIMARY", "grade": 2, "received_on": "2026-11-18", "from_school": "外省样例小学"})
	var child, again schoolyear.ReceivedChild
	w.Must(http.StatusCreated, registrar.Token, enter, &child)
	w.Must(http.StatusCreated, registrar.Token, enter, &again)
	require.Equal(t, child, again)
	require.Equal(t, []any{"样例来", "小学", 2, 2, ""}, []any{child.Name, child.StageLabel, child.Grade, child.Days, child.OutcomeLabel})
	w.Refused("day_ahead", registrar.Token, keyed(path, m{"name": "样例来", "stage": "PRIMARY", "grade": 2, "received_on": "2026-11-21"}))
	w.Refused("forbidden", bureau.Token, keyed(path, m{"name": "样例来", "stage": "PRIMARY", "grade": 2, "received_on": "2026-11-18"}))

	var page rest.Page[schoolyear.ReceivedChild]
	list := w.Org(storetest.Bureau, "/received-children?open=true")
	w.Must(http.StatusOK, bureau.Token, apitest.Get(list), &page)
	require.Equal(t, []schoolyear.ReceivedChild{child}, page.Items)
	require.GreaterOrEqual(t, w.Send(other.Token, apitest.Get(path)).Code, 400)

	closure := "/v1/received-children/" + child.ID.String() + "/closure"
	w.Refused("not_found", other.Token, apitest.Call{Method: http.MethodPost, Path: closure, Body: m{"outcome": "LEFT"}})
	w.Refused("forbidden", bureau.Token, apitest.Call{Method: http.MethodPost, Path: closure, Body: m{"outcome": "LEFT"}})
	w.Must(http.StatusOK, registrar.Token, apitest.Call{Method: http.MethodPost, Path: closure, Body: m{"outcome": "RECORD_CAME", "student_id": pupil}}, &child)
	require.Equal(t, []any{"学籍已到", pupil}, []any{child.OutcomeLabel, *child.StudentID})
	w.Refused("received_closed", registrar.Token, apitest.Call{Method: http.MethodPost, Path: closure, Body: m{"outcome": "MISTAKE"}})
	w.Must(http.StatusOK, bureau.Token, apitest.Get(list), &page)
	require.Empty(t, page.Items)
	require.NotContains(t, w.Log.String(), "样例来")
}
