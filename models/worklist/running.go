package worklist

import (
	"fmt"
	"slices"
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
	DueAt        time.Time // of its open step
	// Waiting says that a slip or a due time has waited longer than a live workflow
	// would let it wait. Only WaitingChanges sets it.
	Waiting bool
	// Slip is the oldest slip that is neither counted nor refused, however young; nil when
	// there is none. Only WaitingChanges sets it.
	Slip *uuid.UUID
}

// Key returns the place of the row in the order of deadlines.
func (r RunningRow) Key() RunningKey { return RunningKey{DueAt: r.DueAt, ID: r.ID} }

// RunningKey is the place of a running change in the order of deadlines. The zero key lies
// before the first change.
type RunningKey struct {
	DueAt time.Time
	ID    uuid.UUID
}

const runningColumns = `c.id, c.kind, c.case_no, c.province_code, c.step_no, c.round, s.due_at`

// RunningChanges lists all running changes in pages, the oldest deadline first.
func RunningChanges(t *store.Tx, after RunningKey, most int) ([]RunningRow, error) {
	var rows []RunningRow
	err := t.DB().Raw(`SELECT `+runningColumns+` FROM step s JOIN change c ON c.id = s.change_id AND c.status = `+runningWord+`
		WHERE s.status = `+openWord+` AND (s.due_at, s.change_id) > (@due, @after) ORDER BY s.due_at, s.change_id LIMIT @most`,
		map[string]any{"due": after.DueAt, "after": after.ID, "most": most}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read running changes: %w", err)
	}
	return rows, nil
}

// WaitingChanges lists the running changes with something for their workflow to do: first
// those with a slip that is neither counted nor refused, wherever they stand, because a person
// waits; then, in pages and in the order of their IDs, those with a time that came before late
// and is not noted. Each part of it begins with an index of the few rows that it looks for.
func WaitingChanges(t *store.Tx, after uuid.UUID, late time.Time, most int) ([]RunningRow, error) {
	var rows []RunningRow
	err := t.DB().Raw(`SELECT `+runningColumns+`, w.waiting,
			(SELECT l.id FROM slip l WHERE l.change_id = c.id AND l.outcome = `+pendingWord+` ORDER BY l.created_at, l.id LIMIT 1) AS slip
		FROM (SELECT f.change_id, bool_or(f.waiting) AS waiting, bool_or(f.said) AS said FROM (
				SELECT l.change_id, l.created_at < @late, true FROM slip l WHERE l.outcome = `+pendingWord+`
				UNION ALL SELECT s.change_id, true, false FROM step s WHERE s.status = `+openWord+` AND s.change_id > @after AND least(
					CASE WHEN s.reminded_50 IS NULL THEN s.remind_50_at END,
					CASE WHEN s.reminded_80 IS NULL THEN s.remind_80_at END,
					CASE WHEN s.overdue_at IS NULL THEN s.due_at END) < @late
				UNION ALL SELECT s.change_id, true, false FROM step s WHERE s.status = `+openWord+` AND s.act <> '' AND s.next_attempt_at < @late AND s.change_id > @after
				UNION ALL SELECT d.id, true, false FROM change d WHERE d.status = `+runningWord+` AND d.total_warned_at IS NULL AND d.due_total < @late AND d.id > @after
			) AS f (change_id, waiting, said) GROUP BY f.change_id) w
		JOIN change c ON c.id = w.change_id AND c.status = `+runningWord+` JOIN step s ON s.change_id = c.id AND s.status = `+openWord+`
		ORDER BY NOT w.said, c.id LIMIT @most`,
		map[string]any{"late": late, "after": after, "most": most}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read changes whose workflow must act: %w", err)
	}
	return rows, nil
}

// CountRunning returns the number of running changes.
func CountRunning(t *store.Tx) (n int64, err error) {
	if err := t.DB().Raw(`SELECT count(*) FROM change WHERE status = ` + runningWord).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("count running changes: %w", err)
	}
	return n, nil
}

// RunningIDs lists the IDs of all running changes in pages, in their order.
func RunningIDs(t *store.Tx, after uuid.UUID, most int) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	if err := t.DB().Raw(`SELECT id FROM change WHERE status = `+runningWord+` AND id > ? ORDER BY id LIMIT ?`, after, most).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("read running changes: %w", err)
	}
	return ids, nil
}

// NotRunning returns those of the given IDs that belong to no running change.
func NotRunning(t *store.Tx, ids []uuid.UUID) ([]uuid.UUID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var running []uuid.UUID
	if err := t.DB().Raw(`SELECT id FROM change WHERE status = `+runningWord+` AND id IN ?`, ids).Scan(&running).Error; err != nil {
		return nil, fmt.Errorf("read which changes run: %w", err)
	}
	runs := make(map[uuid.UUID]bool, len(running))
	for _, id := range running {
		runs[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id uuid.UUID) bool { return runs[id] }), nil
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
