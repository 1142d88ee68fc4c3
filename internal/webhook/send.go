package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Failure names why a message was not taken. The names are shown to
// administrators; the causes may hold addresses and stay here.
type Failure string

// The failures.
const (
	None       Failure = ""
	BadAddress Failure = "ADDRESS"     // not https, or in the own network
	NoAnswer   Failure = "NO_ANSWER"   // nobody there, or too slow
	NoTrust    Failure = "CERTIFICATE" // the certificate cannot be trusted
	Refused    Failure = "STATUS"      // an answer other than 2xx
	Redirected Failure = "REDIRECT"    // 3xx: a message goes where it was meant to go
	Gone       Failure = "GONE"        // 410: nobody wants messages there any more
	Unsigned   Failure = "SECRET"      // there is no secret to sign with
)

// Message is one message to one endpoint.
type Message struct {
	ID      string // stays the same however often it is sent
	URL     string
	Secrets []string // the present one, and the one before for a day
	At      time.Time
	Body    []byte
}

// Outcome is what came of sending a message once.
type Outcome struct {
	Failure Failure
	Status  int // of HTTP; 0 without an answer
	// RetryAfter is how long the receiver asks to wait; 0 when it does not.
	RetryAfter time.Duration
}

// Delivered says whether the receiver took the message.
func (o Outcome) Delivered() bool { return o.Failure == None }

// Sender sends messages. It is safe for concurrent use.
type Sender struct {
	rules  Rules
	client *http.Client
}

const headerLimit = 64 << 10

// NewSender makes a sender that waits for one answer no longer than the time-out.
func NewSender(rules Rules, timeout time.Duration) *Sender {
	dialer := &net.Dialer{Timeout: timeout, Control: rules.control}
	return &Sender{rules: rules, client: &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			// No proxy of the environment: through one, only the proxy's address would be judged.
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    timeout,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: headerLimit,
			DisableKeepAlives:      true, // each message resolves and judges the address anew
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send sends a message once. What the receiver says beside its status is not read.
func (s *Sender) Send(ctx context.Context, m Message) Outcome {
	if s.rules.Check(m.URL) != nil {
		return Outcome{Failure: BadAddress}
	}
	var signatures []string
	for _, secret := range m.Secrets {
		signature, err := Sign(secret, m.ID, m.At, m.Body)
		if err != nil {
			return Outcome{Failure: Unsigned}
		}
		signatures = append(signatures, signature)
	}
	if len(signatures) == 0 {
		return Outcome{Failure: Unsigned}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return Outcome{Failure: BadAddress}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Xueji-Webhook/1")
	request.Header.Set(HeaderID, m.ID)
	request.Header.Set(HeaderTimestamp, strconv.FormatInt(m.At.Unix(), 10))
	request.Header.Set(HeaderSignature, strings.Join(signatures, " "))
	answer, err := s.client.Do(request)
	if err != nil {
		return Outcome{Failure: failureOf(err)}
	}
	_ = answer.Body.Close() // unread
	return outcomeOf(answer, m.At)
}

func failureOf(err error) Failure {
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.Is(err, ErrPrivate):
		return BadAddress
	case errors.As(err, &untrusted):
		return NoTrust
	}
	return NoAnswer
}

func outcomeOf(answer *http.Response, now time.Time) Outcome {
	o := Outcome{Status: answer.StatusCode, RetryAfter: retryAfter(answer.Header.Get("Retry-After"), now)}
	switch {
	case o.Status >= 200 && o.Status < 300:
	case o.Status >= 300 && o.Status < 400:
		o.Failure = Redirected
	case o.Status == http.StatusGone:
		o.Failure = Gone
	default:
		o.Failure = Refused
	}
	return o
}

// retryAfter reads the header in both its forms, seconds and a date.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
