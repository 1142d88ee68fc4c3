package messages

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/store"
)

// DeliveryView is one message to a gateway.
type DeliveryView struct {
	ID            uuid.UUID  `json:"id"`
	MessageID     uuid.UUID  `json:"message_id" doc:"webhook-id, the same however often it is sent."`
	Kind          string     `json:"kind,omitempty" doc:"Kind of the notice; none for a test."`
	KindLabel     string     `json:"kind_label,omitempty"`
	CaseNo        string     `json:"case_no,omitempty"`
	State         string     `json:"state" enum:"WAITING,DELIVERED,DEAD"`
	Attempts      int        `json:"attempts"`
	CreatedAt     time.Time  `json:"created_at"`
	NextAttemptAt *time.Time `json:"next_attempt_at,omitempty"`
	LastAttemptAt *time.Time `json:"last_attempt_at,omitempty"`
	LastStatus    int        `json:"last_status,omitempty" doc:"HTTP status of the last answer."`
	LastFailure   string     `json:"last_failure,omitempty" doc:"ADDRESS, NO_ANSWER, CERTIFICATE, STATUS, REDIRECT, GONE or SECRET."`
	DeliveredAt   *time.Time `json:"delivered_at,omitempty"`
	DeadAt        *time.Time `json:"dead_at,omitempty" doc:"Given up; deliver it again when the gateway works."`
}

func showDelivery(ctx context.Context, d message.Delivery) DeliveryView {
	v := DeliveryView{
		ID: d.ID, MessageID: d.ID, Kind: d.Kind, CaseNo: d.CaseNo, State: d.State(), Attempts: d.Attempts, CreatedAt: d.CreatedAt, NextAttemptAt: d.NextAttemptAt,
		LastAttemptAt: d.LastAttemptAt, LastStatus: d.LastStatus, LastFailure: d.LastError, DeliveredAt: d.DeliveredAt, DeadAt: d.DeadAt,
	}
	if d.NoticeID != nil {
		v.MessageID, v.KindLabel = *d.NoticeID, kindLabel(ctx, d.Kind)
	}
	return v
}

func (s *server) testWebhook(ctx context.Context, in *rest.PathID) (*rest.Body[DeliveryView], error) {
	return s.queued(ctx, in.ID, func(tx *store.Tx, e *message.Endpoint) (*message.Delivery, error) { return message.TestEndpoint(tx, e) })
}

type redeliveryInput struct {
	rest.PathID
	Delivery uuid.UUID `path:"delivery" format:"uuid"`
}

func (s *server) redeliver(ctx context.Context, in *redeliveryInput) (*rest.Body[DeliveryView], error) {
	return s.queued(ctx, in.ID, func(tx *store.Tx, e *message.Endpoint) (*message.Delivery, error) {
		return message.Redeliver(tx, e, in.Delivery)
	})
}

func (s *server) queued(ctx context.Context, endpoint uuid.UUID, do func(*store.Tx, *message.Endpoint) (*message.Delivery, error)) (*rest.Body[DeliveryView], error) {
	var view DeliveryView
	err := s.onWebhook(ctx, endpoint, func(tx *store.Tx, e *message.Endpoint) error {
		d, err := do(tx, e)
		if err != nil {
			return err
		}
		view = showDelivery(ctx, *d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(view), nil
}

type deliveriesInput struct {
	rest.PathID
	rest.Paging
	State string `query:"state" enum:"WAITING,DELIVERED,DEAD" doc:"Only messages in this state."`
}

func (s *server) listDeliveries(ctx context.Context, in *deliveriesInput) (*rest.Body[*rest.Page[DeliveryView]], error) {
	page, err := rest.ReadPage(in.Paging, rest.TimeKey{}, func(key rest.TimeKey, most int) (list []message.Delivery, err error) {
		err = s.onWebhook(ctx, in.ID, func(tx *store.Tx, e *message.Endpoint) error {
			list, err = message.Deliveries(tx, e.ID, in.State, key.At, key.ID, most)
			return err
		})
		return list, err
	}, func(d message.Delivery) DeliveryView { return showDelivery(ctx, d) }, func(d message.Delivery) rest.TimeKey { return rest.TimeKey{At: d.CreatedAt, ID: d.ID} })
	return rest.BodyOf(page), err
}
