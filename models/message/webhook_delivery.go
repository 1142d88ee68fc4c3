package message

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Delivery is one message to one endpoint. A message without a kind is a test.
type Delivery struct {
	ID            uuid.UUID
	NoticeID      *uuid.UUID
	Kind          string
	CaseNo        string
	CreatedAt     time.Time
	Attempts      int
	NextAttemptAt *time.Time
	LastAttemptAt *time.Time
	LastStatus    int
	LastError     string
	DeliveredAt   *time.Time
	DeadAt        *time.Time
}

// The states of a message, for lists.
const (
	DeliveryWaiting   = "WAITING"
	DeliveryDelivered = "DELIVERED"
	DeliveryDead      = "DEAD"
)

// State returns the state of the message.
func (d Delivery) State() string {
	switch {
	case d.DeliveredAt != nil:
		return DeliveryDelivered
	case d.DeadAt != nil:
		return DeliveryDead
	}
	return DeliveryWaiting
}

const deliveryColumns = `d.id, d.notice_id, coalesce(n.kind, '') AS kind, coalesce(c.case_no, '') AS case_no, d.created_at, d.attempts, d.next_attempt_at,
	d.last_attempt_at, d.last_status, d.last_error, d.delivered_at, d.dead_at
	FROM webhook_delivery d LEFT JOIN notice n ON n.id = d.notice_id LEFT JOIN change c ON c.id = n.change_id`

// Deliveries lists the messages to an endpoint, newest first, after (created_at, ID)
// of the last one seen; an empty state lists all.
func Deliveries(t *store.Tx, endpoint uuid.UUID, state string, before time.Time, beforeID uuid.UUID, most int) ([]Delivery, error) {
	if before.IsZero() {
		before, beforeID = t.Now().AddDate(1, 0, 0), uuid.Max
	}
	var list []Delivery
	err := t.DB().Raw(`SELECT `+deliveryColumns+` WHERE d.endpoint_id = @endpoint AND (d.created_at, d.id) < (@before, @id)
		AND (@state = '' OR @state = CASE WHEN d.delivered_at IS NOT NULL THEN @delivered WHEN d.dead_at IS NOT NULL THEN @dead ELSE @waiting END)
		ORDER BY d.created_at DESC, d.id DESC LIMIT @most`,
		map[string]any{"endpoint": endpoint, "before": before, "id": beforeID, "state": state, "most": most,
			"delivered": DeliveryDelivered, "dead": DeliveryDead, "waiting": DeliveryWaiting}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return list, nil
}

func readDelivery(t *store.Tx, endpoint, id uuid.UUID) (*Delivery, error) {
	var d Delivery
	err := t.DB().Raw(`SELECT `+deliveryColumns+` WHERE d.endpoint_id = ? AND d.id = ?`, endpoint, id).Take(&d).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a delivery")
	}
	return &d, nil
}

// TestEndpoint queues a message without content, so that an administrator sees whether
// the gateway takes it.
func TestEndpoint(t *store.Tx, e *Endpoint) (*Delivery, error) {
	if e.DisabledAt != nil {
		return nil, refusal.New(refusal.WebhookDisabled)
	}
	id := store.NewID()
	if _, err := t.Exec(`INSERT INTO webhook_delivery (id, endpoint_id, created_at, next_attempt_at) VALUES (?, ?, ?, ?)`, id, e.ID, t.Now(), t.Now()); err != nil {
		return nil, fmt.Errorf("queue a test: %w", err)
	}
	if err := t.Audit("webhook.test", "webhook", e.ID.String(), nil); err != nil {
		return nil, err
	}
	return readDelivery(t, e.ID, id)
}

// Redeliver queues a message again with all its attempts, whatever its state. It keeps
// its ID, so that a gateway that has the message recognises it.
func Redeliver(t *store.Tx, e *Endpoint, id uuid.UUID) (*Delivery, error) {
	if e.DisabledAt != nil {
		return nil, refusal.New(refusal.WebhookDisabled)
	}
	n, err := t.Exec(`UPDATE webhook_delivery SET attempts = 0, next_attempt_at = ?, delivered_at = NULL, dead_at = NULL WHERE endpoint_id = ? AND id = ?`, t.Now(), e.ID, id)
	if err != nil {
		return nil, fmt.Errorf("queue a message again: %w", err)
	}
	if n > 0 {
		if err := t.Audit("webhook.redeliver", "webhook", e.ID.String(), map[string]string{"delivery": id.String()}); err != nil {
			return nil, err
		}
	}
	return readDelivery(t, e.ID, id)
}
