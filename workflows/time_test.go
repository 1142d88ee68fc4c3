package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/workflows/contract"
)

const term = 10 * 24 * time.Hour

func TestTimeRemindsAndMarksButNeverDecides(t *testing.T) {
	r := begin(t, term)
	var passed []time.Duration
	begun := opening
	r.SetOnTimerFiredListener(func(string) { passed = append(passed, r.Now().Sub(begun)) })
	var late *reply
	r.at(300*24*time.Hour, func() {
		require.Equal(t, []string{"REMINDED_50", "REMINDED_80", "OVERDUE"}, r.store.said(r.change))
		at := r.store.at(r.change)
		require.Equal(t, 1, at.Step, "nobody is approved because time ran out")
		require.Equal(t, 3, r.store.called(contract.ActivityPassTime))
		require.Zero(t, at.Wait)
		late = r.say(word{verb: reject})
	})
	require.Equal(t, refused, r.finish().Status)
	late.counted(t)
	for _, due := range []time.Duration{term / 2, term * 8 / 10, term} {
		require.Contains(t, passed, due)
	}
}

func TestWaitOfZeroMeansNoTimer(t *testing.T) {
	r := begin(t, 0)
	timers := 0
	r.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
	var late *reply
	r.at(5*365*24*time.Hour, func() {
		require.Zero(t, r.store.called(contract.ActivityPassTime))
		require.Equal(t, 1, r.store.called(contract.ActivityResume))
		late = r.say(word{verb: withdraw})
	})
	r.finish()
	late.counted(t)
	require.Zero(t, timers)
}

func TestEveryStepHasItsOwnTime(t *testing.T) {
	r := begin(t, term)
	r.at(term*6/10, func() { r.say(word{verb: approve}) })
	r.at(term*6/10+term*4/10, func() { r.say(word{verb: sendBack}) })
	r.at(3*term, func() { r.say(word{verb: withdraw}) })
	r.finish()
	require.Equal(t, []string{
		"REMINDED_50", approve, // of the first step
		sendBack,                                // before half of the second
		"REMINDED_50", "REMINDED_80", "OVERDUE", // with the applicant
		withdraw,
	}, r.store.said(r.change))
}

func TestForeignMessagesDoNotDelayDeadlines(t *testing.T) {
	r := begin(t, term)
	overdue := term + time.Hour
	for after := time.Hour; after < overdue; after += 6 * time.Hour {
		r.at(after, func() { r.SignalWorkflow(contract.SignalSlip, contract.SlipMessage{SlipID: "nothing"}) })
	}
	r.at(overdue, func() {
		require.Equal(t, []string{"REMINDED_50", "REMINDED_80", "OVERDUE"}, r.store.said(r.change))
	})
	r.end(overdue + time.Hour)
	r.finish()
}

func TestUnneededTimerIsCancelled(t *testing.T) {
	r := begin(t, term)
	cancelled := 0
	r.SetOnTimerCanceledListener(func(string) { cancelled++ })
	r.at(time.Hour, func() { r.say(word{verb: approve}) })
	r.at(2*time.Hour, func() { r.say(word{verb: approve}) })
	r.finish()
	require.Equal(t, 2, cancelled)
}
