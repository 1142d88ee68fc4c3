package access_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/access"
	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

func TestFirstLoginAsksForANewPassword(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	var made access.NewAccount
	w.Must(201, admin.Token, apitest.Post("/v1/orgs/"+w.OfficeID(storetest.SchoolA).String()+"/accounts", m{"login": "Zhang.San", "name": "张三", "roles": []string{"SCHOOL_SYSADMIN"}}), &made)
	require.True(t, made.MustChange)
	require.NoError(t, account.CheckPassword(made.Password, "zhang.san"))

	var s access.Session
	w.Must(201, "", apitest.LogInWith("zhang.SAN", made.Password), &s)
	w.Refused("password_change_required", s.Token, apitest.Get("/v1/orgs/"+w.OfficeID(storetest.SchoolA).String()))
	var who access.Me
	w.Must(200, s.Token, apitest.Get("/v1/me"), &who)
	require.True(t, who.PasswordDue)

	change := func(present, next string) apitest.Call {
		return apitest.Post("/v1/me/password", m{"present": present, "new": next})
	}
	w.Refused("password_wrong", s.Token, change("Wrong#123", "Guizhou#2026"))
	w.Refused("password_weak", s.Token, change(made.Password, "short#1"))
	w.Refused("password_weak", s.Token, change(made.Password, "Zhang.san#1"))
	w.Refused("password_used_before", s.Token, change(made.Password, made.Password))
	var other access.Session
	w.Must(201, "", apitest.LogInWith("zhang.san", made.Password), &other)
	w.Must(204, s.Token, change(made.Password, "Guizhou#2026"), nil)
	w.Refused("unauthenticated", other.Token, apitest.Get("/v1/me"))
	w.Must(200, s.Token, apitest.Get("/v1/me"), &who)
	require.False(t, who.PasswordDue)

	w.Hand.Advance(90*24*time.Hour + time.Second)
	w.Must(201, "", apitest.LogInWith("zhang.san", "Guizhou#2026"), &s)
	w.Refused("password_change_required", s.Token, apitest.Get("/v1/orgs/"+w.OfficeID(storetest.SchoolA).String()))
}

func TestTheLastFivePasswordsDoNotComeBack(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	present := apitest.Password
	for i, next := range []string{"Aa#11111a", "Aa#11111b", "Aa#11111c", "Aa#11111d"} {
		w.Hand.Advance(time.Minute)
		w.Must(204, c.Token, apitest.Post("/v1/me/password", m{"present": present, "new": next}), nil)
		present = next
		if i == 3 {
			w.Refused("password_used_before", c.Token, apitest.Post("/v1/me/password", m{"present": present, "new": apitest.Password}))
		}
	}
	w.Hand.Advance(time.Minute)
	w.Must(204, c.Token, apitest.Post("/v1/me/password", m{"present": present, "new": "Aa#11111e"}), nil)
	w.Hand.Advance(time.Minute)
	w.Must(204, c.Token, apitest.Post("/v1/me/password", m{"present": "Aa#11111e", "new": apitest.Password}), nil)
}

func TestFiveFailuresLockForHalfAnHour(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	login := c.Login
	for range 5 {
		w.Refused("login_failed", "", apitest.LogInWith(login, "Wrong#123"))
	}
	w.Refused("account_locked", "", apitest.LogInWith(login, apitest.Password))
	w.Hand.Advance(29 * time.Minute)
	require.Contains(t, w.Refused("account_locked", "", apitest.LogInWith(login, apitest.Password)).Detail, "1分钟")
	w.Hand.Advance(time.Minute)
	for range 4 {
		w.Refused("login_failed", "", apitest.LogInWith(login, "Wrong#123"))
	}
	w.Must(201, "", apitest.LogInWith(login, apitest.Password), nil)
	for range 5 {
		w.Refused("login_failed", "", apitest.LogInWith(login, "Wrong#123"))
	}
	admin := w.LogIn(storetest.SchoolA, org.SchoolSysadmin)
	w.Must(200, admin.Token, apitest.Post("/v1/accounts/"+c.Account.String()+"/unlock", nil), nil)
	w.Must(201, "", apitest.LogInWith(login, apitest.Password), nil)
	w.Refused("login_failed", "", apitest.LogInWith("nobody", apitest.Password))
	require.Equal(t, 14, apitest.One[int](w, `SELECT count(*)::int FROM audit_entry WHERE action = 'login.failed' AND subject_id = $1`, c.Account.String()))
}

func TestSessionsEndByAgeIdlenessAndRevocation(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	login := c.Login
	var s access.Session
	w.Must(201, "", apitest.LogInWith(login, apitest.Password), &s)
	w.Hand.Advance(time.Hour + 59*time.Minute)
	w.Must(200, s.Token, apitest.Get("/v1/me"), nil)
	w.Hand.Advance(2 * time.Hour)
	w.Refused("unauthenticated", s.Token, apitest.Get("/v1/me"))

	w.Must(201, "", apitest.LogInWith(login, apitest.Password), &s)
	for range 8 {
		w.Hand.Advance(89 * time.Minute)
		w.Must(200, s.Token, apitest.Get("/v1/me"), nil)
	}
	w.Hand.Advance(9 * time.Minute)
	w.Refused("unauthenticated", s.Token, apitest.Get("/v1/me"))

	w.Must(201, "", apitest.LogInWith(login, apitest.Password), &s)
	w.Must(204, s.Token, apitest.Call{Method: "DELETE", Path: "/v1/sessions/current"}, nil)
	w.Refused("unauthenticated", s.Token, apitest.Get("/v1/me"))
	require.NotContains(t, w.Log.String(), s.Token)
}

func TestTokensOfMachines(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar, org.Principal)
	tokens := "/v1/me/tokens"
	w.Refused("roles_not_held", c.Token, apitest.Post(tokens, m{"name": "同步", "roles": []string{"SCHOOL_LEADER"}, "days": 10}))
	var made access.NewToken
	w.Must(201, c.Token, apitest.Post(tokens, m{"name": "同步", "roles": []string{"PRINCIPAL"}, "days": 10}), &made)
	var who access.Me
	w.Must(200, made.Secret, apitest.Get("/v1/me"), &who)
	require.True(t, who.Machine)
	require.Equal(t, []org.Role{org.Principal}, who.Roles)
	w.Refused("machine_forbidden", made.Secret, apitest.Get(tokens))
	w.Hand.Advance(5 * time.Hour) // a machine may be idle
	w.Must(200, made.Secret, apitest.Get("/v1/me"), nil)
	// It never has more than its owner has now.
	w.GiveRoles(c, org.SchoolRegistrar)
	w.Refused("forbidden", made.Secret, apitest.Get("/v1/me"))
	w.GiveRoles(c, org.SchoolRegistrar, org.Principal)
	var s access.Session
	w.Must(201, "", apitest.LogInWith(c.Login, apitest.Password), &s)
	var page rest.Page[access.Token]
	w.Must(200, s.Token, apitest.Get(tokens), &page)
	require.Len(t, page.Items, 1)
	w.Must(204, s.Token, apitest.Call{Method: "DELETE", Path: tokens + "/" + made.ID.String()}, nil)
	w.Refused("unauthenticated", made.Secret, apitest.Get("/v1/me"))
	w.Must(201, s.Token, apitest.Post(tokens, m{"name": "同步", "roles": []string{"PRINCIPAL"}, "days": 10}), &made)
	w.Hand.Advance(10 * 24 * time.Hour)
	w.Refused("unauthenticated", made.Secret, apitest.Get("/v1/me"))
}

func TestIdleAccountsAreSealed(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	d := w.LogIn(storetest.SchoolB, org.SchoolRegistrar)
	login := c.Login
	w.Hand.Advance(184 * 24 * time.Hour)
	w.Refused("account_sealed", "", apitest.LogInWith(login, apitest.Password))
	require.NoError(t, w.Worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) error {
		_, err := account.SealIdle(tx)
		return err
	}))
	require.True(t, apitest.One[bool](w, `SELECT sealed_at IS NOT NULL FROM account WHERE id = $1`, d.Account))
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	state := "/v1/accounts/" + c.Account.String()
	w.Must(200, admin.Token, apitest.Post(state+"/unseal", nil), nil)
	w.Refused("account_not_sealed", admin.Token, apitest.Post(state+"/unseal", nil))
	w.Must(201, "", apitest.LogInWith(login, apitest.Password), nil)
}

func TestTheLevelAboveManagesAccounts(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	school := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	path := "/v1/accounts/" + school.Account.String()
	var a access.Account
	tag := w.Must(200, admin.Token, apitest.Get(path), &a).Header().Get("ETag")
	edit := func(roles ...string) apitest.Call {
		return apitest.Call{Method: "PUT", Path: path, IfMatch: tag, Body: m{"name": "李四", "roles": roles}}
	}
	w.Refused("roles_separated", admin.Token, edit("SCHOOL_REGISTRAR", "SCHOOL_LEADER"))
	w.Refused("roles_wrong_office", admin.Token, edit("BUREAU_HEAD"))
	w.Must(200, admin.Token, edit("SCHOOL_LEADER"), &a)
	require.Equal(t, []org.Role{org.SchoolLeader}, a.Roles)
	w.Refused("version_conflict", admin.Token, edit("SCHOOL_REGISTRAR"))
	w.Refused("if_match_missing", admin.Token, apitest.Call{Method: "PUT", Path: path, Body: m{"name": "李四", "roles": []string{"PRINCIPAL"}}})
	w.Refused("own_account", admin.Token, apitest.Post("/v1/accounts/"+admin.Account.String()+"/closure", nil))

	var p access.Password
	w.Must(200, admin.Token, apitest.Post(path+"/password-reset", nil), &p)
	w.Refused("unauthenticated", school.Token, apitest.Get("/v1/me"))
	login := school.Login
	var s access.Session
	w.Must(201, "", apitest.LogInWith(login, p.Password), &s)
	w.Must(200, admin.Token, apitest.Post(path+"/closure", nil), nil)
	w.Refused("unauthenticated", s.Token, apitest.Get("/v1/me"))
	w.Refused("account_closed", "", apitest.LogInWith(login, p.Password))
	w.Refused("login_failed", "", apitest.LogInWith(login, "Wrong#123"))

	create := apitest.Post("/v1/orgs/"+w.OfficeID(storetest.SchoolA).String()+"/accounts", m{"login": strings.ToUpper(login), "name": "王五", "roles": []string{"PRINCIPAL"}})
	create.Body = m{"login": "wangwu", "name": "王五", "roles": []string{"PRINCIPAL"}}
	w.Must(201, admin.Token, create, nil)
	create.Body = m{"login": "WangWu", "name": "王五", "roles": []string{"PRINCIPAL"}}
	w.Refused("login_taken", admin.Token, create)
	var page rest.Page[access.Account]
	w.Must(200, admin.Token, apitest.Get("/v1/orgs/"+w.OfficeID(storetest.SchoolA).String()+"/accounts?limit=1"), &page)
	require.Len(t, page.Items, 1)
	require.NotEmpty(t, page.Next)
	w.Must(200, admin.Token, apitest.Get("/v1/orgs/"+w.OfficeID(storetest.SchoolA).String()+"/accounts?limit=1&cursor="+page.Next), &page)
	require.Len(t, page.Items, 1)
	w.Refused("bad_cursor", admin.Token, apitest.Get("/v1/orgs/"+w.OfficeID(storetest.SchoolA).String()+"/accounts?cursor=!"))
	require.Equal(t, http.StatusOK, w.Send("", apitest.Get("/healthz")).Code)
}

// The first administrator of the nation comes from the command line, and logs in like
// everybody.
func TestTheFirstAdministratorLogsIn(t *testing.T) {
	w := apitest.New(t)
	dsn := embeddedtest.Postgres(t).DSN("xueji_owner", w.Text(`SELECT current_database()`))
	_, err := account.CreateFirstAdmin(t.Context(), dsn, "second", "管理员", false, w.Now())
	require.ErrorContains(t, err, "admin_exists")
	password, err := account.CreateFirstAdmin(t.Context(), dsn, "Root.Admin", "管理员", true, w.Now())
	require.NoError(t, err)
	_, err = account.CreateFirstAdmin(t.Context(), dsn, "root.admin", "管理员", true, w.Now())
	require.ErrorContains(t, err, "login_taken")
	w.Must(201, "", apitest.LogInWith("root.admin", password), nil)
}
