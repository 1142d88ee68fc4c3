package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// decide counts a decision on a task of the open step.
func (t *Tx) decide(c *Change, s *Slip) error {
	k, err := t.openTask(c, s)
	if err != nil {
		return err
	}
	if err := t.mayAct(k); err != nil {
		return err
	}
	if err := refusal.Join(s.needless()...); err != nil {
		return err
	}
	rule, _ := c.Definition.Step(k.StepNo)
	switch {
	case s.Verb == Approve:
	case rule.Statement:
		return refusal.New(refusal.StatementOnly)
	case rule.Register:
		return refusal.New(refusal.RegistrationOnly)
	}
	if s.Verb == SendBack && (s.Body.SendBackTo < 0 || s.Body.SendBackTo >= k.StepNo) {
		return refusal.New(refusal.NoSuchStep).At("/send_back_to")
	}
	if k.behalf() != uuid.Nil && !c.Definition.May(process.MayProxy) {
		return refusal.New(refusal.InteractionForbidden)
	}
	left, err := t.strikeLines(c, s)
	if err != nil {
		return err
	}
	if s.Verb == Approve {
		if err := t.fillIn(c, s, k); err != nil {
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
		return t.endStruck(c, s)
	case s.Verb == SendBack:
		return t.sendBack(c, s, k)
	case k.Shared:
		return t.weigh(c, s)
	case s.Verb == Reject:
		return t.end(c, by(s), Refused)
	}
	return t.pass(c, s)
}

// fillIn takes over the inputs that a step asks of its approver, and judges the change
// again with them.
func (t *Tx) fillIn(c *Change, s *Slip, k *askedTask) error {
	rule, _ := c.Definition.Step(k.StepNo)
	if rule.Opinion && s.Opinion == "" {
		return refusal.New(refusal.OpinionRequired).At("/opinion")
	}
	given := trimmed(s.Body.Inputs)
	if err := refusal.Join(c.Definition.CheckAsked(rule, given)...); err != nil || len(rule.Asks) == 0 {
		return err
	}
	was, err := t.standing(c)
	if err != nil {
		return err
	}
	c.Inputs = maps.Clone(orEmpty(c.Inputs))
	maps.Copy(c.Inputs, given)
	papers, err := t.attached(c.ID)
	if err != nil {
		return err
	}
	against, err := t.work(c.Kind).Recheck(t, c, s, append(slices.Clone(s.Body.Evidence), papers...))
	if err := errors.Join(err, refusal.Join(against...)); err != nil {
		return err
	}
	if err := t.keepRevision(c, s, k.StepNo, was); err != nil {
		return err
	}
	inputs, err := json.Marshal(c.Inputs)
	if err != nil {
		return fmt.Errorf("fill in a form: %w", err)
	}
	t.later("fill in a form", 1, `UPDATE change SET inputs = ? WHERE id = ?`, string(inputs), c.ID)
	return nil
}

// recordDecision writes the decision and the line of the timeline. It refuses every other
// slip about this task with who decided and when.
func (t *Tx) recordDecision(c *Change, s *Slip, k *askedTask) error {
	t.later("record a decision", 1, `INSERT INTO decision (change_id, step_no, round, task_id, slip_id, account_id, for_account, office_id, role, verdict, opinion, decided_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, k.StepNo, k.Round, k.ID, s.ID, s.AccountID, orNull(k.behalf()), k.OfficeID, k.Role, s.Verb, s.Opinion, t.now)
	t.later("record a decision", 1, `UPDATE task SET status = ?, verdict = ? WHERE id = ? AND status = 'OPEN'`, taskDecided, s.Verb, k.ID)
	t.later("forget a draft", anyRows, `DELETE FROM opinion_draft WHERE task_id = ?`, k.ID)
	if !s.alone {
		decided := t.decidedProblem(s.AccountID, s.Verb, t.now)
		if err := t.settleOthers(decided, "task_id = ? AND id <> ?", k.ID, s.ID); err != nil {
			return err
		}
	}
	return t.said(c, s, k, nil)
}

// said writes a slip into the timeline, with the task it was about.
func (t *Tx) said(c *Change, s *Slip, k *askedTask, params map[string]string) error {
	e := event{
		change: c.ID, verb: string(s.Verb), step: c.StepNo, round: c.Round,
		account: s.AccountID, office: s.OfficeID, opinion: s.Opinion, params: map[string]string{"slip": s.ID.String()},
	}
	if k != nil {
		e.step, e.round, e.behalf = k.StepNo, k.Round, k.behalf()
	}
	if s.Verb == SendBack {
		e.params["send_back_to"] = fmt.Sprint(s.Body.SendBackTo)
		if s.Body.ToMe {
			e.params["returns_to"] = fmt.Sprint(e.step)
		}
	}
	for name, value := range params {
		e.params[name] = value
	}
	return t.write(e)
}

// pass leaves a finished step. It opens the next step, or the change takes effect, now or
// on the requested day.
func (t *Tx) pass(c *Change, s *Slip) error {
	if !c.Definition.Last(c.StepNo) {
		return t.goOn(c, s)
	}
	if day, ahead := status.Ahead(c.request(nil), t.today()); ahead {
		return t.awaitDay(c, s, day)
	}
	return t.work(c.Kind).Apply(t, c, s)
}

// goOn opens the step after the open one. A change that was sent back with "straight to
// me" jumps to the step that sent it back.
func (t *Tx) goOn(c *Change, s *Slip) error {
	next, arrived := c.Definition.After(c.StepNo, c.JumpTo)
	if arrived {
		c.returned = c.JumpHolder
		c.JumpTo, c.JumpHolder = 0, nil
	}
	return t.goTo(c, s, next)
}

// goTo closes the open step and opens another one in the change's round. A slip that
// moves the change is counted; an automatic step has no slip.
func (t *Tx) goTo(c *Change, s *Slip, no int) error {
	if err := t.leaveStep(c, s, stepDone); err != nil {
		return err
	}
	if err := t.openStep(c, no); err != nil {
		return err
	}
	return t.saveProgress(c)
}

// leaveStep closes the open step and refuses the slips about it that still wait.
func (t *Tx) leaveStep(c *Change, s *Slip, as string) error {
	if err := t.counted(s); err != nil {
		return err
	}
	t.closeStep(c.ID, as)
	if s != nil && s.alone {
		return nil
	}
	return t.settleOthers(refusal.New(refusal.StepMoved), "change_id = ? AND step_no >= 0", c.ID)
}

func (t *Tx) saveProgress(c *Change) error {
	inputs, err := json.Marshal(c.Inputs)
	if err != nil {
		return fmt.Errorf("move a change: %w", err)
	}
	t.later("move a change", 1, `UPDATE change SET step_no = ?, round = ?, jump_to = ?, jump_holder = ?, inputs = ?, version = version + 1 WHERE id = ? AND version = ?`,
		c.StepNo, c.Round, c.JumpTo, c.JumpHolder, string(inputs), c.ID, c.Version)
	c.Version++
	return nil
}

// sendBack opens an earlier step, or the applicant's, in a new round.
func (t *Tx) sendBack(c *Change, s *Slip, k *askedTask) error {
	c.Round++
	c.JumpTo, c.JumpHolder = 0, nil
	if s.Body.ToMe {
		holder, err := t.comesBackTo(c, k)
		if err != nil {
			return err
		}
		c.JumpTo, c.JumpHolder = k.StepNo, holder
	}
	if err := t.goTo(c, s, s.Body.SendBackTo); err != nil {
		return err
	}
	return t.notifyFiler(c, "SENT_BACK")
}
