package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// Work is what a kind of change does that its chain cannot know. The engine knows
// chains, tasks, slips and slots; the Work of a kind knows what the kind is about.
// A Work keeps no state: several transactions use it at the same time.
type Work interface {
	// Prepare reads what a filing is about, freezes the chain into c and refuses the
	// filing with everything that stands against it, at once. It writes nothing.
	Prepare(t *Tx, c *Change, f Filing, policy process.Policy) error
	// Hold takes the slots of a change that was just written, or refuses it because
	// another change was faster.
	Hold(t *Tx, c *Change) error
	// Recheck tells what stands against a change that was handed in again, or that a
	// step filled in, and takes over the items that came with the slip. The papers are
	// those that the change rests on, new ones first.
	Recheck(t *Tx, c *Change, s *Slip, papers []EvidenceRef) ([]*refusal.Error, error)
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
	// Actor is a Work that does the register's part of an automatic step. It gives the
	// refusal that ends the change, nil when the step is passed.
	Actor interface {
		Act(t *Tx, c *Change, act process.Act) (*refusal.Error, error)
	}
	// Asker is a Work that has the population database asked at a step.
	Asker interface {
		Asks(t *Tx, c *Change) (status.Identity, error)
	}
	// Striker is a Work of a list, from which lines can be taken out.
	Striker interface {
		// Strike takes out the lines that a slip names. Left says that a line remains.
		Strike(t *Tx, c *Change, s *Slip) (left bool, err error)
		// EndLine ends the line of one pupil, because other business goes before it.
		EndLine(t *Tx, c *Change, student uuid.UUID, code string) error
	}
	// Ender is a Work that has more to do when a change ends, whatever the end.
	Ender interface {
		Ended(t *Tx, c *Change, as string) error
	}
	// Teller is a Work that tells the end of a change in its own words. Told says that
	// the usual notices are not needed any more.
	Teller interface {
		TellEnd(t *Tx, c *Change, as string) (told bool, err error)
	}
	// Pager is a Work that shows more on the page of a change.
	Pager interface {
		Page(t *Tx, p *ChangePage) error
	}
	// Revealer is a Work that opens the numbers of a change itself.
	Revealer interface {
		Reveal(t *Tx, c *Change, a Asked) (*Compared, error)
	}
)

// Works are the kinds of change that a register knows, each with its Work.
type Works map[process.Kind]Work

// check refuses a list that leaves a kind of the catalogue without a Work, or that has a
// Work for no kind.
func (w Works) check(kinds []process.Kind) error {
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

// followers lists what follows a record to another school: the tables of all subjects.
func (t *Tx) followers() []Follower { return t.store.followers }

// work gives the Work of a kind, nil for a kind that the register does not know.
func (t *Tx) work(kind process.Kind) Work { return t.store.works[kind] }

// strikeLines takes the lines out of a list that an approval names. Left says that a line
// remains; other kinds have no lines.
func (t *Tx) strikeLines(c *Change, s *Slip) (left bool, err error) {
	if w, lists := t.work(c.Kind).(Striker); lists && s.Verb == Approve {
		return w.Strike(t, c, s)
	}
	if len(s.Body.Strike) > 0 {
		return true, refusal.New(refusal.StrikeNotHere).At("/strike")
	}
	return true, nil
}

// endFor ends a change for one pupil, because other business of the pupil goes before
// it (worker): of a list only the line.
func (t *Tx) endFor(id, student uuid.UUID, code string) error {
	c, err := t.lockChange(id)
	if err != nil || c.Status != Running {
		return err
	}
	if w, lists := t.work(c.Kind).(Striker); lists {
		return w.EndLine(t, c, student, code)
	}
	return t.endBySystem(id, code)
}

// allStruck is how a list ends of which nobody is left.
const allStruck = "ALL_STRUCK"

// endStruck ends a list of which nobody is left.
func (t *Tx) endStruck(c *Change, s *Slip) error {
	err := t.write(event{change: c.ID, verb: allStruck, step: c.StepNo, round: c.Round, params: refusalParams(refusal.New(refusal.AllStruck))})
	if err != nil {
		return err
	}
	return t.end(c, ending{slip: s, code: allStruck}, Refused)
}
