package workflows_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/workflows/contract"
)

// end closes the change at a time, so that a run of a test comes to its end.
func (r *run) end(after time.Duration) {
	r.at(after, func() { r.say(word{verb: withdraw}) })
}

func TestAnUpdateBeforeThePositionIsKnownIsQueued(t *testing.T) {
	r := begin(t, 0)
	r.store.failNext(contract.ActivityResume, context.DeadlineExceeded, context.DeadlineExceeded)
	m := r.handIn(word{verb: approve})
	m.Step, m.Round = 9, 9 // the run cannot know yet that nothing stands there
	var early *reply
	r.at(0, func() { early = r.tell(m) })
	r.end(time.Hour)
	r.finish()
	early.counted(t)
}

func TestValidatorRefusesMalformedAndStaleSlips(t *testing.T) {
	r := begin(t, 0)
	known := contract.SlipMessage{SlipID: "0197f000-0000-7000-8000-00000000beef"}
	message := func(step, round int) contract.SlipMessage {
		return contract.SlipMessage{SlipID: known.SlipID, Step: step, Round: round}
	}
	var later, earlier, round, empty *reply
	r.at(time.Hour, func() {
		later, earlier, round = r.tell(message(2, 1)), r.tell(message(0, 1)), r.tell(message(1, 2))
		empty = r.tell(contract.SlipMessage{Step: 1, Round: 1})
	})
	r.end(2 * time.Hour)
	r.finish()
	later.rejectedAs(t, contract.ErrStale)
	earlier.rejectedAs(t, contract.ErrStale)
	round.rejectedAs(t, contract.ErrStale)
	empty.rejectedAs(t, contract.ErrMalformed)
	require.Equal(t, 1, r.store.called(contract.ActivityCommitSlip), "the register was not asked")
}

func TestASlipOfAnotherChangeIsRefusedAndTheRunGoesOn(t *testing.T) {
	r := begin(t, 0)
	other := r.store.file(chain(), 0)
	foreign, err := r.store.handIn(other, word{verb: approve})
	require.NoError(t, err)
	var strange, nonsense, next *reply
	r.at(time.Hour, func() {
		strange = r.tell(foreign)
		nonsense = r.tell(contract.SlipMessage{SlipID: "not an ID", Step: contract.AnyStep})
	})
	r.at(2*time.Hour, func() { next = r.say(word{verb: approve}) })
	r.end(3 * time.Hour)
	r.finish()
	strange.refused(t, contract.ErrGone)
	nonsense.refused(t, contract.ErrGone)
	next.counted(t)
	require.Equal(t, running, r.store.at(other).Status)
}

func TestAnIDInAnotherSpellingIsTheSameSlip(t *testing.T) {
	r := begin(t, 0)
	var shouted *reply
	r.at(time.Hour, func() {
		m := r.handIn(word{verb: approve})
		m.SlipID = strings.ToUpper(m.SlipID)
		shouted = r.tell(m)
	})
	r.end(2 * time.Hour)
	r.finish()
	shouted.counted(t)
	require.Equal(t, 2, r.store.called(contract.ActivityCommitSlip), "asked once, not for ever")
}

func TestSlipSignalsCountOrAreRefused(t *testing.T) {
	for _, row := range []struct {
		name string
		send func(r *run)
		step int // where the change stands an hour later
	}{
		{"a slip counts without anybody waiting", func(r *run) {
			r.SignalWorkflow(contract.SignalSlip, r.handIn(word{verb: approve}))
		}, 2},
		{"the same slip by update and signal counts once", func(r *run) {
			m := r.handIn(word{verb: approve})
			r.tell(m)
			r.SignalWorkflow(contract.SignalSlip, m)
		}, 2},
		{"an old step is the register's business", func(r *run) {
			m := r.handIn(word{verb: approve})
			m.Step = 7
			r.SignalWorkflow(contract.SignalSlip, m)
		}, 2},
		{"without a slip it is refused", func(r *run) {
			r.SignalWorkflow(contract.SignalSlip, contract.SlipMessage{Step: 1, Round: 1})
		}, 1},
		{"bare it is refused", func(r *run) { r.SignalWorkflow(contract.SignalSlip, nil) }, 1},
		{"of another shape it is refused", func(r *run) { r.SignalWorkflow(contract.SignalSlip, "approve!") }, 1},
		{"naming nothing that exists it is refused", func(r *run) {
			r.SignalWorkflow(contract.SignalSlip, contract.SlipMessage{SlipID: "nothing"})
		}, 1},
		{"a refresh may carry anything", func(r *run) { r.SignalWorkflow(contract.SignalRefresh, "now!") }, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := begin(t, 0)
			r.at(time.Hour, func() { row.send(r) })
			r.at(2*time.Hour, func() { require.Equal(t, row.step, r.believes().Step) })
			// Whatever came, the run still hears both kinds of signals.
			r.at(3*time.Hour, func() {
				m := r.handIn(word{verb: approve})
				require.NoError(t, r.store.behind(r.change, m.SlipID))
				r.SignalWorkflow(contract.SignalRefresh, nil)
			})
			r.at(4*time.Hour, func() {
				if at := r.store.at(r.change); at.Closed {
					t.Error("the refresh did not end the run")
				} else {
					require.Equal(t, row.step+1, r.believes().Step)
					r.SignalWorkflow(contract.SignalSlip, r.handIn(word{verb: withdraw}))
				}
			})
			if row.step == 2 { // the refresh closed it
				require.Equal(t, effective, r.finish().Status)
			} else {
				require.Equal(t, taken, r.finish().Status)
			}
		})
	}
}

func TestTwoSendersOfOneSlipAreBothAnswered(t *testing.T) {
	r := begin(t, 0)
	var one, two, late *reply
	var m contract.SlipMessage
	r.at(time.Hour, func() {
		m = r.handIn(word{verb: approve})
		one, two = r.tell(m), r.tell(m)
	})
	r.at(2*time.Hour, func() {
		m.Step = contract.AnyStep
		late = r.tell(m) // after it was settled
	})
	r.end(3 * time.Hour)
	r.finish()
	for _, y := range []*reply{one, two, late} {
		y.counted(t)
	}
	require.Equal(t, 2, r.store.called(contract.ActivityCommitSlip))
}

func TestRefreshMovesARunToWhereTheRegisterStands(t *testing.T) {
	r := begin(t, 0)
	var stale, again *reply
	r.at(time.Hour, func() {
		// An activity of an earlier run commits after this run asked.
		require.NoError(t, r.store.behind(r.change, r.handIn(word{verb: approve}).SlipID))
		require.Equal(t, 1, r.believes().Step)
	})
	var m contract.SlipMessage
	r.at(2*time.Hour, func() {
		m = r.handIn(word{verb: approve})
		stale = r.tell(m)
	})
	r.at(3*time.Hour, func() { r.SignalWorkflow(contract.SignalRefresh, nil) })
	r.at(4*time.Hour, func() {
		if at := r.store.at(r.change); !at.Closed {
			again = r.tell(m)
		}
	})
	require.Equal(t, effective, r.finish().Status)
	stale.rejectedAs(t, contract.ErrStale)
	require.Nil(t, again, "the refresh found the undecided slip by itself")
}

func TestARefreshDuringAReadAsksForAnother(t *testing.T) {
	r := begin(t, 0)
	r.store.afterResume = func() {
		r.store.afterResume = nil
		r.during(func() { r.SignalWorkflow(contract.SignalRefresh, nil) })
	}
	r.at(time.Hour, func() { require.Equal(t, 2, r.store.called(contract.ActivityResume)) })
	r.end(2 * time.Hour)
	r.finish()
}

func TestTwentyPeopleAtAnEarlierStepAreToldWhoWasFirst(t *testing.T) {
	r := begin(t, 0)
	replies := make([]*reply, 20)
	r.at(time.Hour, func() {
		for i := range replies {
			replies[i] = r.say(word{verb: approve})
		}
	})
	r.end(2 * time.Hour)
	r.finish()
	replies[0].counted(t)
	for _, y := range replies[1:] {
		y.refused(t, alreadyDecided)
	}
	require.Equal(t, []string{approve, withdraw}, r.store.said(r.change))
}
