package message

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// ClaimedDelivery is a message that the worker has taken to send, with everything needed to send
// it.
type ClaimedDelivery struct {
	ID           uuid.UUID
	EndpointID   uuid.UUID
	NoticeID     *uuid.UUID
	Attempts     int // this one counted
	URL          string
	OutsideHours string
	CreatedAt    time.Time
	Secrets      []string `gorm:"-"`
	Notice       *Notice  `gorm:"-"` // nil for a test
	Login        string   `gorm:"-"` // login of the one receiver
}

const (
	perEndpoint      = 8  // messages to one endpoint at once, so that a slow endpoint delays no other
	perClaim         = 64 // messages of one claim
	deliveryLifetime = 90 * 24 * time.Hour
)

// ClaimDeliveries takes messages that are due, for the length of a lease. If the worker
// crashes before or after sending, the messages are sent again under the same ID. Two
// workers never hold the same message.
func ClaimDeliveries(t *store.Tx, lease time.Duration) ([]ClaimedDelivery, error) {
	var list []ClaimedDelivery
	err := t.DB().Raw(`WITH due AS (
			SELECT d.id FROM webhook_endpoint e CROSS JOIN LATERAL (
				SELECT w.id, w.next_attempt_at FROM webhook_delivery w WHERE w.endpoint_id = e.id AND w.next_attempt_at <= @now
				ORDER BY w.next_attempt_at LIMIT @each FOR UPDATE SKIP LOCKED) d
			WHERE e.disabled_at IS NULL ORDER BY d.next_attempt_at LIMIT @most)
		UPDATE webhook_delivery d SET attempts = d.attempts + 1, next_attempt_at = @lease, last_attempt_at = @now
		FROM due, webhook_endpoint e WHERE d.id = due.id AND e.id = d.endpoint_id
		RETURNING d.id, d.endpoint_id, d.notice_id, d.attempts, d.created_at, e.url, e.outside_hours`,
		map[string]any{"now": t.Now(), "each": perEndpoint, "most": perClaim, "lease": t.Now().Add(lease)}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("take messages to send: %w", err)
	}
	for i := range list {
		if err := readClaimed(t, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// readClaimed reads the secrets and the notice of a message.
func readClaimed(t *store.Tx, c *ClaimedDelivery) error {
	var secrets []webhookSecret
	err := t.DB().Where(`endpoint_id = ? AND (until_at IS NULL OR until_at > ?)`, c.EndpointID, t.Now()).Order(`until_at IS NULL DESC`).Find(&secrets).Error
	if err != nil {
		return fmt.Errorf("read the secrets of an endpoint: %w", err)
	}
	for _, row := range secrets {
		// A secret that cannot be read must not delay other endpoints: without a secret the
		// message fails by itself.
		if secret, err := t.Store().Keys().Decrypt(WebhookSecret, row.Cipher); err == nil {
			c.Secrets = append(c.Secrets, string(secret))
		}
	}
	if c.NoticeID == nil {
		return nil
	}
	var row noticeRow
	err = t.DB().Raw(`SELECT `+noticeColumns+`, coalesce(a.login, '') AS login`+noticeTables+` LEFT JOIN account a ON a.id = n.account_id WHERE n.id = ?`, *c.NoticeID).Take(&row).Error
	if err != nil {
		return fmt.Errorf("read the notice of a message: %w", err)
	}
	n, err := row.toNotice()
	c.Notice, c.Login = &n, row.Login
	return err
}

// DeliveryOutcome is the outcome of sending a claimed message.
type DeliveryOutcome struct {
	Delivered bool
	Gone      bool   // the endpoint takes no more messages
	Status    int    // of HTTP
	Failure   string // a name, never a text with addresses
	// Next is the time of the next attempt; zero means that there is none.
	Next time.Time
}

// noticeWebhook tells an administrator that an endpoint was disabled.
const noticeWebhook = "WEBHOOK_DISABLED"

// An endpoint is disabled after so many failures in a row over such a time.
const (
	maxFailures   = 10
	failingPeriod = 3 * 24 * time.Hour
)

// MarkDelivery writes the outcome of a message, unless the message was taken or queued
// again meanwhile.
func MarkDelivery(t *store.Tx, c ClaimedDelivery, s DeliveryOutcome) error {
	var delivered, dead, next *time.Time
	switch {
	case s.Delivered:
		delivered = new(t.Now())
	case s.Next.IsZero():
		dead = new(t.Now())
	default:
		next = &s.Next
	}
	n, err := t.Exec(`UPDATE webhook_delivery SET delivered_at = ?, dead_at = ?, next_attempt_at = ?, last_status = ?, last_error = ?
		WHERE id = ? AND attempts = ? AND delivered_at IS NULL AND dead_at IS NULL`, delivered, dead, next, s.Status, s.Failure, c.ID, c.Attempts)
	if err != nil {
		return fmt.Errorf("mark a message: %w", err)
	}
	if n == 0 {
		return nil
	}
	if s.Delivered {
		if _, err := t.Exec(`UPDATE webhook_endpoint SET failing_since = NULL, failures = 0 WHERE id = ? AND failures > 0`, c.EndpointID); err != nil {
			return fmt.Errorf("mark an endpoint: %w", err)
		}
		return nil
	}
	return endpointFailed(t, c.EndpointID, s.Gone)
}

// Postpone returns a claimed message unsent for a later time. It does not count as an
// attempt.
func Postpone(t *store.Tx, c ClaimedDelivery, until time.Time) error {
	if _, err := t.Exec(`UPDATE webhook_delivery SET attempts = attempts - 1, next_attempt_at = ? WHERE id = ? AND attempts = ? AND next_attempt_at IS NOT NULL`, until, c.ID, c.Attempts); err != nil {
		return fmt.Errorf("postpone a message: %w", err)
	}
	return nil
}

// endpointFailed disables an endpoint that has failed for days or is gone, once, and
// tells the administrators of its office.
func endpointFailed(t *store.Tx, endpoint uuid.UUID, gone bool) error {
	if _, err := t.Exec(`UPDATE webhook_endpoint SET failures = failures + 1, failing_since = coalesce(failing_since, ?) WHERE id = ?`, t.Now(), endpoint); err != nil {
		return fmt.Errorf("count a failure: %w", err)
	}
	why := DisabledFailing
	if gone {
		why = DisabledGone
	}
	n, err := t.Exec(`WITH ended AS (
			UPDATE webhook_endpoint SET disabled_at = @now, disabled_reason = @why, version = version + 1
			WHERE id = @id AND disabled_at IS NULL AND (@gone OR failures >= @most AND failing_since <= @since) RETURNING org_id, org_path)
		INSERT INTO notice (id, org_id, org_path, role, kind, step_no, round, occasion, created_at)
		SELECT @notice, e.org_id, e.org_path, CASE WHEN o.kind = @school THEN @of_school ELSE @of_bureau END, @kind, 0, 0, @id, @now
		FROM ended e JOIN organisation o ON o.id = e.org_id`,
		map[string]any{"now": t.Now(), "why": why, "id": endpoint, "gone": gone, "most": maxFailures, "since": t.Now().Add(-failingPeriod), "notice": store.NewID(), "kind": noticeWebhook,
			"school": org.School, "of_school": string(org.SchoolSysadmin), "of_bureau": string(org.BureauSysadmin)})
	if err != nil {
		return fmt.Errorf("disable an endpoint: %w", err)
	}
	if n > 0 {
		return t.Audit("webhook.disable", "webhook", endpoint.String(), map[string]string{"reason": why})
	}
	return nil
}

// SweepDeliveries deletes messages that ended long ago, and expired secrets.
func SweepDeliveries(t *store.Tx) error {
	if _, err := t.Exec(`DELETE FROM webhook_delivery WHERE next_attempt_at IS NULL AND created_at < ?`, t.Now().Add(-deliveryLifetime)); err != nil {
		return fmt.Errorf("delete old messages: %w", err)
	}
	if _, err := t.Exec(`DELETE FROM webhook_secret WHERE until_at < ?`, t.Now().Add(-secretOverlap)); err != nil {
		return fmt.Errorf("delete old secrets: %w", err)
	}
	return nil
}
