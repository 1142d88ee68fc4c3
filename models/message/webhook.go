package message

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Endpoint is the address at which a gateway receives the notices of an office and of
// every office below it. Its secret is not part of it and is never read out again.
type Endpoint struct {
	ID             uuid.UUID
	OrgID          uuid.UUID
	OrgPath        string
	OrgName        string `gorm:"->"`
	URL            string
	Kinds          store.Words[string] // empty: every kind
	OutsideHours   string
	CreatedAt      time.Time
	DisabledAt     *time.Time
	DisabledReason string
	FailingSince   *time.Time
	Failures       int
	Waiting        int64 `gorm:"->"` // messages that are not delivered yet
	Dead           int64 `gorm:"->"` // messages that were given up
	Version        int64
}

// TableName returns the table of endpoints.
func (Endpoint) TableName() string { return "webhook_endpoint" }

// newEndpoint is an endpoint with what is written when it is made and never read again.
type newEndpoint struct {
	Endpoint

	CreatedBy uuid.UUID
}

// webhookSecret is a secret of an endpoint. The newest one has no end.
type webhookSecret struct {
	ID, EndpointID uuid.UUID
	Cipher         []byte
}

// What happens to messages outside working hours.
const (
	SendAlways = "SEND"   // all are sent
	SendUrgent = "URGENT" // urgent kinds are sent, others wait for the morning
	SendWait   = "WAIT"   // all wait
)

// The reasons why an endpoint gets no messages.
const (
	DisabledByHand  = "BY_HAND"
	DisabledFailing = "FAILING"
	DisabledGone    = "GONE"
)

const (
	// MaxEndpoints is how many endpoints one office may have: each gets every message.
	MaxEndpoints = 5
	// secretOverlap is how long the secret before stays valid after a rotation.
	secretOverlap = 24 * time.Hour
	// WebhookSecret is the purpose the secrets are encrypted for.
	WebhookSecret = "webhook.secret"
)

const endpointColumns = `e.id, e.org_id, e.org_path::text AS org_path, o.name AS org_name, e.url, e.kinds, e.outside_hours, e.created_at,
	e.disabled_at, e.disabled_reason, e.failing_since, e.failures, e.version,
	(SELECT count(*) FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.next_attempt_at IS NOT NULL) AS waiting,
	(SELECT count(*) FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.dead_at IS NOT NULL) AS dead
	FROM webhook_endpoint e JOIN organisation o ON o.id = e.org_id`

// AddEndpoint makes an endpoint of an office with its first secret. The caller has
// checked the address and the kinds.
func AddEndpoint(t *store.Tx, e Endpoint, secret string) (*Endpoint, error) {
	// Without the lock two calls at once could pass the limit together.
	if err := t.DB().Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, "webhook/"+e.OrgID.String()).Error; err != nil {
		return nil, fmt.Errorf("add an endpoint: %w", err)
	}
	var there int64
	if err := t.DB().Model(&Endpoint{}).Where(`org_id = ?`, e.OrgID).Count(&there).Error; err != nil {
		return nil, fmt.Errorf("add an endpoint: %w", err)
	}
	if there >= MaxEndpoints {
		return nil, refusal.New(refusal.WebhookLimit).With("max", strconv.Itoa(MaxEndpoints))
	}
	e.ID, e.CreatedAt, e.Version = store.NewID(), t.Now(), 1
	if err := t.DB().Create(&newEndpoint{Endpoint: e, CreatedBy: t.Scope().Account}).Error; err != nil {
		return nil, fmt.Errorf("add an endpoint: %w", err)
	}
	if err := addEndpointSecret(t, e.ID, secret); err != nil {
		return nil, err
	}
	if err := t.Audit("webhook.add", "webhook", e.ID.String(), map[string]string{"org": e.OrgID.String()}); err != nil {
		return nil, err
	}
	return ReadEndpoint(t, e.ID)
}

func addEndpointSecret(t *store.Tx, endpoint uuid.UUID, secret string) error {
	cipher, err := t.Store().Keys().Encrypt(WebhookSecret, []byte(secret))
	if err != nil {
		return err
	}
	if err := t.DB().Create(&webhookSecret{ID: store.NewID(), EndpointID: endpoint, Cipher: cipher}).Error; err != nil {
		return fmt.Errorf("keep a secret: %w", err)
	}
	return nil
}

// ReadEndpoint reads one endpoint.
func ReadEndpoint(t *store.Tx, id uuid.UUID) (*Endpoint, error) {
	var e Endpoint
	err := t.DB().Raw(`SELECT `+endpointColumns+` WHERE e.id = ?`, id).Take(&e).Error
	if err != nil {
		return nil, store.OrMissing(err, "read an endpoint")
	}
	return &e, nil
}

// Endpoints lists the endpoints of an office and of those below it, oldest first.
func Endpoints(t *store.Tx, path string, after uuid.UUID, most int) ([]Endpoint, error) {
	var list []Endpoint
	err := t.DB().Raw(`SELECT `+endpointColumns+` WHERE e.org_path <@ text2ltree(?) AND e.id > ? ORDER BY e.id LIMIT ?`, path, after, most).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list endpoints: %w", err)
	}
	return list, nil
}

// RotateSecret gives an endpoint a new secret. The last secret stays valid for a day;
// older ones end. The version is the one that the caller read, so that a second click
// does not end the secret that the gateway still uses.
func RotateSecret(t *store.Tx, id uuid.UUID, version int64, secret string) (*Endpoint, error) {
	n, err := t.Exec(`UPDATE webhook_endpoint SET version = version + 1 WHERE id = ? AND version = ?`, id, version)
	if err != nil {
		return nil, fmt.Errorf("rotate a secret: %w", err)
	}
	if n == 0 {
		return nil, refusal.New(refusal.VersionConflict)
	}
	_, err = t.Exec(`UPDATE webhook_secret SET until_at = CASE WHEN until_at IS NULL THEN ?::timestamptz ELSE least(until_at, ?::timestamptz) END WHERE endpoint_id = ?`,
		t.Now().Add(secretOverlap), t.Now(), id)
	if err != nil {
		return nil, fmt.Errorf("rotate a secret: %w", err)
	}
	if err := addEndpointSecret(t, id, secret); err != nil {
		return nil, err
	}
	if err := t.Audit("webhook.rotate", "webhook", id.String(), nil); err != nil {
		return nil, err
	}
	return ReadEndpoint(t, id)
}

// SwitchEndpoint enables or disables an endpoint; a call without a difference changes
// nothing. Messages that waited are sent when the endpoint is enabled.
func SwitchEndpoint(t *store.Tx, id uuid.UUID, on bool) (*Endpoint, error) {
	query, action := `UPDATE webhook_endpoint SET disabled_at = @now, disabled_reason = @why, version = version + 1 WHERE id = @id AND disabled_at IS NULL`, "webhook.disable"
	if on {
		query, action = `UPDATE webhook_endpoint SET disabled_at = NULL, disabled_reason = '', failing_since = NULL, failures = 0, version = version + 1
			WHERE id = @id AND disabled_at IS NOT NULL`, "webhook.enable"
	}
	n, err := t.Exec(query, map[string]any{"id": id, "now": t.Now(), "why": DisabledByHand})
	if err != nil {
		return nil, fmt.Errorf("switch an endpoint: %w", err)
	}
	if n > 0 {
		if err := t.Audit(action, "webhook", id.String(), nil); err != nil {
			return nil, err
		}
	}
	return ReadEndpoint(t, id)
}

// DeleteEndpoint deletes an endpoint with its secrets and messages.
func DeleteEndpoint(t *store.Tx, id uuid.UUID) error {
	deleted := t.DB().Delete(&Endpoint{}, `id = ?`, id)
	if deleted.Error != nil {
		return fmt.Errorf("delete an endpoint: %w", deleted.Error)
	}
	if deleted.RowsAffected == 0 {
		return refusal.New(refusal.NotFound)
	}
	return t.Audit("webhook.delete", "webhook", id.String(), nil)
}
