package change

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/student"
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
	Verdict    Verb
	DecidedAt  *time.Time
	DecidedBy  string // names of members of staff
	DecidedFor string // the people for whom they acted (代理)
	Holder     string
	HeldAs     string
	HeldSince  *time.Time
	Owner      string // the person who asked the holder for advice
	AddedBy    string
	Carried    bool // decided before the step was opened again
	Stuck      bool // nobody can decide it; this is the problem of the open step

	AddedByMe bool
	// May lists the verbs that the reader may use on the task now.
	May []Verb `gorm:"-"`
	// Why is the reason why the reader may not decide the task, although the role fits.
	Why *refusal.Error `gorm:"-"`
}

// readTasks reads all tasks of a change, with the verbs that the reader may use on the
// tasks of the open step.
func (t *Tx) readTasks(p *Page) error {
	err := t.DB().Raw(`SELECT k.id, k.step_no, k.round, k.seat, k.office_id, o.name AS office_name, k.role, k.status, k.parent_id, k.before, k.verdict,
			d.decided_at, coalesce(by_.name, '') AS decided_by, coalesce(for_.name, '') AS decided_for, coalesce(h.name, '') AS holder, k.held_as, k.held_since,
			coalesce(w.name, '') AS owner, coalesce(a.name, '') AS added_by, k.carried_from IS NOT NULL AS carried, k.added_by IS NOT DISTINCT FROM @me AS added_by_me,
			k.status = 'OPEN' AND CASE WHEN s.problem = 'NO_ELIGIBLE_PERSON' THEN NOT task_able(k.id, @now) ELSE false END AS stuck
		FROM task k JOIN organisation o ON o.id = k.office_id LEFT JOIN decision d ON d.task_id = coalesce(k.carried_from, k.id)
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
		if p.Open == nil || k.StepNo != p.Open.No || k.Round != p.Open.Round || k.Status != StepOpen && k.Status != TaskWaiting {
			continue
		}
		if err := t.readAllowedVerbs(p, k); err != nil {
			return err
		}
	}
	return nil
}

// readAllowedVerbs sets the verbs that the reader may use on a task of the open step.
func (t *Tx) readAllowedVerbs(p *Page, v *TaskView) error {
	if t.Scope().Account == uuid.Nil {
		return nil
	}
	k, err := t.readTask(p.ID, v.ID, t.Scope().Account)
	if err != nil {
		return err
	}
	if v.AddedByMe {
		v.May = append(v.May, VerbRemoveSigner)
	}
	switch {
	case k.HeldAs == heldDelegated && *k.HolderID == t.Scope().Account:
		v.May = append(v.May, VerbAnswer)
		return nil
	case k.HeldAs == heldDelegated && k.Actor != nil && *k.OwnerID == *k.Actor:
		v.May = append(v.May, VerbRelease)
		return nil
	case k.Actor == nil:
		return nil
	case k.HolderGone:
		v.May = append(v.May, VerbClaim)
		return nil
	}
	if v.Why = t.refusalToDecide(k); v.Why == nil {
		v.May = append(v.May, AllowedVerbs(p.Definition, k)...)
	} else if t.refusalToPassOn(k) == nil && p.Definition.May(process.MayTransfer) {
		v.May = append(v.May, VerbTransfer)
	}
	return nil
}

// AllowedVerbs lists the verbs that the kind allows to a person who may decide the task.
func AllowedVerbs(d process.Definition, k *TaskForAccount) []Verb {
	if k.StepNo == 0 {
		return []Verb{VerbResubmit}
	}
	list := []Verb{VerbApprove}
	if rule, _ := d.Step(k.StepNo); !rule.Statement && !rule.Register { // decide refuses both there
		list = append(list, VerbReject, VerbSendBack)
	}
	if k.HolderID == nil && !k.Seated {
		list = append(list, VerbClaim)
	} else if k.HolderID != nil && k.ParentID == nil && !k.Named {
		list = append(list, VerbRelease)
	}
	for _, x := range []struct {
		i process.Interaction
		v Verb
	}{{process.MayTransfer, VerbTransfer}, {process.MayDelegate, VerbDelegate}, {process.MayAddSigner, VerbAddSigner}} {
		if d.May(x.i) {
			list = append(list, x.v)
		}
	}
	return list
}

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
func (t *Tx) Colleagues(change, task, office uuid.UUID) ([]Colleague, error) {
	k, err := t.readTask(change, task, t.Scope().Account)
	if err != nil {
		return nil, err
	}
	if k.OfficeID != office {
		return nil, k.notYourStep()
	}
	var list []Colleague
	err = t.DB().Raw(`SELECT a.id, a.name, array_to_string(a.roles, ',') AS roles, @role = ANY (a.roles) AND x.free AND x.unseated AS takes, a.roles && CAST(@judges AS text[]) AND x.free AS speaks
		FROM account a JOIN task k ON k.id = @task
		CROSS JOIN LATERAL (SELECT NOT submitted(k.change_id, a.id) AND NOT signed_here(k.id, a.id) AS free, NOT `+hasOtherSeat("a.id")+` AS unseated) x
		WHERE a.org_id = @office AND a.sealed_at IS NULL AND a.closed_at IS NULL AND a.id <> @me ORDER BY a.name, a.id LIMIT 500`,
		map[string]any{"role": k.Role, "task": task, "judges": student.TextArray(append(org.ReviewingRoles(), k.Role)), "office": office, "me": t.Scope().Account}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read colleagues: %w", err)
	}
	return list, nil
}

// FitOneBatch reports whether changes may be decided in one batch: all must be of the kind,
// and none may forbid it. Changes that the caller cannot see do not count.
func (t *Tx) FitOneBatch(kind process.Kind, changes []uuid.UUID) (bool, error) {
	var row struct{ Otherwise bool }
	err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM change WHERE id IN ? AND (kind <> ? OR definition -> 'forbids' @> to_jsonb(CAST(? AS text)))) AS otherwise`,
		changes, kind, process.MayBatch).Take(&row).Error
	if err != nil {
		return false, fmt.Errorf("look at the kinds of a batch: %w", err)
	}
	return !row.Otherwise, nil
}
