package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/access"
	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A person who forgot to log out elsewhere sees the login and ends it; tokens of machines and
// the logins of others are no part of it.
func TestOwnLoginsAreSeenAndEnded(t *testing.T) {
	w := apitest.New(t)
	who, other := w.LogIn(storetest.SchoolA, org.Principal), w.LogIn(storetest.SchoolA, org.SchoolLeader)
	again := func() (s access.Session) {
		w.Must(201, "", apitest.Post("/v1/sessions", m{"login": who.Login, "password": apitest.Password}), &s)
		return s
	}
	second, third := again(), again()
	var token access.NewToken
	w.Must(201, second.Token, apitest.Post("/v1/me/tokens", m{"name": "同步", "roles": []string{"PRINCIPAL"}, "days": 10}), &token)
	var list rest.Page[access.OwnSession]
	w.Must(200, second.Token, apitest.Get("/v1/me/sessions"), &list)
	require.Len(t, list.Items, 3)
	require.ElementsMatch(t, []bool{false, true, false}, []bool{list.Items[0].Current, list.Items[1].Current, list.Items[2].Current})
	for _, s := range list.Items {
		if s.ID != who.Session { // which came by no network
			require.NotEmpty(t, s.Address, "from where it came")
		}
		require.Equal(t, s.ID == second.ID, s.Current)
	}
	end := func(id string) apitest.Call { return apitest.Call{Method: "DELETE", Path: "/v1/me/sessions" + id} }
	w.Refused("not_found", other.Token, end("/"+third.ID.String()))
	w.Refused("not_found", second.Token, end("/"+token.ID.String()))
	w.Must(204, second.Token, end("/"+third.ID.String()), nil)
	w.Refused("not_found", second.Token, end("/"+third.ID.String()))
	w.Refused("unauthenticated", third.Token, apitest.Get("/v1/me"))
	var ended access.EndedSessions
	w.Must(200, second.Token, end(""), &ended)
	require.Equal(t, 1, ended.Ended)
	w.Refused("unauthenticated", who.Token, apitest.Get("/v1/me"))
	w.Must(200, second.Token, apitest.Get("/v1/me"), nil)
	w.Must(200, token.Secret, apitest.Get("/v1/me"), nil)
	w.Refused("machine_forbidden", token.Secret, apitest.Get("/v1/me/sessions"))
	w.Must(200, other.Token, apitest.Get("/v1/me"), nil)
}
