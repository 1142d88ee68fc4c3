package offices_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/offices"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A bureau sets the plans of its schools one by one, and sees at a glance which schools
// have none.
func TestABureauSetsThePlansOfItsSchools(t *testing.T) {
	w := apitest.New(t)
	reviewer, school := w.LogIn(storetest.Bureau, org.BureauReviewer), w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	path := w.Org(storetest.SchoolA, "/plans/PRIMARY/2026")
	set := func(size, basedOn int) apitest.Call {
		return apitest.Call{Method: "PUT", Path: path, Body: m{"size": size, "based_on": basedOn}}
	}
	var p offices.Plan
	w.Must(200, school.Token, apitest.Get(path), &p)
	require.Nil(t, p.Size)
	require.Equal(t, "小学", p.StageLabel)
	w.Refused("forbidden", school.Token, set(100, 0))
	w.Refused("plan_bureau", w.LogIn(storetest.City, org.BureauReviewer).Token, set(100, 0))
	w.Must(200, reviewer.Token, set(100, 0), &p)
	require.Equal(t, []int{100, 0, 100, 1}, []int{*p.Size, p.Used, p.Free, int(p.Version)})
	w.Refused("version_conflict", reviewer.Token, set(110, 0))
	w.Must(200, reviewer.Token, set(110, 1), &p)
	w.Refused("grade_stage", reviewer.Token, apitest.Call{Method: "PUT", Path: w.Org(storetest.SchoolA, "/plans/JUNIOR/2026"), Body: m{"size": 5, "based_on": 0}})
	w.Refused("plan_year", reviewer.Token, apitest.Call{Method: "PUT", Path: w.Org(storetest.SchoolA, "/plans/PRIMARY/2030"), Body: m{"size": 5, "based_on": 0}})

	var list rest.Page[offices.Plan]
	w.Must(200, reviewer.Token, apitest.Get(w.Org(storetest.Bureau, "/plans?year=2026&limit=1")), &list)
	require.Len(t, list.Items, 1)
	require.Equal(t, 110, *list.Items[0].Size)
	var next rest.Page[offices.Plan]
	w.Must(200, reviewer.Token, apitest.Get(w.Org(storetest.Bureau, "/plans?year=2026&cursor="+list.Next)), &next)
	require.Len(t, next.Items, 1)
	require.Nil(t, next.Items[0].Size, "the other school has no plan")
	w.Must(200, school.Token, apitest.Get(w.Org(storetest.SchoolA, "/plans?year=2026")), &list)
	require.Len(t, list.Items, 1)
	w.Refused("forbidden", school.Token, apitest.Get(w.Org(storetest.Bureau, "/plans?year=2026")))
}
