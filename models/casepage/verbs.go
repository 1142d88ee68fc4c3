package casepage

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
)

// readVerbs sets what the reader may say about a running change as a whole, beside the tasks.
// It judges who the reader is. What lies in the moment, such as a reminder of an hour ago, is
// told by the refusal.
func readVerbs(t *change.Tx, p *Page) error {
	if p.Open == nil || p.StepNo == p.Definition.ApplyStep() || t.Scope().Account == uuid.Nil {
		return nil
	}
	var is struct{ Files, OverStep, OverAll bool }
	err := t.DB().Raw(`SELECT account_holds(a.id, @filer, @files) AS files,
			account_holds(a.id, o.id, 'BUREAU_HEAD') AND o.path @> CAST(@step AS ltree) AND o.path <> CAST(@step AS ltree) AS over_step,
			account_holds(a.id, o.id, 'BUREAU_HEAD') AND NOT EXISTS (SELECT FROM change_sides(@id) s JOIN organisation side ON side.id = s.org_id
				WHERE NOT (o.path @> side.path AND o.path <> side.path)) AS over_all
		FROM account a JOIN organisation o ON o.id = a.org_id WHERE a.id = @me`, map[string]any{
		"me": t.Scope().Account, "filer": p.OrgID, "files": p.Definition.FiledBy.Role(), "step": p.Open.OfficePath, "id": p.ID,
	}).Scan(&is).Error
	if err != nil {
		return fmt.Errorf("read what the reader may say about a change: %w", err)
	}
	if decidedLast(p, t.Scope().Account) && p.Definition.May(process.MayTakeBack) {
		p.May = append(p.May, change.VerbTakeBack)
	}
	if is.Files && p.StepNo != 0 && p.Open.Act == "" { // at step 0 the filer would remind itself
		p.May = append(p.May, change.VerbRemind)
	}
	if is.Files {
		p.May = append(p.May, change.VerbWithdraw)
	}
	if is.OverStep && p.Open.Act == "" {
		p.May = append(p.May, change.VerbSupervise)
	}
	if is.OverAll {
		p.May = append(p.May, change.VerbClose)
	}
	return nil
}

// decidedLast reports whether the account made the last decision of a change, or one at the step that
// is still open. Earlier ones are out of reach: others have decided on the basis of them.
func decidedLast(p *Page, who uuid.UUID) bool {
	var last *TaskView
	for i := range p.Tasks {
		k := &p.Tasks[i]
		if k.Status != change.TaskDecided || k.DecidedAt == nil || k.DecidedByID == nil {
			continue
		}
		if *k.DecidedByID == who && k.StepNo == p.Open.No && k.Round == p.Open.Round {
			return true
		}
		if last == nil || !k.DecidedAt.Before(*last.DecidedAt) { // tasks come in the order of their steps
			last = k
		}
	}
	return last != nil && *last.DecidedByID == who
}
