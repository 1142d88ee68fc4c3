package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/webhook"
)

func verify(secret string, header http.Header, body []byte, now time.Time) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	id, stamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false // an old message that somebody overheard
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, got := range strings.Fields(header.Get("webhook-signature")) {
		if hmac.Equal([]byte(got), []byte(want)) {
			return true // after a new secret there are two signatures for a day
		}
	}
	return false
}

// The example of the documentation is this code, and it takes what is sent.
func TestTheExampleOfTheDocumentsVerifies(t *testing.T) {
	source, err := os.ReadFile("gateway_test.go")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(source), "\nfunc verify(")
	code, _, found := strings.Cut(rest, "\n}\n")
	require.True(t, found)
	page, err := os.ReadFile("../../docs/notices.md")
	require.NoError(t, err)
	require.Contains(t, string(page), "```go\nfunc verify("+code+"\n}\n```")

	secret, now := webhook.NewSecret(), time.Unix(1_800_000_000, 0)
	url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		if !verify(secret, r.Header, []byte(`{"a":1}`), now) || verify(secret, r.Header, []byte(`{"a":2}`), now) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	sender := webhook.NewSender(webhook.Rules{AllowHTTP: true, AllowPrivate: true}, 5*time.Second)
	require.True(t, sender.Send(t.Context(), message(url, webhook.NewSecret(), secret)).Delivered())
	require.Equal(t, http.StatusUnauthorized, sender.Send(t.Context(), message(url, webhook.NewSecret())).Status)
}
