package home_test

import (
	"bufio"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// quiet is a world whose log no test reads, because a stream writes its line when it ends.
func quiet(t *testing.T) *apitest.World {
	t.Helper()
	return apitest.NewWith(t, func(d *apitest.Deps) { d.Log = slog.New(slog.DiscardHandler) })
}

// stream holds the events that one person hears.
type stream struct {
	t     *testing.T
	lines chan string
	stop  context.CancelFunc
}

// hear opens a stream of a person on a server over a real connection.
func hear(t *testing.T, at *httptest.Server, who apitest.Caller) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.URL+"/v1/me/events", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+who.Token)
	answer, err := at.Client().Do(request)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	s := &stream{t: t, lines: make(chan string, 100), stop: cancel}
	go func() {
		defer close(s.lines)
		defer func() { _ = answer.Body.Close() }()
		for read := bufio.NewScanner(answer.Body); read.Scan(); {
			if text := read.Text(); text != "" {
				s.lines <- text
			}
		}
	}()
	return s
}

// next is the next line of the stream; empty at its end.
func (s *stream) next() string {
	s.t.Helper()
	select {
	case line := <-s.lines:
		return line
	case <-time.After(10 * time.Second):
		require.FailNow(s.t, "the stream says nothing")
		return ""
	}
}

// says waits for an event.
func (s *stream) says(event string) {
	s.t.Helper()
	require.Equal(s.t, "event: "+event, s.next())
	require.Equal(s.t, "data: {}", s.next(), "no word about anybody")
}

// begins waits until the server listens for a stream.
func (s *stream) begins() {
	s.t.Helper()
	s.says("begun")
	s.says("moved") // what came before the server listened is not missed
}

// An office hears that something came for it, another one does not; the stream ends with the
// session and does not keep it alive.
func TestAPageHearsWhatMoves(t *testing.T) {
	w := quiet(t)
	s := w.Hands()
	at := httptest.NewServer(w.Server)
	t.Cleanup(at.Close)
	elsewhere := w.LogIn(storetest.SchoolB, org.SchoolLeader)
	suspension := w.Suspension(s.Registrar, w.Pupil(storetest.SchoolA), "2026-11-20")
	leader := hear(t, at, s.Leader)
	leader.begins()
	other := hear(t, at, elsewhere)
	other.says("begun")
	used := apitest.One[time.Time](w, `SELECT max(last_used_at) FROM session WHERE account_id = $1`, s.Leader.Account)
	w.Hand.Advance(2 * time.Minute)
	w.Must(http.StatusCreated, s.Registrar.Token, apitest.File("key-hear-1", suspension), nil)
	leader.says("moved")
	require.Equal(t, used, apitest.One[time.Time](w, `SELECT max(last_used_at) FROM session WHERE account_id = $1`, s.Leader.Account), "hearing is no use of the session")

	w.Must(http.StatusNoContent, s.Leader.Token, apitest.Call{Method: http.MethodDelete, Path: "/v1/sessions/current"}, nil)
	require.Empty(t, leader.next(), "the stream ends with the session")
	require.Empty(t, other.lines, "what moves elsewhere is not heard")
	w.App.Hush()
	require.Empty(t, other.next(), "and with the server")
}

// A session that is not used ends under its stream.
func TestAnIdleSessionHearsNothingMore(t *testing.T) {
	w := quiet(t)
	s := w.Hands()
	at := httptest.NewServer(w.Server)
	t.Cleanup(at.Close)
	suspension := w.Suspension(s.Registrar, w.Pupil(storetest.SchoolA), "2026-11-20")
	leader := hear(t, at, s.Leader)
	leader.begins()
	w.Hand.Advance(2*time.Hour - time.Minute)
	again := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	w.Hand.Advance(2 * time.Minute)
	w.Must(http.StatusCreated, again.Token, apitest.File("key-hear-2", suspension), nil)
	require.Empty(t, leader.next())
}

func TestAnAccountHasSixStreams(t *testing.T) {
	w := quiet(t)
	who := w.LogIn(storetest.SchoolA, org.SchoolLeader)
	at := httptest.NewServer(w.Server)
	t.Cleanup(at.Close)
	var open []*stream
	for range 6 {
		open = append(open, hear(t, at, who))
	}
	w.Refused("too_many_requests", who.Token, apitest.Get("/v1/me/events"))
	open[0].stop()
	require.Eventually(t, func() bool {
		return w.Send(who.Token, apitest.Get("/v1/me/events")).Code == http.StatusOK
	}, 10*time.Second, 10*time.Millisecond, "a place is free again")
}
