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

func TestATrialTellsItsLogins(t *testing.T) {
	w := apitest.New(t)
	registrar, closed := w.NewAccount(storetest.SchoolA, org.SchoolRegistrar), w.NewAccount(storetest.SchoolA, org.Principal)
	w.Refused("not_found", "", apitest.Get("/v1/trial"))

	logins := []string{}
	w.Deps.Trial = &access.Trial{Password: apitest.Password, Logins: func() []string { return logins }}
	w.Build()
	var told access.TrialLogins
	require.Contains(t, w.Must(http.StatusOK, "", apitest.Get("/v1/trial"), &told).Body.String(), `"logins":[]`)
	admin := w.LogIn(storetest.SchoolA, org.SchoolSysadmin)
	w.Must(http.StatusOK, admin.Token, apitest.Post("/v1/accounts/"+closed.Account.String()+"/closure", nil), nil)
	logins = []string{registrar.Login, closed.Login, "nobody"}
	w.Must(http.StatusOK, "", apitest.Get("/v1/trial"), &told)
	require.Equal(t, access.TrialLogins{Password: apitest.Password, Logins: []access.TrialLogin{{
		Login: registrar.Login, Name: apitest.PersonName, Roles: []org.Role{org.SchoolRegistrar}, RoleLabels: []string{"学籍管理员"},
		Office: w.OfficeName(storetest.SchoolA), OfficeKind: org.School,
	}}}, told)
	w.Must(http.StatusOK, "", apitest.Call{Method: http.MethodGet, Path: "/v1/trial", Language: "en"}, &told)
	require.Equal(t, []string{"registrar"}, told.Logins[0].RoleLabels)
	cookieOf(w, http.StatusCreated, browserLogIn(w, "127.0.0.1", told.Logins[0].Login, told.Password))
}
