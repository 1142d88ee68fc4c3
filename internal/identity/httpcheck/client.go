// Package httpcheck asks the population database over HTTP: through a small
// gateway that a province writes and whose contract stands in docs/operations.md.
//
// What it promises beyond identity.Checker: a question goes only over TLS, or to
// this machine; it follows no redirect; it asks again when asking again may help
// and never after a 4xx; it leaves a broken gateway alone for a while; it reads
// no more than a few kilobytes. Neither the question nor the address nor a word
// the gateway said is in any error. It logs nothing.
package httpcheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/sony/gobreaker/v2"

	"github.com/xueji/xueji/internal/identity"
)

// Backoff and gobreaker: small, without dependencies, stable at v5 and v2, where
// failsafe-go, which has both, is not yet at v1.

// Options set a client up. Zero values are replaced by the defaults named here.
type Options struct {
	URL       string            // of the gateway, https unless it is on this machine
	Token     string            // bearer token; empty sends none
	Timeout   time.Duration     // for one attempt; 5 s
	Retries   int               // attempts after the first one
	Pause     time.Duration     // before the second attempt, longer before later ones; 200 ms
	Failures  int               // attempts in a row that fail before the circuit opens; 5
	Rest      time.Duration     // how long nothing is asked after that; 30 s
	Transport http.RoundTripper // nil is one of its own
}

// Client asks the gateway. It is safe for concurrent use.
type Client struct {
	url     string
	token   string
	timeout time.Duration
	tries   uint
	pause   time.Duration
	rest    time.Duration
	http    *http.Client
	breaker *gobreaker.CircuitBreaker[identity.Answer]
}

// New makes a client and refuses an address or a token it could not use. It
// asks nothing yet.
func New(o Options) (*Client, error) {
	if err := checkAddress(o.URL); err != nil {
		return nil, err
	}
	if err := checkToken(o.Token); err != nil {
		return nil, err
	}
	c := &Client{
		url: o.URL, token: o.Token, timeout: or(o.Timeout, 5*time.Second), tries: uint(max(o.Retries, 0)) + 1,
		pause: or(o.Pause, 200*time.Millisecond), rest: or(o.Rest, 30*time.Second),
	}
	c.http = &http.Client{
		Transport: o.Transport,
		// Elsewhere may be anybody: personal data goes to the address that was set.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if o.Transport == nil {
		c.http.Transport = transport()
	}
	failures := uint32(min(or(o.Failures, 5), 1<<20)) //nolint:gosec // between 1 and a million
	c.breaker = gobreaker.NewCircuitBreaker[identity.Answer](gobreaker.Settings{
		Timeout:      c.rest,
		ReadyToTrip:  func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= failures },
		IsSuccessful: func(err error) bool { return !is(err, serviceBroken) },
		IsExcluded:   func(err error) bool { return is(err, askerGone) },
	})
	return c, nil
}

// or gives the value, or the default when none was set.
func or[T int | time.Duration](value, usual T) T {
	if value > 0 {
		return value
	}
	return usual
}

// transport keeps no connection between questions: on one that is idle, net/http
// logs word for word whatever a gateway sends unasked, and that may be personal
// data. A handshake for each question is a small price.
func transport() *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 16 << 10,
	}
}

// body is the question as the gateway gets it.
type body struct {
	Name   string `json:"name"`
	Number string `json:"id_number"`
}

// Check asks the gateway, several times when that may help.
func (c *Client) Check(ctx context.Context, q identity.Question) (identity.Answer, error) {
	if err := q.Missing(); err != nil {
		return "", err
	}
	asked, err := json.Marshal(body{Name: q.Name, Number: q.Number.Reveal()})
	if err != nil {
		return "", fmt.Errorf("%w: the question cannot be written", identity.ErrNoAnswer)
	}
	var last error // what the gateway itself did, which says more than an open circuit
	answer, err := backoff.Retry(ctx, func() (identity.Answer, error) {
		answer, err := c.breaker.Execute(func() (identity.Answer, error) { return c.attempt(ctx, asked) })
		switch {
		case err == nil:
			return answer, nil
		case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
			if last == nil {
				last = c.resting()
			}
			return "", backoff.Permanent(last)
		}
		last = err
		return "", again(err)
	}, backoff.WithBackOff(c.pauses()), backoff.WithMaxTries(c.tries), backoff.WithMaxElapsedTime(0))
	if err != nil {
		return "", noAnswer(ctx, last)
	}
	return answer, nil
}

// pauses spread the attempts of many askers over time.
func (c *Client) pauses() backoff.BackOff {
	return &backoff.ExponentialBackOff{InitialInterval: c.pause, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 10 * c.pause}
}

// noAnswer says why there is none, in words of this package only.
func noAnswer(ctx context.Context, last error) error {
	switch gone := ctx.Err(); {
	case gone != nil && last != nil && !is(last, askerGone):
		return fmt.Errorf("%w: %w; before, %w", identity.ErrNoAnswer, gone, last)
	case gone != nil:
		return fmt.Errorf("%w: %w", identity.ErrNoAnswer, gone)
	}
	return fmt.Errorf("%w: %w", identity.ErrNoAnswer, last)
}
