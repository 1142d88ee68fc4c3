package httpcheck_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/internal/identity/httpcheck"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
)

var _ identity.Checker = (*httpcheck.Client)(nil)

const person = "欧阳测试"

// question asks about a number that belongs to nobody.
func question(t require.TestingT, b simulator.Behaviour) identity.Question {
	birth, err := calendar.NewDate(2017, 3, 9)
	require.NoError(t, err)
	n, err := simulator.Number(birth, ident.Male, b)
	require.NoError(t, err)
	return identity.Question{Name: person, Number: n}
}

// gateway is what a province writes, in front of the simulator.
func gateway(t *testing.T) http.HandlerFunc {
	database := simulator.New(simulator.Options{})
	return func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Name   string `json:"name"`
			Number string `json:"id_number"`
		}
		number, err := ident.CitizenID{}, json.NewDecoder(r.Body).Decode(&asked)
		if err == nil {
			number, err = ident.ParseCitizenID(asked.Number)
		}
		if err != nil || r.Method != http.MethodPost || asked.Name == "" {
			t.Error("not the request that was agreed")
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		answer, err := database.Check(r.Context(), identity.Question{Name: asked.Name, Number: number})
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		say(w, answer)
	}
}

func say(w io.Writer, a identity.Answer) { _, _ = io.WriteString(w, `{"answer":"`+string(a)+`"}`) }

// counted counts the requests that arrive.
func counted(h http.HandlerFunc) (http.HandlerFunc, *atomic.Int32) {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the caller went away
		h(w, r)
	}, &n
}

// over gives a client of a handler behind a real socket.
func over(t *testing.T, h http.Handler, o httpcheck.Options) *httpcheck.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	o.URL = server.URL + o.URL
	if o.Pause == 0 {
		o.Pause = time.Millisecond
	}
	return client(t, o)
}

func client(t *testing.T, o httpcheck.Options) *httpcheck.Client {
	t.Helper()
	c, err := httpcheck.New(o)
	require.NoError(t, err)
	return c
}

// memory carries requests to a handler without a socket, for tests in which
// time is the bubble's.
type memory http.HandlerFunc

// RoundTrip calls the handler and waits no longer than the request.
func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	m(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}
