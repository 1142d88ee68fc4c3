package change

import (
	"fmt"

	"github.com/google/uuid"
)

// queueStart writes into the outbox that the workflow of a change must be started, or told
// that the change has ended. The relay reads it.
func (t *Tx) queueStart(change uuid.UUID) {
	t.Later("queue a start", 1, `INSERT INTO outbox (change_id, topic, created_at) VALUES (?, 'START', ?)`, change, t.Now())
}

// CountStartAttempt counts an attempt to start a workflow from the outbox.
func (t *Tx) CountStartAttempt(outboxID int64) error {
	if _, err := t.Exec(`UPDATE outbox SET attempts = attempts + 1 WHERE id = ?`, outboxID); err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	return nil
}

// EndStart ends the outbox row of a change whose workflow reads its position.
func (t *Tx) EndStart(change uuid.UUID) error {
	if _, err := t.Exec(`UPDATE outbox SET sent_at = ? WHERE change_id = ? AND sent_at IS NULL`, t.Now(), change); err != nil {
		return fmt.Errorf("end an outbox row: %w", err)
	}
	return nil
}
