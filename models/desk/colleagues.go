package desk

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/student"
)

// Colleague is a member of staff of the caller's own office.
type Colleague struct {
	ID    uuid.UUID
	Name  string
	Roles string
	// Takes says that the task can be transferred to them, Speaks that they can be
	// asked for advice or added as a signer.
	Takes  bool
	Speaks bool
}

// Colleagues lists active accounts of the task's office, which must be the caller's. Each
// says whether the task can be given to that person and whether that person can be asked.
func Colleagues(t *change.Tx, id, task, office uuid.UUID) ([]Colleague, error) {
	k, err := t.ReadTask(id, task, t.Scope().Account)
	if err != nil {
		return nil, err
	}
	if k.OfficeID != office {
		return nil, k.NotYourStep()
	}
	var list []Colleague
	err = t.DB().Raw(`SELECT a.id, a.name, array_to_string(a.roles, ',') AS roles, @role = ANY (a.roles) AND x.free AND x.unseated AS takes, a.roles && CAST(@judges AS text[]) AND x.free AS speaks
		FROM account a JOIN task k ON k.id = @task
		CROSS JOIN LATERAL (SELECT NOT submitted(k.change_id, a.id) AND NOT signed_here(k.id, a.id) AS free, NOT `+change.HasOtherSeat("a.id")+` AS unseated) x
		WHERE a.org_id = @office AND a.sealed_at IS NULL AND a.closed_at IS NULL AND a.id <> @me ORDER BY a.name, a.id LIMIT 500`,
		map[string]any{"role": k.Role, "task": task, "judges": student.TextArray(append(org.ReviewingRoles(), k.Role)), "office": office, "me": t.Scope().Account}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read colleagues: %w", err)
	}
	return list, nil
}

// FitOneBatch reports whether changes may be decided in one batch: all must be of the kind,
// and none may forbid it. Changes that the caller cannot see do not count.
func FitOneBatch(t *change.Tx, kind process.Kind, changes []uuid.UUID) (bool, error) {
	var row struct{ Otherwise bool }
	err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM change WHERE id IN ? AND (kind <> ? OR definition -> 'forbids' @> to_jsonb(CAST(? AS text)))) AS otherwise`,
		changes, kind, process.MayBatch).Take(&row).Error
	if err != nil {
		return false, fmt.Errorf("look at the kinds of a batch: %w", err)
	}
	return !row.Otherwise, nil
}

// HeldTask is a task that has a holder.
type HeldTask struct {
	ID       uuid.UUID `json:"task"`
	ChangeID uuid.UUID `json:"change"`
}

// HeldKind counts the live tasks of one kind of change that an account holds.
type HeldKind struct {
	Kind  process.Kind
	Tasks int
}

// TasksByKind counts the live tasks that an account holds or owns, by kind; most of them first.
func TasksByKind(t *change.Tx, account uuid.UUID) (list []HeldKind, err error) {
	err = t.DB().Raw(`SELECT c.kind, count(*) AS tasks FROM task k JOIN change c ON c.id = k.change_id
		WHERE k.status IN ('`+change.StepOpen+`', '`+change.TaskWaiting+`') AND ? IN (k.holder_id, k.owner_id) GROUP BY c.kind ORDER BY count(*) DESC, c.kind`, account).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("count the tasks of an account by kind: %w", err)
	}
	return list, nil
}

// TasksOf lists live tasks that an account holds or owns, the most urgent first, and
// counts them.
func TasksOf(t *change.Tx, account uuid.UUID, most int) ([]HeldTask, int64, error) {
	var list []HeldTask
	err := t.DB().Raw(`SELECT k.id, k.change_id FROM task k WHERE k.status IN ('`+change.StepOpen+`', '`+change.TaskWaiting+`') AND @who IN (k.holder_id, k.owner_id) ORDER BY k.due_at, k.id LIMIT @most`,
		map[string]any{"who": account, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, 0, fmt.Errorf("read the tasks of an account: %w", err)
	}
	var n int64
	err = t.DB().Raw(`SELECT count(*) FROM task k WHERE k.status IN ('`+change.StepOpen+`', '`+change.TaskWaiting+`') AND @who IN (k.holder_id, k.owner_id)`, map[string]any{"who": account}).Scan(&n).Error
	if err != nil {
		return nil, 0, fmt.Errorf("count the tasks of an account: %w", err)
	}
	return list, n, nil
}
