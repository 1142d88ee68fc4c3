package rest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// What every call is asked before its operation begins: a session, a password that is not
// due, a person where a machine may not, the version that was read, a key.
func TestWhatEveryCallIsAsked(t *testing.T) {
	w := apitest.New(t)
	registrar, admin := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauSysadmin)
	for _, token := range []string{"", "x", string(make([]byte, 300))} {
		w.Refused("unauthenticated", token, apitest.Get("/v1/me"))
	}
	answer := w.Raw("", apitest.Get("/v1/me"), nil, "Authorization", "Basic "+registrar.Token)
	require.Equal(t, http.StatusUnauthorized, answer.Code)

	var machine struct{ Secret string }
	w.Must(http.StatusCreated, registrar.Token, apitest.Post("/v1/me/tokens", m{"name": "同步", "roles": registrar.Roles, "days": 10}), &machine)
	w.Must(http.StatusOK, machine.Secret, apitest.Get("/v1/changes"), nil)
	w.Refused("machine_forbidden", machine.Secret, apitest.Get("/v1/me/tokens"))

	path := w.Org(storetest.SchoolA, "")
	body := m{"name": "示例小学", "division_code": "520102", "stages": []string{"PRIMARY"}}
	edit := func(match string) apitest.Call {
		return apitest.Call{Method: "PUT", Path: path, IfMatch: match, Body: body}
	}
	w.Refused("if_match_missing", admin.Token, edit(""))
	for _, match := range []string{"0", "-1", `"one"`} {
		w.Refused("if_match_malformed", admin.Token, edit(match))
	}
	read := w.Must(http.StatusOK, admin.Token, apitest.Get(path), nil).Header().Get("ETag")
	w.Must(http.StatusOK, admin.Token, edit("W/"+read), nil)
	w.Refused("version_conflict", admin.Token, edit(read))

	w.Refused("idempotency_key_missing", registrar.Token, apitest.Post("/v1/changes", m{"kind": "SUSPENSION"}))
	w.Refused("forbidden", registrar.Token, apitest.Post("/v1/orgs", m{"parent": uuid.New(), "kind": "SCHOOL", "code": "2152000009", "name": "新学校", "division_code": "520102"}))

	var due struct{ Token string }
	w.Hand.Advance(91 * 24 * time.Hour)
	w.Must(http.StatusCreated, "", apitest.LogInWith(registrar.Login, apitest.Password), &due)
	w.Refused("password_change_required", due.Token, apitest.Get("/v1/changes"))
	w.Must(http.StatusOK, due.Token, apitest.Get("/v1/me"), nil)
}

// A list comes page by page: every entry once, in one order, and no cursor at the end.
func TestAListComesPageByPage(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	for range 5 {
		w.NewAccount(storetest.SchoolB, org.Principal)
	}
	total := w.Count(`SELECT count(*) FROM account WHERE org_path = $1::text::ltree`, storetest.SchoolB)
	seen := map[uuid.UUID]bool{}
	for cursor, pages := "", 1; ; pages++ {
		var page rest.Page[struct{ ID uuid.UUID }]
		w.Must(http.StatusOK, admin.Token, apitest.Get(w.Org(storetest.SchoolB, "/accounts?limit=2&cursor="+cursor)), &page)
		require.LessOrEqual(t, len(page.Items), 2)
		for _, item := range page.Items {
			require.False(t, seen[item.ID])
			seen[item.ID] = true
		}
		if cursor = page.Next; cursor == "" {
			require.Equal(t, (total+1)/2, pages)
			break
		}
	}
	require.Len(t, seen, total)
	w.Refused("bad_cursor", admin.Token, apitest.Get(w.Org(storetest.SchoolB, "/accounts?cursor=%25")))
	w.Refused("out_of_range", admin.Token, apitest.Get(w.Org(storetest.SchoolB, "/accounts?limit=201")))
}
