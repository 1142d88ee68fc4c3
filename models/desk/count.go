package desk

import (
	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// CountDrafts counts the opinions that the acting account has begun on tasks of its office
// that are still to be decided.
func CountDrafts(t *store.Tx, office uuid.UUID) (store.Count, error) {
	return t.CountRows("drafts", `SELECT 1 FROM opinion_draft d JOIN task k ON k.id = d.task_id
		WHERE d.account_id = @me AND k.office_id = @office AND k.status IN ('`+change.StepOpen+`', '`+change.TaskWaiting+`')`,
		map[string]any{"me": t.Scope().Account, "office": office})
}

// CountSentBack counts the changes that were sent back to the office and that the acting
// account may correct.
func CountSentBack(t *store.Tx, office uuid.UUID, roles []org.Role) (store.Count, error) {
	return t.CountRows("changes sent back", `SELECT 1 FROM task k
		WHERE k.status = '`+change.StepOpen+`' AND k.office_id = @office AND k.step_no = 0 AND (k.holder_id = @me OR k.holder_id IS NULL AND k.role IN @roles)`,
		map[string]any{"me": t.Scope().Account, "office": office, "roles": append([]org.Role{""}, roles...)})
}

// CountLateBelow counts the tasks that are overdue at the offices strictly below a bureau.
func CountLateBelow(t *store.Tx, path string) (store.Count, error) {
	return t.CountRows("what is late below", `SELECT 1 FROM task k WHERE k.status = '`+change.StepOpen+`' AND k.office_path <@ text2ltree(@path)
		AND k.office_path <> text2ltree(@path) AND k.due_at <= @now`, map[string]any{"path": path, "now": t.Now()})
}
