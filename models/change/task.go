package change

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// The ways in which a task gets its holder.
const (
	HeldClaimed     = "CLAIMED"     // 签收
	heldTransferred = "TRANSFERRED" // 转办
	HeldDelegated   = "DELEGATED"   // 委派: the owner decides in the end
	heldAdded       = "ADDED"       // 加签
	heldNamed       = "NAMED"       // one seat for each holder of the role
	heldReturned    = "RETURNED"    // sent back with "straight to me"
	heldHandedOver  = "HANDED_OVER" // 移交
)

// TaskForAccount is a task with the facts that decide whether one account may act on it.
type TaskForAccount struct {
	ID         uuid.UUID
	ChangeID   uuid.UUID
	StepNo     int
	Round      int
	OfficeID   uuid.UUID
	OfficePath string
	OfficeName string
	Role       org.Role
	Status     string
	ParentID   *uuid.UUID
	AddedBy    *uuid.UUID
	HolderID   *uuid.UUID
	HeldAs     string
	HeldSince  *time.Time
	OwnerID    *uuid.UUID
	// Running says that the change is running, Shared that the step has further seats.
	Running bool
	Shared  bool
	// Own says that the step finishes the applicant's own business.
	Own bool
	// Named says that the step has one seat for each holder of the role.
	Named bool

	// Facts about the account. Actor is the account in whose right it acts: its own,
	// or that of a colleague for whom it is proxy; nil when it may not act at all.
	Account   uuid.UUID `gorm:"-"`
	Actor     *uuid.UUID
	Submitted bool // the account, or the person it acts for, handed the change in
	Elsewhere bool // the account approved another step, and that is forbidden here
	Signed    bool // the account has decided another seat of the step
	Seated    bool // the account holds another live seat of the step
	// HolderGone says that the holder can no longer act.
	HolderGone bool
}

// StepRules reads from change c the rules (r) of the step of task k: the signing mode,
// whether the step is the applicant's own, and whether it wants a person who approved no
// other step. d.rule is the whole rule.
const StepRules = `CROSS JOIN LATERAL (SELECT c.definition #> ARRAY['steps', CAST(k.step_no - 1 AS text)] AS rule) d
	CROSS JOIN LATERAL (SELECT d.rule -> 'sign' ->> 'mode' AS mode, coalesce(CAST(d.rule ->> 'own' AS boolean), false) AS own,
		coalesce(CAST(d.rule ->> 'distinct' AS boolean), false) OR c.definition #>> '{policy,same_person}' = '` + process.SamePersonForbidden + `' AS apart) r`

// HasOtherSeat is the SQL condition that the person holds another live seat of the step of task
// k.
func HasOtherSeat(who string) string {
	return `EXISTS (SELECT 1 FROM task x WHERE x.change_id = k.change_id AND x.step_no = k.step_no AND x.round = k.round AND x.id <> k.id
		AND x.` + isLive + ` AND ` + who + ` IN (x.holder_id, x.owner_id))`
}

// ReadTask reads a task of a change with the facts for and against an account that wants to
// act on it. It is one statement, because every decision needs it twice.
func (t *Tx) ReadTask(change, id, account uuid.UUID) (*TaskForAccount, error) {
	k := TaskForAccount{Account: account}
	err := t.DB().Raw(`SELECT k.id, k.change_id, k.step_no, k.round, k.office_id, k.office_path::text AS office_path, o.name AS office_name, k.role, k.status,
			k.parent_id, k.added_by, k.holder_id, k.held_as, k.held_since, k.owner_id, c.status = @running AS running, r.own, s.shared, s.named, s.shared AND `+HasOtherSeat("@account")+` AS seated,
			k.holder_id IS NOT NULL AND k.held_as <> '`+HeldDelegated+`' AND NOT account_holds(k.holder_id, k.office_id, k.role) AS holder_gone,
			m.id AS actor, coalesce(m.submitted, false) AS submitted, coalesce(m.elsewhere, false) AS elsewhere, coalesce(m.signed, false) AS signed
		FROM task k JOIN organisation o ON o.id = k.office_id JOIN change c ON c.id = k.change_id
		`+StepRules+`
		CROSS JOIN LATERAL (SELECT r.mode IS NOT NULL AND d.rule -> 'sign' -> 'seats' IS NULL AS named,
			r.mode IS NOT NULL OR EXISTS (SELECT 1 FROM task x WHERE x.change_id = k.change_id AND x.step_no = k.step_no
				AND x.round = k.round AND x.id <> k.id AND x.status NOT IN ('`+taskRemoved+`', '`+taskTakenBack+`')) AS shared) s
		LEFT JOIN LATERAL (SELECT f.id, submitted(c.id, f.id) OR f.id <> @account AND submitted(c.id, @account) AS submitted,
				r.apart AND (approved_elsewhere(c.id, f.id, k.step_no) OR approved_elsewhere(c.id, @account, k.step_no)) AS elsewhere,
				s.shared AND (signed_here(k.id, f.id) OR signed_here(k.id, @account)) AS signed
			FROM acts_for(@account, k.office_id, k.role, @now) f (id)
			ORDER BY f.id IS NOT DISTINCT FROM k.holder_id DESC, submitted(c.id, f.id), f.id = @account DESC LIMIT 1) m ON true
		WHERE k.id = @id AND c.id = @change`,
		map[string]any{"id": id, "change": change, "account": account, "running": StatusRunning, "now": t.Now()}).Take(&k).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, refusal.New(refusal.NotFound).At("/task_id")
	}
	if err != nil {
		return nil, fmt.Errorf("read a task: %w", err)
	}
	return &k, nil
}

// RefusalToDecide returns the reason why the account may not decide the task, else nil. The API
// asks before it takes a slip; the worker asks again when it counts the slip.
func (t *Tx) RefusalToDecide(k *TaskForAccount) *refusal.Error {
	switch {
	case k.HeldAs == HeldDelegated && *k.HolderID == k.Account:
		return refusal.New(refusal.DelegateAnswers)
	case k.Actor == nil:
		return k.NotYourStep()
	case k.Submitted && k.StepNo != 0 && !k.Own:
		return refusal.New(refusal.OwnFiling)
	case k.Elsewhere:
		return refusal.New(refusal.SamePerson)
	case k.Signed:
		return refusal.New(refusal.SignedHere)
	case k.HeldAs == HeldDelegated || k.HolderID != nil && *k.HolderID != *k.Actor:
		return t.heldByOther(k)
	case k.Status == TaskWaiting:
		return refusal.New(refusal.TaskWaits)
	}
	return nil
}

// NotYourStep returns the refusal that names the office and the role of the task.
func (k *TaskForAccount) NotYourStep() *refusal.Error {
	zh, en := k.Role.Names()
	return refusal.New(refusal.NotYourStep).With("office", k.OfficeName).WithText("role", zh, en)
}

// heldByOther returns the refusal that names the holder of the task.
func (t *Tx) heldByOther(k *TaskForAccount) *refusal.Error {
	who, where := t.accountLabel(*k.HolderID)
	code := refusal.TaskHeld
	if k.HeldAs == HeldDelegated {
		code = refusal.TaskDelegated
	}
	e := refusal.New(code).With("who", who).With("office", where)
	if k.HeldSince != nil {
		e = e.With("when", shownTime(*k.HeldSince))
	}
	return e
}

// representedAccount returns the person for whom the account acts, zero when it acts for itself.
func (k *TaskForAccount) representedAccount() uuid.UUID {
	if k.Actor == nil || *k.Actor == k.Account {
		return uuid.Nil
	}
	return *k.Actor
}

// CheckSlip checks a slip about a task before it is handed in, and returns the step and
// round of the task. The error says that the account lacks the right, that another person
// was faster, or that the change has ended. A slip that was handed in before with the
// same key passes, so that HandIn finds it.
func (t *Tx) CheckSlip(w NewSlip) (step, round int, err error) {
	k, err := t.ReadTask(w.ChangeID, w.TaskID, t.Scope().Account)
	if err != nil {
		return 0, 0, err
	}
	live := k.Running && (k.Status == StepOpen || k.Status == TaskWaiting)
	if !k.concernsAccount() && w.Verb != VerbHandOver {
		return k.StepNo, k.Round, t.unlessHandedIn(w, k.NotYourStep())
	}
	if w.Verb.Decides() {
		if err := t.RefusalToDecide(k); err != nil && (live || k.Actor == nil || k.Submitted) {
			return k.StepNo, k.Round, t.unlessHandedIn(w, err)
		}
	}
	if live {
		return k.StepNo, k.Round, nil
	}
	if same, err := t.handedInBefore(w.Key); same || err != nil {
		return k.StepNo, k.Round, err
	}
	if decided, err := t.refusalIfDecided(w.TaskID); decided != nil || err != nil {
		return 0, 0, errors.Join(err, asError(decided))
	}
	if err := t.RefusalIfEnded(w.ChangeID); err != nil {
		return 0, 0, err
	}
	return 0, 0, refusal.New(refusal.StepMoved)
}

// concernsAccount reports whether the account may hand in any slip about the task: it can decide
// the task, was asked for advice, asked for advice, or added the signer.
func (k *TaskForAccount) concernsAccount() bool {
	for _, who := range []*uuid.UUID{k.HolderID, k.OwnerID, k.AddedBy} {
		if who != nil && *who == k.Account {
			return true
		}
	}
	return k.Actor != nil
}

// unlessHandedIn returns the refusal of a slip, or nil when the same key was handed in
// before.
func (t *Tx) unlessHandedIn(w NewSlip, refused error) error {
	if same, err := t.handedInBefore(w.Key); same || err != nil {
		return err
	}
	return refused
}

// readLiveTask reads the task of a slip. The task must belong to the open step and still be
// live.
func (t *Tx) readLiveTask(c *Change, s *Slip) (*TaskForAccount, error) {
	if s.TaskID == nil {
		return nil, refusal.New(refusal.StepMoved)
	}
	k, err := t.ReadTask(c.ID, *s.TaskID, s.AccountID)
	if err != nil {
		return nil, err
	}
	if k.Status == StepOpen || k.Status == TaskWaiting {
		return k, nil
	}
	if decided, err := t.refusalIfDecided(k.ID); decided != nil || err != nil {
		return nil, errors.Join(err, asError(decided))
	}
	return nil, refusal.New(refusal.StepMoved)
}

// readApplicantTask reads the open task of a change that lies with its applicant.
func (t *Tx) readApplicantTask(c *Change, account uuid.UUID) (*TaskForAccount, error) {
	var row struct{ ID uuid.UUID }
	if err := t.DB().Raw(`SELECT id FROM task WHERE change_id = ? AND `+isOpen+` ORDER BY seat LIMIT 1`, c.ID).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("read the open task: %w", err)
	}
	return t.ReadTask(c.ID, row.ID, account)
}

func asError(e *refusal.Error) error {
	if e == nil {
		return nil
	}
	return e
}
