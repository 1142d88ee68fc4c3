package access_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/access"
	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// Everybody may know the colleagues of the own office, by name, role and absence; those who
// cannot work now are not among them.
func TestColleaguesKnowEachOther(t *testing.T) {
	w := apitest.New(t)
	school := storetest.SchoolA
	leader, second := w.LogIn(school, org.SchoolLeader), w.LogIn(school, org.SchoolLeader)
	teacher := w.LogIn(school, org.ClassTeacher)
	gone := w.NewAccount(school, org.SchoolRegistrar)
	admin := w.LogIn(school, org.SchoolSysadmin)
	w.Must(http.StatusOK, admin.Token, apitest.Post("/v1/accounts/"+gone.Account.String()+"/seal", nil), nil)
	until := w.Now().AddDate(0, 0, 3)
	w.Must(http.StatusCreated, leader.Token, apitest.Post("/v1/proxies", m{"proxy": second.Account, "until": until, "reason": "外出培训"}), nil)
	people := func(who apitest.Caller, at string) map[string]access.PersonView {
		t.Helper()
		var page struct{ Items []access.PersonView }
		w.Must(http.StatusOK, who.Token, apitest.Get(w.Org(at, "/people")), &page)
		all := map[string]access.PersonView{}
		for _, p := range page.Items {
			all[p.Account.String()] = p
		}
		return all
	}
	seen := people(teacher, school)
	require.Equal(t, []string{"学籍主管领导"}, seen[leader.Account.String()].RoleLabels)
	require.True(t, until.Equal(*seen[leader.Account.String()].AwayUntil))
	require.Nil(t, seen[second.Account.String()].AwayUntil)
	require.NotContains(t, seen, gone.Account.String())
	require.Contains(t, people(w.LogIn(storetest.Bureau, org.BureauHead), school), leader.Account.String())
	w.Refused("forbidden", w.LogIn(storetest.Bureau, org.BureauReviewer).Token, apitest.Get(w.Org(school, "/people")))
}
