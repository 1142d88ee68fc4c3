package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/web"
)

// ask calls the console; what it leaves to the API answers 418.
func ask(t *testing.T, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	h, err := web.Over(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func script(t *testing.T) string {
	t.Helper()
	page := ask(t, http.MethodGet, "/", "Accept", "text/html").Body.String()
	found := regexp.MustCompile(`src="(/assets/[^"]+\.js)"`).FindStringSubmatch(page)
	require.NotNil(t, found, page)
	return found[1]
}

func TestABrowserGetsTheDocumentAtEveryScreen(t *testing.T) {
	for _, path := range []string{"/", "/inbox", "/cases/0198", "/cases/0198/print", "/index.html", "/no/such/screen"} {
		w := ask(t, http.MethodGet, path, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		require.Equal(t, http.StatusOK, w.Code, path)
		require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"), "the document names the files of one build")
		require.Contains(t, w.Body.String(), `<div id="app">`)
	}
}

func TestTheApiKeepsItsAddressesAndItsProblems(t *testing.T) {
	for _, path := range []string{"/v1/me", "/v1", "/docs", "/docs/style.css", "/openapi.json", "/healthz", "/readyz", "/metrics"} {
		require.Equal(t, http.StatusTeapot, ask(t, http.MethodGet, path, "Accept", "text/html").Code, path)
	}
	require.Equal(t, http.StatusTeapot, ask(t, http.MethodGet, "/inbox", "Accept", "application/json").Code, "a program gets a problem")
	require.Equal(t, http.StatusTeapot, ask(t, http.MethodGet, "/assets/gone-1234.js", "Accept", "*/*").Code, "a chunk that is gone is no document")
	require.Equal(t, http.StatusTeapot, ask(t, http.MethodPost, "/inbox", "Accept", "text/html").Code)
	require.Equal(t, http.StatusTeapot, ask(t, http.MethodGet, "/manifest.json/x").Code)
}

func TestFilesWithADigestAreKeptForAYear(t *testing.T) {
	at := script(t)
	plain := ask(t, http.MethodGet, at)
	require.Equal(t, "public, max-age=31536000, immutable", plain.Header().Get("Cache-Control"))
	require.Equal(t, "text/javascript; charset=utf-8", plain.Header().Get("Content-Type"))
	require.Empty(t, plain.Header().Get("Content-Encoding"))

	zipped := ask(t, http.MethodGet, at, "Accept-Encoding", "gzip, br")
	require.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
	require.Equal(t, "Accept-Encoding", zipped.Header().Get("Vary"))
	z, err := gzip.NewReader(zipped.Body)
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	require.Equal(t, plain.Body.String(), string(text))

	require.Equal(t, http.StatusNotModified, ask(t, http.MethodGet, at, "If-None-Match", plain.Header().Get("ETag")).Code)
	head := ask(t, http.MethodHead, at)
	require.Equal(t, plain.Header().Get("Content-Length"), head.Header().Get("Content-Length"))
	require.Zero(t, head.Body.Len())
}

func TestEveryAnswerIsStrict(t *testing.T) {
	for _, path := range []string{"/", script(t), "/mark.svg"} {
		h := ask(t, http.MethodGet, path, "Accept", "text/html").Header()
		require.Equal(t, web.Policy, h.Get("Content-Security-Policy"), path)
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		require.Equal(t, "DENY", h.Get("X-Frame-Options"))
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
		require.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"))
	}
	require.NotContains(t, web.Policy, "unsafe")
	require.NotContains(t, web.Policy, "http")
}
