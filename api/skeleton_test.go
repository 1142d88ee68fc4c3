package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api"
	"github.com/xueji/xueji/api/rest"
)

func bare(t *testing.T) http.Handler {
	t.Helper()
	handler, err := api.New(api.Deps{Version: "test"})
	require.NoError(t, err)
	return handler
}

func ask(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func problemIn(t *testing.T, w *httptest.ResponseRecorder) rest.Problem {
	t.Helper()
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"), w.Body.String())
	var p rest.Problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	require.Equal(t, w.Code, p.Status)
	require.NotEmpty(t, p.Code)
	require.NotEmpty(t, p.Detail)
	require.NotEmpty(t, p.RequestID)
	return p
}

func TestUnknownPathsAndMethodsAreProblems(t *testing.T) {
	h := bare(t)
	require.Equal(t, "not_found", problemIn(t, ask(h, "GET", "/v1/nothing", "")).Code)
	require.Equal(t, "method_not_allowed", problemIn(t, ask(h, "PUT", "/v1/sessions", "")).Code)
	require.Equal(t, "unauthenticated", problemIn(t, ask(h, "GET", "/v1/me", "")).Code)
	require.Equal(t, "unauthenticated", problemIn(t, ask(h, "GET", "/v1/me", "", "Authorization", "Basic eA==")).Code)
}

func TestRefusalsNameTheFieldAndNeverTheValue(t *testing.T) {
	h := bare(t)
	const secret = "520102201101011234"
	rows := []struct{ body, code, pointer string }{
		{`{"login":"a"}`, "required", "/password"},
		{`{"login":7,"password":"` + secret + `"}`, "wrong_type", "/login"},
		{`{"login":"","password":"` + secret + `"}`, "too_short", "/login"},
		{`{"login":"` + strings.Repeat(secret, 5) + `","password":"x"}`, "too_long", "/login"},
		{`{"login":"a","password":"x","` + secret + `":1}`, "unknown_field", "/?"},
		{`{"login":"` + secret, "malformed_body", ""},
		{``, "malformed_body", ""},
	}
	for _, r := range rows {
		for _, lang := range []string{"zh-CN", "en"} {
			w := ask(h, "POST", "/v1/sessions", r.body, "Accept-Language", lang, "Content-Type", "application/json")
			p := problemIn(t, w)
			require.Equal(t, r.code, p.Code, r.body)
			require.NotContains(t, w.Body.String(), secret)
			if r.pointer != "" {
				require.Equal(t, r.pointer, p.Errors[0].Pointer)
			}
		}
	}
	require.Equal(t, "unsupported_media_type", problemIn(t, ask(h, "POST", "/v1/sessions", "<a/>", "Content-Type", "text/xml")).Code)
	big := problemIn(t, ask(h, "POST", "/v1/sessions", `{"login":"`+strings.Repeat("x", 5000)+`"}`))
	require.Equal(t, "body_too_large", big.Code)
	require.Contains(t, big.Detail, "4 KB")
}

func TestLanguageFollowsTheHeader(t *testing.T) {
	h := bare(t)
	for header, want := range map[string]string{"": "zh", "zh-TW,zh;q=0.9": "zh", "en-GB": "en", "fr": "zh", "en;q=0.5,zh;q=0.9": "zh", "§": "zh"} {
		w := ask(h, "GET", "/v1/me", "", "Accept-Language", header)
		require.Equal(t, want, w.Header().Get("Content-Language"), header)
	}
	require.Contains(t, problemIn(t, ask(h, "GET", "/v1/me", "", "Accept-Language", "en")).Detail, "Log in again")
}

func TestRequestIDIsKeptOnlyWhenWellFormed(t *testing.T) {
	h := bare(t)
	require.Equal(t, "abcd-1234", ask(h, "GET", "/healthz", "", "X-Request-Id", "abcd-1234").Header().Get("X-Request-Id"))
	require.NotContains(t, ask(h, "GET", "/healthz", "", "X-Request-Id", "a b\tforged").Header().Get("X-Request-Id"), "forged")
}

func TestDescriptionAndPageStandAlone(t *testing.T) {
	h := bare(t)
	w := ask(h, "GET", "/openapi.json", "")
	require.Equal(t, http.StatusOK, w.Code)
	var spec struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &spec))
	require.True(t, strings.HasPrefix(spec.OpenAPI, "3.1"))
	require.Contains(t, spec.Paths, "/v1/sessions")
	page := ask(h, "GET", "/docs", "").Body.String()
	require.Contains(t, page, "/v1/sessions")
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "https://")
}
