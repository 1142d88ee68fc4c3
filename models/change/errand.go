package change

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// AutomaticStep is the work of the open automatic step of a change. It exists while the step is
// open and its next attempt is due.
type AutomaticStep struct {
	Act   process.Act
	Step  int
	Round int
	// Name and Number are the question to the population database, for
	// ActIdentity. A zero Number means that there is nothing to ask, because the
	// document is not an identity card.
	Name   string
	Number ident.CitizenID
}

// ReadAutomaticStep reads the work of the open step of a change (worker). It is nil when people
// decide there, when the work is not due, or when the change has ended.
func (t *Tx) ReadAutomaticStep(change uuid.UUID) (*AutomaticStep, error) {
	c, s, err := t.readAutomatic(change, false)
	if err != nil || s == nil || s.NextAttemptAt.After(t.Now()) {
		return nil, err
	}
	e := &AutomaticStep{Act: s.Act, Step: s.No, Round: s.Round}
	if e.Act != process.ActIdentity {
		return e, nil
	}
	w, asks := t.FindWork(c.Kind).(Asker)
	if !asks {
		return nil, fmt.Errorf("change %s has nobody to be asked about", c.ID)
	}
	wanted, err := w.Asks(t, c)
	e.Number = wanted.Citizen()
	e.Name, _ = ident.TidyName(wanted.Name) // the population database knows no radicals
	return e, err
}

// readAutomatic reads a change and its open step when that step is automatic; otherwise the
// step is nil. With lock it locks the change.
func (t *Tx) readAutomatic(change uuid.UUID, lock bool) (*Change, *openStepRow, error) {
	read := t.Read
	if lock {
		read = t.ReadLocked
	}
	c, err := read(change)
	if err != nil || c.Status != StatusRunning {
		return c, nil, err
	}
	s, err := t.readOpenStep(change)
	if err != nil || s.Act == "" {
		return c, nil, err
	}
	return c, s, nil
}

// The automatic steps' lines in the timeline.
const (
	EventPassed   = "PASSED"    // the step was passed
	EventFailed   = "FAILED"    // the change ends with a code
	EventNoAnswer = "NO_ANSWER" // an outside service does not answer; once a step
)

// SettleAutomaticStep writes the result of an automatic step (worker): the next step opens, or the
// change ends with the refusal. When the step has moved on meanwhile it does nothing, so
// a call is safe to repeat.
func (t *Tx) SettleAutomaticStep(change uuid.UUID, e *AutomaticStep, refused *refusal.Error) error {
	c, s, err := t.readAutomatic(change, true)
	if err != nil || s == nil || s.No != e.Step || s.Round != e.Round {
		return err
	}
	if s.Act == process.ActAwaitDay {
		return t.applyOnDay(c, s)
	}
	if s.Act == process.ActApplyParts {
		return t.lookLater(c.ID)
	}
	if refused == nil {
		if refused, err = t.checkInRegister(c, e); err != nil {
			return err
		}
	}
	line := Event{Change: c.ID, Verb: EventPassed, Step: s.No, Round: s.Round} // no office: the system acts
	if refused == nil && c.Definition.Last(s.No) {
		if refused, err = t.passLastStep(c, line); refused == nil {
			return err
		}
	}
	if refused != nil {
		line.Verb, line.Params = EventFailed, refusalParams(refused)
		if err := t.WriteEvent(line); err != nil {
			return err
		}
		return t.endChange(c, ending{code: string(refused.Code)}, StatusRefused)
	}
	if err := t.WriteEvent(line); err != nil {
		return err
	}
	if err := t.openNextStep(c, nil); err != nil {
		return err
	}
	return t.Audit("step.passed", "change", c.ID.String(), map[string]string{"act": string(e.Act)})
}

// passLastStep makes a change effective that the register itself approves. When the record
// cannot take the change, it returns the refusal that ends the change.
func (t *Tx) passLastStep(c *Change, line Event) (*refusal.Error, error) {
	err := t.InSavepoint(func() error {
		if err := t.WriteEvent(line); err != nil {
			return err
		}
		return t.FindWork(c.Kind).Apply(t, c, nil)
	})
	var refused *refusal.Error
	if errors.As(err, &refused) {
		return refused, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, t.Audit("step.passed", "change", c.ID.String(), map[string]string{"kind": string(c.Kind)})
}

// checkInRegister does the part of an automatic step that the register itself can answer.
func (t *Tx) checkInRegister(c *Change, e *AutomaticStep) (*refusal.Error, error) {
	if w, acts := t.FindWork(c.Kind).(Actor); acts {
		return w.Act(t, c, e.Act)
	}
	return nil, fmt.Errorf("change %s: nothing does the act %q", c.ID, e.Act)
}

// NoteNoAnswer notes that an outside service did not answer. The step waits, shows that it
// waits, and is tried again after a growing pause.
func (t *Tx) NoteNoAnswer(change uuid.UUID, e *AutomaticStep) error {
	c, s, err := t.readAutomatic(change, true)
	if err != nil || s == nil || s.No != e.Step || s.Round != e.Round {
		return err
	}
	_, err = t.Exec(`UPDATE step SET attempts = attempts + 1, next_attempt_at = ?, problem = ? WHERE change_id = ? AND `+isOpen,
		t.Now().Add(pauseAfter(s.Attempts)), ObstacleNoAnswer, c.ID)
	if err != nil {
		return fmt.Errorf("note a silence: %w", err)
	}
	line := Event{Change: c.ID, Verb: EventNoAnswer, Step: s.No, Round: s.Round, Params: map[string]string{"attempt": strconv.Itoa(s.Attempts + 1)}}
	if err := t.WriteEvent(line); err != nil {
		return err
	}
	return t.NotifyFiler(c, EventNoAnswer)
}

// pauseAfter returns the pause of an automatic step after so many failed attempts: half a
// minute at first, a quarter of an hour at most.
func pauseAfter(attempts int) time.Duration {
	const first, most = 30 * time.Second, 15 * time.Minute
	return min(first<<min(attempts, 10), most)
}

// jobLook is how long a change that takes effect part by part leaves its job alone; the
// job wakes it when it has ended.
const jobLook = 10 * time.Minute

// lookLater notes when a change looks after its job next.
func (t *Tx) lookLater(change uuid.UUID) error {
	if _, err := t.Exec(`UPDATE step SET next_attempt_at = ? WHERE change_id = ? AND `+isOpen, t.Now().Add(jobLook), change); err != nil {
		return fmt.Errorf("look after a job later: %w", err)
	}
	return nil
}
