package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// Work is the part of a kind of change that its chain cannot know. The engine knows
// chains, tasks, slips and slots; the Work knows the subject of the kind. A Work keeps no
// state, because several transactions use it at the same time.
type Work interface {
	// Prepare reads the subject of a filing and freezes the chain into c, or refuses the
	// filing with all refusals at once. It writes nothing.
	Prepare(t *Tx, c *Change, f Filing, policy process.Policy) error
	// Hold takes the slots of a change that was just written, or refuses it because
	// another change was faster.
	Hold(t *Tx, c *Change) error
	// Recheck returns all refusals of a change that was handed in again, or that a
	// step filled in, and takes over the items of the slip. Papers are the evidence
	// of the change, new ones first.
	Recheck(t *Tx, c *Change, s *Slip, papers []evidence.Ref) ([]*refusal.Error, error)
	// Apply does the change in the transaction of its last decision and ends it, or
	// refuses that decision. The slip is nil when the register approves by itself.
	Apply(t *Tx, c *Change, s *Slip) error
}

// The optional companions of Work are found by assertion, as those of package io.
type (
	// Filer is a Work that writes more once a change is filed.
	Filer interface {
		Filed(t *Tx, c *Change) error
	}
	// Actor is a Work that does the register's part of an automatic step. It returns the
	// refusal that ends the change, nil when the step passes.
	Actor interface {
		Act(t *Tx, c *Change, act process.Act) (*refusal.Error, error)
	}
	// Asker is a Work with a question to the population database at a step.
	Asker interface {
		Asks(t *Tx, c *Change) (status.Identity, error)
	}
	// Striker is a Work of a list, from which lines can be taken out.
	Striker interface {
		// Strike takes out the lines that a slip names. Left says that a line remains.
		Strike(t *Tx, c *Change, s *Slip) (left bool, err error)
		// EndLine ends the line of one pupil, because other business has priority.
		EndLine(t *Tx, c *Change, student uuid.UUID, code string) error
	}
	// Passer is a Work that does more when a step before the last one passes. A refusal
	// refuses the decision, and the step stays open.
	Passer interface {
		Passed(t *Tx, c *Change, step process.Step, s *Slip) error
	}
	// Ender is a Work that does more at every end of a change.
	Ender interface {
		Ended(t *Tx, c *Change, as string) error
	}
	// Teller is a Work with its own notices for the end of a change. Told says that
	// the usual notices are no longer needed.
	Teller interface {
		TellEnd(t *Tx, c *Change, as string) (told bool, err error)
	}
)

// Works holds the Work of each kind of change that a register knows.
type Works map[process.Kind]Work

// Check returns an error when a kind of the catalogue has no Work, or when a Work belongs
// to no kind.
func (w Works) Check(kinds []process.Kind) error {
	var wrong []string
	for _, kind := range kinds {
		if w[kind] == nil {
			wrong = append(wrong, string(kind)+" has no Work")
		}
	}
	for kind := range w {
		if !slices.Contains(kinds, kind) {
			wrong = append(wrong, string(kind)+" is not in the catalogue")
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("kinds of change: %s", strings.Join(wrong, ", "))
}

// FindWork returns the Work of a kind, nil for a kind that the register does not know.
func (t *Tx) FindWork(kind process.Kind) Work { return t.engine.works[kind] }

// StrikeLines strikes the lines of a list that an approval names. Left reports whether a
// line remains; other kinds have no lines.
func (t *Tx) StrikeLines(c *Change, s *Slip) (left bool, err error) {
	if w, lists := t.FindWork(c.Kind).(Striker); lists && s.Verb == VerbApprove {
		return w.Strike(t, c, s)
	}
	if len(s.Body.Strike) > 0 {
		return true, refusal.New(refusal.StrikeNotHere).At("/strike")
	}
	return true, nil
}

// doPassed lets the Work do what the pass of the open step means, in the transaction of the
// decision.
func (t *Tx) doPassed(c *Change, s *Slip) error {
	w, more := t.FindWork(c.Kind).(Passer)
	if !more {
		return nil
	}
	step, _ := c.Definition.Step(c.StepNo)
	return NoteNotApplied(s, w.Passed(t, c, step, s))
}

// endForPupil ends a change for one pupil, because other business of the pupil has priority
// (worker). Of a list it ends only the pupil's line.
func (t *Tx) endForPupil(id, student uuid.UUID, code string) error {
	c, err := t.ReadLocked(id)
	if err != nil || c.Status != StatusRunning {
		return err
	}
	if w, lists := t.FindWork(c.Kind).(Striker); lists {
		return w.EndLine(t, c, student, code)
	}
	return t.EndBySystem(id, code)
}

// endedEmpty is the closing code of a list from which every pupil was struck.
const endedEmpty = "ALL_STRUCK"

// EndEmptyList ends a list from which every pupil was struck.
func (t *Tx) EndEmptyList(c *Change, s *Slip) error {
	err := t.WriteEvent(Event{Change: c.ID, Verb: endedEmpty, Step: c.StepNo, Round: c.Round, Params: refusalParams(refusal.New(refusal.AllStruck))})
	if err != nil {
		return err
	}
	return t.endChange(c, ending{slip: s, code: endedEmpty}, StatusRefused)
}
