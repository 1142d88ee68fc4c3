package api

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

// A right password costs nothing: a staff room behind one address comes in. Names
// tried one after the other from that address are slowed.
func TestOnlyFailedLoginsCountForTheAddress(t *testing.T) {
	w := newWorld(t)
	w.deps.Limits = rest.Limits{PerAccount: 1e6, AccountBurst: 1e6}
	w.build()
	login := w.loginName(w.login(w.places["school"], org.SchoolRegistrar))
	for range 40 {
		w.must(201, "", logInAs(login, worldPassword), nil)
	}
	for i := range 30 {
		w.refused("login_failed", "", logInAs("nobody"+strconv.Itoa(i), worldPassword))
	}
	w.refused("too_many_requests", "", logInAs("nobody", worldPassword))
	require.Equal(t, "2", w.send("", logInAs(login, worldPassword)).Header().Get("Retry-After"))
	w.hand.Advance(2 * time.Second)
	w.must(201, "", logInAs(login, worldPassword), nil)
}

func TestAnAbortedLoginIsNoErrorOfTheServer(t *testing.T) {
	w := newWorld(t)
	account := w.login(w.places["school"], org.SchoolRegistrar)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	text := `{"login":"` + w.loginName(account) + `","password":"` + worldPassword + `"}`
	for range 8 {
		r := httptest.NewRequestWithContext(gone, http.MethodPost, "/v1/sessions", bytes.NewReader([]byte(text)))
		r.Header.Set("Content-Type", "application/json")
		w.handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	require.NotContains(t, w.log.String(), `"level":"ERROR"`)
	require.Zero(t, one[int](w, `SELECT coalesce(sum(failures), 0)::int FROM login_attempt`))
}
