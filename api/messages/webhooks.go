package messages

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// webhookRoutes registers the gateways that carry notices on, as SMS or chat.
func (s *server) webhookRoutes() {
	const tag = "webhooks"
	op := func(id, method, below, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/v1/webhooks" + below, Action: authz.WebhookManage, Tag: tag, Summary: summary, PersonOnly: method != http.MethodGet}
	}
	add := op("add-webhook", http.MethodPost, "", "Connect a gateway that carries notices on (接入通知网关)")
	add.Status = http.StatusCreated
	add.Detail = "It is told of the notices to an office and to every office below it, in the format of Standard Webhooks. The secret is told once. docs/notices.md shows how a gateway verifies a message."
	rest.Register(s.rest, add, s.addWebhook)
	rest.Register(s.rest, op("list-webhooks", http.MethodGet, "", "Gateways of my office and of those below (通知网关)"), s.listWebhooks)
	rest.Register(s.rest, op("get-webhook", http.MethodGet, "/{id}", "One gateway, with the ETag a new secret is asked for with (查看通知网关)"), s.getWebhook)
	rotate := op("rotate-webhook-secret", http.MethodPost, "/{id}/secret", "Make a new secret; the one before stays valid for a day (更换密钥)")
	rest.Register(s.rest, rotate, s.rotateWebhook)
	rest.Register(s.rest, op("enable-webhook", http.MethodPost, "/{id}/enabling", "Send to a gateway again (启用)"), s.switchWebhook(true))
	rest.Register(s.rest, op("disable-webhook", http.MethodPost, "/{id}/disabling", "Send nothing to a gateway for the time being (停用)"), s.switchWebhook(false))
	remove := op("delete-webhook", http.MethodDelete, "/{id}", "Disconnect a gateway; what was not delivered is dropped (删除)")
	remove.Status = http.StatusNoContent
	rest.Register(s.rest, remove, s.deleteWebhook)
	test := op("test-webhook", http.MethodPost, "/{id}/test", "Send a message that tells nothing (测试)")
	test.Status = http.StatusAccepted
	rest.Register(s.rest, test, s.testWebhook)
	rest.Register(s.rest, op("list-webhook-deliveries", http.MethodGet, "/{id}/deliveries", "Messages to a gateway, newest first (投递记录)"), s.listDeliveries)
	again := op("redeliver-webhook", http.MethodPost, "/{id}/deliveries/{delivery}/redelivery", "Send a message once more, under the same ID (重新投递)")
	again.Status = http.StatusAccepted
	rest.Register(s.rest, again, s.redeliver)
}

// WebhookView is one gateway, without its secret.
type WebhookView struct {
	ID             uuid.UUID  `json:"id"`
	OrgID          uuid.UUID  `json:"org_id"`
	Org            string     `json:"org"`
	URL            string     `json:"url"`
	Kinds          []string   `json:"kinds" doc:"Kinds of notices it is told of; empty: all."`
	OutsideHours   string     `json:"outside_hours" enum:"SEND,URGENT,WAIT" doc:"Outside working hours: SEND all, send URGENT kinds only, or WAIT for the next working morning."`
	Enabled        bool       `json:"enabled"`
	DisabledAt     *time.Time `json:"disabled_at,omitempty"`
	DisabledReason string     `json:"disabled_reason,omitempty" doc:"BY_HAND, FAILING (for days) or GONE (it answered 410)."`
	FailingSince   *time.Time `json:"failing_since,omitempty" doc:"No message has been taken since."`
	Failures       int        `json:"failures" doc:"Attempts that failed since the last success."`
	Waiting        int64      `json:"waiting" doc:"Messages that are not delivered yet."`
	Dead           int64      `json:"dead" doc:"Messages that were given up after three days; deliver them again."`
	CreatedAt      time.Time  `json:"created_at"`
	Version        int64      `json:"version"`
}

// NewWebhook is a gateway with its secret, told once.
type NewWebhook struct {
	WebhookView
	Secret string `json:"secret" doc:"The gateway verifies messages with it; it is told only once." example:"whsec_…"`
}

func showWebhook(e *message.Endpoint) WebhookView {
	return WebhookView{
		ID: e.ID, OrgID: e.OrgID, Org: e.OrgName, URL: e.URL, Kinds: e.Kinds, OutsideHours: e.OutsideHours, Enabled: e.DisabledAt == nil, DisabledAt: e.DisabledAt,
		DisabledReason: e.DisabledReason, FailingSince: e.FailingSince, Failures: e.Failures, Waiting: e.Waiting, Dead: e.Dead, CreatedAt: e.CreatedAt, Version: e.Version,
	}
}

type webhookInput struct {
	Body struct {
		Org          uuid.UUID `json:"org,omitempty" format:"uuid" doc:"The office whose notices, and those of every office below, are told; left out: mine."`
		URL          string    `json:"url" minLength:"1" maxLength:"500" doc:"https address of the gateway."`
		Kinds        []string  `json:"kinds,omitempty" maxItems:"60" uniqueItems:"true" doc:"Left out: every kind."`
		OutsideHours string    `json:"outside_hours,omitempty" enum:"SEND,URGENT,WAIT" default:"URGENT"`
	}
}

func (s *server) addWebhook(ctx context.Context, in *webhookInput) (*rest.Body[NewWebhook], error) {
	if err := s.fitWebhook(in); err != nil {
		return nil, err
	}
	officeID := in.Body.Org
	if officeID == uuid.Nil {
		officeID = rest.PrincipalOf(ctx).Office.ID
	}
	made := NewWebhook{Secret: webhook.NewSecret()}
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		o, err := reach.Office(ctx, tx, officeID)
		if err != nil {
			return err
		}
		e, err := message.AddEndpoint(tx, message.Endpoint{OrgID: o.ID, OrgPath: o.Path, URL: in.Body.URL, Kinds: in.Body.Kinds, OutsideHours: in.Body.OutsideHours}, made.Secret)
		if err != nil {
			return err
		}
		made.WebhookView = showWebhook(e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(made), nil
}

func (s *server) fitWebhook(in *webhookInput) error {
	if err := s.Webhooks.Check(in.Body.URL); errors.Is(err, webhook.ErrPrivate) {
		return refusal.New(refusal.WebhookPrivate).At("/url")
	} else if err != nil {
		return refusal.New(refusal.WebhookAddress).At("/url")
	}
	for i, kind := range in.Body.Kinds {
		if !slices.Contains(notice.Kinds(), kind) {
			return refusal.New(refusal.WebhookKind).At("/kinds/"+strconv.Itoa(i)).With("kind", rest.PlainField(kind))
		}
	}
	return nil
}

func (s *server) listWebhooks(ctx context.Context, in *rest.Paging) (*rest.Body[*rest.Page[WebhookView]], error) {
	show := func(e message.Endpoint) WebhookView { return showWebhook(&e) }
	return rest.List(ctx, s.Store, *in, uuid.Nil, func(tx *store.Tx, after uuid.UUID, most int) ([]message.Endpoint, error) {
		return message.Endpoints(tx, rest.PrincipalOf(ctx).Office.Path, after, most)
	}, show, func(e message.Endpoint) uuid.UUID { return e.ID })
}

type webhookOutput struct {
	ETag string `header:"ETag"`
	Body WebhookView
}

func (s *server) getWebhook(ctx context.Context, in *rest.PathID) (*webhookOutput, error) {
	var out webhookOutput
	err := s.onWebhook(ctx, in.ID, func(_ *store.Tx, e *message.Endpoint) error {
		out = webhookOutput{ETag: rest.ETag(e.Version), Body: showWebhook(e)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// onWebhook does something to an endpoint the caller may manage.
func (s *server) onWebhook(ctx context.Context, id uuid.UUID, do func(*store.Tx, *message.Endpoint) error) error {
	return s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		e, err := message.ReadEndpoint(tx, id)
		if err != nil {
			return err
		}
		if err := rest.Allow(ctx, e.OrgPath); err != nil {
			return err
		}
		return do(tx, e)
	})
}

type webhookVersionInput struct {
	rest.PathID
	rest.IfMatch
}

func (s *server) rotateWebhook(ctx context.Context, in *webhookVersionInput) (*rest.Body[NewWebhook], error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	made := NewWebhook{Secret: webhook.NewSecret()}
	err = s.onWebhook(ctx, in.ID, func(tx *store.Tx, e *message.Endpoint) error {
		e, err := message.RotateSecret(tx, e.ID, version, made.Secret)
		if err != nil {
			return err
		}
		made.WebhookView = showWebhook(e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(made), nil
}

func (s *server) switchWebhook(on bool) func(context.Context, *rest.PathID) (*rest.Body[WebhookView], error) {
	return func(ctx context.Context, in *rest.PathID) (*rest.Body[WebhookView], error) {
		var view WebhookView
		err := s.onWebhook(ctx, in.ID, func(tx *store.Tx, e *message.Endpoint) error {
			e, err := message.SwitchEndpoint(tx, e.ID, on)
			if err != nil {
				return err
			}
			view = showWebhook(e)
			return nil
		})
		if err != nil {
			return nil, err
		}
		return rest.BodyOf(view), nil
	}
}

func (s *server) deleteWebhook(ctx context.Context, in *rest.PathID) (*rest.Empty, error) {
	return &rest.Empty{}, s.onWebhook(ctx, in.ID, func(tx *store.Tx, e *message.Endpoint) error { return message.DeleteEndpoint(tx, e.ID) })
}
