package access_test

import (
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

// browserLogIn asks for the cookie of a browser. The headers come after those of a browser
// on this computer.
func browserLogIn(w *apitest.World, host, login, password string, headers ...string) *httptest.ResponseRecorder {
	body := `{"login":"` + login + `","password":"` + password + `","cookie":true}`
	r := httptest.NewRequest(http.MethodPost, "/v1/sessions", strings.NewReader(body))
	r.Host = host
	all := append([]string{"Content-Type", "application/json", "Sec-Fetch-Site", "same-origin", "Origin", "http://" + host}, headers...)
	for i := 0; i+1 < len(all); i += 2 {
		r.Header.Set(all[i], all[i+1])
	}
	return w.Serve(r)
}

// cookieOf gives the one cookie of an answer.
func cookieOf(w *apitest.World, status int, answer *httptest.ResponseRecorder) *http.Cookie {
	t := w.T()
	t.Helper()
	require.Equal(t, status, answer.Code, answer.Body.String())
	set := answer.Result().Cookies()
	require.Len(t, set, 1)
	require.True(t, set[0].HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, set[0].SameSite)
	require.Equal(t, "/", set[0].Path)
	require.Empty(t, set[0].Domain)
	return set[0]
}

func TestABrowserHoldsItsSessionInACookie(t *testing.T) {
	w := apitest.New(t)
	who := w.NewAccount(storetest.SchoolA, org.SchoolRegistrar)
	answer := browserLogIn(w, "127.0.0.1:8080", who.Login, apitest.Password)
	cookie := cookieOf(w, http.StatusCreated, answer)
	require.Equal(t, "xueji", cookie.Name)
	require.False(t, cookie.Secure, "there is no https on this computer")
	require.Zero(t, cookie.MaxAge, "the browser forgets it when it is closed")
	require.NotContains(t, answer.Body.String(), "token")
	require.NotContains(t, answer.Body.String(), cookie.Value)
	session := apitest.Read[access.Session](w, http.StatusCreated, answer)
	require.WithinDuration(t, w.Now().Add(12*time.Hour), session.ExpiresAt, 0)
	require.WithinDuration(t, w.Now().Add(2*time.Hour), session.IdleUntil, 0)

	var me access.Me
	w.Must(http.StatusOK, cookie.Value, apitest.Get("/v1/me"), &me)
	require.Equal(t, who.Account, me.Account)
	require.False(t, me.Machine)
	// Neither is good for the other.
	require.Equal(t, http.StatusUnauthorized, w.Raw("", apitest.Get("/v1/me"), nil, "Authorization", "Bearer "+cookie.Value).Code)
	require.Equal(t, http.StatusUnauthorized, w.Raw("", apitest.Get("/v1/me"), nil, "Authorization", "Bearer "+strings.TrimPrefix(cookie.Value, "browser.")).Code)
	bearer := w.LogIn(storetest.SchoolA, org.SchoolRegistrar).Token
	for _, value := range []string{bearer, "browser." + bearer, ""} {
		require.Equal(t, http.StatusUnauthorized, sendCookies(w, "127.0.0.1", "xueji", value).Code)
	}
	require.Equal(t, http.StatusUnauthorized, sendCookies(w, "127.0.0.1", "xueji", cookie.Value, cookie.Value).Code, "who sends two has no say in which one counts")
	require.Equal(t, http.StatusUnauthorized, sendCookies(w, "127.0.0.1", "__Host-xueji", cookie.Value).Code)
	require.NotContains(t, w.Log.String(), cookie.Value)
}

// sendCookies asks who calls with cookies of one name.
func sendCookies(w *apitest.World, host, name string, values ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/v1/me", nil)
	r.Host = host
	for _, value := range values {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return w.Serve(r)
}

// A cookie is Secure wherever it leaves this computer, and only the settings say so: a
// header can be sent by anybody.
func TestACookieLeavesThisComputerEncrypted(t *testing.T) {
	w := apitest.New(t)
	who := w.NewAccount(storetest.SchoolA, org.SchoolRegistrar)
	for _, host := range []string{"localhost", "127.0.0.1:8080", "[::1]:8080"} {
		require.Equal(t, "xueji", cookieOf(w, http.StatusCreated, browserLogIn(w, host, who.Login, apitest.Password)).Name, host)
	}
	refused := func(code string, answer *httptest.ResponseRecorder) {
		t.Helper()
		p := apitest.Read[rest.Problem](w, http.StatusForbidden, answer)
		require.Equal(t, code, p.Code)
		require.Empty(t, answer.Result().Cookies())
	}
	for _, host := range []string{"xueji.example.edu.cn", "127.0.0.1.example.com", "localhost.example.com:80", "192.0.2.7", ""} {
		refused("cookie_needs_https", browserLogIn(w, host, who.Login, apitest.Password))
	}
	refused("cookie_needs_https", browserLogIn(w, "xueji.example.edu.cn", who.Login, apitest.Password, "X-Forwarded-Proto", "https", "Forwarded", "proto=https"))

	w.Deps.PlainLoopback = false // as in production
	w.Build()
	refused("cookie_needs_https", browserLogIn(w, "127.0.0.1:8080", who.Login, apitest.Password))

	w.Deps.PublicURL = "https://xueji.example.edu.cn"
	w.Build()
	// The proxy may call the API by another name than people do.
	for _, host := range []string{"xueji.example.edu.cn", "127.0.0.1:8080", "api:8080"} {
		cookie := cookieOf(w, http.StatusCreated, browserLogIn(w, host, who.Login, apitest.Password, "Sec-Fetch-Site", "", "Origin", "https://xueji.example.edu.cn"))
		require.Equal(t, "__Host-xueji", cookie.Name)
		require.True(t, cookie.Secure)
		require.Equal(t, http.StatusOK, sendCookies(w, host, "__Host-xueji", cookie.Value).Code)
		require.Equal(t, http.StatusUnauthorized, sendCookies(w, host, "xueji", cookie.Value).Code)
	}
	refused("cross_origin", browserLogIn(w, "api:8080", who.Login, apitest.Password, "Sec-Fetch-Site", "", "Origin", "https://evil.example.com"))
}

// A page of another site can neither act with somebody's cookie nor log somebody in.
func TestOtherSitesDoNothingWithACookie(t *testing.T) {
	w := apitest.New(t)
	who := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	browser := w.Browser(who)
	write := apitest.Call{Method: http.MethodPost, Path: "/v1/notices/read-all"}
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example.com"}, {"Origin", "null"}, {"Origin", "http://127.0.0.1:8081"},
	} {
		for _, language := range []string{"zh", "en"} {
			answer := w.Raw(browser.Token, write, nil, append(headers, "Accept-Language", language)...)
			require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
			require.Equal(t, "cross_origin", apitest.Read[rest.Problem](w, http.StatusForbidden, answer).Code, headers)
		}
		require.NotEqual(t, http.StatusForbidden, w.Raw(who.Token, write, nil, headers...).Code, "a bearer token is no cookie: no page sends it by itself")
		require.Equal(t, http.StatusForbidden, browserLogIn(w, "127.0.0.1", who.Login, apitest.Password, append([]string{"Sec-Fetch-Site", "", "Origin", ""}, headers...)...).Code)
	}
	for _, headers := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "none"}, {"Origin", "http://127.0.0.1"}, nil} {
		require.NotEqual(t, http.StatusForbidden, w.Raw(browser.Token, write, nil, headers...).Code, headers)
	}
	twice := w.Raw(browser.Token, apitest.Get("/v1/me"), nil, "Authorization", "Bearer "+who.Token)
	require.Equal(t, "credentials_twice", apitest.Read[rest.Problem](w, http.StatusBadRequest, twice).Code)
	require.Equal(t, http.StatusBadRequest, browserLogIn(w, "127.0.0.1", who.Login, apitest.Password, "Authorization", "Bearer "+who.Token).Code)
	require.Equal(t, http.StatusOK, w.Raw(browser.Token, apitest.Get("/v1/me"), nil, "Authorization", "Basic eDp5").Code, "a proxy may ask for a password of its own")
}

// Every login and every change of the password gives the browser another session, and the
// one it held before ends.
func TestABrowserGetsAnotherSessionAtLoginAndChangeOfPassword(t *testing.T) {
	w := apitest.New(t)
	who, other := w.NewAccount(storetest.SchoolA, org.SchoolRegistrar), w.NewAccount(storetest.SchoolB, org.SchoolRegistrar)
	first := cookieOf(w, http.StatusCreated, browserLogIn(w, "127.0.0.1", who.Login, apitest.Password))
	fixed := cookieOf(w, http.StatusCreated, browserLogIn(w, "127.0.0.1", who.Login, apitest.Password, "Cookie", "xueji=browser.chosen-by-somebody-else"))
	require.NotContains(t, fixed.Value, "chosen")
	second := cookieOf(w, http.StatusCreated, browserLogIn(w, "127.0.0.1", other.Login, apitest.Password, "Cookie", "xueji="+first.Value))
	require.NotEqual(t, first.Value, second.Value)
	w.Refused("unauthenticated", first.Value, apitest.Get("/v1/me"))
	w.Must(http.StatusOK, fixed.Value, apitest.Get("/v1/me"), nil)
	// A login that fails ends nothing.
	require.Equal(t, http.StatusUnauthorized, browserLogIn(w, "127.0.0.1", who.Login, "Wrong#123", "Cookie", "xueji="+second.Value).Code)

	w.Hand.Advance(time.Hour)
	change := apitest.Post("/v1/me/password", m{"present": apitest.Password, "new": "Guizhou#2026"})
	w.Refused("password_wrong", second.Value, apitest.Post("/v1/me/password", m{"present": "Wrong#123", "new": "Guizhou#2026"}))
	third := cookieOf(w, http.StatusNoContent, w.Send(second.Value, change))
	require.Equal(t, "xueji", third.Name)
	w.Refused("unauthenticated", second.Value, apitest.Get("/v1/me"))
	var me access.Me
	w.Must(http.StatusOK, third.Value, apitest.Get("/v1/me"), &me)
	require.Equal(t, other.Account, me.Account)
	require.WithinDuration(t, w.Now().Add(12*time.Hour), me.ExpiresAt, 0)
	// A program keeps its token, and gets no cookie.
	bearer := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	require.Empty(t, w.Must(http.StatusNoContent, bearer.Token, change, nil).Header().Get("Set-Cookie"))
	w.Must(http.StatusOK, bearer.Token, apitest.Get("/v1/me"), nil)
}

func TestLoggingOutLeavesNothingInTheBrowser(t *testing.T) {
	w := apitest.New(t)
	who := w.NewAccount(storetest.SchoolA, org.SchoolRegistrar)
	out := apitest.Call{Method: http.MethodDelete, Path: "/v1/sessions/current"}
	held := cookieOf(w, http.StatusCreated, browserLogIn(w, "127.0.0.1", who.Login, apitest.Password))
	answer := w.Send(held.Value, out)
	ended := cookieOf(w, http.StatusNoContent, answer)
	require.Equal(t, "xueji", ended.Name)
	require.Empty(t, ended.Value)
	require.Negative(t, ended.MaxAge)
	require.Equal(t, `"cache", "storage"`, answer.Header().Get("Clear-Site-Data"))
	w.Refused("unauthenticated", held.Value, apitest.Get("/v1/me"))

	bearer := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	answer = w.Must(http.StatusNoContent, bearer.Token, out, nil)
	require.Empty(t, answer.Header().Get("Clear-Site-Data"))
	require.Empty(t, answer.Header().Get("Set-Cookie"))
}

// A page can tell when the session ends.
func TestTheEndOfASessionIsTold(t *testing.T) {
	w := apitest.New(t)
	who := w.NewAccount(storetest.SchoolA, org.SchoolRegistrar)
	cookie := cookieOf(w, http.StatusCreated, browserLogIn(w, "127.0.0.1", who.Login, apitest.Password)).Value
	began := w.Now()
	ends := func() (me access.Me) {
		t.Helper()
		w.Must(http.StatusOK, cookie, apitest.Get("/v1/me"), &me)
		require.WithinDuration(t, began.Add(12*time.Hour), me.ExpiresAt, 0)
		require.NotNil(t, me.IdleUntil)
		return me
	}
	require.WithinDuration(t, began.Add(2*time.Hour), *ends().IdleUntil, 0)
	w.Hand.Advance(time.Hour)
	require.WithinDuration(t, began.Add(3*time.Hour), *ends().IdleUntil, 0)
	w.Hand.Set(began.Add(3*time.Hour - time.Second))
	ends()
	for w.Now().Before(began.Add(11 * time.Hour)) {
		w.Hand.Advance(time.Hour)
		ends()
	}
	require.WithinDuration(t, began.Add(12*time.Hour), *ends().IdleUntil, 0, "no use makes it longer")
	w.Hand.Set(began.Add(12 * time.Hour))
	w.Refused("unauthenticated", cookie, apitest.Get("/v1/me"))

	idle := w.Browser(who)
	w.Hand.Advance(2 * time.Hour)
	w.Refused("unauthenticated", idle.Token, apitest.Get("/v1/me"))

	owner := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	var made access.NewToken
	w.Must(http.StatusCreated, owner.Token, apitest.Post("/v1/me/tokens", m{"name": "同步", "roles": []string{"SCHOOL_REGISTRAR"}, "days": 10}), &made)
	var me access.Me
	w.Must(http.StatusOK, made.Secret, apitest.Get("/v1/me"), &me)
	require.Nil(t, me.IdleUntil, "a machine may be idle")
	require.WithinDuration(t, made.ExpiresAt, me.ExpiresAt, 0)
}

// A page of another site cannot try passwords from the network of its reader, who would be
// locked out. Programs, which send no such header, log in.
func TestOtherSitesTryNoPasswords(t *testing.T) {
	w := apitest.New(t)
	who := w.NewAccount(storetest.SchoolA, org.SchoolRegistrar)
	attempt, wrong := apitest.Call{Method: http.MethodPost, Path: "/v1/sessions"}, []byte(`{"login":"`+who.Login+`","password":"Wrong#123"}`)
	for range 8 {
		answer := w.Raw("", attempt, wrong, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example.com")
		require.Equal(t, "cross_origin", apitest.Read[rest.Problem](w, http.StatusForbidden, answer).Code)
	}
	w.Must(http.StatusCreated, "", apitest.Post("/v1/sessions", m{"login": who.Login, "password": apitest.Password}), nil)
}

// A page that shows one account does nothing as another one, who logged in on another page
// of the same browser. A program's token is its own.
func TestAPageActsAsTheAccountItShows(t *testing.T) {
	w := apitest.New(t)
	who, other := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.SchoolB, org.SchoolRegistrar)
	browser := w.Browser(other)
	stale := w.Raw(browser.Token, apitest.Get("/v1/inbox"), nil, "Xueji-Account", who.Account.String())
	require.Equal(t, "other_account", apitest.Read[rest.Problem](w, http.StatusConflict, stale).Code)
	for _, account := range []string{other.Account.String(), ""} {
		require.Equal(t, http.StatusOK, w.Raw(browser.Token, apitest.Get("/v1/me"), nil, "Xueji-Account", account).Code)
	}
	require.Equal(t, http.StatusOK, w.Raw(other.Token, apitest.Get("/v1/me"), nil, "Xueji-Account", who.Account.String()).Code)
}
