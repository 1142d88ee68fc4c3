package desk

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Draft is an opinion that a person has begun and not handed in (暂存). Nobody else reads
// it. The decision of the task deletes it.
type Draft struct {
	TaskID  uuid.UUID
	Verdict change.Verb
	Opinion string
	SavedAt time.Time
}

// SaveDraft stores the acting account's draft for a live task of its office and replaces
// an earlier draft.
func SaveDraft(t *change.Tx, d Draft, office uuid.UUID) (*Draft, error) {
	n, err := t.Exec(`INSERT INTO opinion_draft (account_id, task_id, verdict, opinion, saved_at)
		SELECT ?, k.id, ?, ?, ? FROM task k WHERE k.id = ? AND k.office_id = ? AND k.status IN ('`+change.StepOpen+`', '`+change.TaskWaiting+`')
		ON CONFLICT (account_id, task_id) DO UPDATE SET verdict = EXCLUDED.verdict, opinion = EXCLUDED.opinion, saved_at = EXCLUDED.saved_at`,
		t.Scope().Account, d.Verdict, d.Opinion, t.Now(), d.TaskID, office)
	if err != nil {
		return nil, fmt.Errorf("keep a draft: %w", err)
	}
	if n == 0 {
		return nil, refusal.New(refusal.NotFound)
	}
	d.SavedAt = t.Now()
	return &d, nil
}

// ReadDraft reads the acting account's draft of a task.
func ReadDraft(t *change.Tx, task, office uuid.UUID) (*Draft, error) {
	var d Draft
	err := t.DB().Raw(`SELECT d.task_id, d.verdict, d.opinion, d.saved_at FROM opinion_draft d JOIN task k ON k.id = d.task_id
		WHERE d.account_id = ? AND d.task_id = ? AND k.office_id = ?`, t.Scope().Account, task, office).Take(&d).Error
	if err != nil {
		return nil, store.OrMissing(err, "read a draft")
	}
	return &d, nil
}

// DropDraft deletes a draft.
func DropDraft(t *change.Tx, task, office uuid.UUID) error {
	if _, err := ReadDraft(t, task, office); err != nil {
		return err
	}
	if _, err := t.Exec(`DELETE FROM opinion_draft WHERE account_id = ? AND task_id = ?`, t.Scope().Account, task); err != nil {
		return fmt.Errorf("drop a draft: %w", err)
	}
	return nil
}
