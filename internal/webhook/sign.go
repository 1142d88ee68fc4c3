// Package webhook signs and sends messages to gateways in the format of
// Standard Webhooks (https://www.standardwebhooks.com), and says when to try
// again. It knows neither the register nor what a message is about: the queue is
// the store's, the words are package notice's.
package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a message.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

const (
	secretPrefix  = "whsec_"
	secretSize    = 32 // bytes; the specification asks for 24 to 64
	scheme        = "v1,"
	leastSecret   = 24
	longestSecret = 64
)

// Tolerance is how far the time of a message may lie from the receiver's own: an
// old message that was overheard is no good later.
const Tolerance = 5 * time.Minute

// Why a message or a secret is not accepted.
var (
	ErrSecret    = errors.New("webhook: the secret must be whsec_ and 24 to 64 bytes in base64")
	ErrSignature = errors.New("webhook: no signature of this message is right")
	ErrTimestamp = errors.New("webhook: the time of the message is missing or too far away")
)

// NewSecret makes a secret, told to the receiver once.
func NewSecret() string {
	key := make([]byte, secretSize)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

func keyOf(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) < leastSecret || len(key) > longestSecret {
		return nil, ErrSecret // the cause would quote the secret
	}
	return key, nil
}

// Sign gives the signature of a message: HMAC-SHA256 over "id.timestamp.body".
func Sign(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := keyOf(secret)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%d.", id, at.Unix()) // a hash takes everything
	_, _ = mac.Write(body)
	return scheme + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// Verify checks a message a receiver got, with the secret it was told. Whoever
// rotates a secret sends two signatures for a day; one that is right is enough.
func Verify(secret string, header http.Header, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(header.Get(HeaderTimestamp), 10, 64)
	if err != nil {
		return ErrTimestamp
	}
	at := time.Unix(seconds, 0)
	if now.Sub(at).Abs() > Tolerance {
		return ErrTimestamp
	}
	right, err := Sign(secret, header.Get(HeaderID), at, body)
	if err != nil {
		return err
	}
	for signature := range strings.FieldsSeq(header.Get(HeaderSignature)) {
		if hmac.Equal([]byte(signature), []byte(right)) {
			return nil
		}
	}
	return ErrSignature
}
