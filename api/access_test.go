package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/access"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

type m = map[string]any

func logInAs(login, password string) call {
	return call{method: "POST", path: "/v1/sessions", body: m{"login": login, "password": password}}
}

func me() call { return call{method: "GET", path: "/v1/me"} }

func (w *world) loginName(c caller) string {
	return one[string](w, `SELECT login FROM account WHERE id = $1`, c.account)
}

func TestFirstLoginAsksForANewPassword(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["county"], org.BureauSysadmin)
	var made access.NewAccount
	w.must(201, admin.token, call{method: "POST", path: "/v1/orgs/" + w.places["school"].id.String() + "/accounts",
		body: m{"login": "Zhang.San", "name": "张三", "roles": []string{"SCHOOL_SYSADMIN"}}}, &made)
	require.True(t, made.MustChange)
	require.NoError(t, account.CheckPassword(made.Password, "zhang.san"))

	var s access.Session
	w.must(201, "", logInAs("zhang.SAN", made.Password), &s)
	w.refused("password_change_required", s.Token, call{method: "GET", path: "/v1/orgs/" + w.places["school"].id.String()})
	var who access.Me
	w.must(200, s.Token, me(), &who)
	require.True(t, who.PasswordDue)

	change := func(present, next string) call {
		return call{method: "POST", path: "/v1/me/password", body: m{"present": present, "new": next}}
	}
	w.refused("password_wrong", s.Token, change("Wrong#123", "Guizhou#2026"))
	w.refused("password_weak", s.Token, change(made.Password, "short#1"))
	w.refused("password_weak", s.Token, change(made.Password, "Zhang.san#1"))
	w.refused("password_used_before", s.Token, change(made.Password, made.Password))
	var other access.Session
	w.must(201, "", logInAs("zhang.san", made.Password), &other)
	w.must(204, s.Token, change(made.Password, "Guizhou#2026"), nil)
	w.refused("unauthenticated", other.Token, me())
	w.must(200, s.Token, me(), &who)
	require.False(t, who.PasswordDue)

	w.hand.Advance(90*24*time.Hour + time.Second)
	w.must(201, "", logInAs("zhang.san", "Guizhou#2026"), &s)
	w.refused("password_change_required", s.Token, call{method: "GET", path: "/v1/orgs/" + w.places["school"].id.String()})
}

func TestTheLastFivePasswordsDoNotComeBack(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["school"], org.SchoolRegistrar)
	present := worldPassword
	for i, next := range []string{"Aa#11111a", "Aa#11111b", "Aa#11111c", "Aa#11111d"} {
		w.hand.Advance(time.Minute)
		w.must(204, c.token, call{method: "POST", path: "/v1/me/password", body: m{"present": present, "new": next}}, nil)
		present = next
		if i == 3 {
			w.refused("password_used_before", c.token, call{method: "POST", path: "/v1/me/password", body: m{"present": present, "new": worldPassword}})
		}
	}
	w.hand.Advance(time.Minute)
	w.must(204, c.token, call{method: "POST", path: "/v1/me/password", body: m{"present": present, "new": "Aa#11111e"}}, nil)
	w.hand.Advance(time.Minute)
	w.must(204, c.token, call{method: "POST", path: "/v1/me/password", body: m{"present": "Aa#11111e", "new": worldPassword}}, nil)
}

func TestFiveFailuresLockForHalfAnHour(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["school"], org.SchoolRegistrar)
	login := w.loginName(c)
	for range 5 {
		w.refused("login_failed", "", logInAs(login, "Wrong#123"))
	}
	w.refused("account_locked", "", logInAs(login, worldPassword))
	w.hand.Advance(29 * time.Minute)
	require.Contains(t, w.refused("account_locked", "", logInAs(login, worldPassword)).Detail, "1分钟")
	w.hand.Advance(time.Minute)
	for range 4 {
		w.refused("login_failed", "", logInAs(login, "Wrong#123"))
	}
	w.must(201, "", logInAs(login, worldPassword), nil)
	for range 5 {
		w.refused("login_failed", "", logInAs(login, "Wrong#123"))
	}
	admin := w.login(w.places["school"], org.SchoolSysadmin)
	w.must(200, admin.token, call{method: "POST", path: "/v1/accounts/" + c.account.String() + "/unlock"}, nil)
	w.must(201, "", logInAs(login, worldPassword), nil)
	w.refused("login_failed", "", logInAs("nobody", worldPassword))
	require.Equal(t, 14, one[int](w, `SELECT count(*)::int FROM audit_entry WHERE action = 'login.failed' AND subject_id = $1`, c.account.String()))
}

func TestSessionsEndByAgeIdlenessAndRevocation(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["school"], org.SchoolRegistrar)
	login := w.loginName(c)
	var s access.Session
	w.must(201, "", logInAs(login, worldPassword), &s)
	w.hand.Advance(time.Hour + 59*time.Minute)
	w.must(200, s.Token, me(), nil)
	w.hand.Advance(2 * time.Hour)
	w.refused("unauthenticated", s.Token, me())

	w.must(201, "", logInAs(login, worldPassword), &s)
	for range 8 {
		w.hand.Advance(89 * time.Minute)
		w.must(200, s.Token, me(), nil)
	}
	w.hand.Advance(9 * time.Minute)
	w.refused("unauthenticated", s.Token, me())

	w.must(201, "", logInAs(login, worldPassword), &s)
	w.must(204, s.Token, call{method: "DELETE", path: "/v1/sessions/current"}, nil)
	w.refused("unauthenticated", s.Token, me())
	require.NotContains(t, w.log.String(), s.Token)
}

func TestTokensOfMachines(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["school"], org.SchoolRegistrar, org.SchoolSysadmin)
	tokens := "/v1/me/tokens"
	w.refused("roles_not_held", c.token, call{method: "POST", path: tokens, body: m{"name": "同步", "roles": []string{"SCHOOL_LEADER"}, "days": 10}})
	var made access.NewToken
	w.must(201, c.token, call{method: "POST", path: tokens, body: m{"name": "同步", "roles": []string{"SCHOOL_SYSADMIN"}, "days": 10}}, &made)
	var who access.Me
	w.must(200, made.Secret, me(), &who)
	require.True(t, who.Machine)
	require.Equal(t, []org.Role{org.SchoolSysadmin}, who.Roles)
	w.refused("machine_forbidden", made.Secret, call{method: "GET", path: tokens})
	w.hand.Advance(5 * time.Hour) // a machine may be idle
	w.must(200, made.Secret, me(), nil)
	// It never has more than its owner has now.
	w.exec(`UPDATE account SET roles = '{SCHOOL_REGISTRAR}' WHERE id = $1`, c.account)
	w.refused("forbidden", made.Secret, me())
	w.exec(`UPDATE account SET roles = '{SCHOOL_REGISTRAR,SCHOOL_SYSADMIN}' WHERE id = $1`, c.account)
	var s access.Session
	w.must(201, "", logInAs(w.loginName(c), worldPassword), &s)
	var page rest.Page[access.Token]
	w.must(200, s.Token, call{method: "GET", path: tokens}, &page)
	require.Len(t, page.Items, 1)
	w.must(204, s.Token, call{method: "DELETE", path: tokens + "/" + made.ID.String()}, nil)
	w.refused("unauthenticated", made.Secret, me())
	w.must(201, s.Token, call{method: "POST", path: tokens, body: m{"name": "同步", "roles": []string{"SCHOOL_SYSADMIN"}, "days": 10}}, &made)
	w.hand.Advance(10 * 24 * time.Hour)
	w.refused("unauthenticated", made.Secret, me())
}

func TestIdleAccountsAreSealed(t *testing.T) {
	w := newWorld(t)
	c := w.login(w.places["school"], org.SchoolRegistrar)
	d := w.login(w.places["school2"], org.SchoolRegistrar)
	login := w.loginName(c)
	w.hand.Advance(184 * 24 * time.Hour)
	w.refused("account_sealed", "", logInAs(login, worldPassword))
	require.NoError(t, w.worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) error {
		n, err := account.SealIdle(tx)
		require.Equal(t, 1, n)
		return err
	}))
	require.True(t, one[bool](w, `SELECT sealed_at IS NOT NULL FROM account WHERE id = $1`, d.account))
	admin := w.login(w.places["county"], org.BureauSysadmin)
	state := "/v1/accounts/" + c.account.String()
	w.must(200, admin.token, call{method: "POST", path: state + "/unseal"}, nil)
	w.refused("account_not_sealed", admin.token, call{method: "POST", path: state + "/unseal"})
	w.must(201, "", logInAs(login, worldPassword), nil)
}

func TestTheLevelAboveManagesAccounts(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["county"], org.BureauSysadmin)
	school := w.login(w.places["school"], org.SchoolRegistrar)
	path := "/v1/accounts/" + school.account.String()
	var a access.Account
	tag := w.must(200, admin.token, call{method: "GET", path: path}, &a).Header().Get("ETag")
	edit := func(roles ...string) call {
		return call{method: "PUT", path: path, ifMatch: tag, body: m{"name": "李四", "roles": roles}}
	}
	w.refused("roles_separated", admin.token, edit("SCHOOL_REGISTRAR", "SCHOOL_LEADER"))
	w.refused("roles_wrong_office", admin.token, edit("BUREAU_HEAD"))
	w.must(200, admin.token, edit("SCHOOL_LEADER"), &a)
	require.Equal(t, []org.Role{org.SchoolLeader}, a.Roles)
	w.refused("version_conflict", admin.token, edit("SCHOOL_REGISTRAR"))
	w.refused("if_match_missing", admin.token, call{method: "PUT", path: path, body: m{"name": "李四", "roles": []string{"PRINCIPAL"}}})
	w.refused("own_account", admin.token, call{method: "POST", path: "/v1/accounts/" + admin.account.String() + "/closure"})

	var p access.Password
	w.must(200, admin.token, call{method: "POST", path: path + "/password-reset"}, &p)
	w.refused("unauthenticated", school.token, me())
	login := w.loginName(school)
	var s access.Session
	w.must(201, "", logInAs(login, p.Password), &s)
	w.must(200, admin.token, call{method: "POST", path: path + "/closure"}, nil)
	w.refused("unauthenticated", s.Token, me())
	w.refused("account_closed", "", logInAs(login, p.Password))
	w.refused("login_failed", "", logInAs(login, "Wrong#123"))

	create := call{method: "POST", path: "/v1/orgs/" + w.places["school"].id.String() + "/accounts",
		body: m{"login": strings.ToUpper(login), "name": "王五", "roles": []string{"PRINCIPAL"}}}
	create.body = m{"login": "wangwu", "name": "王五", "roles": []string{"PRINCIPAL"}}
	w.must(201, admin.token, create, nil)
	create.body = m{"login": "WangWu", "name": "王五", "roles": []string{"PRINCIPAL"}}
	w.refused("login_taken", admin.token, create)
	var page rest.Page[access.Account]
	w.must(200, admin.token, call{method: "GET", path: "/v1/orgs/" + w.places["school"].id.String() + "/accounts?limit=1"}, &page)
	require.Len(t, page.Items, 1)
	require.NotEmpty(t, page.Next)
	w.must(200, admin.token, call{method: "GET", path: "/v1/orgs/" + w.places["school"].id.String() + "/accounts?limit=1&cursor=" + page.Next}, &page)
	require.Len(t, page.Items, 1)
	w.refused("bad_cursor", admin.token, call{method: "GET", path: "/v1/orgs/" + w.places["school"].id.String() + "/accounts?cursor=!"})
	require.Equal(t, http.StatusOK, w.send("", call{method: "GET", path: "/healthz"}).Code)
}
