package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/workflows/contract"
)

// pump keeps one run and the register together: it listens, reads the position P,
// waits, and takes what was said to the run, slip by slip. A run of any shape of work is
// built from one: the case of a change hears slips, a job hears refreshes only. The main
// loop of the run is the only writer; handlers and receivers only queue.
type pump[P any] struct {
	inbox
	at      P
	known   bool // at was read from PostgreSQL by this run
	answers map[string]*answer
	drives  drives[P]
}

// drives is what a pump must know of the work that is built from it.
type drives[P any] struct {
	// read is the activity that reads the position, request what it is asked with.
	read    string
	request any
	// moveTo takes over a position and shows it to admins.
	moveTo func(ctx workflow.Context, at P) error

	// commit counts or refuses one slip; this and what follows is for work that hears slips.
	commit func(ctx workflow.Context, slip string) (contract.SlipResult, P, error)
	// undecided are the slips of a position that PostgreSQL holds and nobody has counted.
	undecided func(at *P) *[]string
	// stale says that a message is about another step than the open one.
	stale func(m contract.SlipMessage) bool
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
func (p *pump[P]) answer(slip string) *answer {
	a := p.answers[slip]
	if a == nil {
		a = &answer{}
		p.answers[slip] = a
	}
	return a
}

// listen sets up the handlers before the first activity, so that no message of
// a run's first moments is lost.
func (p *pump[P]) listen(ctx workflow.Context) error {
	p.answers = make(map[string]*answer)
	err := workflow.SetQueryHandler(ctx, contract.QueryPosition, func() (P, error) { return p.at, nil })
	if err != nil {
		return err
	}
	if p.drives.commit != nil {
		err := workflow.SetUpdateHandlerWithOptions(ctx, contract.UpdateSlip, p.takeSlip,
			workflow.UpdateHandlerOptions{Validator: p.validate, Description: "count or refuse one slip"})
		if err != nil {
			return err
		}
		// One receiver for each signal: a payload that cannot be read is dropped by
		// the channel, which then blocks until a good one comes. It must not make
		// the run deaf to the other signal.
		workflow.Go(ctx, p.receiveSlips)
	}
	workflow.Go(ctx, p.receiveRefreshes)
	return nil
}

// receiveSlips is the one reader of signalled slips.
func (p *pump[P]) receiveSlips(ctx workflow.Context) {
	slips := workflow.GetSignalChannel(ctx, contract.SignalSlip)
	for {
		var m contract.SlipMessage
		slips.Receive(ctx, &m)
		if m.SlipID == "" {
			workflow.GetLogger(ctx).Warn("a signal without a slip was refused")
			continue
		}
		p.add(m.SlipID)
	}
}

// receiveRefreshes is the one reader of refreshes; what they carry is not read.
func (p *pump[P]) receiveRefreshes(ctx workflow.Context) {
	refreshes := workflow.GetSignalChannel(ctx, contract.SignalRefresh)
	for {
		refreshes.Receive(ctx, nil)
		p.refresh = true
	}
}

// validate reads workflow state only. Whether the person may say this is
// checked by the API before and by the commit again.
func (p *pump[P]) validate(_ workflow.Context, m contract.SlipMessage) error {
	switch {
	case m.SlipID == "":
		return temporal.NewApplicationError("the message names no slip", contract.ErrMalformed)
	case p.answers[m.SlipID].known():
		// Found in the register and settled before its message came: whoever
		// handed it in is told what became of it, not that the step is over.
		return nil
	case p.ending:
		return temporal.NewApplicationError("the change is ending", contract.ErrEnding)
	case !p.known:
		// A new run, perhaps after a reset, does not know yet where the register
		// stands. It takes the slip in; PostgreSQL makes a repetition harmless.
		return nil
	case p.drives.stale(m):
		return temporal.NewApplicationError("the change is at another step", contract.ErrStale)
	}
	return nil
}

// takeSlip queues the slip and waits until the main loop has settled it.
func (p *pump[P]) takeSlip(ctx workflow.Context, m contract.SlipMessage) (contract.SlipResult, error) {
	a := p.answer(m.SlipID)
	if !a.done {
		p.add(m.SlipID)
	}
	err := workflow.Await(ctx, func() bool { return a.done })
	return a.result, err
}

// nextSlip gives the slip to take, from PostgreSQL or from a message.
func (p *pump[P]) nextSlip() (string, bool) { return p.next(*p.drives.undecided(&p.at)) }

// resume reads where the register stands and goes on from there.
func (p *pump[P]) resume(ctx workflow.Context) error {
	// Taken down before the read: a refresh that arrives while the activity
	// runs asks for another read.
	p.refresh = false
	return p.ask(ctx, p.drives.read)
}

// ask runs an activity that gives the position, and goes on from there.
func (p *pump[P]) ask(ctx workflow.Context, activity string) error {
	var at P
	if err := workflow.ExecuteLocalActivity(activityContext(ctx), activity, p.drives.request).Get(ctx, &at); err != nil {
		return err
	}
	return p.drives.moveTo(ctx, at)
}

// wait blocks until something was queued, or until the time PostgreSQL named
// has come; then it says true. A time of 0 is never.
func (p *pump[P]) wait(ctx workflow.Context, until time.Duration, summary string) (bool, error) {
	if until <= 0 {
		return false, workflow.Await(ctx, p.something)
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timerCtx, until, workflow.TimerOptions{Summary: summary})
	err := workflow.Await(ctx, func() bool { return p.something() || timer.IsReady() })
	up := timer.IsReady()
	cancel()
	return up && !p.something(), err
}

// commit lets the register count or refuse one slip, tells whoever waits for it, and
// goes on from the position it gives.
func (p *pump[P]) commit(ctx workflow.Context, slip string) error {
	result, at, err := p.drives.commit(ctx, slip)
	if gone(err) {
		// A message that names no slip of this change: a mistake outside, not here.
		p.tell(slip, contract.SlipResult{SlipID: slip, Outcome: contract.Refused, Code: contract.ErrGone})
		delete(p.answers, slip) // whoever asks again makes the register look again
		// How long to wait was counted from the last read: without another one,
		// a stream of such messages would put every deadline off.
		p.refresh = true
		return nil
	}
	if err != nil {
		return err
	}
	p.tell(slip, result)
	return p.drives.moveTo(ctx, at)
}

// tell records what became of a slip for the handlers that wait for it. The
// slip is the one that was asked about, as the message spelled it: the register
// may spell an ID otherwise, and what it does not name must not be asked again.
func (p *pump[P]) tell(slip string, result contract.SlipResult) {
	a := p.answer(slip)
	a.result, a.done = result, true
	p.taken(slip)
	undecided := p.drives.undecided(&p.at)
	*undecided = slices.DeleteFunc(*undecided, func(s string) bool { return s == slip })
}

// finish answers every queued slip from PostgreSQL and lets all handlers end,
// so that nobody's word is dropped with the run.
func (p *pump[P]) finish(ctx workflow.Context) error {
	p.ending = true
	for {
		slip, ok := p.next(nil)
		if !ok {
			break
		}
		if err := p.commit(ctx, slip); err != nil {
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
