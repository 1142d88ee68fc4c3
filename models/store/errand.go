package store

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// Errand is what the open automatic step of a change asks for. It exists while
// the step waits and its next attempt is due.
type Errand struct {
	Act   process.Act
	Step  int
	Round int
	// Name and Number are what the population database is asked about, for
	// ActIdentity; a zero Number means that there is nothing to ask, because the
	// document is another.
	Name   string
	Number ident.CitizenID
}

// Errand reads what is to be done at the open step of a change (worker); nil
// when people decide there, when it is not due, or when the change has ended.
func (t *Tx) Errand(change uuid.UUID) (*Errand, error) {
	c, s, err := t.automatic(change, false)
	if err != nil || s == nil || s.NextAttemptAt.After(t.now) {
		return nil, err
	}
	e := &Errand{Act: s.Act, Step: s.No, Round: s.Round}
	if e.Act != process.ActIdentity {
		return e, nil
	}
	h, err := t.readHeld(*c.StudentID, false)
	if err != nil {
		return nil, err
	}
	wanted, err := t.wanted(c, h)
	e.Number = wanted.Citizen()
	e.Name, _ = ident.TidyName(wanted.Name) // the population database knows no radicals
	return e, err
}

// wanted is who the record would be about after a change of key data.
func (t *Tx) wanted(c *Change, h *held) (status.Identity, error) {
	if err := t.readIdentity(h); err != nil {
		return status.Identity{}, err
	}
	if err := t.readValues(c); err != nil {
		return status.Identity{}, err
	}
	return h.record.Identity.With(c.values.plain()), nil
}

// automatic reads a change and its open step when that is automatic; the step is
// nil otherwise. With lock it holds the change.
func (t *Tx) automatic(change uuid.UUID, lock bool) (*Change, *openedStep, error) {
	read := t.Change
	if lock {
		read = t.lockChange
	}
	c, err := read(change)
	if err != nil || c.Status != Running {
		return c, nil, err
	}
	s, err := t.openedStep(change)
	if err != nil || s.Act == "" {
		return c, nil, err
	}
	return c, s, nil
}

// The automatic steps' lines in the timeline.
const (
	Passed   = "PASSED"    // the step was passed
	Failed   = "FAILED"    // the change ends with a code
	NoAnswer = "NO_ANSWER" // the world outside is silent; once a step
)

// Settle writes what became of an errand (worker) and does what follows from it:
// the next step opens, or the change ends with the refusal. A step that moved on
// meanwhile makes it do nothing, so it is safe to repeat.
func (t *Tx) Settle(change uuid.UUID, e *Errand, refused *refusal.Error) error {
	c, s, err := t.automatic(change, true)
	if err != nil || s == nil || s.No != e.Step || s.Round != e.Round {
		return err
	}
	if s.Act == process.ActAwaitDay {
		return t.dayHasCome(c, s)
	}
	if refused == nil {
		if refused, err = t.looksElsewhere(c, e); err != nil {
			return err
		}
	}
	line := event{change: c.ID, verb: Passed, step: s.No, round: s.Round} // of no office: the system did it
	if refused == nil && c.Definition.Last(s.No) {
		if refused, err = t.passLast(c, line); refused == nil {
			return err
		}
	}
	if refused != nil {
		line.verb, line.params = Failed, refusalParams(refused)
		if err := t.write(line); err != nil {
			return err
		}
		return t.end(c, ending{code: string(refused.Code)}, Refused)
	}
	if err := t.write(line); err != nil {
		return err
	}
	if err := t.goOn(c, nil); err != nil {
		return err
	}
	return t.Audit("step.passed", "change", c.ID.String(), map[string]string{"act": string(e.Act)})
}

// passLast makes a change effective that the register approves by itself, or tells
// why the record cannot take it, which ends the change.
func (t *Tx) passLast(c *Change, line event) (*refusal.Error, error) {
	err := t.nested(func() error {
		if err := t.write(line); err != nil {
			return err
		}
		return t.takeEffect(c, nil)
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

// looksElsewhere is the part of an errand the register itself can answer.
func (t *Tx) looksElsewhere(c *Change, e *Errand) (*refusal.Error, error) {
	switch e.Act {
	case process.ActValidate:
		return t.validateTransfer(c)
	case process.ActIdentity:
		h, err := t.readHeld(*c.StudentID, false)
		if err != nil {
			return nil, err
		}
		if _, err := t.wanted(c, h); err != nil {
			return nil, err
		}
		return t.identityTaken(c, h)
	case process.ActDelete, process.ActAwaitDay:
		return nil, nil //nolint:nilnil // the record itself says whether it takes the change
	}
	return nil, fmt.Errorf("unknown act %q of change %s", e.Act, c.ID)
}

// validateTransfer is the national validation (转出校验, M5, M6) of a change that
// holds the pupil's slot: the number is still the pupil's, and the record is one
// that may be received. The code tells both sides; the details are the old school's.
func (t *Tx) validateTransfer(c *Change) (*refusal.Error, error) {
	h, err := t.readHeld(*c.StudentID, false)
	if err != nil {
		return nil, err
	}
	var row struct{ FoundBy []byte }
	if err := t.db.Raw(`SELECT found_by FROM change WHERE id = ?`, c.ID).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("read how a pupil was found: %w", err)
	}
	in, out := c.Definition.Policy, c.Definition.OutPolicy
	if out == nil {
		out = &in
	}
	if !ident.SameName(h.Name, c.Subject.Name) || row.FoundBy != nil && !bytes.Equal(row.FoundBy, h.NumberHash) || h.SchoolID != c.Subject.SchoolID {
		return status.DataWrong.Refusal("", h.school(), ""), nil
	}
	if code := status.Validate(h.record, "", in.TransferProblem && out.TransferProblem); code != "" {
		return code.Refusal(h.record.Enrol, h.school(), ""), nil
	}
	return status.Ineligible(h.record, h.school(), in.TransferPunished && out.TransferPunished), nil
}

// Silent notes that the world outside did not answer: the step waits, says so to
// everybody who looks, and is tried again, later every time.
func (t *Tx) Silent(change uuid.UUID, e *Errand) error {
	c, s, err := t.automatic(change, true)
	if err != nil || s == nil || s.No != e.Step || s.Round != e.Round {
		return err
	}
	_, err = t.exec(`UPDATE step SET attempts = attempts + 1, next_attempt_at = ?, problem = ? WHERE change_id = ? AND status = 'OPEN'`,
		t.now.Add(pauseAfter(s.Attempts)), problemSilent, c.ID)
	if err != nil {
		return fmt.Errorf("note a silence: %w", err)
	}
	line := event{change: c.ID, verb: NoAnswer, step: s.No, round: s.Round, params: map[string]string{"attempt": strconv.Itoa(s.Attempts + 1)}}
	if err := t.write(line); err != nil {
		return err
	}
	return t.notifyFiler(c, NoAnswer)
}

// pauseAfter is how long an automatic step waits after so many failed attempts:
// half a minute at first, a quarter of an hour at most.
func pauseAfter(attempts int) time.Duration {
	const first, most = 30 * time.Second, 15 * time.Minute
	return min(first<<min(attempts, 10), most)
}
