package store

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// Notices to one person about a task or a change.
const (
	noticeTransferred = "TRANSFERRED"
	noticeDelegated   = "DELEGATED"
	noticeAnswered    = "DELEGATION_ANSWERED"
	noticeSigner      = "SIGN_ADDED"
	noticeHandedOver  = "HANDED_OVER"
	noticeCopied      = "COPIED"
	noticeUrged       = "URGED"
)

// rehold counts a slip that changes the holder of an open task
// (签收、退签、转办、委派、移交).
func (t *Tx) rehold(c *Change, s *Slip) error {
	k, err := t.openTask(c, s)
	if err != nil {
		return err
	}
	switch s.Verb { //nolint:exhaustive // the caller names these only
	case ClaimTask:
		err = t.claim(c, s, k)
	case Release:
		err = t.release(c, s, k)
	case TransferTask:
		err = t.transfer(c, s, k)
	case Delegate:
		err = t.delegate(c, s, k)
	case Answer:
		err = t.answer(c, s, k)
	case HandOver:
		err = t.handOver(c, s, k)
	}
	if err != nil {
		return err
	}
	if err := t.counted(s); err != nil {
		return err
	}
	return t.nameProblem(c)
}

// hold sets the holder of a task. A nil holder gives the task back to everybody with the
// role.
func (t *Tx) hold(k *askedTask, holder *uuid.UUID, as string, owner *uuid.UUID) {
	since := any(t.now)
	if holder == nil {
		as, since = "", nil
	}
	t.later("hold a task", 1, `UPDATE task SET holder_id = ?, held_as = ?, held_since = ?, owner_id = ? WHERE id = ?`, holder, as, since, owner, k.ID)
}

// claim (签收) makes the claimer the holder of a task. A task whose holder can no longer
// act may be claimed too. Claiming one's own task again changes nothing.
func (t *Tx) claim(c *Change, s *Slip, k *askedTask) error {
	if k.HolderGone {
		k.HolderID, k.HeldAs = nil, ""
	}
	if err := t.mayAct(k); err != nil {
		return err
	}
	if k.HolderID == nil {
		if k.Seated {
			return refusal.New(refusal.AlreadySigner)
		}
		t.hold(k, k.Actor, heldClaimed, nil)
	}
	return t.said(c, s, k, nil)
}

// release (退签) gives a task back to everybody with the role, or ends a delegation.
func (t *Tx) release(c *Change, s *Slip, k *askedTask) error {
	if k.HeldAs == heldDelegated && k.Actor != nil && *k.OwnerID == *k.Actor {
		t.hold(k, k.OwnerID, heldClaimed, nil)
		return t.said(c, s, k, nil)
	}
	if err := t.mayPassOn(k); err != nil {
		return err
	}
	switch personal := k.ParentID != nil || k.Named; {
	case k.HolderID == nil:
		return refusal.New(refusal.TaskNotHeld)
	case personal:
		return refusal.New(refusal.TaskPersonal)
	}
	t.hold(k, nil, "", nil)
	return t.said(c, s, k, nil)
}

// mayPassOn returns the reason why an account may not give a task to another person, else
// nil. A person who has decided another seat of the step may not decide this one, but may
// pass it on.
func (t *Tx) mayPassOn(k *askedTask) *refusal.Error {
	as := *k
	as.Signed = false
	return t.mayAct(&as)
}

// transfer (转办) makes a colleague the holder of a task for good.
func (t *Tx) transfer(c *Change, s *Slip, k *askedTask) error {
	if !c.Definition.May(process.MayTransfer) {
		return refusal.New(refusal.InteractionForbidden)
	}
	if err := t.mayPassOn(k); err != nil {
		return err
	}
	to, err := t.successor(k, s)
	if err != nil {
		return err
	}
	t.hold(k, &to, heldTransferred, nil)
	return t.told(c, s, k, noticeTransferred, to)
}

// delegate (委派) asks a colleague for advice. The task comes back with the answer.
func (t *Tx) delegate(c *Change, s *Slip, k *askedTask) error {
	if !c.Definition.May(process.MayDelegate) {
		return refusal.New(refusal.InteractionForbidden)
	}
	if err := t.mayAct(k); err != nil {
		return err
	}
	to, err := oneOf(s)
	if err != nil {
		return err
	}
	if _, err := t.colleague(k, to); err != nil {
		return err
	}
	t.hold(k, &to, heldDelegated, k.Actor)
	return t.told(c, s, k, noticeDelegated, to)
}

// answer gives the requested advice and returns the task to its owner.
func (t *Tx) answer(c *Change, s *Slip, k *askedTask) error {
	if k.HeldAs != heldDelegated || *k.HolderID != s.AccountID {
		return refusal.New(refusal.NotDelegated)
	}
	owner := *k.OwnerID
	t.hold(k, &owner, heldClaimed, nil)
	k.Actor = nil // advice is given in the adviser's own name
	t.notifyOne(c, s, k, noticeAnswered, owner)
	return t.said(c, s, k, map[string]string{"advice": string(s.Body.Advice), "to": owner.String()})
}

// handOver (移交) gives a task of a person who left to a colleague. The head or the
// administrator of the office, or of a bureau above it, does this.
func (t *Tx) handOver(c *Change, s *Slip, k *askedTask) error {
	if err := t.headOf(s, k); err != nil {
		return err
	}
	from := s.Body.From
	holds, owns := k.HolderID != nil && *k.HolderID == from, k.OwnerID != nil && *k.OwnerID == from
	if !holds && !owns {
		return refusal.New(refusal.TaskNotHeld)
	}
	if holds && k.HeldAs == heldDelegated { // the person who left was only asked for advice: the task goes back
		t.hold(k, k.OwnerID, heldClaimed, nil)
		return t.told(c, s, k, noticeHandedOver, *k.OwnerID)
	}
	to, err := t.successor(k, s)
	if err != nil {
		return err
	}
	if owns {
		t.hold(k, k.HolderID, heldDelegated, &to)
	} else {
		t.hold(k, &to, heldHandedOver, nil)
	}
	return t.told(c, s, k, noticeHandedOver, to)
}

// headOf refuses a slip unless its author heads or administers the office of the task or
// a bureau above it.
func (t *Tx) headOf(s *Slip, k *askedTask) error {
	var may bool
	err := t.db.Raw(`SELECT o.path @> text2ltree(@path) AND (o.path = text2ltree(@path) AND (account_holds(@who, o.id, 'PRINCIPAL') OR account_holds(@who, o.id, 'SCHOOL_SYSADMIN'))
			OR account_holds(@who, o.id, 'BUREAU_HEAD') OR account_holds(@who, o.id, 'BUREAU_SYSADMIN')) FROM organisation o WHERE o.id = @office`,
		map[string]any{"who": s.AccountID, "office": s.OfficeID, "path": k.OfficePath}).Scan(&may).Error
	if err != nil {
		return fmt.Errorf("check the right to hand over: %w", err)
	}
	if !may {
		return refusal.New(refusal.NotHead).With("office", k.OfficeName)
	}
	return nil
}

// successor returns the person that a slip names as the new holder. That person must be
// able to decide the task.
func (t *Tx) successor(k *askedTask, s *Slip) (uuid.UUID, error) {
	to, err := oneOf(s)
	if err != nil {
		return to, err
	}
	theirs, err := t.task(k.ChangeID, k.ID, to)
	if err != nil {
		return to, err
	}
	theirs.HolderID, theirs.HeldAs, theirs.Status = nil, "", stepOpen
	if theirs.Seated { // nobody may decide two seats of one step
		return to, refusal.New(refusal.AlreadySigner).At("/to")
	}
	if refused := t.mayAct(theirs); refused != nil || theirs.behalf() != uuid.Nil || k.HolderID != nil && *k.HolderID == to {
		return to, refusal.New(refusal.CannotTakeTask).At("/to")
	}
	return to, nil
}

// colleague returns the role in which an account of the task's office may be asked to
// speak: the role of the task, or another role that reads and judges changes.
func (t *Tx) colleague(k *askedTask, to uuid.UUID) (org.Role, error) {
	cannot := refusal.New(refusal.CannotTakeTask).At("/to")
	if to == k.Account || k.Actor != nil && to == *k.Actor {
		return "", cannot
	}
	var row struct {
		Roles     string
		Submitted bool
		Signed    bool
	}
	err := t.db.Raw(`SELECT coalesce((SELECT array_to_string(a.roles, ',') FROM account a WHERE a.id = @to AND a.org_id = @office AND a.sealed_at IS NULL AND a.closed_at IS NULL), '') AS roles,
		submitted(@change, @to) AS submitted, signed_here(@task, @to) AS signed`, map[string]any{"to": to, "office": k.OfficeID, "change": k.ChangeID, "task": k.ID}).Take(&row).Error
	if err != nil {
		return "", fmt.Errorf("read a colleague: %w", err)
	}
	if row.Submitted || row.Signed {
		return "", cannot
	}
	has := splitNames(row.Roles)
	for _, role := range append([]org.Role{k.Role}, Judges()...) {
		if slices.Contains(has, string(role)) {
			return role, nil
		}
	}
	return "", cannot
}

// Judges lists the roles that read changes with their evidence. They may be asked for
// advice, added as signers or named as proxies.
func Judges() []org.Role {
	return []org.Role{org.SchoolLeader, org.Principal, org.BureauReviewer, org.BureauHead}
}

// oneOf returns the one person that a slip names.
func oneOf(s *Slip) (uuid.UUID, error) {
	if len(s.Body.To) != 1 || s.Body.To[0] == uuid.Nil {
		return uuid.Nil, refusal.New(refusal.CannotTakeTask).At("/to")
	}
	return s.Body.To[0], nil
}

// told writes a line of the timeline that names a person, and leaves a notice for that
// person.
func (t *Tx) told(c *Change, s *Slip, k *askedTask, kind string, to uuid.UUID) error {
	t.notifyOne(c, s, k, kind, to)
	return t.said(c, s, k, map[string]string{"to": to.String()})
}

// notifyOne leaves a notice for one person at the office of a task.
func (t *Tx) notifyOne(c *Change, s *Slip, k *askedTask, kind string, to uuid.UUID) {
	t.leave(notice{
		change: c.ID, kind: kind, step: k.StepNo, round: k.Round, office: k.OfficeID, path: k.OfficePath, role: string(k.Role), account: to, occasion: s.ID.String(),
	})
}

// HeldTask is a task that has a holder.
type HeldTask struct {
	ID       uuid.UUID `json:"task"`
	ChangeID uuid.UUID `json:"change"`
}

// TasksOf lists live tasks that an account holds or owns, the most urgent first, and
// counts them.
func (t *Tx) TasksOf(account uuid.UUID, most int) ([]HeldTask, int64, error) {
	var list []HeldTask
	err := t.db.Raw(`SELECT k.id, k.change_id FROM task k WHERE k.status IN ('OPEN', 'WAITING') AND @who IN (k.holder_id, k.owner_id) ORDER BY k.due_at, k.id LIMIT @most`,
		map[string]any{"who": account, "most": most}).Scan(&list).Error
	if err != nil {
		return nil, 0, fmt.Errorf("read somebody's tasks: %w", err)
	}
	var n int64
	err = t.db.Raw(`SELECT count(*) FROM task k WHERE k.status IN ('OPEN', 'WAITING') AND @who IN (k.holder_id, k.owner_id)`, map[string]any{"who": account}).Scan(&n).Error
	if err != nil {
		return nil, 0, fmt.Errorf("count somebody's tasks: %w", err)
	}
	return list, n, nil
}
