package httpcheck_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/internal/identity/httpcheck"
	"github.com/xueji/xueji/internal/identity/simulator"
)

func TestEveryAnswerComesThrough(t *testing.T) {
	c := over(t, gateway(t), httpcheck.Options{URL: "/check"})
	for b, want := range map[simulator.Behaviour]identity.Answer{
		simulator.Matches: identity.Match, simulator.NotFound: identity.NotFound, simulator.Cancelled: identity.Cancelled,
		simulator.DuplicateRemoved: identity.DuplicateRemoved, simulator.Migrating: identity.Migrating,
	} {
		a, err := c.Check(t.Context(), question(t, b))
		require.NoError(t, err)
		require.Equal(t, want, a)
	}
	_, err := c.Check(t.Context(), question(t, simulator.Silent))
	require.ErrorIs(t, err, identity.ErrNoAnswer)
	_, err = c.Check(t.Context(), identity.Question{Name: person})
	require.ErrorIs(t, err, identity.ErrNoAnswer)
}

func TestTheRequestIsTheOneThatWasAgreed(t *testing.T) {
	q := question(t, simulator.Matches)
	c := over(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil || string(text) != `{"name":"`+person+`","id_number":"`+q.Number.Reveal()+`"}` ||
			r.Method != http.MethodPost || r.URL.String() != "/v1/check?key=1" || r.Header.Get("Authorization") != "Bearer t0ken" ||
			r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Accept") != "application/json" {
			t.Error("not the request that was agreed")
		}
		say(w, identity.Match)
	}), httpcheck.Options{URL: "/v1/check?key=1", Token: "t0ken"})
	a, err := c.Check(t.Context(), q)
	require.NoError(t, err)
	require.True(t, a.Passed())
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

func code(n int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(n)
		say(w, identity.Match) // a verdict in anything but a 200 is none
	}
}

func cutOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	say(w, identity.Match)
}

func forEver(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, `{"answer":`)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// Whatever is not an answer is none; what may pass is tried again, what will
// not is not.
func TestResponsesThatAreNoAnswer(t *testing.T) {
	const retries = 2
	for name, row := range map[string]struct {
		says  http.HandlerFunc
		tries int32
		words string
	}{
		"garbage":        {text("<html>"), 1, "JSON object"},
		"empty":          {text(""), 1, "JSON object"},
		"unknown answer": {text(`{"answer":"MISMATCH"}`), 1, "none of the known answers"},
		"oversized":      {text(`{"answer":"MATCH"}` + strings.Repeat(" ", 4096)), 1, "longer than 4096 bytes"},
		"204":            {code(204), 1, "HTTP 204"},
		"202":            {code(202), 1, "HTTP 202"},
		"307":            {code(307, "Location", "/elsewhere"), 1, "not followed"},
		"400":            {code(400), 1, "refuses the question"},
		"401":            {code(401), 1, "token"},
		"403":            {code(403), 1, "token"},
		"404":            {code(404), 1, "address"},
		"408":            {code(408), 1, "HTTP 408"},
		"422":            {code(422), 1, "refuses the question"},
		"429":            {code(429), 1 + retries, "HTTP 429"},
		"500":            {code(500), 1 + retries, "HTTP 500"},
		"503 for hours":  {code(503, "Retry-After", "3600"), 1, "asks to wait"},
		"503 for ages":   {code(503, "Retry-After", "99999999999999999999"), 1, "asks to wait"},
		"503, nonsense":  {code(503, "Retry-After", "soon"), 1 + retries, "HTTP 503"},
		"cut off":        {cutOff, 1 + retries, "broke"},
		"slow body":      {forEver, 1 + retries, "nothing came within 50ms"},
		"silence":        {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 1 + retries, "nothing came within 50ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler, arrived := counted(row.says)
			o := httpcheck.Options{Retries: retries, Timeout: 10 * time.Second}
			if strings.Contains(row.words, "50ms") {
				o.Timeout = 50 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // who waits for hours fails
			defer cancel()
			a, err := over(t, handler, o).Check(ctx, question(t, simulator.Matches))
			require.ErrorIs(t, err, identity.ErrNoAnswer)
			require.ErrorContains(t, err, row.words)
			require.NoError(t, ctx.Err())
			require.Empty(t, a)
			require.Equal(t, row.tries, arrived.Load())
		})
	}
}

func TestAConnectionThatFailsIsNoAnswer(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	strange := httptest.NewTLSServer(gateway(t))
	defer strange.Close()
	strange.Config.ErrorLog = nil
	fails := func(err error) http.RoundTripper {
		return carrier(func(*http.Request) (*http.Response, error) { return nil, err })
	}
	for words, o := range map[string]httpcheck.Options{
		"refused":          {URL: gone.URL},
		"certificate":      {URL: strange.URL},
		"looked up":        {URL: "https://identity.invalid", Transport: fails(&net.DNSError{Name: "identity.invalid"})},
		"broke":            {URL: "https://identity.invalid", Transport: fails(fmt.Errorf("what %s said", person))},
		"connection broke": {URL: "https://identity.invalid", Transport: fails(io.EOF)},
	} {
		_, err := client(t, o).Check(t.Context(), question(t, simulator.Matches))
		require.ErrorIs(t, err, identity.ErrNoAnswer)
		require.ErrorContains(t, err, words)
		require.NotContains(t, err.Error(), person)
	}
	a, err := client(t, httpcheck.Options{URL: strange.URL, Transport: strange.Client().Transport}).Check(t.Context(), question(t, simulator.Matches))
	require.NoError(t, err, "with a certificate that is trusted")
	require.Equal(t, identity.Match, a)
}

type carrier func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f carrier) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestManyAskAtOnceAndGetTheirOwnAnswers(t *testing.T) {
	c := over(t, gateway(t), httpcheck.Options{Retries: 1, Failures: 1 << 30})
	want := []identity.Answer{identity.Match, identity.NotFound, identity.Cancelled, identity.DuplicateRemoved, identity.Migrating, ""}
	got := make([]identity.Answer, 60)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i], _ = c.Check(t.Context(), question(t, simulator.Behaviour(i%len(want)))) })
	}
	all.Wait()
	for i, a := range got {
		require.Equal(t, want[i%len(want)], a)
	}
}

func TestAddressesAndTokensThatAreRefused(t *testing.T) {
	for address, words := range map[string]string{
		"":                                  "https://",
		"identity.example.edu.cn/zz":        "https://",
		"ftp://identity.example.edu.cn/zz":  "https://",
		"https:///zz":                       "https://",
		"https://%zz":                       "https://",
		"http://identity.example.edu.cn/zz": "without TLS",
		"http://10.0.0.1/zz":                "without TLS",
		"http://127.0.0.1.example.cn/zz":    "without TLS",
		"http://0.0.0.0/zz":                 "without TLS",
		"https://u:zz@identity.example.cn":  "set the token",
	} {
		_, err := httpcheck.New(httpcheck.Options{URL: address})
		require.ErrorContains(t, err, words, address)
		require.NotContains(t, err.Error(), "zz")
	}
	for _, address := range []string{"https://identity.example.edu.cn/v1/check", "http://127.0.0.1:9/x", "http://[::1]:9", "http://localhost:9"} {
		client(t, httpcheck.Options{URL: address, Token: "abc.DEF-123_~+/="})
	}
	for _, token := range []string{"zz zz", "zz\n", "\tzz", "zz令牌", "zz\x7f"} {
		_, err := httpcheck.New(httpcheck.Options{URL: "https://identity.example.edu.cn", Token: token})
		require.ErrorContains(t, err, "token")
		require.NotContains(t, err.Error(), "zz")
	}
}
