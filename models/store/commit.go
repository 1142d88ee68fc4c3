package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// CommitSlip counts or refuses one slip and does everything that follows, in this
// transaction (worker). A second call returns the first result. The refusal is not_found
// when the change has no such slip.
func (t *Tx) CommitSlip(changeID, slipID uuid.UUID) (*Slip, error) {
	c, err := t.lockChange(changeID)
	if err != nil {
		return nil, err
	}
	s, err := t.slipToCount(slipID)
	if err != nil {
		return nil, err
	}
	if s.ChangeID != c.ID {
		return nil, refusal.New(refusal.NotFound)
	}
	if s.Outcome != SlipPending {
		return s, nil
	}
	refused, err := t.count(c, s)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		if err := errors.Join(t.settle(s, refused), t.tellUnfit(c, s)); err != nil {
			return nil, err
		}
		return s, t.auditAs(s.AccountID, "slip.refused", "change", c.ID.String(),
			map[string]string{"verb": string(s.Verb), "code": string(refused.Code), "slip": s.ID.String()})
	}
	return s, t.auditAs(s.AccountID, "slip.counted", "change", c.ID.String(),
		map[string]string{"verb": string(s.Verb), "slip": s.ID.String()})
}

// NotApplied is the line of the timeline that says why the last approval was not counted:
// the record, or the class, cannot take the change now.
const NotApplied = "NOT_APPLIED"

// tellUnfit tells every party in the timeline, and the applicant by a notice, that the
// last approval could not be applied.
func (t *Tx) tellUnfit(c *Change, s *Slip) error {
	if s.unfit == nil {
		return nil
	}
	_, err := t.exec(`UPDATE step SET problem = ? WHERE change_id = ? AND status = 'OPEN'`, problemUnfit, c.ID)
	if err != nil {
		return fmt.Errorf("name the problem of a step: %w", err)
	}
	err = t.write(event{change: c.ID, verb: NotApplied, step: c.StepNo, round: c.Round, office: s.OfficeID, params: refusalParams(s.unfit)})
	if err != nil {
		return err
	}
	return t.notifyFiler(c, NotApplied)
}

// refusalParams returns the parameters that put a refusal into a line of the timeline.
func refusalParams(e *refusal.Error) map[string]string {
	params := map[string]string{"refusal": string(e.Code)}
	for name, value := range e.Params {
		params[name] = value
	}
	return params
}

// count runs the verb of a slip and returns the refusal, if there is one. A refused
// attempt is rolled back to the savepoint, so that only its refusal remains.
func (t *Tx) count(c *Change, s *Slip) (*refusal.Error, error) {
	err := t.nested(func() error {
		if c.Status != Running {
			return t.closedProblem(c)
		}
		if c.StepNo == c.Definition.ApplyStep() && s.Verb != CopyTo {
			return refusal.New(refusal.TakesEffect)
		}
		return t.act(c, s)
	})
	var refused *refusal.Error
	if errors.As(err, &refused) {
		return refused, nil
	}
	return nil, err
}

// nested runs fn in a savepoint of this transaction. It sends the statements that fn
// queued before it returns, so that their failure is a failure of fn.
func (t *Tx) nested(fn func() error) error {
	if err := t.flush(); err != nil {
		return err
	}
	t.later("savepoint", anyRows, savepoint)
	err := fn()
	if err == nil {
		return t.flush()
	}
	if len(t.queue) > 0 && t.queue[0].query == savepoint {
		t.queue = nil // no statement was sent yet
		return err
	}
	t.queue = nil
	if _, back := t.exec(`ROLLBACK TO SAVEPOINT slip`); back != nil {
		return errors.Join(err, back)
	}
	return err
}

// act dispatches on the verb. Each case checks the right again, because roles and offices
// may change while a slip waits. Then it acts and settles the slip.
func (t *Tx) act(c *Change, s *Slip) error {
	if s.Verb.NeedsOpinion() && s.Opinion == "" {
		return refusal.New(refusal.OpinionRequired).At("/opinion")
	}
	switch s.Verb {
	case Approve, Reject, SendBack:
		return t.decide(c, s)
	case Resubmit:
		return t.resubmit(c, s)
	case Withdraw:
		return t.withdraw(c, s)
	case Supervise:
		return t.supervise(c, s)
	case Close:
		return t.closeBySuperior(c, s)
	case ClaimTask, Release, TransferTask, Delegate, Answer, HandOver:
		return t.rehold(c, s)
	case AddSigner:
		return t.addSigners(c, s)
	case RemoveSigner:
		return t.removeSigner(c, s)
	case TakeBack:
		return t.takeBack(c, s)
	case Remind:
		return t.urge(c, s)
	case CopyTo:
		return t.copyTo(c, s)
	}
	// Refused, not failed: a slip with an unknown verb must not hold up every other
	// slip of the change.
	return unknownVerb()
}

// ending says whether a person or the system ends a change, and with which code.
type ending struct {
	slip *Slip  // the person's slip; nil when the system ends the change
	code string // the verb, or the code of the reason of the system
}

// by returns the ending by a person's slip.
func by(s *Slip) ending { return ending{slip: s, code: string(s.Verb)} }

// codeOf returns the closing code of a change. A slip that removes a signer is no
// verdict. When it was the last open seat, the verdicts of the other seats end the
// change, and their code counts.
func (e ending) codeOf(as string) string {
	switch {
	case e.slip == nil || e.slip.Verb != RemoveSigner:
		return e.code
	case as == Refused:
		return string(Reject)
	}
	return string(Approve)
}

// end closes the change: its tasks, its step and its slots. Every other pending slip is
// refused with who ended the change and when.
func (t *Tx) end(c *Change, e ending, as string) error {
	if err := errors.Join(e.slip.carry(c.aftermath), t.counted(e.slip)); err != nil {
		return err
	}
	stepStatus := stepDone
	if as == Taken || as == Closed {
		stepStatus = stepCancelled
	}
	t.closeStep(c.ID, stepStatus)
	c.Status, c.ClosedAt, c.CloseCode = as, &t.now, e.codeOf(as)
	if as != Effective {
		c.EffectiveOn = nil // the change was approved for a day and ends before it
	}
	if e.slip != nil {
		c.ClosedBy = &e.slip.AccountID
	}
	t.later("close a change", 1, `UPDATE change SET status = ?, closed_at = ?, closed_by = ?, close_code = ?, effective_on = ?, version = version + 1
		WHERE id = ? AND version = ?`, c.Status, c.ClosedAt, c.ClosedBy, c.CloseCode, c.EffectiveOn, c.ID, c.Version)
	t.later("free the slot", anyRows, `DELETE FROM slot WHERE change_id = ?`, c.ID)
	if w, more := t.work(c.Kind).(Ender); more {
		if err := w.Ended(t, c, as); err != nil {
			return err
		}
	}
	if e.slip == nil || !e.slip.alone {
		if err := t.settleOthers(t.closedProblem(c), "change_id = ?", c.ID); err != nil {
			return err
		}
	}
	return t.tellEnd(c, as)
}

// tellEnd tells the filer and the other sides how a change ended. A change that the
// system ended for other business has its own notice, because it must not be filed again.
// The school that lost an arbitration is not told of something in force.
func (t *Tx) tellEnd(c *Change, as string) error {
	if as == Closed && c.CloseCode != string(Close) {
		return t.notifySides(c, "ENDED_"+c.CloseCode)
	}
	if w, own := t.work(c.Kind).(Teller); own {
		if told, err := w.TellEnd(t, c, as); err != nil || told {
			return err
		}
	}
	return t.notifySides(c, "ENDED_"+as)
}

func (t *Tx) notifyFiler(c *Change, kind string) error {
	return t.notify(c.ID, kind, c.StepNo, c.Round, c.OrgID, c.OrgPath, string(c.Definition.FiledBy.Role()))
}

// notifySides leaves a notice for the registrars of every school that is a side of the
// change.
func (t *Tx) notifySides(c *Change, kind string) error {
	if err := t.notifyFiler(c, kind); err != nil || !c.hasSides() {
		return err
	}
	t.notifyOthers(c, kind)
	return nil
}

// notifyOthers leaves a notice for the registrars of all sides but the filer.
func (t *Tx) notifyOthers(c *Change, kind string) {
	t.later("leave a notice", anyRows, `INSERT INTO notice (id, org_id, org_path, role, change_id, kind, step_no, round, created_at)
		SELECT gen_random_uuid(), org_id, org_path, ?, change_id, ?, ?, ?, ? FROM change_party WHERE change_id = ? AND side <> 'FILER' AND org_id <> ? ON CONFLICT DO NOTHING`,
		org.SchoolRegistrar, kind, c.StepNo, c.Round, t.now, c.ID, c.OrgID)
}

// moves reports whether a kind moves a pupil from one school to another.
func moves(kind process.Kind) bool { return status.Moves(kind) }

// closedProblem returns the refusal that says that a change has ended, by whom and when.
func (t *Tx) closedProblem(c *Change) *refusal.Error {
	e := refusal.New(refusal.ChangeClosed)
	if c.ClosedAt == nil {
		return e
	}
	if c.ClosedBy == nil {
		return e.With("when", shown(*c.ClosedAt)).WithText("verdict", endingWord(c.Status), strings.ToLower(c.Status)).
			WithText("who", "系统", "the system").WithText("office", "", "Xueji")
	}
	who, where := t.label(*c.ClosedBy)
	return e.With("when", shown(*c.ClosedAt)).WithText("verdict", endingWord(c.Status), strings.ToLower(c.Status)).With("who", who).With("office", where)
}

// DecidedProblem returns the refusal that says that a task was decided, by whom and when.
// It returns nil while the task is open, and when the decision was taken back.
func (t *Tx) DecidedProblem(task uuid.UUID) (*refusal.Error, error) {
	var rows []struct {
		AccountID uuid.UUID
		Verdict   Verb
		DecidedAt time.Time
	}
	if err := t.db.Raw(`SELECT d.account_id, d.verdict, d.decided_at FROM decision d JOIN task k ON k.id = d.task_id
		WHERE d.task_id = ? AND k.status = 'DECIDED'`, task).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read a decision: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // not decided yet
	}
	return t.decidedProblem(rows[0].AccountID, rows[0].Verdict, rows[0].DecidedAt), nil
}

func (t *Tx) decidedProblem(account uuid.UUID, verdict Verb, at time.Time) *refusal.Error {
	who, where := t.label(account)
	return refusal.New(refusal.AlreadyDecided).With("when", shown(at)).
		WithText("verdict", verdict.word(), strings.ToLower(strings.ReplaceAll(string(verdict), "_", " "))).With("who", who).With("office", where)
}

// label returns the name of a member of staff and of the office, for people to read. Both
// are empty when they cannot be read: a missing name must not stop an approval.
func (t *Tx) label(account uuid.UUID) (name, office string) {
	var row struct{ Name, Office string }
	if err := t.db.Raw(`SELECT name, office FROM account_label(?)`, account).Scan(&row).Error; err != nil {
		return "", ""
	}
	return row.Name, row.Office
}

func shown(at time.Time) string { return at.In(calendar.Shanghai()).Format("2006-01-02 15:04:05") }

func endingWord(status string) string {
	switch status {
	case Effective:
		return "已生效"
	case Refused:
		return "审核未通过"
	case Taken:
		return "已撤回"
	case Closed:
		return "已终止"
	}
	return status
}
