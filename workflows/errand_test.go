package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/workflows/contract"
)

// automaticRun gives a change whose first step is automatic, and its run.
func automaticRun(t *testing.T, answers ...string) *run {
	t.Helper()
	r := begin(t, 0)
	r.store.automatic(r.change, 1, answers...)
	return r
}

func TestAnAutomaticStepPassesByItself(t *testing.T) {
	r := automaticRun(t, pass)
	r.at(time.Minute, func() {
		require.Equal(t, 2, r.believes().Step)
		r.say(word{verb: approve})
	})
	require.Equal(t, effective, r.finish().Status)
	require.Equal(t, 1, r.store.called(contract.ActivityPerform))
	require.Equal(t, []string{pass, approve}, r.store.said(r.change))
}

func TestAnAutomaticStepEndsTheChangeWithAResult(t *testing.T) {
	r := automaticRun(t, fail)
	require.Equal(t, refused, r.finish().Status)
	require.Equal(t, 1, r.store.called(contract.ActivityPerform))
}

// Silence is no verdict: the step waits and is tried again, however long it takes.
func TestNoAnswerKeepsTheStepOpen(t *testing.T) {
	r := automaticRun(t, silence, silence, silence, pass)
	r.at(time.Hour, func() { r.say(word{verb: approve}) })
	require.Equal(t, effective, r.finish().Status)
	require.Equal(t, 4, r.store.called(contract.ActivityPerform))
}

// A school can take its change back while the world outside is silent, and even
// while it is being asked.
func TestSlipsAreTakenWhileAnOutsideServiceIsSilent(t *testing.T) {
	r := automaticRun(t, silence)
	r.at(time.Hour, func() { r.say(word{verb: withdraw}) })
	require.Equal(t, taken, r.finish().Status)

	r = automaticRun(t, pass)
	asked := 0
	r.store.whileAsking = func(change string) {
		if asked++; asked == 1 {
			m, err := r.store.handIn(change, word{verb: withdraw})
			require.NoError(t, err)
			r.SignalWorkflow(contract.SignalSlip, m)
			require.NoError(t, r.store.behind(change, m.SlipID)) // counted before the answer is in
		}
	}
	require.Equal(t, taken, r.finish().Status)
	require.Empty(t, r.store.mistakes())
}

// Nothing is asked while nothing is due: a timer, not a loop, waits.
func TestAutomaticStepIsNotRepeatedBeforeItIsDue(t *testing.T) {
	r := automaticRun(t, pass)
	r.at(time.Second, func() {
		for range 5 {
			r.SignalWorkflow(contract.SignalRefresh, nil)
		}
	})
	r.at(time.Hour, func() { r.say(word{verb: approve}) })
	require.Equal(t, effective, r.finish().Status)
	require.Equal(t, 1, r.store.called(contract.ActivityPerform))
}

// The register passes the step a moment before the run hears of it. Who is fast
// enough to decide the next step in between is heard, and not sent round by a refresh.
func TestSlipOfTheNextStepIsTakenBeforeTheAutomaticStepReturns(t *testing.T) {
	r := automaticRun(t, pass)
	var early, wrong *reply
	r.store.whileAsking = func(change string) {
		require.NoError(t, r.store.passed(change))
		r.during(func() {
			m := r.handIn(word{verb: approve})
			require.Equal(t, 2, m.Step)
			wrong = r.tell(contract.SlipMessage{SlipID: m.SlipID, Step: 3, Round: m.Round})
			early = r.tell(m)
		})
	}
	require.Equal(t, effective, r.finish().Status)
	early.counted(t)
	wrong.rejectedAs(t, contract.ErrStale)
	require.Equal(t, []string{pass, approve}, r.store.said(r.change))
}
