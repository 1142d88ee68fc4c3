package api

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
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

func TestTheAdministratorOfASchoolIsNotItsRegistrar(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["county"], org.BureauSysadmin)
	create := func(login string, roles ...org.Role) call {
		return call{method: "POST", path: orgPath(w.places["school"], "/accounts"), body: m{"login": login, "name": "张三", "roles": roles}}
	}
	for _, hand := range []org.Role{org.SchoolRegistrar, org.SchoolLeader} {
		p := w.refused("roles_combined", admin.token, create("both", org.SchoolSysadmin, hand))
		require.Contains(t, p.Detail, "小规模学校可由一人兼任")
	}
	w.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 1, '2026-01-01', '{"small_school_roles": true}', now())`)
	var made access.NewAccount
	w.must(201, admin.token, create("both", org.SchoolSysadmin, org.SchoolRegistrar), &made)
	require.True(t, made.Combined, "the account shows it")
	w.refused("roles_separated", admin.token, create("all", org.SchoolSysadmin, org.SchoolRegistrar, org.SchoolLeader))
	var single access.NewAccount
	w.must(201, admin.token, create("single", org.SchoolSysadmin), &single)
	require.False(t, single.Combined)
	w.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 2, '2026-01-02', '{}', now())`)
	edit := func(roles ...org.Role) call {
		return call{method: "PUT", path: "/v1/accounts/" + made.ID.String(), ifMatch: rest.ETag(made.Version), body: m{"name": "张三", "roles": roles}}
	}
	w.refused("roles_combined", admin.token, edit(org.SchoolSysadmin, org.SchoolRegistrar))
	w.must(200, admin.token, edit(org.SchoolRegistrar), nil)
}

func TestTheProvinceSaysHowLongAPasswordLasts(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["school"], org.SchoolRegistrar)
	elsewhere := w.login(w.places["school4"], org.SchoolRegistrar)
	w.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 1, '2026-01-01', '{"password_days": 30}', now())`)
	w.hand.Advance(30*24*time.Hour - time.Minute)
	var s access.Session
	w.must(201, "", logInAs(w.loginName(c), worldPassword), &s)
	w.must(200, s.Token, call{method: "GET", path: orgPath(w.places["school"], "")}, nil)
	w.hand.Advance(time.Minute)
	p := w.refused("password_change_required", s.Token, call{method: "GET", path: orgPath(w.places["school"], "")})
	require.Contains(t, p.Detail, "30天")
	w.must(201, "", logInAs(w.loginName(elsewhere), worldPassword), &s)
	w.must(200, s.Token, call{method: "GET", path: orgPath(w.places["school4"], "")}, nil)
}

func TestAResetEndsSessionsAndTheTokensOfMachines(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["school"], org.SchoolRegistrar)
	admin := w.login(w.places["school"], org.SchoolSysadmin)
	var made access.NewToken
	w.must(201, c.token, call{method: "POST", path: "/v1/me/tokens", body: m{"name": "同步", "roles": []string{"SCHOOL_REGISTRAR"}, "days": 10}}, &made)
	w.must(200, made.Secret, me(), nil)
	for range 5 {
		w.refused("login_failed", "", logInAs(w.loginName(c), "Wrong#123"))
	}
	w.refused("account_locked", "", logInAs(w.loginName(c), worldPassword))
	var shown access.Account
	w.must(200, admin.token, call{method: "GET", path: "/v1/accounts/" + c.account.String()}, &shown)
	require.NotNil(t, shown.LockedUntil)
	var fresh access.Password
	w.must(200, admin.token, call{method: "POST", path: "/v1/accounts/" + c.account.String() + "/password-reset"}, &fresh)
	w.refused("unauthenticated", made.Secret, me())
	w.refused("unauthenticated", c.token, me())
	w.must(201, "", logInAs(w.loginName(c), fresh.Password), nil)
}

// logInFrom logs in over a connection from one address, through proxies that name others.
func (w *world) logInFrom(remote, forwarded, login, password string) *httptest.ResponseRecorder {
	text, err := json.Marshal(m{"login": login, "password": password})
	require.NoError(w.t, err)
	r := httptest.NewRequest(http.MethodPost, "/v1/sessions", bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = remote + ":4711"
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return recorder
}

func TestTheAddressOfTheCallerIsKept(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["school"], org.SchoolRegistrar)
	login := w.loginName(c)
	require.Equal(t, http.StatusUnauthorized, w.logInFrom("198.51.100.7", "", login, "Wrong#123").Code)
	require.Equal(t, http.StatusCreated, w.logInFrom("198.51.100.7", "10.9.9.9", login, worldPassword).Code)
	for _, action := range []string{"login.failed", "session.open"} {
		require.Equal(t, "198.51.100.7", one[string](w, `SELECT detail ->> 'address' FROM audit_entry WHERE action = $1 AND account_id = $2`, action, c.account), action)
	}
	require.Contains(t, w.log.String(), `"route":"/v1/sessions","address":"198.51.100.7"`)
	require.Equal(t, 1, strings.Count(w.log.String(), "http.trusted_proxies"), "an untrusted proxy is named once")
	require.NotContains(t, w.log.String(), "10.9.9.9", "and what it says is not believed")

	head := w.login(w.places["county"], org.BureauSysadmin)
	w.must(201, head.token, call{method: "POST", path: orgPath(w.places["school"], "/accounts"), body: m{"login": "lisi", "name": "李四", "roles": []string{"PRINCIPAL"}}}, nil)
	require.Equal(t, "192.0.2.1", one[string](w, `SELECT detail ->> 'address' FROM audit_entry WHERE action = 'account.create'`))
}

func TestBehindATrustedProxyEachCallerHasAnAddress(t *testing.T) {
	w := newWorldWith(t, func(d *Deps) { d.TrustedProxies = []string{"10.0.0.0/8"} })
	c := w.login(w.places["school"], org.SchoolRegistrar)
	login := w.loginName(c)
	for range 5 {
		require.Equal(t, http.StatusUnauthorized, w.logInFrom("10.0.0.1", "203.0.113.9", login, "Wrong#123").Code)
	}
	require.Equal(t, http.StatusForbidden, w.logInFrom("10.0.0.1", "203.0.113.9", login, worldPassword).Code)
	require.Equal(t, http.StatusForbidden, w.logInFrom("10.0.0.1", "198.51.100.7, 203.0.113.9", login, worldPassword).Code, "a caller cannot choose the address")
	require.Equal(t, http.StatusCreated, w.logInFrom("10.0.0.1", "198.51.100.7", login, worldPassword).Code)
	require.NotContains(t, w.log.String(), "http.trusted_proxies")
}
