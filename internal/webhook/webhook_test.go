package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/calendar"
)

// The vectors of the specification's own libraries, and of one who uses it.
func TestSignatureVectors(t *testing.T) {
	for _, v := range []struct {
		secret, id, body, want string
		at                     int64
	}{
		{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", `{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 1614265330},
	} {
		got, err := webhook.Sign(v.secret, v.id, time.Unix(v.at, 0), []byte(v.body))
		require.NoError(t, err)
		require.Equal(t, v.want, got)
	}
}

func TestVerify(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	secret, other := webhook.NewSecret(), webhook.NewSecret()
	body := []byte(`{"type":"notice.created"}`)
	signed := func(secret string, at time.Time) string {
		s, err := webhook.Sign(secret, "m1", at, body)
		require.NoError(t, err)
		return s
	}
	message := func(id, stamp, signature string) http.Header {
		return http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {stamp}, "Webhook-Signature": {signature}}
	}
	good := signed(secret, now)
	for name, row := range map[string]struct {
		header http.Header
		body   string
		now    time.Time
		want   error
	}{
		"right":             {message("m1", "1800000000", good), string(body), now, nil},
		"rotated":           {message("m1", "1800000000", signed(other, now)+" "+good), string(body), now, nil},
		"just in time":      {message("m1", "1800000000", good), string(body), now.Add(webhook.Tolerance), nil},
		"overheard":         {message("m1", "1800000000", good), string(body), now.Add(webhook.Tolerance + time.Second), webhook.ErrTimestamp},
		"from the future":   {message("m1", "1800000000", good), string(body), now.Add(-webhook.Tolerance - time.Second), webhook.ErrTimestamp},
		"without a time":    {message("m1", "", good), string(body), now, webhook.ErrTimestamp},
		"another body":      {message("m1", "1800000000", good), string(body) + " ", now, webhook.ErrSignature},
		"another message":   {message("m2", "1800000000", good), string(body), now, webhook.ErrSignature},
		"another time":      {message("m1", "1800000001", good), string(body), now, webhook.ErrSignature},
		"another secret":    {message("m1", "1800000000", signed(other, now)), string(body), now, webhook.ErrSignature},
		"another scheme":    {message("m1", "1800000000", "v2"+strings.TrimPrefix(good, "v1")), string(body), now, webhook.ErrSignature},
		"without signature": {message("m1", "1800000000", ""), string(body), now, webhook.ErrSignature},
	} {
		require.ErrorIs(t, webhook.Verify(secret, row.header, []byte(row.body), row.now), row.want, name)
	}
	for _, bad := range []string{"", "whsec_", "whsec_AAAA", "whsec_?"} {
		require.ErrorIs(t, webhook.Verify(bad, message("m1", "1800000000", good), body, now), webhook.ErrSecret, bad)
	}
}

func FuzzVerifyNeverTakesWhatWasNotSigned(f *testing.F) {
	f.Add("m1", "1800000000", "v1,", []byte("{}"))
	secret := webhook.NewSecret()
	f.Fuzz(func(t *testing.T, id, stamp, signature string, body []byte) {
		header := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {stamp}, "Webhook-Signature": {signature}}
		require.Error(t, webhook.Verify(secret, header, body, time.Unix(1_800_000_000, 0)))
	})
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]error{
		"https://sms.example.edu.cn/xueji":      nil,
		"https://sms.example.edu.cn:8443/x?y":   nil,
		"http://sms.example.edu.cn":             webhook.ErrAddress,
		"ftp://sms.example.edu.cn":              webhook.ErrAddress,
		"https://":                              webhook.ErrAddress,
		"https:sms.example":                     webhook.ErrAddress,
		"https://a:b@sms.example.edu.cn":        webhook.ErrAddress,
		"https://sms.example.edu.cn/#x":         webhook.ErrAddress,
		"https://x/" + strings.Repeat("a", 500): webhook.ErrAddress,
		"https://localhost/":                    webhook.ErrPrivate,
		"https://a.LOCALHOST./":                 webhook.ErrPrivate,
		"https://127.0.0.1/":                    webhook.ErrPrivate,
		"https://10.1.2.3/":                     webhook.ErrPrivate,
		"https://172.16.0.1/":                   webhook.ErrPrivate,
		"https://192.168.1.1:8443/":             webhook.ErrPrivate,
		"https://169.254.169.254/latest":        webhook.ErrPrivate,
		"https://100.100.100.200/latest":        webhook.ErrPrivate,
		"https://0.0.0.0/":                      webhook.ErrPrivate,
		"https://224.0.0.1/":                    webhook.ErrPrivate,
		"https://255.255.255.255/":              webhook.ErrPrivate,
		"https://[::1]/":                        webhook.ErrPrivate,
		"https://[::]/":                         webhook.ErrPrivate,
		"https://[fe80::1]/":                    webhook.ErrPrivate,
		"https://[fd00::1]/":                    webhook.ErrPrivate,
		"https://[::ffff:127.0.0.1]/":           webhook.ErrPrivate,
		"https://[::127.0.0.1]/":                webhook.ErrPrivate,
		"https://[64:ff9b::7f00:1]/":            webhook.ErrPrivate,
		"https://[2002:7f00:1::]/":              webhook.ErrPrivate,
		"https://8.8.8.8/":                      nil,
		"https://[2400:3200::1]/":               nil,
	} {
		require.ErrorIs(t, webhook.Rules{}.Check(address), want, address)
	}
	require.NoError(t, webhook.Rules{AllowHTTP: true, AllowPrivate: true}.Check("http://127.0.0.1:9000/"))
}

// receiver answers with the statuses in turn, the last one for ever.
func receiver(t *testing.T, answer func(http.ResponseWriter, *http.Request)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(answer))
	t.Cleanup(s.Close)
	return s.URL
}

func message(url string, secrets ...string) webhook.Message {
	return webhook.Message{ID: "m1", URL: url, Secrets: secrets, At: time.Unix(1_800_000_000, 0), Body: []byte(`{"a":1}`)}
}

func TestSend(t *testing.T) {
	secret := webhook.NewSecret()
	open := webhook.NewSender(webhook.Rules{AllowHTTP: true, AllowPrivate: true}, 5*time.Second)
	elsewhere := receiver(t, func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
	for name, row := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		want   webhook.Outcome
	}{
		"taken": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, webhook.Outcome{Status: 204}},
		"refused": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(503)
		}, webhook.Outcome{Failure: webhook.Refused, Status: 503, RetryAfter: 2 * time.Minute}},
		"until a date": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", time.Unix(1_800_000_060, 0).UTC().Format(http.TimeFormat))
			w.WriteHeader(429)
		}, webhook.Outcome{Failure: webhook.Refused, Status: 429, RetryAfter: time.Minute}},
		"gone": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) }, webhook.Outcome{Failure: webhook.Gone, Status: 410}},
		"redirected": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
		},
			webhook.Outcome{Failure: webhook.Redirected, Status: 307}},
		"a long answer": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) }, webhook.Outcome{Status: 200}},
	} {
		require.Equal(t, row.want, open.Send(t.Context(), message(receiver(t, row.answer), secret)), name)
	}
	require.Equal(t, webhook.Outcome{Failure: webhook.Unsigned}, open.Send(t.Context(), message(elsewhere)))
	require.Equal(t, webhook.Outcome{Failure: webhook.NoAnswer}, open.Send(t.Context(), message("http://127.0.0.1:1/", secret)))
}

// What cannot be seen in the address is judged when the connection is made.
func TestNothingIsSentIntoTheOwnNetwork(t *testing.T) {
	inside := receiver(t, func(http.ResponseWriter, *http.Request) { t.Error("the own network was reached") })
	named := strings.Replace(inside, "127.0.0.1", "xn--test-for-dns.localtest.invalid", 1)
	careful := webhook.NewSender(webhook.Rules{AllowHTTP: true}, 5*time.Second)
	for _, address := range []string{inside, strings.Replace(inside, "127.0.0.1", "localhost", 1)} {
		require.Equal(t, webhook.BadAddress, careful.Send(t.Context(), message(address, webhook.NewSecret())).Failure, address)
	}
	require.NotEmpty(t, careful.Send(t.Context(), message(named, webhook.NewSecret())).Failure)
}

func TestASecretRotatesForTheReceiver(t *testing.T) {
	present, before := webhook.NewSecret(), webhook.NewSecret()
	url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		for _, secret := range []string{present, before} {
			if err := webhook.Verify(secret, r.Header, []byte(`{"a":1}`), time.Unix(1_800_000_000, 0)); err != nil {
				t.Error(err)
			}
		}
	})
	require.True(t, webhook.NewSender(webhook.Rules{AllowHTTP: true, AllowPrivate: true}, 5*time.Second).Send(t.Context(), message(url, present, before)).Delivered())
}

func TestNextAttempt(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai())
	rapid.Check(t, func(t *rapid.T) {
		failed := rapid.IntRange(1, 12).Draw(t, "failed")
		wait := time.Duration(rapid.Int64Range(-5, 1e6).Draw(t, "seconds")) * time.Second
		at, dead := webhook.Next(now, failed, wait)
		require.Equal(t, failed >= webhook.Attempts(), dead, "given up after the last attempt and not before")
		if dead {
			return
		}
		require.False(t, at.Before(now.Add(5*time.Second)))
		require.False(t, at.Before(now.Add(min(wait, 24*time.Hour))), "a receiver that asks to wait is waited for")
		require.False(t, at.After(now.Add(24*time.Hour)))
		later, over := webhook.Next(now, failed+1, wait)
		require.True(t, over || !later.Before(at), "the pauses grow")
	})
	var whole time.Duration
	for _, pause := range webhook.Backoff() {
		whole += pause
	}
	require.InDelta(t, 72, whole.Hours(), 6, "about three days")
}

func TestHours(t *testing.T) {
	days, err := calendar.Load()
	require.NoError(t, err)
	hours := webhook.NewHours(8*time.Hour, 18*time.Hour, func() *calendar.WorkCalendar { return days })
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Shanghai())
		require.NoError(t, err)
		return when
	}
	for now, want := range map[string]string{
		"2026-11-20 09:00": "2026-11-20 09:00",
		"2026-11-20 08:00": "2026-11-20 08:00",
		"2026-11-20 07:59": "2026-11-20 08:00",
		"2026-11-20 18:00": "2026-11-23 08:00", // a Friday
		"2026-11-21 10:00": "2026-11-23 08:00",
		"2026-09-30 18:00": "2026-10-08 08:00", // the national holiday
		"2026-10-10 09:00": "2026-10-10 09:00", // a Saturday that is worked
	} {
		require.Equal(t, at(want), hours.Open(at(now)), now)
	}
	rapid.Check(t, func(t *rapid.T) {
		now := at("2026-01-01 00:00").Add(time.Duration(rapid.Int64Range(0, 700*24*3600).Draw(t, "seconds")) * time.Second)
		open := hours.Open(now)
		require.False(t, open.Before(now))
		require.Equal(t, open, hours.Open(open), "open is open")
		require.Less(t, open.Sub(now), 10*24*time.Hour)
	})
}
