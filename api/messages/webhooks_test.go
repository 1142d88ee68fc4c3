package messages_test

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

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/messages"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/upkeep"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
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
func deliverer(w *wire) *upkeep.Deliverer {
	w.T().Helper()
	hours := webhook.NewHours(8*time.Hour, 18*time.Hour, w.Worker.Workdays)
	rules := webhook.Rules{AllowHTTP: true, AllowPrivate: true}
	w.Deps.Webhooks = rules
	w.Build()
	return &upkeep.Deliverer{Register: w.Worker.Store, Gateway: webhook.NewSender(rules, 5*time.Second), Processes: w.Processes, Hours: hours,
		Log: slog.New(slog.NewJSONHandler(w.Log, nil)), Lease: 2 * time.Minute, Interval: time.Second}
}

func once(w *wire, d *upkeep.Deliverer) int {
	w.T().Helper()
	n, err := d.Once(w.T().Context())
	require.NoError(w.T(), err)
	return n
}

func connect(w *wire, who apitest.Caller, g *gateway, more m) messages.NewWebhook {
	w.T().Helper()
	body := m{"url": g.url}
	for k, v := range more {
		body[k] = v
	}
	var made messages.NewWebhook
	w.Must(201, who.Token, apitest.Post("/v1/webhooks", body), &made)
	return made
}

func deliveries(w *wire, who apitest.Caller, endpoint uuid.UUID, query string) []messages.DeliveryView {
	w.T().Helper()
	var page rest.Page[messages.DeliveryView]
	w.Must(200, who.Token, apitest.Get("/v1/webhooks/"+endpoint.String()+"/deliveries"+query), &page)
	return page.Items
}

func TestANoticeIsCarriedOnAndVerified(t *testing.T) {
	w := newWire(t)
	d, g, admin := deliverer(w), newGateway(t), w.LogIn(storetest.Bureau, org.BureauSysadmin)
	before := w.tell(storetest.SchoolA, "OVERDUE")
	hook := connect(w, admin, g, nil)
	require.Zero(t, once(w, d), "what was before is not told")

	person := w.LogIn(storetest.SchoolA, org.SchoolLeader)
	notice := w.urge(person)
	w.FoundNextSchool()
	w.tell(apitest.NextSchool, "SENT_BACK")  // of another county
	w.tell(storetest.FarSchool, "SENT_BACK") // of another province
	require.Equal(t, 1, once(w, d))
	require.Zero(t, once(w, d), "once")
	require.NoError(t, webhook.Verify(hook.Secret, g.got[0], g.bodies[0], w.Now()))
	require.Error(t, webhook.Verify(webhook.NewSecret(), g.got[0], g.bodies[0], w.Now()))
	require.Equal(t, notice.String(), g.got[0].Get(webhook.HeaderID))
	p := g.payloads[0]
	require.Equal(t, "notice.created", p.Type)
	require.Equal(t, "2152000123", p.Data.OfficeCode)
	require.Equal(t, person.Login, p.Data.Login)
	require.Equal(t, "学校审核", p.Data.Step)
	require.Equal(t, "2026-12-04", p.Data.DueDay)
	require.Contains(t, p.Data.TextZh, "催办")
	require.Contains(t, p.Data.TextEn, "asks you to hurry")
	require.NotContains(t, string(g.bodies[0]), apitest.PersonName, "nobody is named")
	require.NotContains(t, w.Log.String(), g.url, "addresses may hold secrets of the gateway")

	list := deliveries(w, admin, hook.ID, "")
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
	w := newWire(t)
	d, admin := deliverer(w), w.LogIn(storetest.Bureau, org.BureauSysadmin)
	hook := connect(w, admin, newGateway(t), m{"outside_hours": "SEND"})
	w.tell(storetest.SchoolA, "SENT_BACK")
	ctx, stop := context.WithCancel(t.Context())
	d.Gateway = stopping{stop}
	_, err := d.Once(ctx)
	require.NoError(t, err)
	require.Equal(t, "DELIVERED", deliveries(w, admin, hook.ID, "")[0].State)
}

// The gateway is down; the clock, and nothing else, brings the next attempt.
func TestAttemptsFollowTheClockUntilItIsGivenUp(t *testing.T) {
	w := newWire(t)
	d, g, admin := deliverer(w), newGateway(t), w.LogIn(storetest.Bureau, org.BureauSysadmin)
	hook := connect(w, admin, g, m{"outside_hours": "SEND"})
	w.tell(storetest.SchoolA, "SENT_BACK")
	g.answer = http.StatusServiceUnavailable
	for i, pause := range webhook.Backoff() {
		require.Equal(t, 1, once(w, d), "attempt %d", i+1)
		w.Hand.Advance(pause - time.Second)
		require.Zero(t, once(w, d), "too early after attempt %d", i+1)
		w.Hand.Advance(time.Second)
	}
	require.Equal(t, 1, once(w, d), "the last attempt")
	w.Hand.Advance(30 * 24 * time.Hour)
	admin = w.LogIn(storetest.Bureau, org.BureauSysadmin) // sessions are over by now
	require.Zero(t, once(w, d))
	require.Len(t, g.got, webhook.Attempts())
	for _, h := range g.got {
		require.Equal(t, g.got[0].Get(webhook.HeaderID), h.Get(webhook.HeaderID), "always the same message")
	}
	dead := deliveries(w, admin, hook.ID, "?state=DEAD")
	require.Len(t, dead, 1)
	require.Equal(t, 503, dead[0].LastStatus)
	require.Equal(t, "STATUS", dead[0].LastFailure)

	// The gateway works again: an administrator delivers it once more.
	g.answer = http.StatusOK
	w.Must(202, admin.Token, apitest.Post("/v1/webhooks/"+hook.ID.String()+"/deliveries/"+dead[0].ID.String()+"/redelivery", nil), nil)
	require.Equal(t, 1, once(w, d))
	require.Equal(t, "DELIVERED", deliveries(w, admin, hook.ID, "")[0].State)
}

func TestARetryAfterIsRespected(t *testing.T) {
	w := newWire(t)
	d, g := deliverer(w), newGateway(t)
	connect(w, w.LogIn(storetest.Bureau, org.BureauSysadmin), g, nil)
	w.tell(storetest.SchoolA, "SENT_BACK")
	g.answer = http.StatusTooManyRequests
	g.header.Set("Retry-After", "600")
	require.Equal(t, 1, once(w, d))
	g.answer = http.StatusOK
	w.Hand.Advance(599 * time.Second)
	require.Zero(t, once(w, d))
	w.Hand.Advance(time.Second)
	require.Equal(t, 1, once(w, d))
}

// crashing sends, and then what sent it is gone before it can write that down.
type crashing struct{ upkeep.Gateway }

func (c crashing) Send(ctx context.Context, msg webhook.Message) webhook.Outcome {
	c.Gateway.Send(ctx, msg)
	runtime.Goexit()
	return webhook.Outcome{}
}

func TestACrashBetweenSendingAndMarkingSendsTheSameMessageAgain(t *testing.T) {
	w := newWire(t)
	d, g, admin := deliverer(w), newGateway(t), w.LogIn(storetest.Bureau, org.BureauSysadmin)
	hook := connect(w, admin, g, nil)
	w.tell(storetest.SchoolA, "SENT_BACK")
	whole := d.Gateway
	d.Gateway = crashing{whole}
	_, err := d.Once(t.Context())
	require.NoError(t, err)
	require.Len(t, g.got, 1)
	require.Equal(t, "WAITING", deliveries(w, admin, hook.ID, "")[0].State)
	d.Gateway = whole
	require.Zero(t, once(w, d), "the lease of the dead worker still holds")
	w.Hand.Advance(d.Lease)
	require.Equal(t, 1, once(w, d))
	require.Len(t, g.got, 2)
	require.Equal(t, g.got[0].Get(webhook.HeaderID), g.got[1].Get(webhook.HeaderID))
	require.Equal(t, "DELIVERED", deliveries(w, admin, hook.ID, "")[0].State)
}

func TestTwoWorkersNeverTakeTheSameMessage(t *testing.T) {
	w := newWire(t)
	d, g := deliverer(w), newGateway(t)
	connect(w, w.LogIn(storetest.Bureau, org.BureauSysadmin), g, nil)
	for range 20 {
		w.tell(storetest.SchoolA, "SENT_BACK")
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
	w := newWire(t)
	d := deliverer(w)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	always, urgent, wait := newGateway(t), newGateway(t), newGateway(t)
	connect(w, admin, always, m{"outside_hours": "SEND"})
	connect(w, admin, urgent, nil)
	hook := connect(w, admin, wait, m{"outside_hours": "WAIT"})
	w.Hand.Set(time.Date(2026, 11, 20, 18, 30, 0, 0, calendar.Shanghai())) // a Friday evening
	w.tell(storetest.SchoolA, "REMINDED_80")
	w.tell(storetest.SchoolA, "SUPERVISE")
	once(w, d)
	require.Len(t, always.got, 2)
	require.Len(t, urgent.got, 1)
	require.Equal(t, "SUPERVISE", urgent.payloads[0].Data.Kind)
	require.Empty(t, wait.got)
	w.Must(202, w.LogIn(storetest.Bureau, org.BureauSysadmin).Token, apitest.Post("/v1/webhooks/"+hook.ID.String()+"/test", nil), nil)
	once(w, d)
	require.Len(t, wait.got, 1, "a test never waits")
	require.Equal(t, "notice.test", wait.payloads[0].Type)
	w.Hand.Set(time.Date(2026, 11, 23, 7, 59, 59, 0, calendar.Shanghai()))
	require.Zero(t, once(w, d))
	w.Hand.Advance(time.Second)
	require.Equal(t, 3, once(w, d))
	require.Len(t, wait.got, 3)
	for _, one := range deliveries(w, w.LogIn(storetest.Bureau, org.BureauSysadmin), hook.ID, "") {
		require.Equal(t, 1, one.Attempts, "waiting cost no attempt")
	}
}

func TestAGatewayThatFailsForDaysIsDisabledAndItsAdministratorTold(t *testing.T) {
	w := newWire(t)
	d, g := deliverer(w), newGateway(t)
	hook := connect(w, w.LogIn(storetest.Bureau, org.BureauSysadmin), g, m{"outside_hours": "SEND"})
	g.answer = http.StatusInternalServerError
	for range 5 {
		w.tell(storetest.SchoolA, "SENT_BACK")
		once(w, d)
		once(w, d)
		w.Hand.Advance(24 * time.Hour)
	}
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	var list rest.Page[messages.WebhookView]
	w.Must(200, admin.Token, apitest.Get("/v1/webhooks"), &list)
	require.False(t, list.Items[0].Enabled)
	require.Equal(t, "FAILING", list.Items[0].DisabledReason)
	told := notices(w, admin, "")
	require.Len(t, told, 1, "once")
	require.Equal(t, "WEBHOOK_DISABLED", told[0].Kind)
	require.Contains(t, told[0].Text, "请修复后重新启用")
	w.Hand.Advance(7 * 24 * time.Hour)
	n := len(g.got)
	require.Zero(t, once(w, d))
	require.Len(t, g.got, n, "nothing is sent any more")
	admin = w.LogIn(storetest.Bureau, org.BureauSysadmin)
	w.Refused("webhook_disabled", admin.Token, apitest.Post("/v1/webhooks/"+hook.ID.String()+"/test", nil))

	g.answer = http.StatusOK
	var view messages.WebhookView
	w.Must(200, admin.Token, apitest.Post("/v1/webhooks/"+hook.ID.String()+"/enabling", nil), &view)
	require.True(t, view.Enabled)
	require.Zero(t, view.Failures)
	require.Equal(t, int(view.Waiting), once(w, d), "what waited meanwhile is sent")
	g.answer = http.StatusGone
	w.tell(storetest.SchoolA, "SENT_BACK")
	once(w, d)
	require.Equal(t, "GONE", apitest.One[string](w.World, `SELECT disabled_reason FROM webhook_endpoint WHERE id = $1`, hook.ID))
}

func TestASecretIsToldOnceAndRotates(t *testing.T) {
	w := newWire(t)
	d, g, admin := deliverer(w), newGateway(t), w.LogIn(storetest.Bureau, org.BureauSysadmin)
	hook := connect(w, admin, g, nil)
	path := "/v1/webhooks/" + hook.ID.String()
	for _, read := range []string{"/v1/webhooks", path, path + "/deliveries"} {
		require.NotContains(t, w.Must(200, admin.Token, apitest.Get(read), nil).Body.String(), "whsec_")
	}
	require.Zero(t, apitest.One[int](w.World, `SELECT count(*)::int FROM webhook_secret WHERE position(convert_to($1, 'UTF8') IN cipher) > 0`, strings.TrimPrefix(hook.Secret, "whsec_")), "nor kept in clear")
	w.Refused("if_match_missing", admin.Token, apitest.Post(path+"/secret", nil))
	var second messages.NewWebhook
	read := w.Must(200, admin.Token, apitest.Get(path), nil).Header().Get("ETag")
	w.Must(200, admin.Token, apitest.Call{Method: "POST", Path: path + "/secret", IfMatch: read}, &second)
	w.Refused("version_conflict", admin.Token, apitest.Call{Method: "POST", Path: path + "/secret", IfMatch: rest.ETag(hook.Version)})
	require.NotEqual(t, hook.Secret, second.Secret)

	verified := func() (old, present bool) {
		w.tell(storetest.SchoolA, "SENT_BACK")
		require.Equal(t, 1, once(w, d))
		last := len(g.got) - 1
		return webhook.Verify(hook.Secret, g.got[last], g.bodies[last], w.Now()) == nil, webhook.Verify(second.Secret, g.got[last], g.bodies[last], w.Now()) == nil
	}
	old, present := verified()
	require.True(t, old && present, "both are valid for a day")
	w.Hand.Set(time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Shanghai()))
	old, present = verified()
	require.False(t, old)
	require.True(t, present)
}

func TestWebhooksThatCannotBe(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	add := func(body m) apitest.Call { return apitest.Post("/v1/webhooks", body) }
	w.Refused("webhook_address", admin.Token, add(m{"url": "http://sms.example.edu.cn/"}))
	w.Refused("webhook_private", admin.Token, add(m{"url": "https://169.254.169.254/latest"}))
	w.Refused("webhook_kind", admin.Token, add(m{"url": "https://sms.example.edu.cn/", "kinds": []string{"SENT_BAK"}}))
	for range 5 {
		w.Must(201, admin.Token, add(m{"url": "https://sms.example.edu.cn/"}), nil)
	}
	w.Refused("webhook_limit", admin.Token, add(m{"url": "https://sms.example.edu.cn/"}))
	next := w.LogIn(apitest.NextBureau, org.BureauSysadmin)
	w.Refused("forbidden", admin.Token, add(m{"org": w.OfficeID(apitest.NextBureau), "url": "https://sms.example.edu.cn/"}))
	var foreign messages.NewWebhook
	w.Must(201, next.Token, add(m{"url": "https://sms.example.edu.cn/"}), &foreign)
	w.Refused("not_found", admin.Token, apitest.Call{Method: "DELETE", Path: "/v1/webhooks/" + foreign.ID.String()})
	w.Must(204, next.Token, apitest.Call{Method: "DELETE", Path: "/v1/webhooks/" + foreign.ID.String()}, nil)
	require.Zero(t, apitest.One[int](w, `SELECT count(*)::int FROM webhook_secret WHERE endpoint_id = $1`, foreign.ID))
}

func TestOnlyTheKindsThatWereAskedFor(t *testing.T) {
	w := newWire(t)
	d, g := deliverer(w), newGateway(t)
	connect(w, w.LogIn(storetest.Bureau, org.BureauSysadmin), g, m{"kinds": []string{"OVERDUE"}})
	w.tell(storetest.SchoolA, "SENT_BACK")
	w.tellRole(storetest.Bureau, "OVERDUE", org.BureauReviewer)
	require.Equal(t, 1, once(w, d))
	require.Equal(t, "OVERDUE", g.payloads[0].Data.Kind)
}
