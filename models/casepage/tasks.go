package casepage

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// TaskView is one task of a change for its parties: who holds it, what was decided, and
// what the reader may do with it.
type TaskView struct {
	ID         uuid.UUID
	StepNo     int
	Round      int
	Seat       int
	OfficeID   uuid.UUID
	OfficeName string
	Role       org.Role
	Status     string
	ParentID   *uuid.UUID
	Before     bool
	Verdict    change.Verb
	DecidedAt  *time.Time
	DecidedBy  string // names of members of staff
	// DecidedByID is the account that decided; two people of an office may have one name.
	DecidedByID *uuid.UUID
	DecidedFor  string // the people for whom they acted (代理)
	Holder      string
	HeldAs      string
	HeldSince   *time.Time
	Owner       string // the person who asked the holder for advice
	AddedBy     string
	Carried     bool // decided before the step was opened again
	Stuck       bool // nobody can decide it; this is the problem of the open step

	AddedByMe bool
	// May lists the verbs that the reader may use on the task now.
	May []change.Verb `gorm:"-"`
	// Why is the reason why the reader may not decide the task, although the role fits.
	Why *refusal.Error `gorm:"-"`
}

// readTasks reads all tasks of a change, with the verbs that the reader may use on the
// tasks of the open step.
func readTasks(t *change.Tx, p *Page) error {
	err := t.DB().Raw(`SELECT k.id, k.step_no, k.round, k.seat, k.office_id, o.name AS office_name, k.role, k.status, k.parent_id, k.before, k.verdict,
			d.decided_at, d.account_id AS decided_by_id, coalesce(by_.name, '') AS decided_by, coalesce(for_.name, '') AS decided_for, coalesce(h.name, '') AS holder, k.held_as, k.held_since,
			coalesce(w.name, '') AS owner, coalesce(a.name, '') AS added_by, k.carried_from IS NOT NULL AS carried, k.added_by IS NOT DISTINCT FROM @me AS added_by_me,
			k.status = '`+change.StepOpen+`' AND CASE WHEN s.problem = '`+change.ObstacleNobody+`' THEN NOT task_able(k.id, @now) ELSE false END AS stuck
		FROM task k JOIN organisation o ON o.id = k.office_id LEFT JOIN decision d ON d.task_id = CASE WHEN k.carried_from IS NULL THEN k.id ELSE k.carried_from END
		LEFT JOIN step s ON s.change_id = k.change_id AND s.no = k.step_no AND s.round = k.round
		LEFT JOIN LATERAL account_label(d.account_id) by_ ON true LEFT JOIN LATERAL account_label(d.for_account) for_ ON true
		LEFT JOIN LATERAL account_label(k.holder_id) h ON true LEFT JOIN LATERAL account_label(k.owner_id) w ON true
		LEFT JOIN LATERAL account_label(k.added_by) a ON true
		WHERE k.change_id = @id ORDER BY k.round, k.step_no, k.seat`, map[string]any{"id": p.ID, "me": t.Scope().Account, "now": t.Now()}).Scan(&p.Tasks).Error
	if err != nil {
		return fmt.Errorf("read the tasks of a change: %w", err)
	}
	for i := range p.Tasks {
		k := &p.Tasks[i]
		if p.Open == nil || k.StepNo != p.Open.No || k.Round != p.Open.Round || k.Status != change.StepOpen && k.Status != change.TaskWaiting {
			continue
		}
		if err := readAllowedVerbs(t, p, k); err != nil {
			return err
		}
	}
	return nil
}

// readAllowedVerbs sets the verbs that the reader may use on a task of the open step.
func readAllowedVerbs(t *change.Tx, p *Page, v *TaskView) error {
	if t.Scope().Account == uuid.Nil {
		return nil
	}
	k, err := t.ReadTask(p.ID, v.ID, t.Scope().Account)
	if err != nil {
		return err
	}
	if v.AddedByMe {
		v.May = append(v.May, change.VerbRemoveSigner)
	}
	switch {
	case k.HeldAs == change.HeldDelegated && *k.HolderID == t.Scope().Account:
		v.May = append(v.May, change.VerbAnswer)
		return nil
	case k.HeldAs == change.HeldDelegated && k.Actor != nil && *k.OwnerID == *k.Actor:
		v.May = append(v.May, change.VerbRelease)
		return nil
	case k.Actor == nil:
		return nil
	case k.HolderGone:
		v.May = append(v.May, change.VerbClaim)
		return nil
	}
	if v.Why = t.RefusalToDecide(k); v.Why == nil {
		v.May = append(v.May, AllowedVerbs(p.Definition, k)...)
	} else if t.RefusalToPassOn(k) == nil && p.Definition.May(process.MayTransfer) {
		v.May = append(v.May, change.VerbTransfer)
	}
	return nil
}

// AllowedVerbs lists the verbs that the kind allows to a person who may decide the task.
func AllowedVerbs(d process.Definition, k *change.TaskForAccount) []change.Verb {
	if k.StepNo == 0 {
		return []change.Verb{change.VerbResubmit}
	}
	list := []change.Verb{change.VerbApprove}
	if rule, _ := d.Step(k.StepNo); !rule.Statement && !rule.Register { // decide refuses both there
		list = append(list, change.VerbReject, change.VerbSendBack)
	}
	if k.HolderID == nil && !k.Seated {
		list = append(list, change.VerbClaim)
	} else if k.HolderID != nil && k.ParentID == nil && !k.Named {
		list = append(list, change.VerbRelease)
	}
	for _, x := range []struct {
		i process.Interaction
		v change.Verb
	}{{process.MayTransfer, change.VerbTransfer}, {process.MayDelegate, change.VerbDelegate}, {process.MayAddSigner, change.VerbAddSigner}} {
		if d.May(x.i) {
			list = append(list, x.v)
		}
	}
	return list
}
