package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/contract"
)

func TestTwoApprovalsEndTheChange(t *testing.T) {
	r := begin(t, 0)
	r.at(time.Hour, func() {
		first := r.say(word{verb: approve})
		r.at(time.Hour, func() {
			first.counted(t)
			require.Equal(t, 2, r.believes().Step)
			second := r.say(word{verb: approve})
			r.at(time.Minute, func() { t.Error("nothing is waited for after the end") })
			t.Cleanup(func() { second.counted(t) })
		})
	})
	last := r.finish()
	require.Equal(t, effective, last.Status)
	require.Equal(t, []string{approve, approve}, r.store.said(r.change))
	require.Equal(t, 1, r.store.called(contract.ActivityResume))
	require.Equal(t, 2, r.store.called(contract.ActivityCommitSlip))
	require.Zero(t, r.store.called(contract.ActivityPassTime))
}

func TestRejectionCompletesTheRun(t *testing.T) {
	for _, row := range []struct {
		name  string
		words []word
		ends  string
		round int
	}{
		{"reject at the first step", []word{{verb: reject}}, refused, 1},
		{"reject at the last step", []word{{verb: approve}, {verb: reject}}, refused, 1},
		{"withdraw at the first step", []word{{verb: withdraw}}, taken, 1},
		{"withdraw at the last step", []word{{verb: approve}, {verb: withdraw}}, taken, 1},
		{"withdraw while it lies with the applicant", []word{{verb: sendBack}, {verb: withdraw}}, taken, 2},
		{
			"send back to the applicant, who hands in again",
			[]word{{verb: approve}, {verb: sendBack}, {verb: resubmit}, {verb: approve}, {verb: approve}}, effective, 2,
		},
		{
			"send back to an earlier step",
			[]word{{verb: approve}, {verb: sendBack, to: 1}, {verb: approve}, {verb: approve}}, effective, 2,
		},
		{
			"send back twice",
			[]word{{verb: sendBack}, {verb: resubmit}, {verb: approve}, {verb: sendBack}, {verb: resubmit}, {verb: reject}}, refused, 3,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := begin(t, 0)
			replies := make([]*reply, len(row.words))
			var verbs []string
			for i, w := range row.words {
				verbs = append(verbs, w.verb)
				r.at(time.Duration(i+1)*time.Hour, func() { replies[i] = r.say(w) })
			}
			last := r.finish()
			require.Equal(t, row.ends, last.Status)
			require.Equal(t, row.round, last.Round)
			require.Equal(t, verbs, r.store.said(r.change))
			for _, y := range replies {
				y.counted(t)
			}
		})
	}
}

func TestCountersignWaitsForEverybody(t *testing.T) {
	r := beginChain(t, [][]string{{"330106", "330108"}}, 0)
	tasks := r.store.tasksOf(r.change)
	var first, second *reply
	r.at(time.Hour, func() { first = r.say(word{verb: approve, task: tasks[0]}) })
	r.at(2*time.Hour, func() {
		require.Equal(t, []string{"330108"}, r.believes().WaitingFor)
		second = r.say(word{verb: approve, task: tasks[1]})
	})
	r.finish()
	first.counted(t)
	second.counted(t)
}

func TestSlipsLyingInTheRegisterAreTakenFirstAndInOrder(t *testing.T) {
	r := begin(t, 0)
	var order []string
	r.store.afterCommit = func(_ context.Context, slip string) { order = append(order, slip) }
	one, two := r.handIn(word{verb: approve}), r.handIn(word{verb: withdraw})
	var early *reply
	r.at(0, func() { early = r.tell(two) }) // its message comes first, its turn does not
	last := r.finish()
	require.Equal(t, taken, last.Status)
	require.Equal(t, []string{one.SlipID, two.SlipID}, order)
	early.counted(t)
}

func TestASlipTakenBeforeItsMessageCameIsAnswered(t *testing.T) {
	r := begin(t, 0)
	m := r.handIn(word{verb: approve}) // the first Resume finds it
	var y *reply
	r.at(time.Hour, func() {
		require.Equal(t, 2, r.believes().Step)
		y = r.tell(m) // it names step 1
	})
	r.end(2 * time.Hour)
	r.finish()
	y.counted(t)
	require.Equal(t, 2, r.store.called(contract.ActivityCommitSlip))
}

func TestAClosedChangeEndsAtOnce(t *testing.T) {
	r := begin(t, 0)
	m := r.handIn(word{verb: withdraw})
	require.NoError(t, r.store.behind(r.change, m.SlipID))
	r.store.calls = map[string]int{}
	require.Equal(t, taken, r.finish().Status)
	require.Equal(t, map[string]int{contract.ActivityResume: 1}, r.store.calls)
}

func TestADatabaseThatIsDownMakesChangesWait(t *testing.T) {
	down := make([]error, 60) // half an hour of refused connections
	for i := range down {
		down[i] = errors.New("connection refused")
	}
	for _, name := range []string{contract.ActivityResume, contract.ActivityCommitSlip, contract.ActivityPassTime} {
		t.Run(name, func(t *testing.T) {
			r := begin(t, 30*24*time.Hour)
			r.store.failNext(name, down...)
			var a, b *reply
			r.at(time.Hour, func() { a = r.say(word{verb: approve}) })
			r.at(20*24*time.Hour, func() { b = r.say(word{verb: approve}) })
			require.Equal(t, effective, r.finish().Status)
			a.counted(t)
			b.counted(t)
			require.Greater(t, r.store.called(name), len(down))
		})
	}
}

func TestAWorkflowFailsOnlyWhenAnEngineerMustAct(t *testing.T) {
	r := begin(t, 0)
	r.ExecuteWorkflow(process.Suspension.WorkflowName(), contract.ChangeInput{ChangeID: "0197f000-0000-7000-8000-00000000dead"})
	var app *temporal.ApplicationError
	require.ErrorAs(t, r.GetWorkflowError(), &app)
	require.Equal(t, contract.ErrGone, app.Type(), "a workflow of a change that does not exist")
}

func TestEverybodyIsAnsweredBeforeTheRunEnds(t *testing.T) {
	r := begin(t, 0)
	r.at(time.Minute, func() { r.say(word{verb: approve}) })
	replies := make([]*reply, 20)
	r.at(time.Hour, func() {
		for i := range replies {
			replies[i] = r.say(word{verb: approve})
		}
	})
	require.Equal(t, effective, r.finish().Status)
	replies[0].counted(t)
	for _, y := range replies[1:] {
		y.refused(t, alreadyDecided)
	}
}

func TestAMessageAfterTheEndIsRefusedAsEnding(t *testing.T) {
	r := begin(t, 0)
	var first, second, again, late *reply
	r.at(time.Hour, func() {
		a, b := r.handIn(word{verb: withdraw}), r.handIn(word{verb: withdraw})
		r.store.afterCommit = func(_ context.Context, slip string) {
			if slip == b.SlipID { // the run only answers what is queued now
				r.during(func() {
					again = r.tell(a)
					late = r.tell(contract.SlipMessage{SlipID: "0197f000-0000-7000-8000-00000000beef", Step: contract.AnyStep})
				})
			}
		}
		first, second = r.tell(a), r.tell(b)
	})
	r.finish()
	first.counted(t)
	second.refused(t, changeClosed)
	again.counted(t)
	late.rejectedAs(t, contract.ErrEnding)
}
