package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rules"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A province sets the terms of a school year; everybody of the province reads them.
func TestAProvinceSetsItsSchoolYear(t *testing.T) {
	w := apitest.New(t)
	admin, clerk := w.LogIn(storetest.Province, org.BureauSysadmin), w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	set := func(basedOn int, days ...string) apitest.Call {
		return apitest.Call{Method: "PUT", Path: "/v1/school-years/2027", Body: m{"based_on": basedOn, "terms": []m{
			{"first_day": days[0], "last_day": days[1]}, {"first_day": days[2], "last_day": days[3]}}}}
	}
	var y rules.SchoolYear
	w.Must(200, clerk.Token, apitest.Get("/v1/school-years/2027"), &y)
	require.False(t, y.Set)
	require.Equal(t, "2027-09-01", y.Terms[0].FirstDay.String())
	good := []string{"2027-08-30", "2028-01-14", "2028-02-21", "2028-07-14"}
	w.Refused("forbidden", clerk.Token, set(0, good...))
	w.Refused("policy_office", w.LogIn(storetest.City, org.BureauSysadmin).Token, set(0, good...))
	p := w.Refused("term_backward", admin.Token, set(0, "2027-08-30", "2027-08-29", "2028-02-21", "2028-02-20"))
	require.Equal(t, []string{"/terms/0/last_day", "/terms/1/last_day"}, []string{p.Errors[0].Pointer, p.Errors[1].Pointer})
	w.Refused("wrong_count", admin.Token, apitest.Call{Method: "PUT", Path: "/v1/school-years/2027", Body: m{"based_on": 0, "terms": []m{}}})
	w.Must(200, admin.Token, set(0, good...), &y)
	require.True(t, y.Set)
	w.Refused("version_conflict", admin.Token, set(0, good...))
	var list rules.SchoolYears
	w.Must(200, clerk.Token, apitest.Get("/v1/school-years"), &list)
	require.Len(t, list.Items, 1)
	require.Equal(t, "2028-07-14", list.Items[0].Terms[1].LastDay.String())
	require.Equal(t, rules.TermNow{Year: 2026, Term: 1}, list.Now)
	w.Must(200, w.LogIn(storetest.Nation, org.BureauViewer).Token, apitest.Get("/v1/school-years"), &list)
	require.Equal(t, 2026, list.Now.Year, "the national office follows the built-in policy")
}
