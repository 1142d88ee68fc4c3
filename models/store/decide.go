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

// opened is a task with what decides who may act on it.
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
}

func (t *Tx) task(id uuid.UUID) (*openedTask, error) {
	var k openedTask
	err := t.db.Raw(`SELECT k.id, k.change_id, k.step_no, k.round, k.office_id, k.office_path::text AS office_path, o.name AS office_name, k.role, k.status
		FROM task k JOIN organisation o ON o.id = k.office_id WHERE k.id = ?`, id).Take(&k).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, problem.New(problem.NotFound).At("/task_id")
	}
	if err != nil {
		return nil, fmt.Errorf("read a task: %w", err)
	}
	return &k, nil
}

// mayAct tells why an account may not decide a task, nil when it may. The API
// asks before it takes a slip, the worker asks again when it counts it.
func (t *Tx) mayAct(c *Change, k *openedTask, account uuid.UUID) error {
	var holds bool
	if err := t.db.Raw(`SELECT account_holds(?, ?, ?)`, account, k.OfficeID, k.Role).Scan(&holds).Error; err != nil {
		return fmt.Errorf("check the right to decide: %w", err)
	}
	if !holds {
		return problem.New(problem.NotYourStep).With("office", k.OfficeName).With("role", string(k.Role))
	}
	submitted, err := t.submitted(c, account)
	if err != nil {
		return err
	}
	if submitted && k.StepNo != 0 {
		return problem.New(problem.OwnFiling)
	}
	return nil
}

// submitted says whether the account filed the change or handed it in again.
func (t *Tx) submitted(c *Change, account uuid.UUID) (bool, error) {
	if account == c.FiledBy {
		return true, nil
	}
	var n int64
	err := t.db.Raw(`SELECT count(*) FROM change_event WHERE change_id = ? AND account_id = ? AND verb = ?`, c.ID, account, Resubmit).Scan(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for who submitted: %w", err)
	}
	return n > 0, nil
}

// decide counts a decision on a task of the open step.
func (t *Tx) decide(c *Change, s *Slip) error {
	if s.TaskID == nil {
		return problem.New(problem.StepMoved)
	}
	k, err := t.task(*s.TaskID)
	if err != nil {
		return err
	}
	if k.ChangeID != c.ID {
		return problem.New(problem.NotFound).At("/task_id")
	}
	if k.Status != stepOpen {
		if decided, err := t.DecidedProblem(k.ID); decided != nil || err != nil {
			return errors.Join(err, asError(decided))
		}
		return problem.New(problem.StepMoved)
	}
	if err := t.mayAct(c, k, s.AccountID); err != nil {
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
		return t.end(c, s, Refused)
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

// goTo closes the open step and opens another in the change's round.
func (t *Tx) goTo(c *Change, s *Slip, no int) error {
	if err := t.settle(s, nil); err != nil {
		return err
	}
	t.closeStep(c.ID, stepDone)
	if !s.alone {
		// What was said about a step that is over is not counted later.
		if err := t.settleOthers(problem.New(problem.StepMoved), "change_id = ? AND step_no >= 0 AND id <> ?", c.ID, s.ID); err != nil {
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
	k, err := t.openTaskOf(c)
	if err != nil {
		return err
	}
	if err := t.mayAct(c, k, s.AccountID); err != nil {
		return err
	}
	if s.Body.Inputs != nil {
		c.Inputs = trimmed(s.Body.Inputs)
	}
	evidence, err := t.evidenceAfter(c, s)
	if err != nil {
		return err
	}
	if c.StudentID != nil {
		h, err := t.readHeld(*c.StudentID, false)
		if err != nil {
			return err
		}
		list, err := t.against(c, h, evidence)
		if err != nil {
			return err
		}
		if err := problem.Join(list...); err != nil {
			return err
		}
	}
	t.attach(c.ID, s.Body.Evidence, c.Round)
	t.later("hand in again", 1, `UPDATE task SET status = ? WHERE id = ?`, taskDecided, k.ID)
	if err := t.said(c, s, 0, c.Round); err != nil {
		return err
	}
	return t.goTo(c, s, c.ReturnTo)
}

// evidenceAfter is what a change would rest on after a resubmission: all that
// was attached before, and what comes new.
func (t *Tx) evidenceAfter(c *Change, s *Slip) ([]EvidenceRef, error) {
	var refs []EvidenceRef
	err := t.db.Raw(`SELECT evidence_id AS id, kind FROM change_evidence WHERE change_id = ? ORDER BY round, evidence_id`, c.ID).Scan(&refs).Error
	if err != nil {
		return nil, fmt.Errorf("read the evidence of a change: %w", err)
	}
	return append(refs, s.Body.Evidence...), nil
}

func (t *Tx) openTaskOf(c *Change) (*openedTask, error) {
	var row struct{ ID uuid.UUID }
	if err := t.db.Raw(`SELECT id FROM task WHERE change_id = ? AND status = 'OPEN' ORDER BY seat LIMIT 1`, c.ID).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("read the open task: %w", err)
	}
	return t.task(row.ID)
}

// withdraw ends the change at the wish of the office that filed it.
func (t *Tx) withdraw(c *Change, s *Slip) error {
	var holds bool
	if err := t.db.Raw(`SELECT account_holds(?, ?, ?)`, s.AccountID, c.OrgID, org.SchoolRegistrar).Scan(&holds).Error; err != nil {
		return fmt.Errorf("check the right to withdraw: %w", err)
	}
	if !holds {
		return problem.New(problem.NotFiler)
	}
	if err := t.said(c, s, c.StepNo, c.Round); err != nil {
		return err
	}
	return t.end(c, s, Taken)
}

// supervise (督办) orders the office that must act to do so. It decides nothing.
func (t *Tx) supervise(c *Change, s *Slip) error {
	step, err := t.openedStep(c.ID)
	if err != nil {
		return err
	}
	if err := t.superiorOf(s, step.OfficePath); err != nil {
		return err
	}
	if err := t.said(c, s, step.No, step.Round); err != nil {
		return err
	}
	if err := t.settle(s, nil); err != nil {
		return err
	}
	return t.notify(c.ID, string(Supervise), step.No, step.Round, step.OfficeID, step.OfficePath, step.Role)
}

// closeBySuperior ends the change, so that no office can hold a child's slot
// for ever. Only a bureau above every side may do it.
func (t *Tx) closeBySuperior(c *Change, s *Slip) error {
	var paths []string
	err := t.db.Raw(`SELECT org_path::text FROM change_party WHERE change_id = ?`, c.ID).Scan(&paths).Error
	if err != nil {
		return fmt.Errorf("read the sides of a change: %w", err)
	}
	if err := t.superiorOf(s, paths...); err != nil {
		return err
	}
	if err := t.said(c, s, c.StepNo, c.Round); err != nil {
		return err
	}
	return t.end(c, s, Closed)
}

// superiorOf refuses a slip whose author does not head a bureau strictly above every path.
func (t *Tx) superiorOf(s *Slip, paths ...string) error {
	for _, path := range paths {
		var above bool
		err := t.db.Raw(`SELECT account_holds(?, o.id, 'BUREAU_HEAD') AND o.path @> ?::ltree AND o.path <> ?::ltree FROM organisation o WHERE o.id = ?`,
			s.AccountID, path, path, s.OfficeID).Scan(&above).Error
		if err != nil {
			return fmt.Errorf("check the right of a superior: %w", err)
		}
		if !above {
			return problem.New(problem.NotSuperior)
		}
	}
	return nil
}
