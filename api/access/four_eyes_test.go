package access_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/access"
	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

func TestTheAdministratorOfASchoolIsNotItsRegistrar(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	create := func(login string, roles ...org.Role) apitest.Call {
		return apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": login, "name": "张三", "roles": roles})
	}
	for _, hand := range []org.Role{org.SchoolRegistrar, org.SchoolLeader} {
		p := w.Refused("roles_combined", admin.Token, create("both", org.SchoolSysadmin, hand))
		require.Contains(t, p.Detail, "小规模学校可由一人兼任")
	}
	w.Policy(storetest.Province, `{"small_school_roles": true}`)
	var made access.NewAccount
	w.Must(201, admin.Token, create("both", org.SchoolSysadmin, org.SchoolRegistrar), &made)
	require.True(t, made.Combined, "the account shows it")
	w.Refused("roles_separated", admin.Token, create("all", org.SchoolSysadmin, org.SchoolRegistrar, org.SchoolLeader))
	var single access.NewAccount
	w.Must(201, admin.Token, create("single", org.SchoolSysadmin), &single)
	require.False(t, single.Combined)
	w.Policy(storetest.Province, `{}`)
	edit := func(roles ...org.Role) apitest.Call {
		return apitest.Call{Method: "PUT", Path: "/v1/accounts/" + made.ID.String(), IfMatch: rest.ETag(made.Version), Body: m{"name": "张三", "roles": roles}}
	}
	w.Refused("roles_combined", admin.Token, edit(org.SchoolSysadmin, org.SchoolRegistrar))
	w.Must(200, admin.Token, edit(org.SchoolRegistrar), nil)
}

func TestTheProvinceSaysHowLongAPasswordLasts(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	elsewhere := w.LogIn(storetest.FarSchool, org.SchoolRegistrar)
	w.Policy(storetest.Province, `{"password_days": 30}`)
	w.Hand.Advance(30*24*time.Hour - time.Minute)
	var s access.Session
	w.Must(201, "", apitest.LogInWith(c.Login, apitest.Password), &s)
	w.Must(200, s.Token, apitest.Get(w.Org(storetest.SchoolA, "")), nil)
	w.Hand.Advance(time.Minute)
	p := w.Refused("password_change_required", s.Token, apitest.Get(w.Org(storetest.SchoolA, "")))
	require.Contains(t, p.Detail, "30天")
	w.Must(201, "", apitest.LogInWith(elsewhere.Login, apitest.Password), &s)
	w.Must(200, s.Token, apitest.Get(w.Org(storetest.FarSchool, "")), nil)
}

func TestAResetEndsSessionsAndTheTokensOfMachines(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	admin := w.LogIn(storetest.SchoolA, org.SchoolSysadmin)
	var made access.NewToken
	w.Must(201, c.Token, apitest.Post("/v1/me/tokens", m{"name": "同步", "roles": []string{"SCHOOL_REGISTRAR"}, "days": 10}), &made)
	w.Must(200, made.Secret, apitest.Get("/v1/me"), nil)
	for range 5 {
		w.Refused("login_failed", "", apitest.LogInWith(c.Login, "Wrong#123"))
	}
	w.Refused("account_locked", "", apitest.LogInWith(c.Login, apitest.Password))
	var shown access.Account
	w.Must(200, admin.Token, apitest.Get("/v1/accounts/"+c.Account.String()), &shown)
	require.NotNil(t, shown.LockedUntil)
	var fresh access.Password
	w.Must(200, admin.Token, apitest.Post("/v1/accounts/"+c.Account.String()+"/password-reset", nil), &fresh)
	w.Refused("unauthenticated", made.Secret, apitest.Get("/v1/me"))
	w.Refused("unauthenticated", c.Token, apitest.Get("/v1/me"))
	w.Must(201, "", apitest.LogInWith(c.Login, fresh.Password), nil)
}

// logInFrom logs in over a connection from one address, through proxies that name others.
func logInFrom(w *apitest.World, remote, forwarded, login, password string) *httptest.ResponseRecorder {
	text, err := json.Marshal(m{"login": login, "password": password})
	require.NoError(w.T(), err)
	r := httptest.NewRequest(http.MethodPost, "/v1/sessions", bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = remote + ":4711"
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	return w.Serve(r)
}

func TestTheAddressOfTheCallerIsKept(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	login := c.Login
	require.Equal(t, http.StatusUnauthorized, logInFrom(w, "198.51.100.7", "", login, "Wrong#123").Code)
	require.Equal(t, http.StatusCreated, logInFrom(w, "198.51.100.7", "10.9.9.9", login, apitest.Password).Code)
	for _, action := range []string{"login.failed", "session.open"} {
		require.Equal(t, "198.51.100.7", apitest.One[string](w, `SELECT detail ->> 'address' FROM audit_entry WHERE action = $1 AND account_id = $2`, action, c.Account), action)
	}
	require.Contains(t, w.Log.String(), `"route":"/v1/sessions","address":"198.51.100.7"`)
	require.Equal(t, 1, strings.Count(w.Log.String(), "http.trusted_proxies"), "an untrusted proxy is named once")
	require.NotContains(t, w.Log.String(), "10.9.9.9", "and what it says is not believed")

	head := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	w.Must(201, head.Token, apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": "lisi", "name": "李四", "roles": []string{"PRINCIPAL"}}), nil)
	require.Equal(t, "192.0.2.1", apitest.One[string](w, `SELECT detail ->> 'address' FROM audit_entry WHERE action = 'account.create' AND account_id = $1`, head.Account))
}

func TestBehindATrustedProxyEachCallerHasAnAddress(t *testing.T) {
	w := apitest.NewWith(t, func(d *apitest.Deps) { d.TrustedProxies = []string{"10.0.0.0/8"} })
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	login := c.Login
	for range 5 {
		require.Equal(t, http.StatusUnauthorized, logInFrom(w, "10.0.0.1", "203.0.113.9", login, "Wrong#123").Code)
	}
	require.Equal(t, http.StatusForbidden, logInFrom(w, "10.0.0.1", "203.0.113.9", login, apitest.Password).Code)
	require.Equal(t, http.StatusForbidden, logInFrom(w, "10.0.0.1", "198.51.100.7, 203.0.113.9", login, apitest.Password).Code, "a caller cannot choose the address")
	require.Equal(t, http.StatusCreated, logInFrom(w, "10.0.0.1", "198.51.100.7", login, apitest.Password).Code)
	require.NotContains(t, w.Log.String(), "http.trusted_proxies")
}
