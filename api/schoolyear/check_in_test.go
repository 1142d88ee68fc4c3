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

// A registrar notes class by class who came; the bureau reads who did not.
func TestAClassChecksInOverHTTP(t *testing.T) {
	w := apitest.New(t)
	registrar, bureau := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauReviewer)
	pupils := w.Pupils(storetest.SchoolA, 3)
	path := "/v1/classes/" + w.ClassOf(pupils[0]) + "/check-in"
	put := func(body m) apitest.Call { return apitest.Call{Method: http.MethodPut, Path: path, Body: body} }
	var class schoolyear.ClassCheckIn
	w.Must(http.StatusOK, registrar.Token, put(m{"school_year": 2026, "term": 1, "lines": []m{
		{"student_id": pupils[0], "came": true}, {"student_id": pupils[1], "came": false, "reason": "ILLNESS", "missing_since": "2026-11-18"},
	}}), &class)
	require.Equal(t, []int{1, 1, 1}, []int{class.Came, class.Absent, class.Open})
	w.Refused("check_in_reason", registrar.Token, put(m{"school_year": 2026, "term": 1, "lines": []m{{"student_id": pupils[2], "came": false}}}))
	w.Refused("check_in_year", registrar.Token, put(m{"school_year": 2027, "term": 1, "lines": []m{{"student_id": pupils[2], "came": true}}}))
	w.Refused("forbidden", bureau.Token, put(m{"school_year": 2026, "term": 1, "lines": []m{{"student_id": pupils[2], "came": true}}}))
	var counts schoolyear.ClassCounts
	w.Must(http.StatusOK, bureau.Token, apitest.Get(w.Org(storetest.SchoolA, "/check-in?school_year=2026&term=1")), &counts)
	require.Contains(t, counts.Items, schoolyear.ClassCount{ClassID: class.ClassID, Grade: "2024级", Class: "2024级3班", Stage: org.Primary, Came: 1, Absent: 1, Open: 1})
	require.Greater(t, len(counts.Items), 1, "a class without pupils is in the list, too")
	var page rest.Page[schoolyear.AbsentPupil]
	w.Must(http.StatusOK, bureau.Token, apitest.Get(w.Org(storetest.Bureau, "/absent?school_year=2026&term=1")), &page)
	require.Len(t, page.Items, 1)
	require.Equal(t, []any{pupils[1], 2, "因病", false}, []any{page.Items[0].StudentID, page.Items[0].Days, page.Items[0].ReasonLabel, page.Items[0].PlaceLost})
	w.Must(http.StatusOK, bureau.Token, apitest.Get(path+"?school_year=2026&term=2"), &class)
	require.Equal(t, 3, class.Open, "each term anew")
}
