package change

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
)

// RunningRow is a running change for the comparison with Temporal.
type RunningRow struct {
	ID           uuid.UUID
	Kind         process.Kind
	CaseNo       string
	ProvinceCode string
	StepNo       int
	Round        int
	// Waiting says that a slip or a due time has waited longer than a live workflow
	// would let it wait.
	Waiting bool
}

// StartRow is a change whose workflow has not read its position yet.
type StartRow struct {
	OutboxID     int64
	ID           uuid.UUID
	Kind         process.Kind
	CaseNo       string
	ProvinceCode string
}

// WaitingStarts returns changes whose workflow should run and has not reported itself
// since the given time, oldest first.
func (t *Tx) WaitingStarts(before time.Time, most int) ([]StartRow, error) {
	var rows []StartRow
	err := t.DB().Raw(`SELECT b.id AS outbox_id, c.id, c.kind, c.case_no, c.province_code FROM outbox b JOIN change c ON c.id = b.change_id
		WHERE b.sent_at IS NULL AND b.created_at < ? ORDER BY b.id LIMIT ?`, before, most).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return rows, nil
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

// RunningChanges lists all running changes in pages, in the order of their IDs.
func (t *Tx) RunningChanges(after uuid.UUID, late time.Time, most int) ([]RunningRow, error) {
	var rows []RunningRow
	err := t.DB().Raw(`SELECT c.id, c.kind, c.case_no, c.province_code, c.step_no, c.round,
			EXISTS (SELECT 1 FROM slip l WHERE l.change_id = c.id AND l.outcome = 'PENDING' AND l.created_at < @late)
			OR EXISTS (SELECT 1 FROM step s WHERE s.change_id = c.id AND s.status = 'OPEN' AND (
				(s.remind_50_at < @late AND s.reminded_50 IS NULL) OR (s.remind_80_at < @late AND s.reminded_80 IS NULL)
				OR (s.due_at < @late AND s.overdue_at IS NULL) OR (s.next_attempt_at < @late)))
			OR (c.due_total < @late AND c.total_warned_at IS NULL) AS waiting
		FROM change c WHERE c.status = 'RUNNING' AND c.id > @after ORDER BY c.id LIMIT @most`,
		map[string]any{"late": late, "after": after, "most": most}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read running changes: %w", err)
	}
	return rows, nil
}

// RemindersAreDue reports whether a reminder, a deadline or the total warning of a change is
// due and not noted yet.
func (t *Tx) RemindersAreDue(change uuid.UUID) (bool, error) {
	var due bool
	err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM change c JOIN step s ON s.change_id = c.id AND s.status = 'OPEN'
		WHERE c.id = @id AND c.status = 'RUNNING' AND ((s.remind_50_at <= @now AND s.reminded_50 IS NULL)
			OR (s.remind_80_at <= @now AND s.reminded_80 IS NULL) OR (s.due_at <= @now AND s.overdue_at IS NULL)
			OR (c.due_total <= @now AND c.total_warned_at IS NULL)))`, map[string]any{"id": change, "now": t.Now()}).Scan(&due).Error
	if err != nil {
		return false, fmt.Errorf("look for what is due: %w", err)
	}
	return due, nil
}

// Backlog is the work in hand, for the metrics.
type Backlog struct {
	OutboxWaiting int64
	OutboxAge     float64 // age of the oldest waiting start, in seconds
	OpenSteps     int64
	OverdueSteps  int64
	PendingSlips  int64
}

// CountBacklog counts the work in hand.
func (t *Tx) CountBacklog() (Backlog, error) {
	var b Backlog
	err := t.DB().Raw(`SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL) AS outbox_waiting,
		coalesce((SELECT extract(epoch FROM ?::timestamptz - min(created_at)) FROM outbox WHERE sent_at IS NULL), 0) AS outbox_age,
		(SELECT count(*) FROM step WHERE status = 'OPEN') AS open_steps,
		(SELECT count(*) FROM step WHERE status = 'OPEN' AND due_at < ?) AS overdue_steps,
		(SELECT count(*) FROM slip WHERE outcome = 'PENDING') AS pending_slips`, t.Now(), t.Now()).Take(&b).Error
	if err != nil {
		return b, fmt.Errorf("count the backlog: %w", err)
	}
	return b, nil
}

// leadLock is the advisory lock of the one worker that does the upkeep.
const leadLock = 0x7875656a69 // "xueji"

// Lead calls fn every interval while this process is the leader; otherwise it tries to
// become the leader. Only one process leads at a time. When its connection breaks,
// another process takes over. Lead returns when ctx ends.
func (e *Engine) Lead(ctx context.Context, interval time.Duration, fn func(context.Context)) {
	for ctx.Err() == nil {
		e.leadOnce(ctx, interval, fn)
		select {
		case <-ctx.Done():
		case <-time.After(interval):
		}
	}
}

func (e *Engine) leadOnce(ctx context.Context, interval time.Duration, fn func(context.Context)) {
	conn, err := e.Pool().Acquire(ctx)
	if err != nil {
		return
	}
	defer conn.Release()
	var leads bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, int64(leadLock)).Scan(&leads); err != nil || !leads {
		return
	}
	defer func() {
		// The lock belongs to the connection; it must not go back into the pool with it.
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(leadLock))
	}()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		fn(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if conn.Ping(ctx) != nil {
			return
		}
	}
}
