package change

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Notices to one person about a task or a change.
const (
	noticeTransferred = "TRANSFERRED"
	noticeDelegated   = "DELEGATED"
	noticeAnswered    = "DELEGATION_ANSWERED"
	noticeSigner      = "SIGN_ADDED"
	noticeHandedOver  = "HANDED_OVER"
	noticeCopied      = "COPIED"
	noticeReminded    = "URGED"
)

// changeHolder counts a slip that changes the holder of an open task
// (签收、退签、转办、委派、移交).
func (t *Tx) changeHolder(c *Change, s *Slip) error {
	k, err := t.readLiveTask(c, s)
	if err != nil {
		return err
	}
	switch s.Verb { //nolint:exhaustive // the caller names these only
	case VerbClaim:
		err = t.claimTask(c, s, k)
	case VerbRelease:
		err = t.releaseTask(c, s, k)
	case VerbTransfer:
		err = t.transferTask(c, s, k)
	case VerbDelegate:
		err = t.delegateTask(c, s, k)
	case VerbAnswer:
		err = t.answerDelegation(c, s, k)
	case VerbHandOver:
		err = t.handOverTask(c, s, k)
	}
	if err != nil {
		return err
	}
	if err := t.markCounted(s); err != nil {
		return err
	}
	return t.updateObstacle(c)
}

// setHolder sets the holder of a task. A nil holder gives the task back to everybody with the
// role.
func (t *Tx) setHolder(k *TaskForAccount, holder *uuid.UUID, as string, owner *uuid.UUID) {
	since := any(t.Now())
	if holder == nil {
		as, since = "", nil
	}
	t.Later("hold a task", 1, `UPDATE task SET holder_id = ?, held_as = ?, held_since = ?, owner_id = ? WHERE id = ?`, holder, as, since, owner, k.ID)
}

// claimTask (签收) makes the claimer the holder of a task. A task whose holder can no longer
// act may be claimed too. Claiming one's own task again changes nothing.
func (t *Tx) claimTask(c *Change, s *Slip, k *TaskForAccount) error {
	if k.HolderGone {
		k.HolderID, k.HeldAs = nil, ""
	}
	if err := t.RefusalToDecide(k); err != nil {
		return err
	}
	if k.HolderID == nil {
		if k.Seated {
			return refusal.New(refusal.AlreadySigner)
		}
		t.setHolder(k, k.Actor, HeldClaimed, nil)
	}
	return t.recordSlip(c, s, k, nil)
}

// releaseTask (退签) gives a task back to everybody with the role, or ends a delegation.
func (t *Tx) releaseTask(c *Change, s *Slip, k *TaskForAccount) error {
	if k.HeldAs == HeldDelegated && k.Actor != nil && *k.OwnerID == *k.Actor {
		t.setHolder(k, k.OwnerID, HeldClaimed, nil)
		return t.recordSlip(c, s, k, nil)
	}
	if err := t.RefusalToPassOn(k); err != nil {
		return err
	}
	switch personal := k.ParentID != nil || k.Named; {
	case k.HolderID == nil:
		return refusal.New(refusal.TaskNotHeld)
	case personal:
		return refusal.New(refusal.TaskPersonal)
	}
	t.setHolder(k, nil, "", nil)
	return t.recordSlip(c, s, k, nil)
}

// RefusalToPassOn returns the reason why an account may not give a task to another person, else
// nil. A person who has decided another seat of the step may not decide this one, but may
// pass it on.
func (t *Tx) RefusalToPassOn(k *TaskForAccount) *refusal.Error {
	as := *k
	as.Signed = false
	return t.RefusalToDecide(&as)
}

// transferTask (转办) makes a colleague the holder of a task for good.
func (t *Tx) transferTask(c *Change, s *Slip, k *TaskForAccount) error {
	if !c.Definition.May(process.MayTransfer) {
		return refusal.New(refusal.InteractionForbidden)
	}
	if err := t.RefusalToPassOn(k); err != nil {
		return err
	}
	to, err := t.newHolder(k, s)
	if err != nil {
		return err
	}
	t.setHolder(k, &to, heldTransferred, nil)
	return t.recordAndNotify(c, s, k, noticeTransferred, to)
}

// delegateTask (委派) asks a colleague for advice. The task comes back with the answer.
func (t *Tx) delegateTask(c *Change, s *Slip, k *TaskForAccount) error {
	if !c.Definition.May(process.MayDelegate) {
		return refusal.New(refusal.InteractionForbidden)
	}
	if err := t.RefusalToDecide(k); err != nil {
		return err
	}
	to, err := namedPerson(s)
	if err != nil {
		return err
	}
	if _, err := t.roleOfColleague(k, to); err != nil {
		return err
	}
	t.setHolder(k, &to, HeldDelegated, k.Actor)
	return t.recordAndNotify(c, s, k, noticeDelegated, to)
}

// answerDelegation gives the requested advice and returns the task to its owner.
func (t *Tx) answerDelegation(c *Change, s *Slip, k *TaskForAccount) error {
	if k.HeldAs != HeldDelegated || *k.HolderID != s.AccountID {
		return refusal.New(refusal.NotDelegated)
	}
	owner := *k.OwnerID
	t.setHolder(k, &owner, HeldClaimed, nil)
	k.Actor = nil // advice is given in the adviser's own name
	t.notifyPerson(c, s, k, noticeAnswered, owner)
	return t.recordSlip(c, s, k, map[string]string{"advice": string(s.Body.Advice), "to": owner.String()})
}

// handOverTask (移交) gives a task of a person who left to a colleague. The head or the
// administrator of the office, or of a bureau above it, does this.
func (t *Tx) handOverTask(c *Change, s *Slip, k *TaskForAccount) error {
	if err := t.refuseUnlessHead(s, k); err != nil {
		return err
	}
	from := s.Body.From
	holds, owns := k.HolderID != nil && *k.HolderID == from, k.OwnerID != nil && *k.OwnerID == from
	if !holds && !owns {
		return refusal.New(refusal.TaskNotHeld)
	}
	if holds && k.HeldAs == HeldDelegated { // the person who left was only asked for advice: the task goes back
		t.setHolder(k, k.OwnerID, HeldClaimed, nil)
		return t.recordAndNotify(c, s, k, noticeHandedOver, *k.OwnerID)
	}
	to, err := t.newHolder(k, s)
	if err != nil {
		return err
	}
	if owns {
		t.setHolder(k, k.HolderID, HeldDelegated, &to)
	} else {
		t.setHolder(k, &to, heldHandedOver, nil)
	}
	return t.recordAndNotify(c, s, k, noticeHandedOver, to)
}

// refuseUnlessHead refuses a slip unless its author heads or administers the office of the task or
// a bureau above it.
func (t *Tx) refuseUnlessHead(s *Slip, k *TaskForAccount) error {
	var may bool
	err := t.DB().Raw(`SELECT o.path @> text2ltree(@path) AND (o.path = text2ltree(@path) AND (account_holds(@who, o.id, 'PRINCIPAL') OR account_holds(@who, o.id, 'SCHOOL_SYSADMIN'))
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

// newHolder returns the person that a slip names as the new holder. That person must be
// able to decide the task.
func (t *Tx) newHolder(k *TaskForAccount, s *Slip) (uuid.UUID, error) {
	to, err := namedPerson(s)
	if err != nil {
		return to, err
	}
	theirs, err := t.ReadTask(k.ChangeID, k.ID, to)
	if err != nil {
		return to, err
	}
	theirs.HolderID, theirs.HeldAs, theirs.Status = nil, "", StepOpen
	if theirs.Seated { // nobody may decide two seats of one step
		return to, refusal.New(refusal.AlreadySigner).At("/to")
	}
	if refused := t.RefusalToDecide(theirs); refused != nil || theirs.representedAccount() != uuid.Nil || k.HolderID != nil && *k.HolderID == to {
		return to, refusal.New(refusal.CannotTakeTask).At("/to")
	}
	return to, nil
}

// roleOfColleague returns the role in which an account of the task's office may be asked to
// speak: the role of the task, or another role that reads and judges changes.
func (t *Tx) roleOfColleague(k *TaskForAccount, to uuid.UUID) (org.Role, error) {
	cannot := refusal.New(refusal.CannotTakeTask).At("/to")
	if to == k.Account || k.Actor != nil && to == *k.Actor {
		return "", cannot
	}
	var row struct {
		Roles     string
		Submitted bool
		Signed    bool
	}
	err := t.DB().Raw(`SELECT coalesce((SELECT array_to_string(a.roles, ',') FROM account a WHERE a.id = @to AND a.org_id = @office AND a.sealed_at IS NULL AND a.closed_at IS NULL), '') AS roles,
		submitted(@change, @to) AS submitted, signed_here(@task, @to) AS signed`, map[string]any{"to": to, "office": k.OfficeID, "change": k.ChangeID, "task": k.ID}).Take(&row).Error
	if err != nil {
		return "", fmt.Errorf("read a colleague: %w", err)
	}
	if row.Submitted || row.Signed {
		return "", cannot
	}
	has := store.SplitNames(row.Roles)
	for _, role := range append([]org.Role{k.Role}, org.ReviewingRoles()...) {
		if slices.Contains(has, string(role)) {
			return role, nil
		}
	}
	return "", cannot
}

// namedPerson returns the one person that a slip names.
func namedPerson(s *Slip) (uuid.UUID, error) {
	if len(s.Body.To) != 1 || s.Body.To[0] == uuid.Nil {
		return uuid.Nil, refusal.New(refusal.CannotTakeTask).At("/to")
	}
	return s.Body.To[0], nil
}

// recordAndNotify writes a line of the timeline that names a person, and leaves a notice for that
// person.
func (t *Tx) recordAndNotify(c *Change, s *Slip, k *TaskForAccount, kind string, to uuid.UUID) error {
	t.notifyPerson(c, s, k, kind, to)
	return t.recordSlip(c, s, k, map[string]string{"to": to.String()})
}

// notifyPerson leaves a notice for one person at the office of a task.
func (t *Tx) notifyPerson(c *Change, s *Slip, k *TaskForAccount, kind string, to uuid.UUID) {
	t.addNotice(newNotice{
		change: c.ID, kind: kind, step: k.StepNo, round: k.Round, office: k.OfficeID, path: k.OfficePath, role: string(k.Role), account: to, occasion: s.ID.String(),
	})
}
