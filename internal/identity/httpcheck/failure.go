package httpcheck

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// blame says whom a failed attempt counts against.
type blame int

const (
	serviceBroken blame = iota // the gateway: the next question would fail too
	thisQuestion               // this question only: the gateway works
	askerGone                  // whoever asked stopped waiting
)

// failure is an attempt without an answer. Its text is made of words of this
// package: what libraries and the gateway say may repeat the address or the question.
type failure struct {
	blame blame
	what  string
	again bool          // another attempt may help
	after time.Duration // how long the gateway asks to wait before it
}

// Error says what happened.
func (f *failure) Error() string { return f.what }

func is(err error, b blame) bool {
	var f *failure
	return errors.As(err, &f) && f.blame == b
}

// again tells package backoff whether and when to try again.
func again(err error) error {
	var f *failure
	switch {
	case !errors.As(err, &f) || !f.again:
		return backoff.Permanent(err)
	case f.after > 0:
		return &backoff.RetryAfterError{Duration: f.after}
	}
	return err
}

// resting is the failure of a question that was not asked.
func (c *Client) resting() error {
	return &failure{blame: serviceBroken, what: fmt.Sprintf("it failed several times in a row and is left alone for %s", c.rest)}
}

// broke explains an exchange that ended without a whole response.
func (c *Client) broke(asker, attempt context.Context, err error) *failure {
	if asker.Err() != nil {
		return &failure{blame: askerGone, what: "nobody waits for the answer any more"}
	}
	if attempt.Err() != nil {
		return &failure{what: fmt.Sprintf("nothing came within %s", c.timeout), again: true}
	}
	var unknownHost *net.DNSError
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &untrusted):
		return &failure{what: "its certificate is not trusted here"}
	case errors.As(err, &unknownHost):
		return &failure{what: "its host name cannot be looked up", again: true}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &failure{what: "the connection was refused", again: true}
	}
	return &failure{what: "the connection broke", again: true}
}

// longest is how long a gateway may ask to wait; after that it is better to
// ask again another time.
const longest = 10 * time.Second

// status explains a response that is not 200.
func status(r *http.Response) *failure {
	f := &failure{what: "HTTP " + strconv.Itoa(r.StatusCode)}
	switch code := r.StatusCode; {
	case code == http.StatusTooManyRequests || code >= http.StatusInternalServerError:
		f.after = retryAfter(r.Header)
		if f.again = f.after <= longest; !f.again {
			f.what += fmt.Sprintf(", and it asks to wait for longer than %s", longest)
		}
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		f.what += ": it does not accept the token"
	case code == http.StatusNotFound || code == http.StatusMethodNotAllowed:
		f.what += ": nobody answers questions at this address"
	case code >= http.StatusBadRequest:
		f.blame = thisQuestion
		f.what += ": it refuses the question"
	case code >= http.StatusMultipleChoices:
		f.what += ": it points to another address, which is not followed"
	}
	return f
}

// retryAfter gives the wait a header asks for, or 0. A date is read against the
// gateway's own clock, which stands beside it.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	seconds, err := strconv.ParseUint(text, 10, 31)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(until.Sub(now), 0)
}
