package access_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A right password costs nothing: a staff room behind one address comes in. Names
// tried one after the other from that address are slowed.
func TestOnlyFailedLoginsCountForTheAddress(t *testing.T) {
	w := apitest.New(t)
	w.Deps.Limits = rest.Limits{PerAccount: 1e6, AccountBurst: 1e6}
	w.Build()
	login := w.LogIn(storetest.SchoolA, org.SchoolRegistrar).Login
	for range 40 {
		w.Must(201, "", apitest.LogInWith(login, apitest.Password), nil)
	}
	for i := range 30 {
		w.Refused("login_failed", "", apitest.LogInWith("nobody"+strconv.Itoa(i), apitest.Password))
	}
	w.Refused("too_many_requests", "", apitest.LogInWith("nobody", apitest.Password))
	require.Equal(t, "2", w.Send("", apitest.LogInWith(login, apitest.Password)).Header().Get("Retry-After"))
	w.Hand.Advance(2 * time.Second)
	w.Must(201, "", apitest.LogInWith(login, apitest.Password), nil)
}

func TestAnAbortedLoginIsNoErrorOfTheServer(t *testing.T) {
	w := apitest.New(t)
	account := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	text := `{"login":"` + account.Login + `","password":"` + apitest.Password + `"}`
	for range 8 {
		r := httptest.NewRequestWithContext(gone, http.MethodPost, "/v1/sessions", bytes.NewReader([]byte(text)))
		r.Header.Set("Content-Type", "application/json")
		w.Server.ServeHTTP(httptest.NewRecorder(), r)
	}
	require.NotContains(t, w.Log.String(), `"level":"ERROR"`)
	require.Zero(t, apitest.One[int](w, `SELECT coalesce(sum(failures), 0)::int FROM login_attempt`))
}
