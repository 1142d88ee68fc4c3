package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Claimed is a message that the worker has taken to send, with everything needed to send
// it.
type Claimed struct {
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
	perEndpoint  = 8  // messages to one endpoint at once, so that a slow endpoint delays no other
	perClaim     = 64 // messages of one claim
	deliveryKeep = 90 * 24 * time.Hour
)

// ClaimDeliveries takes messages that are due, for the length of a lease. If the worker
// crashes before or after sending, the messages are sent again under the same ID. Two
// workers never hold the same message.
func (t *Tx) ClaimDeliveries(lease time.Duration) ([]Claimed, error) {
	var list []Claimed
	err := t.db.Raw(`WITH due AS (
			SELECT d.id FROM webhook_endpoint e CROSS JOIN LATERAL (
				SELECT w.id, w.next_attempt_at FROM webhook_delivery w WHERE w.endpoint_id = e.id AND w.next_attempt_at <= @now
				ORDER BY w.next_attempt_at LIMIT @each FOR UPDATE SKIP LOCKED) d
			WHERE e.disabled_at IS NULL ORDER BY d.next_attempt_at LIMIT @most)
		UPDATE webhook_delivery d SET attempts = d.attempts + 1, next_attempt_at = @lease, last_attempt_at = @now
		FROM due, webhook_endpoint e WHERE d.id = due.id AND e.id = d.endpoint_id
		RETURNING d.id, d.endpoint_id, d.notice_id, d.attempts, d.created_at, e.url, e.outside_hours`,
		map[string]any{"now": t.now, "each": perEndpoint, "most": perClaim, "lease": t.now.Add(lease)}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("take messages to send: %w", err)
	}
	for i := range list {
		if err := t.complete(&list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// complete reads the secrets and the notice of a message.
func (t *Tx) complete(c *Claimed) error {
	var ciphers []struct{ Cipher []byte }
	err := t.db.Raw(`SELECT cipher FROM webhook_secret WHERE endpoint_id = ? AND (until_at IS NULL OR until_at > ?) ORDER BY until_at IS NULL DESC`,
		c.EndpointID, t.now).Scan(&ciphers).Error
	if err != nil {
		return fmt.Errorf("read the secrets of an endpoint: %w", err)
	}
	for _, row := range ciphers {
		// A secret that cannot be read must not delay other endpoints: without a secret the
		// message fails by itself.
		if secret, err := t.store.keys.Decrypt(webhookSecret, row.Cipher); err == nil {
			c.Secrets = append(c.Secrets, string(secret))
		}
	}
	if c.NoticeID == nil {
		return nil
	}
	var row noticeRow
	err = t.db.Raw(`SELECT `+noticeColumns+`, coalesce(a.login, '') AS login`+noticeTables+` LEFT JOIN account a ON a.id = n.account_id WHERE n.id = ?`, *c.NoticeID).Take(&row).Error
	if err != nil {
		return fmt.Errorf("read the notice of a message: %w", err)
	}
	n, err := row.labelled()
	c.Notice, c.Login = &n, row.Login
	return err
}

// Sent is the outcome of sending a claimed message.
type Sent struct {
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
	failuresMost = 10
	failingLong  = 3 * 24 * time.Hour
)

// MarkDelivery writes the outcome of a message, unless the message was taken or queued
// again meanwhile.
func (t *Tx) MarkDelivery(c Claimed, s Sent) error {
	var delivered, dead, next *time.Time
	switch {
	case s.Delivered:
		delivered = &t.now
	case s.Next.IsZero():
		dead = &t.now
	default:
		next = &s.Next
	}
	n, err := t.exec(`UPDATE webhook_delivery SET delivered_at = ?, dead_at = ?, next_attempt_at = ?, last_status = ?, last_error = ?
		WHERE id = ? AND attempts = ? AND delivered_at IS NULL AND dead_at IS NULL`, delivered, dead, next, s.Status, s.Failure, c.ID, c.Attempts)
	if err != nil {
		return fmt.Errorf("mark a message: %w", err)
	}
	if n == 0 {
		return nil
	}
	if s.Delivered {
		if _, err := t.exec(`UPDATE webhook_endpoint SET failing_since = NULL, failures = 0 WHERE id = ? AND failures > 0`, c.EndpointID); err != nil {
			return fmt.Errorf("mark an endpoint: %w", err)
		}
		return nil
	}
	return t.endpointFailed(c.EndpointID, s.Gone)
}

// Postpone returns a claimed message unsent for a later time. It does not count as an
// attempt.
func (t *Tx) Postpone(c Claimed, until time.Time) error {
	if _, err := t.exec(`UPDATE webhook_delivery SET attempts = attempts - 1, next_attempt_at = ? WHERE id = ? AND attempts = ? AND next_attempt_at IS NOT NULL`, until, c.ID, c.Attempts); err != nil {
		return fmt.Errorf("postpone a message: %w", err)
	}
	return nil
}

// endpointFailed disables an endpoint that has failed for days or is gone, once, and
// tells the administrators of its office.
func (t *Tx) endpointFailed(endpoint uuid.UUID, gone bool) error {
	if _, err := t.exec(`UPDATE webhook_endpoint SET failures = failures + 1, failing_since = coalesce(failing_since, ?) WHERE id = ?`, t.now, endpoint); err != nil {
		return fmt.Errorf("count a failure: %w", err)
	}
	why := DisabledFailing
	if gone {
		why = DisabledGone
	}
	n, err := t.exec(`WITH ended AS (
			UPDATE webhook_endpoint SET disabled_at = @now, disabled_reason = @why, version = version + 1
			WHERE id = @id AND disabled_at IS NULL AND (@gone OR failures >= @most AND failing_since <= @since) RETURNING org_id, org_path)
		INSERT INTO notice (id, org_id, org_path, role, kind, step_no, round, occasion, created_at)
		SELECT @notice, e.org_id, e.org_path, CASE WHEN o.kind = 'SCHOOL' THEN 'SCHOOL_SYSADMIN' ELSE 'BUREAU_SYSADMIN' END, @kind, 0, 0, @id, @now
		FROM ended e JOIN organisation o ON o.id = e.org_id`,
		map[string]any{"now": t.now, "why": why, "id": endpoint, "gone": gone, "most": failuresMost, "since": t.now.Add(-failingLong), "notice": newID(), "kind": noticeWebhook})
	if err != nil {
		return fmt.Errorf("disable an endpoint: %w", err)
	}
	if n > 0 {
		return t.Audit("webhook.disable", "webhook", endpoint.String(), map[string]string{"reason": why})
	}
	return nil
}

// SweepDeliveries deletes messages that ended long ago, and expired secrets.
func (t *Tx) SweepDeliveries() error {
	if _, err := t.exec(`DELETE FROM webhook_delivery WHERE next_attempt_at IS NULL AND created_at < ?`, t.now.Add(-deliveryKeep)); err != nil {
		return fmt.Errorf("delete old messages: %w", err)
	}
	if _, err := t.exec(`DELETE FROM webhook_secret WHERE until_at < ?`, t.now.Add(-secretOverlap)); err != nil {
		return fmt.Errorf("delete old secrets: %w", err)
	}
	return nil
}
