package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/messages"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/upkeep"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
)

// gateway is a receiver that verifies what it gets and answers as it is told.
type gateway struct {
	mu       sync.Mutex
	url      string
	answer   int
	header   http.Header
	got      []http.Header
	payloads []upkeep.Payload
	bodies   [][]byte
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{answer: http.StatusNoContent, header: http.Header{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var p upkeep.Payload
		if err := json.Unmarshal(text, &p); err != nil {
			t.Error(err)
		}
		g.got, g.bodies, g.payloads = append(g.got, r.Header), append(g.bodies, text), append(g.payloads, p)
		for name := range g.header {
			w.Header().Set(name, g.header.Get(name))
		}
		w.WriteHeader(g.answer)
	}))
	t.Cleanup(s.Close)
	g.url = s.URL
	return g
}

// deliverer sends in the world's own time; the tests look at the queue themselves.
func (w *world) deliverer() *upkeep.Deliverer {
	w.t.Helper()
	hours := webhook.NewHours(8*time.Hour, 18*time.Hour, w.worker.Workdays)
	rules := webhook.Rules{AllowHTTP: true, AllowPrivate: true}
	w.deps.Webhooks = rules
	w.build()
	return &upkeep.Deliverer{Register: w.worker.Store, Gateway: webhook.NewSender(rules, 5*time.Second), Processes: w.process, Hours: hours,
		Log: slog.New(slog.NewJSONHandler(w.log, nil)), Lease: 2 * time.Minute, Interval: time.Second}
}

func (w *world) once(d *upkeep.Deliverer) int {
	w.t.Helper()
	n, err := d.Once(w.t.Context())
	require.NoError(w.t, err)
	return n
}

func (w *world) connect(who caller, g *gateway, more m) messages.NewWebhook {
	w.t.Helper()
	body := m{"url": g.url}
	for k, v := range more {
		body[k] = v
	}
	var made messages.NewWebhook
	w.must(201, who.token, call{method: "POST", path: "/v1/webhooks", body: body}, &made)
	return made
}

func (w *world) deliveries(who caller, endpoint uuid.UUID, query string) []messages.DeliveryView {
	w.t.Helper()
	var page rest.Page[messages.DeliveryView]
	w.must(200, who.token, call{method: "GET", path: "/v1/webhooks/" + endpoint.String() + "/deliveries" + query}, &page)
	return page.Items
}

func TestANoticeIsCarriedOnAndVerified(t *testing.T) {
	w := newWorld(t)
	d, g, admin := w.deliverer(), newGateway(t), w.administrator()
	before := w.notice(w.places["school"], "OVERDUE", org.SchoolLeader, uuid.Nil)
	hook := w.connect(admin, g, nil)
	require.Zero(t, w.once(d), "what was before is not told")

	person := w.login(w.places["school"], org.SchoolLeader)
	notice := w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, person.account)
	w.notice(w.places["school3"], "SENT_BACK", org.SchoolLeader, uuid.Nil) // of another county
	w.notice(w.places["school4"], "SENT_BACK", org.SchoolLeader, uuid.Nil) // of another province
	require.Equal(t, 1, w.once(d))
	require.Zero(t, w.once(d), "once")
	require.NoError(t, webhook.Verify(hook.Secret, g.got[0], g.bodies[0], w.clock.Now()))
	require.Error(t, webhook.Verify(webhook.NewSecret(), g.got[0], g.bodies[0], w.clock.Now()))
	require.Equal(t, notice.String(), g.got[0].Get(webhook.HeaderID))
	p := g.payloads[0]
	require.Equal(t, "notice.created", p.Type)
	require.Equal(t, "2152000123", p.Data.OfficeCode)
	require.Equal(t, "user"+person.account.String(), p.Data.Login)
	require.Equal(t, "学校审核", p.Data.Step)
	require.Equal(t, "2026-12-04", p.Data.DueDay)
	require.Contains(t, p.Data.TextZh, "已退回")
	require.Contains(t, p.Data.TextEn, "sent back")
	require.NotContains(t, string(g.bodies[0]), "某人", "nobody is named")
	require.NotContains(t, w.log.String(), g.url, "addresses may hold secrets of the gateway")

	list := w.deliveries(admin, hook.ID, "")
	require.Len(t, list, 1)
	require.Equal(t, "DELIVERED", list[0].State)
	require.Equal(t, notice, list[0].MessageID)
	require.NotEqual(t, before, notice)
}

// stopping is a gateway that takes a message while the worker is told to stop.
type stopping struct{ stop func() }

func (s stopping) Send(context.Context, webhook.Message) webhook.Outcome {
	s.stop()
	return webhook.Outcome{Status: http.StatusNoContent}
}

// What a gateway has taken is not sent again because the worker stopped just then.
func TestAStopForgetsNoDelivery(t *testing.T) {
	w := newWorld(t)
	d, admin := w.deliverer(), w.administrator()
	hook := w.connect(admin, newGateway(t), m{"outside_hours": "SEND"})
	w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, uuid.Nil)
	ctx, stop := context.WithCancel(t.Context())
	d.Gateway = stopping{stop}
	_, err := d.Once(ctx)
	require.NoError(t, err)
	require.Equal(t, "DELIVERED", w.deliveries(admin, hook.ID, "")[0].State)
}

// The gateway is down; the clock, and nothing else, brings the next attempt.
func TestAttemptsFollowTheClockUntilItIsGivenUp(t *testing.T) {
	w := newWorld(t)
	d, g, admin := w.deliverer(), newGateway(t), w.administrator()
	hook := w.connect(admin, g, m{"outside_hours": "SEND"})
	w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, uuid.Nil)
	g.answer = http.StatusServiceUnavailable
	for i, pause := range webhook.Backoff() {
		require.Equal(t, 1, w.once(d), "attempt %d", i+1)
		w.hand.Advance(pause - time.Second)
		require.Zero(t, w.once(d), "too early after attempt %d", i+1)
		w.hand.Advance(time.Second)
	}
	require.Equal(t, 1, w.once(d), "the last attempt")
	w.hand.Advance(30 * 24 * time.Hour)
	admin = w.administrator() // sessions are over by now
	require.Zero(t, w.once(d))
	require.Len(t, g.got, webhook.Attempts())
	for _, h := range g.got {
		require.Equal(t, g.got[0].Get(webhook.HeaderID), h.Get(webhook.HeaderID), "always the same message")
	}
	dead := w.deliveries(admin, hook.ID, "?state=DEAD")
	require.Len(t, dead, 1)
	require.Equal(t, 503, dead[0].LastStatus)
	require.Equal(t, "STATUS", dead[0].LastFailure)

	// The gateway works again: an administrator delivers it once more.
	g.answer = http.StatusOK
	w.must(202, admin.token, call{method: "POST", path: "/v1/webhooks/" + hook.ID.String() + "/deliveries/" + dead[0].ID.String() + "/redelivery"}, nil)
	require.Equal(t, 1, w.once(d))
	require.Equal(t, "DELIVERED", w.deliveries(admin, hook.ID, "")[0].State)
}

func TestARetryAfterIsRespected(t *testing.T) {
	w := newWorld(t)
	d, g := w.deliverer(), newGateway(t)
	w.connect(w.administrator(), g, nil)
	w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, uuid.Nil)
	g.answer = http.StatusTooManyRequests
	g.header.Set("Retry-After", "600")
	require.Equal(t, 1, w.once(d))
	g.answer = http.StatusOK
	w.hand.Advance(599 * time.Second)
	require.Zero(t, w.once(d))
	w.hand.Advance(time.Second)
	require.Equal(t, 1, w.once(d))
}

// crashing sends, and then what sent it is gone before it can write that down.
type crashing struct{ upkeep.Gateway }

func (c crashing) Send(ctx context.Context, msg webhook.Message) webhook.Outcome {
	c.Gateway.Send(ctx, msg)
	runtime.Goexit()
	return webhook.Outcome{}
}

func TestACrashBetweenSendingAndMarkingSendsTheSameMessageAgain(t *testing.T) {
	w := newWorld(t)
	d, g, admin := w.deliverer(), newGateway(t), w.administrator()
	hook := w.connect(admin, g, nil)
	w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, uuid.Nil)
	whole := d.Gateway
	d.Gateway = crashing{whole}
	_, err := d.Once(t.Context())
	require.NoError(t, err)
	require.Len(t, g.got, 1)
	require.Equal(t, "WAITING", w.deliveries(admin, hook.ID, "")[0].State)
	d.Gateway = whole
	require.Zero(t, w.once(d), "the lease of the dead worker still holds")
	w.hand.Advance(d.Lease)
	require.Equal(t, 1, w.once(d))
	require.Len(t, g.got, 2)
	require.Equal(t, g.got[0].Get(webhook.HeaderID), g.got[1].Get(webhook.HeaderID))
	require.Equal(t, "DELIVERED", w.deliveries(admin, hook.ID, "")[0].State)
}

func TestTwoWorkersNeverTakeTheSameMessage(t *testing.T) {
	w := newWorld(t)
	d, g := w.deliverer(), newGateway(t)
	w.connect(w.administrator(), g, nil)
	for range 20 {
		w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, uuid.Nil)
	}
	var group sync.WaitGroup
	failed := make([]error, 4)
	for i := range failed {
		group.Go(func() {
			for range 5 {
				_, err := d.Once(t.Context())
				failed[i] = errors.Join(failed[i], err)
			}
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(failed...))
	ids := map[string]bool{}
	for _, h := range g.got {
		ids[h.Get(webhook.HeaderID)] = true
	}
	require.Len(t, g.got, 20)
	require.Len(t, ids, 20)
}

func TestOutsideWorkingHoursMessagesWait(t *testing.T) {
	w := newWorld(t)
	d := w.deliverer()
	admin := w.administrator()
	always, urgent, wait := newGateway(t), newGateway(t), newGateway(t)
	w.connect(admin, always, m{"outside_hours": "SEND"})
	w.connect(admin, urgent, nil)
	hook := w.connect(admin, wait, m{"outside_hours": "WAIT"})
	w.hand.Set(time.Date(2026, 11, 20, 18, 30, 0, 0, calendar.Shanghai())) // a Friday evening
	w.notice(w.places["school"], "REMINDED_80", org.SchoolLeader, uuid.Nil)
	w.notice(w.places["school"], "SUPERVISE", org.SchoolLeader, uuid.Nil)
	w.once(d)
	require.Len(t, always.got, 2)
	require.Len(t, urgent.got, 1)
	require.Equal(t, "SUPERVISE", urgent.payloads[0].Data.Kind)
	require.Empty(t, wait.got)
	w.must(202, w.administrator().token, call{method: "POST", path: "/v1/webhooks/" + hook.ID.String() + "/test"}, nil)
	w.once(d)
	require.Len(t, wait.got, 1, "a test never waits")
	require.Equal(t, "notice.test", wait.payloads[0].Type)
	w.hand.Set(time.Date(2026, 11, 23, 7, 59, 59, 0, calendar.Shanghai()))
	require.Zero(t, w.once(d))
	w.hand.Advance(time.Second)
	require.Equal(t, 3, w.once(d))
	require.Len(t, wait.got, 3)
	for _, one := range w.deliveries(w.administrator(), hook.ID, "") {
		require.Equal(t, 1, one.Attempts, "waiting cost no attempt")
	}
}

func TestAGatewayThatFailsForDaysIsDisabledAndItsAdministratorTold(t *testing.T) {
	w := newWorld(t)
	d, g := w.deliverer(), newGateway(t)
	hook := w.connect(w.administrator(), g, m{"outside_hours": "SEND"})
	g.answer = http.StatusInternalServerError
	for range 5 {
		w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, uuid.Nil)
		w.once(d)
		w.once(d)
		w.hand.Advance(24 * time.Hour)
	}
	admin := w.administrator()
	var list rest.Page[messages.WebhookView]
	w.must(200, admin.token, call{method: "GET", path: "/v1/webhooks"}, &list)
	require.False(t, list.Items[0].Enabled)
	require.Equal(t, "FAILING", list.Items[0].DisabledReason)
	told := w.notices(admin, "")
	require.Len(t, told, 1, "once")
	require.Equal(t, "WEBHOOK_DISABLED", told[0].Kind)
	require.Contains(t, told[0].Text, "请修复后重新启用")
	w.hand.Advance(7 * 24 * time.Hour)
	n := len(g.got)
	require.Zero(t, w.once(d))
	require.Len(t, g.got, n, "nothing is sent any more")
	admin = w.administrator()
	w.refused("webhook_disabled", admin.token, call{method: "POST", path: "/v1/webhooks/" + hook.ID.String() + "/test"})

	g.answer = http.StatusOK
	var view messages.WebhookView
	w.must(200, admin.token, call{method: "POST", path: "/v1/webhooks/" + hook.ID.String() + "/enabling"}, &view)
	require.True(t, view.Enabled)
	require.Zero(t, view.Failures)
	require.Equal(t, int(view.Waiting), w.once(d), "what waited meanwhile is sent")
	g.answer = http.StatusGone
	w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, uuid.Nil)
	w.once(d)
	require.Equal(t, "GONE", one[string](w, `SELECT disabled_reason FROM webhook_endpoint WHERE id = $1`, hook.ID))
}

func TestASecretIsToldOnceAndRotates(t *testing.T) {
	w := newWorld(t)
	d, g, admin := w.deliverer(), newGateway(t), w.administrator()
	hook := w.connect(admin, g, nil)
	path := "/v1/webhooks/" + hook.ID.String()
	for _, read := range []string{"/v1/webhooks", path, path + "/deliveries"} {
		require.NotContains(t, w.must(200, admin.token, call{method: "GET", path: read}, nil).Body.String(), "whsec_")
	}
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM webhook_secret WHERE position(convert_to($1, 'UTF8') IN cipher) > 0`, strings.TrimPrefix(hook.Secret, "whsec_")), "nor kept in clear")
	w.refused("if_match_missing", admin.token, call{method: "POST", path: path + "/secret"})
	var second messages.NewWebhook
	read := w.must(200, admin.token, call{method: "GET", path: path}, nil).Header().Get("ETag")
	w.must(200, admin.token, call{method: "POST", path: path + "/secret", ifMatch: read}, &second)
	w.refused("version_conflict", admin.token, call{method: "POST", path: path + "/secret", ifMatch: rest.ETag(hook.Version)})
	require.NotEqual(t, hook.Secret, second.Secret)

	verified := func() (old, present bool) {
		w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, uuid.Nil)
		require.Equal(t, 1, w.once(d))
		last := len(g.got) - 1
		return webhook.Verify(hook.Secret, g.got[last], g.bodies[last], w.clock.Now()) == nil, webhook.Verify(second.Secret, g.got[last], g.bodies[last], w.clock.Now()) == nil
	}
	old, present := verified()
	require.True(t, old && present, "both are valid for a day")
	w.hand.Set(time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Shanghai()))
	old, present = verified()
	require.False(t, old)
	require.True(t, present)
}

func TestWebhooksThatCannotBe(t *testing.T) {
	w := newWorld(t)
	admin := w.administrator()
	add := func(body m) call { return call{method: "POST", path: "/v1/webhooks", body: body} }
	w.refused("webhook_address", admin.token, add(m{"url": "http://sms.example.edu.cn/"}))
	w.refused("webhook_private", admin.token, add(m{"url": "https://169.254.169.254/latest"}))
	w.refused("webhook_kind", admin.token, add(m{"url": "https://sms.example.edu.cn/", "kinds": []string{"SENT_BAK"}}))
	for range 5 {
		w.must(201, admin.token, add(m{"url": "https://sms.example.edu.cn/"}), nil)
	}
	w.refused("webhook_limit", admin.token, add(m{"url": "https://sms.example.edu.cn/"}))
	hook, _ := w.endpoint(w.places["county2"])
	w.refused("not_found", admin.token, call{method: "DELETE", path: "/v1/webhooks/" + hook.String()})
	own, _ := w.endpoint(w.places["county"])
	w.must(204, admin.token, call{method: "DELETE", path: "/v1/webhooks/" + own.String()}, nil)
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM webhook_secret WHERE endpoint_id = $1`, own))
}

func TestOnlyTheKindsThatWereAskedFor(t *testing.T) {
	w := newWorld(t)
	d, g := w.deliverer(), newGateway(t)
	w.connect(w.administrator(), g, m{"kinds": []string{"OVERDUE"}})
	w.notice(w.places["school"], "SENT_BACK", org.SchoolLeader, uuid.Nil)
	w.notice(w.places["county"], "OVERDUE", org.BureauReviewer, uuid.Nil)
	require.Equal(t, 1, w.once(d))
	require.Equal(t, "OVERDUE", g.payloads[0].Data.Kind)
}
