package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
)

// openedTask is a task with what decides who may act on it.
type openedTask struct {
	ID         uuid.UUID
	ChangeID   uuid.UUID
	StepNo     int
	Round      int
	OfficeID   uuid.UUID
	OfficePath string
	OfficeName string
	Role       org.Role
	Status     string
	// Running is about the change; Holds and Submitted about the account that was asked for.
	Running   bool
	Holds     bool
	Submitted bool
	// Own steps finish the applicant's own business.
	Own bool
}

// task reads a task of a change, and what stands for and against an account
// that wants to decide it, in one statement: every decision asks it twice.
func (t *Tx) task(change, id, account uuid.UUID) (*openedTask, error) {
	var k openedTask
	err := t.db.Raw(`SELECT k.id, k.change_id, k.step_no, k.round, k.office_id, k.office_path::text AS office_path, o.name AS office_name, k.role, k.status,
			c.status = @running AS running, account_holds(@account, k.office_id, k.role) AS holds,
			c.filed_by = @account OR EXISTS (SELECT 1 FROM change_event e
				WHERE e.change_id = c.id AND e.account_id = @account AND e.verb = @resubmit) AS submitted,
			coalesce(CAST(c.definition #>> ARRAY['steps', CAST(k.step_no - 1 AS text), 'own'] AS boolean), false) AS own
		FROM task k JOIN organisation o ON o.id = k.office_id JOIN change c ON c.id = k.change_id WHERE k.id = @id AND c.id = @change`,
		map[string]any{"id": id, "change": change, "account": account, "running": Running, "resubmit": Resubmit}).Take(&k).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, problem.New(problem.NotFound).At("/task_id")
	}
	if err != nil {
		return nil, fmt.Errorf("read a task: %w", err)
	}
	return &k, nil
}

// mayAct tells why the account the task was read for may not decide it, nil when
// it may. The API asks before it takes a slip, the worker again when it counts it.
func (k *openedTask) mayAct() error {
	if !k.Holds {
		zh, en := k.Role.Names()
		return problem.New(problem.NotYourStep).With("office", k.OfficeName).WithText("role", zh, en)
	}
	if k.Submitted && k.StepNo != 0 && !k.Own {
		return problem.New(problem.OwnFiling)
	}
	return nil
}

// MayDecide tells why the acting account may not decide a task now: it has not
// the right, somebody was faster, or the change has ended; else it gives step
// and round of the task. A word that was said before with the same key is let
// through, for HandIn to find it.
func (t *Tx) MayDecide(w Word) (step, round int, err error) {
	k, err := t.task(w.ChangeID, w.TaskID, t.scope.Account)
	if err != nil {
		return 0, 0, err
	}
	if err := k.mayAct(); err != nil || k.Running && k.Status == stepOpen {
		return k.StepNo, k.Round, err
	}
	if same, err := t.saidBefore(w.Key); same || err != nil {
		return k.StepNo, k.Round, err
	}
	if decided, err := t.DecidedProblem(w.TaskID); decided != nil || err != nil {
		return 0, 0, errors.Join(err, asError(decided))
	}
	return k.StepNo, k.Round, t.ClosedProblem(w.ChangeID)
}

// decide counts a decision on a task of the open step.
func (t *Tx) decide(c *Change, s *Slip) error {
	if s.TaskID == nil {
		return problem.New(problem.StepMoved)
	}
	k, err := t.task(c.ID, *s.TaskID, s.AccountID)
	if err != nil {
		return err
	}
	if k.Status != stepOpen {
		if decided, err := t.DecidedProblem(k.ID); decided != nil || err != nil {
			return errors.Join(err, asError(decided))
		}
		return problem.New(problem.StepMoved)
	}
	if err := k.mayAct(); err != nil {
		return err
	}
	if s.Verb == SendBack && (s.Body.SendBackTo < 0 || s.Body.SendBackTo >= k.StepNo) {
		return problem.New(problem.NoSuchStep).At("/send_back_to")
	}
	if err := t.recordDecision(c, s, k); err != nil {
		return err
	}
	switch s.Verb {
	case Reject:
		return t.end(c, by(s), Refused)
	case SendBack:
		return t.sendBack(c, s)
	case Approve:
		if c.Definition.Last(k.StepNo) {
			return t.takeEffect(c, s)
		}
		return t.goTo(c, s, k.StepNo+1)
	case Resubmit, Withdraw, Supervise, Close:
	}
	return fmt.Errorf("verb %q decides no task", s.Verb)
}

func asError(e *problem.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// recordDecision writes the decision, the line of the timeline, and refuses
// every other slip about this task with who decided and when.
func (t *Tx) recordDecision(c *Change, s *Slip, k *openedTask) error {
	t.later("record a decision", 1, `INSERT INTO decision (change_id, step_no, round, task_id, slip_id, account_id, office_id, role, verdict, opinion, decided_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, k.StepNo, k.Round, k.ID, s.ID, s.AccountID, k.OfficeID, k.Role, s.Verb, s.Opinion, t.now)
	t.later("record a decision", 1, `UPDATE task SET status = ? WHERE id = ? AND status = 'OPEN'`, taskDecided, k.ID)
	if !s.alone {
		decided := t.decidedProblem(s.AccountID, s.Verb, t.now)
		if err := t.settleOthers(decided, "task_id = ? AND id <> ?", k.ID, s.ID); err != nil {
			return err
		}
	}
	return t.said(c, s, k.StepNo, k.Round)
}

// said writes what a slip said into the timeline.
func (t *Tx) said(c *Change, s *Slip, step, round int) error {
	params := map[string]string{"slip": s.ID.String()}
	if s.Verb == SendBack {
		params["send_back_to"] = fmt.Sprint(s.Body.SendBackTo)
	}
	return t.write(event{
		change: c.ID, verb: string(s.Verb), step: step, round: round,
		account: s.AccountID, office: s.OfficeID, opinion: s.Opinion, params: params,
	})
}

// goTo closes the open step and opens another in the change's round. The slip
// that moves the change is counted; an automatic step moves it with none.
func (t *Tx) goTo(c *Change, s *Slip, no int) error {
	if err := t.counted(s); err != nil {
		return err
	}
	t.closeStep(c.ID, stepDone)
	if s == nil || !s.alone {
		// What was said about a step that is over is not counted later.
		if err := t.settleOthers(problem.New(problem.StepMoved), "change_id = ? AND step_no >= 0", c.ID); err != nil {
			return err
		}
	}
	if err := t.openStep(c, no); err != nil {
		return err
	}
	return t.saveProgress(c)
}

func (t *Tx) saveProgress(c *Change) error {
	inputs, err := json.Marshal(c.Inputs)
	if err != nil {
		return fmt.Errorf("move a change: %w", err)
	}
	t.later("move a change", 1, `UPDATE change SET step_no = ?, round = ?, return_to = ?, inputs = ?, version = version + 1 WHERE id = ? AND version = ?`,
		c.StepNo, c.Round, c.ReturnTo, string(inputs), c.ID, c.Version)
	c.Version++
	return nil
}

// sendBack opens an earlier step, or the applicant's, in a new round.
func (t *Tx) sendBack(c *Change, s *Slip) error {
	c.Round++
	c.ReturnTo = 1
	if err := t.goTo(c, s, s.Body.SendBackTo); err != nil {
		return err
	}
	return t.notifyFiler(c, "SENT_BACK")
}

// resubmit takes the corrected form of a change that lies with the applicant,
// checks everything again and lets the chain run from where it was sent to.
func (t *Tx) resubmit(c *Change, s *Slip) error {
	if c.StepNo != 0 {
		return problem.New(problem.NotSentBack)
	}
	k, err := t.openTaskOf(c, s.AccountID)
	if err != nil {
		return err
	}
	if err := k.mayAct(); err != nil {
		return err
	}
	if s.Body.Inputs != nil {
		c.Inputs = trimmed(s.Body.Inputs)
	}
	if err := t.checkAgain(c, s); err != nil {
		return err
	}
	t.attach(c.ID, s.Body.Evidence, c.Round)
	t.later("hand in again", 1, `UPDATE task SET status = ? WHERE id = ?`, taskDecided, k.ID)
	if err := t.said(c, s, 0, c.Round); err != nil {
		return err
	}
	return t.goTo(c, s, c.ReturnTo)
}

// checkAgain tells everything that stands against a change as it is handed in
// again, and takes over the key items that came with it.
func (t *Tx) checkAgain(c *Change, s *Slip) error {
	if c.StudentID == nil {
		return nil
	}
	evidence, err := t.attached(c.ID)
	if err != nil {
		return err
	}
	evidence = append(evidence, s.Body.Evidence...)
	h, err := t.readHeld(*c.StudentID, false)
	if err != nil {
		return err
	}
	if err := t.rewish(c, h, s); err != nil {
		return err
	}
	list, err := t.against(c, h, evidence, "", false)
	if err != nil {
		return err
	}
	return problem.Join(list...)
}

func (t *Tx) openTaskOf(c *Change, account uuid.UUID) (*openedTask, error) {
	var row struct{ ID uuid.UUID }
	if err := t.db.Raw(`SELECT id FROM task WHERE change_id = ? AND status = 'OPEN' ORDER BY seat LIMIT 1`, c.ID).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("read the open task: %w", err)
	}
	return t.task(c.ID, row.ID, account)
}
