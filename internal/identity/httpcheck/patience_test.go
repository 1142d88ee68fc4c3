package httpcheck_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/internal/identity/httpcheck"
	"github.com/xueji/xueji/internal/identity/simulator"
)

// bubble runs a test in which time passes when everybody waits, against a
// handler without a socket.
func bubble(t *testing.T, h http.HandlerFunc, o httpcheck.Options, test func(*testing.T, *httpcheck.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.URL, o.Transport = "https://identity.example.edu.cn/check", memory(h)
		test(t, client(t, o))
	})
}

// inTurn says one thing after the other, the last one for ever.
func inTurn(list ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		list[min(int(n.Add(1)), len(list))-1](w, r)
	}
}

func matches(w http.ResponseWriter, _ *http.Request) { say(w, identity.Match) }

func stuck(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func TestAGatewayThatComesBackIsAskedAgain(t *testing.T) {
	const day = "Fri, 20 Nov 2026 08:00:"
	for name, row := range map[string]struct {
		first       http.HandlerFunc
		least, most time.Duration
	}{
		"500":               {code(500), 500 * time.Millisecond, 1500 * time.Millisecond},
		"silence":           {stuck, 7500 * time.Millisecond, 8500 * time.Millisecond},
		"429 with seconds":  {code(429, "Retry-After", "6"), 6 * time.Second, 6 * time.Second},
		"503 with a date":   {code(503, "Date", day+"00 GMT", "Retry-After", day+"09 GMT"), 9 * time.Second, 9 * time.Second},
		"503, date passed":  {code(503, "Date", day+"09 GMT", "Retry-After", day+"00 GMT"), 500 * time.Millisecond, 1500 * time.Millisecond},
		"503, date, no day": {code(503, "Retry-After", day+"09 GMT"), 500 * time.Millisecond, 1500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, inTurn(row.first, matches), httpcheck.Options{Retries: 1, Timeout: 7 * time.Second, Pause: time.Second}, func(t *testing.T, c *httpcheck.Client) {
				began := time.Now()
				a, err := c.Check(t.Context(), question(t, simulator.Matches))
				require.NoError(t, err)
				require.Equal(t, identity.Match, a)
				require.GreaterOrEqual(t, time.Since(began), row.least)
				require.LessOrEqual(t, time.Since(began), row.most)
			})
		})
	}
}

func TestPausesGrowAndEnd(t *testing.T) {
	handler, arrived := counted(code(500))
	bubble(t, handler, httpcheck.Options{Retries: 3, Pause: time.Second, Failures: 100}, func(t *testing.T, c *httpcheck.Client) {
		began := time.Now()
		_, err := c.Check(t.Context(), question(t, simulator.Matches))
		require.ErrorContains(t, err, "HTTP 500")
		require.EqualValues(t, 4, arrived.Load())
		require.GreaterOrEqual(t, time.Since(began), 3500*time.Millisecond, "1, 2 and 4 seconds, half of it at least")
		require.LessOrEqual(t, time.Since(began), 10500*time.Millisecond)
	})
}

func TestTheCircuitOpensAndClosesAgain(t *testing.T) {
	var up atomic.Bool
	handler, arrived := counted(func(w http.ResponseWriter, r *http.Request) {
		if up.Load() {
			matches(w, r)
			return
		}
		code(503)(w, r)
	})
	bubble(t, handler, httpcheck.Options{Failures: 3, Rest: time.Minute}, func(t *testing.T, c *httpcheck.Client) {
		ask := func() error {
			_, err := c.Check(t.Context(), question(t, simulator.Matches))
			return err
		}
		for range 3 {
			require.ErrorContains(t, ask(), "HTTP 503")
		}
		require.ErrorContains(t, ask(), "left alone for 1m0s")
		require.ErrorIs(t, ask(), identity.ErrNoAnswer)
		require.EqualValues(t, 3, arrived.Load(), "an open circuit asks nobody")

		time.Sleep(time.Minute + time.Nanosecond) // The clock of the bubble jumps: no real time passes.
		require.ErrorContains(t, ask(), "HTTP 503", "one question tries")
		require.ErrorContains(t, ask(), "left alone")
		require.EqualValues(t, 4, arrived.Load())

		up.Store(true)
		time.Sleep(time.Minute + time.Nanosecond)
		require.NoError(t, ask())
		require.NoError(t, ask())
		require.EqualValues(t, 6, arrived.Load())
	})
}

// The gateway's own last word says more than that the circuit opened over it.
func TestACircuitThatOpensUnderWayEndsTheAttempts(t *testing.T) {
	handler, arrived := counted(code(503))
	bubble(t, handler, httpcheck.Options{Retries: 9, Failures: 2}, func(t *testing.T, c *httpcheck.Client) {
		_, err := c.Check(t.Context(), question(t, simulator.Matches))
		require.ErrorContains(t, err, "HTTP 503")
		require.EqualValues(t, 2, arrived.Load())
	})
}

// One question that is refused, or whose asker goes away, is no sign that the
// gateway is broken.
func TestRefusalsDoNotOpenTheCircuit(t *testing.T) {
	t.Run("a refused question", func(t *testing.T) {
		handler, arrived := counted(code(422))
		bubble(t, handler, httpcheck.Options{Failures: 1}, func(t *testing.T, c *httpcheck.Client) {
			for range 5 {
				_, err := c.Check(t.Context(), question(t, simulator.Matches))
				require.ErrorContains(t, err, "HTTP 422")
			}
			require.EqualValues(t, 5, arrived.Load())
		})
	})
	t.Run("askers that go away", func(t *testing.T) {
		says := inTurn(stuck, stuck, code(500), code(500), stuck, code(500))
		bubble(t, says, httpcheck.Options{Failures: 2, Rest: time.Second}, func(t *testing.T, c *httpcheck.Client) {
			leave := func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err := c.Check(ctx, question(t, simulator.Matches))
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
			ask := func() error {
				_, err := c.Check(t.Context(), question(t, simulator.Matches))
				return err
			}
			leave()
			leave()
			require.ErrorContains(t, ask(), "HTTP 500", "it is asked")
			require.ErrorContains(t, ask(), "HTTP 500", "and this opens the circuit")
			time.Sleep(time.Second + time.Nanosecond)
			leave() // the one question that tries anew
			require.ErrorContains(t, ask(), "HTTP 500", "another one may try")
			require.ErrorContains(t, ask(), "left alone", "the one who left did not close the circuit")
		})
	})
}

func TestWhoStopsWaitingIsLetGo(t *testing.T) {
	for name, row := range map[string]struct {
		says  http.HandlerFunc
		words string
	}{
		"while it is asked":    {stuck, "context canceled"},
		"between two attempts": {code(503), "before, HTTP 503"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, row.says, httpcheck.Options{Retries: 9, Timeout: time.Hour, Pause: time.Hour}, func(t *testing.T, c *httpcheck.Client) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(errNamed) })
				began := time.Now()
				_, err := c.Check(ctx, question(t, simulator.Matches))
				require.ErrorIs(t, err, identity.ErrNoAnswer)
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorContains(t, err, row.words)
				require.NotContains(t, err.Error(), person, "a cause may say anything")
				require.Equal(t, time.Second, time.Since(began))
			})
		})
	}
}
