package workflows

import (
	"errors"
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/workflows/contract"
)

// inbox is what was said to a run and not yet taken. Handlers append, the main
// loop takes; nothing in here blocks.
type inbox struct {
	queue   []string // slip IDs in order of arrival
	refresh bool
	ending  bool
}

func (i *inbox) something() bool { return len(i.queue) > 0 || i.refresh }

// next gives the slip to take: what PostgreSQL holds undecided comes first,
// because it was handed in before anything that is only in a message.
func (i *inbox) next(undecided []string) (string, bool) {
	if len(undecided) > 0 {
		return undecided[0], true
	}
	if len(i.queue) > 0 {
		return i.queue[0], true
	}
	return "", false
}

func (i *inbox) add(slip string) {
	if !slices.Contains(i.queue, slip) {
		i.queue = append(i.queue, slip)
	}
}

func (i *inbox) taken(slip string) {
	i.queue = slices.DeleteFunc(i.queue, func(s string) bool { return s == slip })
}

// listen sets up the handlers before the first activity, so that no message of
// a run's first moments is lost.
func (c *change) listen(ctx workflow.Context) error {
	err := workflow.SetQueryHandler(ctx, contract.QueryPosition, func() (contract.Position, error) { return c.at, nil })
	if err != nil {
		return err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, contract.UpdateSlip, c.takeSlip,
		workflow.UpdateHandlerOptions{Validator: c.validate, Description: "count or refuse one slip"})
	if err != nil {
		return err
	}
	// One receiver for each signal: a payload that cannot be read is dropped by
	// the channel, which then blocks until a good one comes. It must not make
	// the run deaf to the other signal.
	workflow.Go(ctx, c.receiveSlips)
	workflow.Go(ctx, c.receiveRefreshes)
	return nil
}

// receiveSlips is the one reader of signalled slips.
func (c *change) receiveSlips(ctx workflow.Context) {
	slips := workflow.GetSignalChannel(ctx, contract.SignalSlip)
	for {
		var m contract.SlipMessage
		slips.Receive(ctx, &m)
		if m.SlipID == "" {
			workflow.GetLogger(ctx).Warn("a signal without a slip was refused")
			continue
		}
		c.add(m.SlipID)
	}
}

// receiveRefreshes is the one reader of refreshes; what they carry is not read.
func (c *change) receiveRefreshes(ctx workflow.Context) {
	refreshes := workflow.GetSignalChannel(ctx, contract.SignalRefresh)
	for {
		refreshes.Receive(ctx, nil)
		c.refresh = true
	}
}

// validate reads workflow state only. Whether the person may say this is
// checked by the API before and by CommitSlip again.
func (c *change) validate(_ workflow.Context, m contract.SlipMessage) error {
	switch {
	case m.SlipID == "":
		return temporal.NewApplicationError("the message names no slip", contract.ErrMalformed)
	case c.answers[m.SlipID].known():
		// Found in the register and settled before its message came: whoever
		// handed it in is told what became of it, not that the step is over.
		return nil
	case c.ending:
		return temporal.NewApplicationError("the change is ending", contract.ErrEnding)
	case !c.known:
		// A new run, perhaps after a reset, does not know yet where the register
		// stands. It takes the slip in; PostgreSQL makes a repetition harmless.
		return nil
	case c.errand.runs() && m.Step == c.at.Step+1 && m.Round == c.at.Round:
		// The register may have passed the automatic step a moment ago; whoever is
		// already at the next one is not sent away to come back.
		return nil
	case m.Step != contract.AnyStep && (m.Step != c.at.Step || m.Round != c.at.Round):
		return temporal.NewApplicationError("the change is at another step", contract.ErrStale)
	}
	return nil
}

// takeSlip queues the slip and waits until the main loop has settled it.
func (c *change) takeSlip(ctx workflow.Context, m contract.SlipMessage) (contract.SlipResult, error) {
	a := c.answer(m.SlipID)
	if !a.done {
		c.add(m.SlipID)
	}
	err := workflow.Await(ctx, func() bool { return a.done })
	return a.result, err
}

// gone says that the activity found nothing to act on.
func gone(err error) bool {
	var app *temporal.ApplicationError
	return errors.As(err, &app) && app.Type() == contract.ErrGone
}
