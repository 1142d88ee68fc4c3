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
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/workflows/contract"
)

// Change runs the approval chain of one change until PostgreSQL says it is
// closed. A refusal, a withdrawal and a passed deadline are results; the
// workflow fails only when an engineer must act.
func Change(ctx workflow.Context, in contract.ChangeInput) (contract.Position, error) {
	c := &change{in: in, answers: make(map[string]*answer)}
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

// change is the state of one run. The main loop is its only writer; handlers
// and the receiver only queue.
type change struct {
	in    contract.ChangeInput
	at    contract.Position
	known bool // at was read from PostgreSQL by this run
	inbox
	answers map[string]*answer
	errand  errand
}

// answer is what became of a slip, for the people who wait for it and those who
// ask later.
type answer struct {
	result contract.SlipResult
	done   bool
}

// known says that the answer is there.
func (a *answer) known() bool { return a != nil && a.done }

// answer gives the answer to a slip, to be waited for or to be filled in.
func (c *change) answer(slip string) *answer {
	a := c.answers[slip]
	if a == nil {
		a = &answer{}
		c.answers[slip] = a
	}
	return a
}

// advance does one thing: it takes one slip, or reads the position again, or
// does what an automatic step asks for, or lets time pass.
func (c *change) advance(ctx workflow.Context) error {
	switch slip, ok := c.next(c.at.Slips); {
	case ok:
		return c.commit(ctx, slip)
	case c.refresh:
		return c.resume(ctx)
	case c.at.Act != "" || c.errand.runs():
		return c.perform(ctx)
	}
	timeUp, err := c.wait(ctx)
	if err != nil || !timeUp {
		return err
	}
	return c.passTime(ctx)
}

// wait blocks until something was queued, or until the time PostgreSQL named
// has come; then it says true.
func (c *change) wait(ctx workflow.Context) (bool, error) {
	if c.at.Wait <= 0 {
		return false, workflow.Await(ctx, c.inbox.something)
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timerCtx, c.at.Wait, workflow.TimerOptions{Summary: c.summary()})
	err := workflow.Await(ctx, func() bool { return c.inbox.something() || timer.IsReady() })
	up := timer.IsReady()
	cancel()
	return up && !c.inbox.something(), err
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

func (c *change) resume(ctx workflow.Context) error {
	// Taken down before the read: a refresh that arrives while the activity
	// runs asks for another read.
	c.refresh = false
	var at contract.Position
	request := contract.ResumeRequest{ChangeID: c.in.ChangeID}
	if err := workflow.ExecuteLocalActivity(activityContext(ctx), contract.ActivityResume, request).Get(ctx, &at); err != nil {
		return err
	}
	return c.moveTo(ctx, at)
}

func (c *change) passTime(ctx workflow.Context) error {
	var at contract.Position
	request := contract.ResumeRequest{ChangeID: c.in.ChangeID}
	if err := workflow.ExecuteLocalActivity(activityContext(ctx), contract.ActivityPassTime, request).Get(ctx, &at); err != nil {
		return err
	}
	return c.moveTo(ctx, at)
}

func (c *change) commit(ctx workflow.Context, slip string) error {
	var done contract.Committed
	request := contract.CommitRequest{ChangeID: c.in.ChangeID, SlipID: slip}
	err := workflow.ExecuteLocalActivity(activityContext(ctx), contract.ActivityCommitSlip, request).Get(ctx, &done)
	if gone(err) {
		// A message that names no slip of this change: a mistake outside, not here.
		c.tell(slip, contract.SlipResult{SlipID: slip, Outcome: contract.Refused, Code: contract.ErrGone})
		delete(c.answers, slip) // whoever asks again makes the register look again
		// How long to wait was counted from the last read: without another one,
		// a stream of such messages would put every deadline off.
		c.refresh = true
		return nil
	}
	if err != nil {
		return err
	}
	c.tell(slip, done.Result)
	c.errand.outdated = c.errand.runs()
	return c.moveTo(ctx, done.Position)
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

// tell records what became of a slip for the handlers that wait for it. The
// slip is the one that was asked about, as the message spelled it: the register
// may spell an ID otherwise, and what it does not name must not be asked again.
func (c *change) tell(slip string, result contract.SlipResult) {
	a := c.answer(slip)
	a.result, a.done = result, true
	c.taken(slip)
	c.at.Slips = slices.DeleteFunc(c.at.Slips, func(s string) bool { return s == slip })
}

// finish answers every queued slip from PostgreSQL and lets all handlers end,
// so that nobody's word is dropped with the run.
func (c *change) finish(ctx workflow.Context) error {
	c.ending = true
	for {
		slip, ok := c.next(nil)
		if !ok {
			break
		}
		if err := c.commit(ctx, slip); err != nil {
			return err
		}
	}
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

// forEver is longer than any outage; the engine knows no "without end".
const forEver = 100 * 365 * 24 * time.Hour

// activityContext: short transactions, retried until they succeed. A database
// that is down makes changes wait; it never makes one fail.
func activityContext(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: 10 * time.Second,
		// Left out, it would be StartToCloseTimeout, and a database that is down
		// for ten seconds would make changes fail.
		ScheduleToCloseTimeout: forEver,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    100 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    30 * time.Second,
		},
	})
}
