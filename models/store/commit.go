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

// CommitSlip counts or refuses one slip and does everything that follows from
// it, in this transaction (worker). Doing it again gives the first result.
// not_found means there is no such slip in this change.
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

// NotApplied is the line of the timeline that says why the last approval could
// not be counted: the record, or the class, cannot take the change now.
const NotApplied = "NOT_APPLIED"

// tellUnfit tells every party of the change, and the applicant by a notice.
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

// refusalParams writes a refusal into a line of the timeline.
func refusalParams(e *refusal.Error) map[string]string {
	params := map[string]string{"refusal": string(e.Code)}
	for name, value := range e.Params {
		params[name] = value
	}
	return params
}

// count does what a slip says, or tells why it cannot. What a refused attempt
// wrote is rolled back to the savepoint; only the refusal remains.
func (t *Tx) count(c *Change, s *Slip) (*refusal.Error, error) {
	err := t.nested(func() error {
		if c.Status != Running {
			return t.closedProblem(c)
		}
		return t.act(c, s)
	})
	var refused *refusal.Error
	if errors.As(err, &refused) {
		return refused, nil
	}
	return nil, err
}

// nested runs fn in a savepoint of this transaction.
// What fn queued is sent before nested returns, so that its failure is fn's.
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
		t.queue = nil // nothing was written yet
		return err
	}
	t.queue = nil
	if _, back := t.exec(`ROLLBACK TO SAVEPOINT slip`); back != nil {
		return errors.Join(err, back)
	}
	return err
}

// act dispatches on the verb. Each case checks the right again, because roles
// and offices change while a slip waits, then acts and settles the slip.
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
	// Refused, not failed: a word that nothing can act on must not hold up every other
	// word said to the change.
	return unknownVerb()
}

// ending says who or what ends a change.
type ending struct {
	slip *Slip  // of the person; nil when the system ends it
	code string // the verb, or the code of what the system found
}

// by is an ending by a person's word.
func by(s *Slip) ending { return ending{slip: s, code: string(s.Verb)} }

// codeOf is the code a change ends with. Whoever removes a signer says neither yes nor
// no: when nobody is left to be asked, what the others have said ends the change.
func (e ending) codeOf(as string) string {
	switch {
	case e.slip == nil || e.slip.Verb != RemoveSigner:
		return e.code
	case as == Refused:
		return string(Reject)
	}
	return string(Approve)
}

// end closes the change: tasks and step end, the slots are free, and whatever
// else was said to it is refused with who ended it and when.
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
		c.EffectiveOn = nil // it was approved for a day, and ends before
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

// tellEnd tells the filer and the sides how a change ended, so that each reads what
// holds for it: what the system ended for other business is not to be filed again, and
// whoever lost an arbitration has nothing in force.
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

// notifySides tells the registrars of every school that is a side of the change.
func (t *Tx) notifySides(c *Change, kind string) error {
	if err := t.notifyFiler(c, kind); err != nil || !c.hasSides() {
		return err
	}
	t.notifyOthers(c, kind)
	return nil
}

// notifyOthers tells the registrars of the sides but the filer.
func (t *Tx) notifyOthers(c *Change, kind string) {
	t.later("leave a notice", anyRows, `INSERT INTO notice (id, org_id, org_path, role, change_id, kind, step_no, round, created_at)
		SELECT gen_random_uuid(), org_id, org_path, ?, change_id, ?, ?, ?, ? FROM change_party WHERE change_id = ? AND side <> 'FILER' AND org_id <> ? ON CONFLICT DO NOTHING`,
		org.SchoolRegistrar, kind, c.StepNo, c.Round, t.now, c.ID, c.OrgID)
}

// moves says whether a kind takes a pupil from one school to another.
func moves(kind process.Kind) bool { return status.Moves(kind) }

// closedProblem says that a change has ended, by whom and when.
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

// DecidedProblem says that a task was decided, by whom and when; nil while it is
// open, and when the decision was taken back.
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

// label names a member of staff and the office for people to read; a name that
// cannot be read does not stop an approval.
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
