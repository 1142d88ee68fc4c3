package workflows_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

// deed is something that happens to a change.
type deed struct {
	Kind  string
	After time.Duration
	Word  word
	By    string
	Shift int // what the person saw is this far from where the change stands
	Fails int
}

func deeds() *rapid.Generator[[]deed] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
		return deed{
			Kind:  rapid.SampledFrom([]string{"say", "say", "say", "say", "late commit", "refresh", "noise", "outage", "reset"}).Draw(t, "kind"),
			After: time.Duration(rapid.SampledFrom([]int{0, 0, 1, 3600, 5 * 86400}).Draw(t, "after")) * time.Second,
			Word: word{
				verb: rapid.SampledFrom([]string{approve, approve, approve, reject, sendBack, sendBack, resubmit, resubmit, withdraw}).Draw(t, "verb"),
				to:   rapid.IntRange(0, 1).Draw(t, "to"),
			},
			By:    rapid.SampledFrom([]string{"update", "update", "signal", "both", "two updates", "no message"}).Draw(t, "by"),
			Shift: rapid.SampledFrom([]int{0, 0, 0, 1, -1}).Draw(t, "shift"),
			Fails: rapid.IntRange(1, 3).Draw(t, "fails"),
		}
	}), 0, 30)
}

// history plays deeds against one register, over as many runs as there are resets.
type history struct {
	t       *rapid.T
	store   *register
	change  string
	replies []*reply // of the run that is on
	slips   []string
}

// TestEverySlipHasOneOutcome lets people, networks, databases
// and admins do anything in any order.
func TestEverySlipHasOneOutcome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := newRegister(func() time.Time { return opening })
		offices := [][]string{{"3301060001"}, {"330106"}, {"3301", "3302"}}[:rapid.IntRange(1, 3).Draw(t, "steps")]
		change := store.file(offices, time.Duration(rapid.SampledFrom([]int{0, 1, 10}).Draw(t, "days"))*24*time.Hour)
		if at := rapid.IntRange(0, len(offices)-1).Draw(t, "automatic step"); at > 0 {
			answers := rapid.SliceOfN(rapid.SampledFrom([]string{pass, silence, silence, fail}), 0, 4).Draw(t, "answers")
			store.automatic(change, at, append(answers, rapid.SampledFrom([]string{pass, fail}).Draw(t, "last answer"))...)
		}
		h := &history{t: t, store: store, change: change}
		rest, ended := deeds().Draw(t, "deeds"), false
		for !ended {
			rest, ended = h.run(rest)
		}
		require.Empty(t, store.mistakes())
		at := store.at(change)
		require.True(t, at.Closed)
		require.Empty(t, at.Slips, "a slip was left lying")
		for _, id := range h.slips {
			require.Contains(t, []string{contract.Counted, contract.Refused}, store.result(change, id).Outcome)
		}
	})
}

// run lets one run live until the next reset, or to the end of the change.
func (h *history) run(list []deed) (rest []deed, ended bool) {
	r := newRun(h.t, h.store, h.change)
	h.replies = nil
	var after time.Duration
	reset := false
	for i, d := range list {
		after += d.After
		if reset = d.Kind == "reset"; reset {
			rest = list[i+1:]
			break
		}
		r.at(after, func() { h.do(r, d) })
	}
	r.at(after+30*24*time.Hour, func() {
		if reset {
			r.CancelWorkflow()
			return
		}
		if m, err := h.store.handIn(h.change, word{verb: withdraw}); err == nil {
			h.slips = append(h.slips, m.SlipID)
		}
		r.SignalWorkflow(contract.SignalRefresh, nil)
	})
	r.ExecuteWorkflow(process.Suspension.WorkflowName(), contract.ChangeInput{ChangeID: h.change, Kind: "SUSPENSION", Province: "33"})
	require.True(h.t, r.IsWorkflowCompleted())
	clock := r.Now()
	h.store.clock = func() time.Time { return clock }
	err := r.GetWorkflowError()
	var stopped *temporal.CanceledError
	if reset && errors.As(err, &stopped) {
		return rest, false
	}
	require.NoError(h.t, err)
	require.True(h.t, h.store.at(h.change).Closed, "a run ends only when the register says closed")
	h.check()
	return nil, true
}

// check looks at what the senders were told.
func (h *history) check() {
	for _, y := range h.replies {
		var app *temporal.ApplicationError
		switch {
		case y.rejected != nil:
			require.ErrorAs(h.t, y.rejected, &app)
			require.Contains(h.t, []string{contract.ErrStale, contract.ErrEnding}, app.Type())
		case y.accepted:
			require.True(h.t, y.answered, "accepted and never answered")
			require.NoError(h.t, y.err)
			require.Equal(h.t, h.store.result(h.change, y.result.SlipID), y.result, "told otherwise than the register says")
		}
	}
}

func (h *history) do(r *run, d deed) {
	switch d.Kind {
	case "say":
		h.say(r, d)
	case "refresh":
		r.SignalWorkflow(contract.SignalRefresh, nil)
	case "noise":
		r.SignalWorkflow(contract.SignalSlip, nil)
		r.SignalWorkflow(contract.SignalSlip, []int{d.Fails})
		r.SignalWorkflow(contract.SignalSlip, contract.SlipMessage{SlipID: fmt.Sprint("noise ", d.Fails)})
	case "outage":
		for range d.Fails {
			for _, name := range []string{contract.ActivityResume, contract.ActivityCommitSlip, contract.ActivityPassTime, contract.ActivityPerform} {
				h.store.failNext(name, errors.New("connection refused"))
			}
		}
	case "late commit": // of an activity that an earlier run had begun
		if pending := h.store.at(h.change).Slips; len(pending) > 0 {
			_ = h.store.behind(h.change, pending[0]) // or it fails too
		} else if m, err := h.store.handIn(h.change, d.Word); err == nil {
			h.slips = append(h.slips, m.SlipID)
			_ = h.store.behind(h.change, m.SlipID)
		}
	}
}

func (h *history) say(r *run, d deed) {
	m, err := h.store.handIn(h.change, d.Word)
	if err != nil {
		require.ErrorIs(h.t, err, errClosed)
		return
	}
	h.slips = append(h.slips, m.SlipID)
	if m.Step != contract.AnyStep {
		m.Step = max(0, m.Step+d.Shift)
	}
	if d.By == "update" || d.By == "both" || d.By == "two updates" {
		h.replies = append(h.replies, r.tell(m))
	}
	if d.By == "two updates" {
		h.replies = append(h.replies, r.tell(m))
	}
	if d.By == "signal" || d.By == "both" {
		r.SignalWorkflow(contract.SignalSlip, m)
	}
}
