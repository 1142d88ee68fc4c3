package change

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
	"github.com/xueji/xueji/models/store"
)

// CommitSlip counts or refuses one slip and does everything that follows, in this
// transaction (worker). A second call returns the first result. The refusal is not_found
// when the change has no such slip.
func (t *Tx) CommitSlip(changeID, slipID uuid.UUID) (*Slip, error) {
	c, err := t.ReadLocked(changeID)
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
	refused, err := t.countSlip(c, s)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		if err := errors.Join(t.settleSlip(s, refused), t.notifyNotApplied(c, s)); err != nil {
			return nil, err
		}
		return s, t.AuditAs(s.AccountID, "slip.refused", "change", c.ID.String(),
			map[string]string{"verb": string(s.Verb), "code": string(refused.Code), "slip": s.ID.String()})
	}
	return s, t.AuditAs(s.AccountID, "slip.counted", "change", c.ID.String(),
		map[string]string{"verb": string(s.Verb), "slip": s.ID.String()})
}

// EventNotApplied is the line of the timeline that says why the last approval was not counted:
// the record, or the class, cannot take the change now.
const EventNotApplied = "NOT_APPLIED"

// notifyNotApplied tells every party in the timeline, and the applicant by a notice, that the
// last approval could not be applied.
func (t *Tx) notifyNotApplied(c *Change, s *Slip) error {
	if s.notApplied == nil {
		return nil
	}
	_, err := t.Exec(`UPDATE step SET problem = ? WHERE change_id = ? AND `+isOpen, ObstacleNotApplied, c.ID)
	if err != nil {
		return fmt.Errorf("name the problem of a step: %w", err)
	}
	err = t.WriteEvent(Event{Change: c.ID, Verb: EventNotApplied, Step: c.StepNo, Round: c.Round, Office: s.OfficeID, Params: refusalParams(s.notApplied)})
	if err != nil {
		return err
	}
	return t.NotifyFiler(c, EventNotApplied)
}

// refusalParams returns the parameters that put a refusal into a line of the timeline.
func refusalParams(e *refusal.Error) map[string]string {
	params := map[string]string{"refusal": string(e.Code)}
	for name, value := range e.Params {
		params[name] = value
	}
	return params
}

// countSlip runs the verb of a slip and returns the refusal, if there is one. A refused
// attempt is rolled back to the savepoint, so that only its refusal remains.
func (t *Tx) countSlip(c *Change, s *Slip) (*refusal.Error, error) {
	err := t.InSavepoint(func() error {
		if c.Status != StatusRunning {
			return t.ChangeEnded(c)
		}
		if c.StepNo == c.Definition.ApplyStep() && s.Verb != VerbCopy {
			return refusal.New(refusal.TakesEffect)
		}
		return t.dispatchVerb(c, s)
	})
	var refused *refusal.Error
	if errors.As(err, &refused) {
		return refused, nil
	}
	return nil, err
}

// dispatchVerb dispatches on the verb. Each case checks the right again, because roles and offices
// may change while a slip waits. Then it acts and settles the slip.
func (t *Tx) dispatchVerb(c *Change, s *Slip) error {
	if s.Verb.NeedsOpinion() && s.Opinion == "" {
		return refusal.New(refusal.OpinionRequired).At("/opinion")
	}
	switch s.Verb {
	case VerbApprove, VerbReject, VerbSendBack:
		return t.decideTask(c, s)
	case VerbResubmit:
		return t.resubmit(c, s)
	case VerbWithdraw:
		return t.withdrawChange(c, s)
	case VerbSupervise:
		return t.supervise(c, s)
	case VerbClose:
		return t.closeBySuperior(c, s)
	case VerbClaim, VerbRelease, VerbTransfer, VerbDelegate, VerbAnswer, VerbHandOver:
		return t.changeHolder(c, s)
	case VerbAddSigner:
		return t.addSigners(c, s)
	case VerbRemoveSigner:
		return t.removeSigner(c, s)
	case VerbTakeBack:
		return t.takeBackDecision(c, s)
	case VerbRemind:
		return t.remindByFiler(c, s)
	case VerbCopy:
		return t.copyChange(c, s)
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

// endedBy returns the ending by a person's slip.
func endedBy(s *Slip) ending { return ending{slip: s, code: string(s.Verb)} }

// closeCode returns the closing code of a change. A slip that removes a signer is no
// verdict. When it was the last open seat, the verdicts of the other seats end the
// change, and their code counts.
func (e ending) closeCode(as string) string {
	switch {
	case e.slip == nil || e.slip.Verb != VerbRemoveSigner:
		return e.code
	case as == StatusRefused:
		return string(VerbReject)
	}
	return string(VerbApprove)
}

// endChange closes the change: its tasks, its step and its slots. Every other pending slip is
// refused with who ended the change and when.
func (t *Tx) endChange(c *Change, e ending, as string) error {
	if err := errors.Join(e.slip.setAftermath(c.Aftermath), t.markCounted(e.slip)); err != nil {
		return err
	}
	stepStatus := StepDone
	if as == StatusWithdrawn || as == StatusClosed {
		stepStatus = stepCancelled
	}
	t.closeStep(c.ID, stepStatus)
	c.Status, c.ClosedAt, c.CloseCode = as, new(t.Now()), e.closeCode(as)
	if as != StatusEffective {
		c.EffectiveOn = nil // the change was approved for a day and ends before it
	}
	if e.slip != nil {
		c.ClosedBy = &e.slip.AccountID
	}
	t.Later("close a change", 1, `UPDATE change SET status = ?, closed_at = ?, closed_by = ?, close_code = ?, effective_on = ?, version = version + 1
		WHERE id = ? AND version = ?`, c.Status, c.ClosedAt, c.ClosedBy, c.CloseCode, c.EffectiveOn, c.ID, c.Version)
	t.Later("free the slot", store.AnyRows, `DELETE FROM slot WHERE change_id = ?`, c.ID)
	if w, more := t.FindWork(c.Kind).(Ender); more {
		if err := w.Ended(t, c, as); err != nil {
			return err
		}
	}
	if e.slip == nil || !e.slip.alone {
		if err := t.refuseOtherSlips(t.ChangeEnded(c), "change_id = ?", c.ID); err != nil {
			return err
		}
	}
	return t.notifyEnd(c, as)
}

// notifyEnd tells the filer and the other sides how a change ended. A change that the
// system ended for other business has its own notice, because it must not be filed again.
// The school that lost an arbitration is not told of something in force.
func (t *Tx) notifyEnd(c *Change, as string) error {
	if as == StatusClosed && c.CloseCode != string(VerbClose) {
		return t.notifySides(c, "ENDED_"+c.CloseCode)
	}
	if w, own := t.FindWork(c.Kind).(Teller); own {
		if told, err := w.TellEnd(t, c, as); err != nil || told {
			return err
		}
	}
	return t.notifySides(c, "ENDED_"+as)
}

// NotifyFiler leaves a notice for the office that filed the change.
func (t *Tx) NotifyFiler(c *Change, kind string) error {
	return t.NotifyRole(c.ID, kind, c.StepNo, c.Round, c.OrgID, c.OrgPath, string(c.Definition.FiledBy.Role()))
}

// notifySides leaves a notice for the registrars of every school that is a side of the
// change.
func (t *Tx) notifySides(c *Change, kind string) error {
	if err := t.NotifyFiler(c, kind); err != nil || !c.HasOtherParties() {
		return err
	}
	t.NotifyOthers(c, kind)
	return nil
}

// NotifyOthers leaves a notice for the registrars of all sides but the filer.
func (t *Tx) NotifyOthers(c *Change, kind string) {
	t.Later("leave a notice", store.AnyRows, `INSERT INTO notice (id, org_id, org_path, role, change_id, kind, step_no, round, created_at)
		SELECT gen_random_uuid(), org_id, org_path, ?, change_id, ?, ?, ?, ? FROM change_party WHERE change_id = ? AND side <> '`+string(process.SideFiler)+`' AND org_id <> ? ON CONFLICT DO NOTHING`,
		org.SchoolRegistrar, kind, c.StepNo, c.Round, t.Now(), c.ID, c.OrgID)
}

// ChangeEnded returns the refusal that says that a change has ended, by whom and when.
func (t *Tx) ChangeEnded(c *Change) *refusal.Error {
	e := refusal.New(refusal.ChangeClosed)
	if c.ClosedAt == nil {
		return e
	}
	if c.ClosedBy == nil {
		return e.With("when", shownTime(*c.ClosedAt)).WithText("verdict", endingWord(c.Status), strings.ToLower(c.Status)).
			WithText("who", "系统", "the system").WithText("office", "", "Xueji")
	}
	who, where := t.accountLabel(*c.ClosedBy)
	return e.With("when", shownTime(*c.ClosedAt)).WithText("verdict", endingWord(c.Status), strings.ToLower(c.Status)).With("who", who).With("office", where)
}

// RefusalIfEnded returns a refusal when a change has ended, with who ended it and when;
// nil while it runs.
func (t *Tx) RefusalIfEnded(id uuid.UUID) error {
	c, err := t.Read(id)
	if err != nil || c.Status == StatusRunning {
		return err
	}
	return t.ChangeEnded(c)
}

// refusalIfDecided returns the refusal that says that a task was decided, by whom and when.
// It returns nil while the task is open, and when the decision was taken back.
func (t *Tx) refusalIfDecided(task uuid.UUID) (*refusal.Error, error) {
	var rows []struct {
		AccountID uuid.UUID
		Verdict   Verb
		DecidedAt time.Time
	}
	if err := t.DB().Raw(`SELECT d.account_id, d.verdict, d.decided_at FROM decision d JOIN task k ON k.id = d.task_id
		WHERE d.task_id = ? AND k.`+isDecided, task).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read a decision: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // not decided yet
	}
	return t.alreadyDecided(rows[0].AccountID, rows[0].Verdict, rows[0].DecidedAt), nil
}

func (t *Tx) alreadyDecided(account uuid.UUID, verdict Verb, at time.Time) *refusal.Error {
	who, where := t.accountLabel(account)
	return refusal.New(refusal.AlreadyDecided).With("when", shownTime(at)).
		WithText("verdict", verdict.shownName(), strings.ToLower(strings.ReplaceAll(string(verdict), "_", " "))).With("who", who).With("office", where)
}

// accountLabel returns the name of a member of staff and of the office, for people to read. Both
// are empty when they cannot be read: a missing name must not stop an approval.
func (t *Tx) accountLabel(account uuid.UUID) (name, office string) {
	var row struct{ Name, Office string }
	if err := t.DB().Raw(`SELECT name, office FROM account_label(?)`, account).Scan(&row).Error; err != nil {
		return "", ""
	}
	return row.Name, row.Office
}

func shownTime(at time.Time) string { return at.In(calendar.Shanghai()).Format("2006-01-02 15:04:05") }

func endingWord(status string) string {
	switch status {
	case StatusEffective:
		return "已生效"
	case StatusRefused:
		return "审核未通过"
	case StatusWithdrawn:
		return "已撤回"
	case StatusClosed:
		return "已终止"
	}
	return status
}
