package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/student"
)

// BatchKey names a request that hands in many slips under one Idempotency-Key.
type BatchKey struct {
	Operation string
	Key       string
	Hash      []byte // of the request
}

// SlipKey returns the key of the slip about one task. The slips themselves are stored as
// slips.
func (b BatchKey) SlipKey(task uuid.UUID) string { return b.Key + ":" + task.String() }

// BatchRequest is the stored part of a batch request that is not in its slips.
type BatchRequest struct {
	// Tasks are the tasks of a hand-over, fixed at its first run: a second run takes
	// no others. Remaining is the number of tasks left over at that time.
	Tasks     []HeldTask
	Remaining int64
	// Refused are the items that were refused before they became a slip, by task.
	Refused map[uuid.UUID]*refusal.Error
}

// FindBatch returns the stored part of a request, nil when there was no such request. Another
// body under the same key is refused.
func FindBatch(t *change.Tx, b BatchKey) (*BatchRequest, error) {
	var row struct {
		BodyHash  []byte
		Tasks     string
		Remaining int64
		Refused   []byte
	}
	err := t.DB().Raw(`SELECT body_hash, tasks::text AS tasks, remaining, refused FROM batch_request WHERE account_id = ? AND key = ?`, t.Scope().Account, b.Key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // the key is free
	}
	if err != nil {
		return nil, fmt.Errorf("find an earlier batch: %w", err)
	}
	if !bytes.Equal(row.BodyHash, student.BodyHash(t.Store(), b.Hash)) {
		return nil, refusal.New(refusal.KeyReused)
	}
	kept := &BatchRequest{Remaining: row.Remaining}
	if err := json.Unmarshal([]byte(row.Tasks), &kept.Tasks); err != nil {
		return nil, fmt.Errorf("read an earlier batch: %w", err)
	}
	refused, err := decryptRefusals(t, b.Key, row.Refused)
	if err != nil {
		return nil, err
	}
	kept.Refused, err = refusalsWithoutSlip(t, b, refused)
	return kept, err
}

// refusalsWithoutSlip returns the refusals of tasks for which no slip exists. Of two requests at
// once with the same key, one may have been refused an act that the other handed in a
// moment later. Then the slip counts.
func refusalsWithoutSlip(t *change.Tx, b BatchKey, refused map[uuid.UUID][]refusal.Reason) (map[uuid.UUID]*refusal.Error, error) {
	list := make(map[uuid.UUID]*refusal.Error, len(refused))
	if len(refused) == 0 {
		return list, nil
	}
	keys := make([]string, 0, len(refused))
	for task := range refused {
		keys = append(keys, b.SlipKey(task))
	}
	var said []string
	if err := t.DB().Raw(`SELECT key FROM slip WHERE account_id = ? AND key IN ?`, t.Scope().Account, keys).Scan(&said).Error; err != nil {
		return nil, fmt.Errorf("look for the slips of a batch: %w", err)
	}
	slips := make(map[string]bool, len(said))
	for _, key := range said {
		slips[key] = true
	}
	for task, problems := range refused {
		if !slips[b.SlipKey(task)] {
			list[task] = refusal.OfReasons(problems)
		}
	}
	return list, nil
}

// SaveBatch stores that a request was made, and the tasks of a hand-over, before any slip
// is handed in. Of two requests at once with the same key, the second gets the stored
// part of the first.
func SaveBatch(t *change.Tx, b BatchKey, tasks []HeldTask, remaining int64) (*BatchRequest, error) {
	if tasks == nil {
		tasks = []HeldTask{}
	}
	text, err := json.Marshal(tasks)
	if err != nil {
		return nil, fmt.Errorf("keep a batch: %w", err)
	}
	n, err := t.Exec(`INSERT INTO batch_request (account_id, key, operation, body_hash, tasks, remaining, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		t.Scope().Account, b.Key, b.Operation, student.BodyHash(t.Store(), b.Hash), string(text), remaining, t.Now())
	if err != nil {
		return nil, fmt.Errorf("keep a batch: %w", err)
	}
	if n == 0 {
		return FindBatch(t, b)
	}
	return &BatchRequest{Tasks: tasks, Remaining: remaining}, nil
}

// SaveBatchRefusals stores the refusals of single items of a request. A refusal that is stored
// already stays.
func SaveBatchRefusals(t *change.Tx, b BatchKey, refused map[uuid.UUID]*refusal.Error) error {
	var row struct{ Refused []byte }
	err := t.DB().Raw(`SELECT refused FROM batch_request WHERE account_id = ? AND key = ? FOR UPDATE`, t.Scope().Account, b.Key).Take(&row).Error
	if err != nil {
		return fmt.Errorf("read a batch: %w", err)
	}
	kept, err := decryptRefusals(t, b.Key, row.Refused)
	if err != nil {
		return err
	}
	for task, e := range refused {
		if _, known := kept[task]; !known {
			kept[task] = e.Reasons()
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("keep what was refused: %w", err)
	}
	sealed, err := t.Store().Keys().Encrypt(refusalsPurpose(t, b.Key), text)
	if err != nil {
		return fmt.Errorf("keep what was refused: %w", err)
	}
	if _, err := t.Exec(`UPDATE batch_request SET refused = ? WHERE account_id = ? AND key = ?`, sealed, t.Scope().Account, b.Key); err != nil {
		return fmt.Errorf("keep what was refused: %w", err)
	}
	return nil
}

func decryptRefusals(t *change.Tx, key string, sealed []byte) (map[uuid.UUID][]refusal.Reason, error) {
	list := map[uuid.UUID][]refusal.Reason{}
	if sealed == nil {
		return list, nil
	}
	text, err := t.Store().Keys().Decrypt(refusalsPurpose(t, key), sealed)
	if err != nil {
		return nil, fmt.Errorf("read what was refused: %w", err)
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read what was refused: %w", err)
	}
	return list, nil
}

func refusalsPurpose(t *change.Tx, key string) string {
	return student.PurposeBatch + "/" + t.Scope().Account.String() + "/" + key
}
