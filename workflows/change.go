// Package workflows decides what happens next in a running change. It does no
// I/O: PostgreSQL owns the facts and is reached through activities only.
//
// One function runs the approval chain of every kind of change. It begins with
// the position PostgreSQL reports, waits for a slip, a "refresh" or time, and
// goes on from the position the next activity returns. So a run that was
// reset, terminated, lost or restarted continues where the register stands,
// and nobody decides twice.
package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/workflows/contract"
)

// Change runs the approval chain of one change until PostgreSQL says it is
// closed. A refusal, a withdrawal and a passed deadline are results; the
// workflow fails only when an engineer must act.
func Change(ctx workflow.Context, in contract.ChangeInput) (contract.Position, error) {
	c := newChange(in)
	if err := c.listen(ctx); err != nil {
		return contract.Position{}, err
	}
	if err := c.resume(ctx); err != nil {
		return contract.Position{}, err
	}
	for !c.at.Closed {
		if err := c.advance(ctx); err != nil {
			return c.at, err
		}
	}
	return c.at, c.finish(ctx)
}

// change is the state of one run.
type change struct {
	in contract.ChangeInput
	pump[contract.Position]
	errand errand
}

func newChange(in contract.ChangeInput) *change {
	c := &change{in: in}
	c.drives = drives[contract.Position]{
		read: contract.ActivityResume, request: contract.ResumeRequest{ChangeID: in.ChangeID}, moveTo: c.moveTo,
		commit: c.commitSlip, undecided: func(at *contract.Position) *[]string { return &at.Slips }, stale: c.stale,
	}
	return c
}

// advance does one thing: it takes one slip, or reads the position again, or
// does what an automatic step asks for, or lets time pass.
func (c *change) advance(ctx workflow.Context) error {
	switch slip, ok := c.nextSlip(); {
	case ok:
		return c.commit(ctx, slip)
	case c.refresh:
		return c.resume(ctx)
	case c.at.Act != "" || c.errand.runs():
		return c.perform(ctx)
	}
	timeUp, err := c.wait(ctx, c.at.Wait, c.summary())
	if err != nil || !timeUp {
		return err
	}
	return c.ask(ctx, contract.ActivityPassTime)
}

// summary tells an admin in Temporal UI what the change waits for.
func (c *change) summary() string {
	if c.at.OnHold {
		return fmt.Sprintf("approved for %s, on hold: other business goes first, looked at again when that has ended", c.at.EffectiveOn)
	}
	if c.at.EffectiveOn != "" {
		return fmt.Sprintf("approved, in force on %s (0:00 Asia/Shanghai)", c.at.EffectiveOn)
	}
	return fmt.Sprintf("%s, %v, due %s", c.at.Stage, c.at.WaitingFor, calendar.Until(c.at.DueAt))
}

// commitSlip counts or refuses one slip in the register.
func (c *change) commitSlip(ctx workflow.Context, slip string) (contract.SlipResult, contract.Position, error) {
	var done contract.Committed
	request := contract.CommitRequest{ChangeID: c.in.ChangeID, SlipID: slip}
	err := workflow.ExecuteLocalActivity(activityContext(ctx), contract.ActivityCommitSlip, request).Get(ctx, &done)
	if err == nil {
		c.errand.outdated = c.errand.runs()
	}
	return done.Result, done.Position, err
}

// stale says that a message names another step than the open one.
func (c *change) stale(m contract.SlipMessage) bool {
	if c.errand.runs() && m.Step == c.at.Step+1 && m.Round == c.at.Round {
		// The register may have passed the automatic step a moment ago; whoever is
		// already at the next one is not sent away to come back.
		return false
	}
	return m.Step != contract.AnyStep && (m.Step != c.at.Step || m.Round != c.at.Round)
}

// moveTo takes over a position and shows it to admins.
func (c *change) moveTo(ctx workflow.Context, at contract.Position) error {
	gated := gate(ctx, &at)
	same := c.known && shownAlike(c.at, at)
	c.at, c.known = at, true
	if same {
		return nil
	}
	details := at.Status
	if !at.Closed {
		details = c.summary()
	}
	workflow.SetCurrentDetails(ctx, details)
	return workflow.UpsertTypedSearchAttributes(ctx, attributes(c.in, at, gated)...)
}
