package change

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// decideTask counts a decision on a task of the open step.
func (t *Tx) decideTask(c *Change, s *Slip) error {
	k, err := t.readLiveTask(c, s)
	if err != nil {
		return err
	}
	if err := t.RefusalToDecide(k); err != nil {
		return err
	}
	if err := refusal.Join(s.superfluousParts()...); err != nil {
		return err
	}
	rule, _ := c.Definition.Step(k.StepNo)
	switch {
	case s.Verb == VerbApprove:
	case rule.Statement:
		return refusal.New(refusal.StatementOnly)
	case rule.Register:
		return refusal.New(refusal.RegistrationOnly)
	}
	if s.Verb == VerbSendBack && (s.Body.SendBackTo < 0 || s.Body.SendBackTo >= k.StepNo) {
		return refusal.New(refusal.NoSuchStep).At("/send_back_to")
	}
	if k.representedAccount() != uuid.Nil && !c.Definition.May(process.MayProxy) {
		return refusal.New(refusal.InteractionForbidden)
	}
	left, err := t.StrikeLines(c, s)
	if err != nil {
		return err
	}
	if s.Verb == VerbApprove {
		if err := t.applyStepInputs(c, s, k); err != nil {
			return err
		}
		if err := t.attachStatement(c, s, rule); err != nil {
			return err
		}
	}
	if err := t.recordDecision(c, s, k); err != nil {
		return err
	}
	switch {
	case !left:
		return t.EndEmptyList(c, s)
	case s.Verb == VerbSendBack:
		return t.sendBack(c, s, k)
	case k.Shared:
		return t.settleStep(c, s)
	case s.Verb == VerbReject:
		return t.endChange(c, endedBy(s), StatusRefused)
	}
	return t.passStep(c, s)
}

// applyStepInputs takes over the inputs that a step asks of its approver, and judges the change
// again with them.
func (t *Tx) applyStepInputs(c *Change, s *Slip, k *TaskForAccount) error {
	rule, _ := c.Definition.Step(k.StepNo)
	if rule.Opinion && s.Opinion == "" {
		return refusal.New(refusal.OpinionRequired).At("/opinion")
	}
	given := trimmedInputs(s.Body.Inputs)
	if err := refusal.Join(c.Definition.CheckAsked(rule, given)...); err != nil || len(rule.Asks) == 0 {
		return err
	}
	was, err := t.readRevisionState(c)
	if err != nil {
		return err
	}
	c.Inputs = maps.Clone(store.OrEmpty(c.Inputs))
	maps.Copy(c.Inputs, given)
	papers, err := evidence.Attached(t.Tx, c.ID)
	if err != nil {
		return err
	}
	against, err := t.FindWork(c.Kind).Recheck(t, c, s, append(slices.Clone(s.Body.Evidence), papers...))
	if err := errors.Join(err, refusal.Join(against...)); err != nil {
		return err
	}
	if err := t.writeRevision(c, s, k.StepNo, was); err != nil {
		return err
	}
	inputs, err := json.Marshal(c.Inputs)
	if err != nil {
		return fmt.Errorf("fill in a form: %w", err)
	}
	t.Later("fill in a form", 1, `UPDATE change SET inputs = ? WHERE id = ?`, string(inputs), c.ID)
	return nil
}

// recordDecision writes the decision and the line of the timeline. It refuses every other
// slip about this task with who decided and when.
func (t *Tx) recordDecision(c *Change, s *Slip, k *TaskForAccount) error {
	t.Later("record a decision", 1, `INSERT INTO decision (change_id, step_no, round, task_id, slip_id, account_id, for_account, office_id, role, verdict, opinion, decided_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, k.StepNo, k.Round, k.ID, s.ID, s.AccountID, store.OrNull(k.representedAccount()), k.OfficeID, k.Role, s.Verb, s.Opinion, t.Now())
	t.Later("record a decision", 1, `UPDATE task SET status = ?, verdict = ? WHERE id = ? AND `+isOpen, TaskDecided, s.Verb, k.ID)
	t.Later("forget a draft", store.AnyRows, `DELETE FROM opinion_draft WHERE task_id = ?`, k.ID)
	if !s.alone {
		decided := t.alreadyDecided(s.AccountID, s.Verb, t.Now())
		if err := t.refuseOtherSlips(decided, "task_id = ? AND id <> ?", k.ID, s.ID); err != nil {
			return err
		}
	}
	return t.recordSlip(c, s, k, nil)
}

// recordSlip writes a slip into the timeline, with the task it was about.
func (t *Tx) recordSlip(c *Change, s *Slip, k *TaskForAccount, params map[string]string) error {
	e := Event{
		Change: c.ID, Verb: string(s.Verb), Step: c.StepNo, Round: c.Round,
		Account: s.AccountID, Office: s.OfficeID, opinion: s.Opinion, Params: map[string]string{"slip": s.ID.String()},
	}
	if k != nil {
		e.Step, e.Round, e.behalf = k.StepNo, k.Round, k.representedAccount()
	}
	if s.Verb == VerbSendBack {
		e.Params["send_back_to"] = fmt.Sprint(s.Body.SendBackTo)
		if s.Body.ToMe {
			e.Params["returns_to"] = fmt.Sprint(e.Step)
		}
	}
	for name, value := range params {
		e.Params[name] = value
	}
	return t.WriteEvent(e)
}

// passStep leaves a finished step. It opens the next step, or the change takes effect, now or
// on the requested day.
func (t *Tx) passStep(c *Change, s *Slip) error {
	if !c.Definition.Last(c.StepNo) {
		if err := t.doPassed(c, s); err != nil {
			return err
		}
		return t.openNextStep(c, s)
	}
	if day, ahead := status.Ahead(c.request(nil), t.Today()); ahead {
		return t.awaitDay(c, s, day)
	}
	return t.FindWork(c.Kind).Apply(t, c, s)
}

// openNextStep opens the step after the open one. A change that was sent back with "straight to
// me" jumps to the step that sent it back.
func (t *Tx) openNextStep(c *Change, s *Slip) error {
	next, arrived := c.Definition.After(c.StepNo, c.JumpTo)
	if arrived {
		c.returnHolder = c.JumpHolder
		c.JumpTo, c.JumpHolder = 0, nil
	}
	return t.moveToStep(c, s, next)
}

// moveToStep closes the open step and opens another one in the change's round. A slip that
// moves the change is counted; an automatic step has no slip.
func (t *Tx) moveToStep(c *Change, s *Slip, no int) error {
	if err := t.FinishStep(c, s, StepDone); err != nil {
		return err
	}
	if err := t.OpenStep(c, no); err != nil {
		return err
	}
	return t.SaveProgress(c)
}

// FinishStep closes the open step and refuses the slips about it that still wait.
func (t *Tx) FinishStep(c *Change, s *Slip, as string) error {
	if err := t.markCounted(s); err != nil {
		return err
	}
	t.closeStep(c.ID, as)
	if s != nil && s.alone {
		return nil
	}
	return t.refuseOtherSlips(refusal.New(refusal.StepMoved), "change_id = ? AND step_no >= 0", c.ID)
}

// SaveProgress writes at which step and round a change stands.
func (t *Tx) SaveProgress(c *Change) error {
	inputs, err := json.Marshal(c.Inputs)
	if err != nil {
		return fmt.Errorf("move a change: %w", err)
	}
	t.Later("move a change", 1, `UPDATE change SET step_no = ?, round = ?, jump_to = ?, jump_holder = ?, inputs = ?, version = version + 1 WHERE id = ? AND version = ?`,
		c.StepNo, c.Round, c.JumpTo, c.JumpHolder, string(inputs), c.ID, c.Version)
	c.Version++
	return nil
}

// sendBack opens an earlier step, or the applicant's, in a new round.
func (t *Tx) sendBack(c *Change, s *Slip, k *TaskForAccount) error {
	c.Round++
	c.JumpTo, c.JumpHolder = 0, nil
	if s.Body.ToMe {
		holder, err := t.holderAfterReturn(c, k)
		if err != nil {
			return err
		}
		c.JumpTo, c.JumpHolder = k.StepNo, holder
	}
	if err := t.moveToStep(c, s, s.Body.SendBackTo); err != nil {
		return err
	}
	return t.NotifyFiler(c, "SENT_BACK")
}

// attachStatement attaches the evidence that a side hands in with its statement. Each
// file must belong to the side's own office and be of a kind that the process knows.
func (t *Tx) attachStatement(c *Change, s *Slip, rule process.Step) error {
	given := s.Body.Evidence
	if len(given) == 0 {
		return nil
	}
	if !rule.Statement {
		return refusal.New(refusal.EvidenceUnknown).At("/evidence")
	}
	var list []*refusal.Error
	for i, e := range given {
		own, err := evidence.BelongsTo(t.Tx, e.ID, s.OfficeID)
		if err != nil {
			return err
		}
		known := slices.ContainsFunc(c.Definition.Evidence, func(r process.EvidenceRule) bool { return r.Kind == e.Kind })
		if !own || !known {
			list = append(list, refusal.New(refusal.EvidenceUnknown).At(fmt.Sprintf("/evidence/%d", i)))
		}
	}
	evidence.Attach(t.Tx, c.ID, given, c.Round)
	return refusal.Join(list...)
}
