package worklist

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
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
	// Slip is the oldest slip that is neither counted nor refused, however young; nil when
	// there is none.
	Slip *uuid.UUID
}

// RunningChanges lists all running changes in pages, in the order of their IDs.
func RunningChanges(t *store.Tx, after uuid.UUID, late time.Time, most int) ([]RunningRow, error) {
	var rows []RunningRow
	err := t.DB().Raw(`SELECT c.id, c.kind, c.case_no, c.province_code, c.step_no, c.round,
			EXISTS (SELECT 1 FROM slip l WHERE l.change_id = c.id AND l.outcome = `+pendingWord+` AND l.created_at < @late)
			OR EXISTS (SELECT 1 FROM step s WHERE s.change_id = c.id AND s.status = `+openWord+` AND (
				(s.remind_50_at < @late AND s.reminded_50 IS NULL) OR (s.remind_80_at < @late AND s.reminded_80 IS NULL)
				OR (s.due_at < @late AND s.overdue_at IS NULL) OR (s.next_attempt_at < @late)))
			OR (c.due_total < @late AND c.total_warned_at IS NULL) AS waiting,
			(SELECT l.id FROM slip l WHERE l.change_id = c.id AND l.outcome = `+pendingWord+` ORDER BY l.created_at, l.id LIMIT 1) AS slip
		FROM change c WHERE c.status = `+runningWord+` AND c.id > @after ORDER BY c.id LIMIT @most`,
		map[string]any{"late": late, "after": after, "most": most}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read running changes: %w", err)
	}
	return rows, nil
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
func WaitingStarts(t *store.Tx, before time.Time, most int) ([]StartRow, error) {
	var rows []StartRow
	err := t.DB().Raw(`SELECT b.id AS outbox_id, c.id, c.kind, c.case_no, c.province_code FROM outbox b JOIN change c ON c.id = b.change_id
		WHERE b.sent_at IS NULL AND b.created_at < ? ORDER BY b.id LIMIT ?`, before, most).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return rows, nil
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
func CountBacklog(t *store.Tx) (Backlog, error) {
	var b Backlog
	err := t.DB().Raw(`SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL) AS outbox_waiting,
		coalesce((SELECT extract(epoch FROM CAST(@now AS timestamptz) - min(created_at)) FROM outbox WHERE sent_at IS NULL), 0) AS outbox_age,
		(SELECT count(*) FROM step WHERE status = `+openWord+`) AS open_steps,
		(SELECT count(*) FROM step WHERE status = `+openWord+` AND due_at < @now) AS overdue_steps,
		(SELECT count(*) FROM slip WHERE outcome = `+pendingWord+`) AS pending_slips`, map[string]any{"now": t.Now()}).Take(&b).Error
	if err != nil {
		return b, fmt.Errorf("count the backlog: %w", err)
	}
	return b, nil
}
