package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/workflows/contract"
)

const season = 101 * 24 * time.Hour

// aheadRun gives a change that is asked for a season ahead, and its run, which two
// approvals bring to the step that waits.
func aheadRun(t *testing.T, answers ...string) *run {
	t.Helper()
	r := begin(t, 0)
	r.store.ahead(r.change, season, answers...)
	r.at(time.Hour, func() { r.say(word{verb: approve}) })
	r.at(2*time.Hour, func() { r.say(word{verb: approve}) })
	return r
}

// An approved change sleeps until its day, tells admins so, and is in force without a word.
func TestApprovedChangeWaitsUntilItsDay(t *testing.T) {
	r := aheadRun(t, pass)
	r.at(2*time.Hour+season-time.Second, func() {
		require.Equal(t, 3, r.believes().Step)
		require.Zero(t, r.store.called(contract.ActivityPerform))
		require.Zero(t, r.store.called(contract.ActivityPassTime), "nothing is due before the day")
	})
	require.Equal(t, effective, r.finish().Status)
	require.Equal(t, opening.Add(2*time.Hour+season), r.Now().UTC())
	require.Equal(t, 1, r.store.called(contract.ActivityPerform))
	waits := r.attributes(t)[2]
	require.Equal(t, attributes{
		kind: "SUSPENSION", province: "33", stage: "EFFECTIVE_DAY", stepRound: "3/1",
		waiting: []string{"EFFECTIVE_DAY", theDay}, due: opening.Add(2*time.Hour + season), since: opening.Add(2 * time.Hour),
	}, waits, "no due day: nobody is asked")
}

// The applicant is heard while it sleeps.
func TestAChangeThatWaitsForItsDayIsWithdrawn(t *testing.T) {
	r := aheadRun(t, pass)
	r.at(50*24*time.Hour, func() { r.say(word{verb: withdraw}) })
	require.Equal(t, taken, r.finish().Status)
	require.Equal(t, opening.Add(50*24*time.Hour), r.Now().UTC())
	require.Zero(t, r.store.called(contract.ActivityPerform))
}

// When the record cannot take it on the day, people are asked again, once.
func TestPeopleAreAskedAgainWhenTheDayFails(t *testing.T) {
	r := aheadRun(t, fail)
	r.at(3*time.Hour+season, func() {
		at := r.believes()
		require.Equal(t, "2/2", contract.StepRound(at.Step, at.Round))
		require.Equal(t, 1, r.store.called(contract.ActivityPerform))
		r.say(word{verb: approve})
	})
	require.Equal(t, effective, r.finish().Status)
	require.Equal(t, []string{approve, approve, fail, approve}, r.store.said(r.change))
}

// A reset, a termination and a worker that comes back find the day in the register.
func TestResetRunWaitsOnForItsDay(t *testing.T) {
	s := newSite(t)
	kill := s.work()
	change := s.store.file(chain(), 0)
	s.store.ahead(change, time.Hour, pass)
	require.NoError(t, s.client.Start(s.ctx(), starting(change, kinds()[0])))
	s.counts(change, word{verb: approve})
	s.counts(change, word{verb: approve})
	s.believesAt(change, 3)

	s.reset(change)
	s.believesAt(change, 3)
	require.NoError(t, s.sdk.TerminateWorkflow(s.ctx(), contract.WorkflowID(change), "", "by hand"))
	require.NoError(t, s.client.Start(s.ctx(), starting(change, kinds()[0])))
	s.believesAt(change, 3)
	kill()
	s.store.dayIsNear(change)
	s.work()
	require.NoError(t, s.client.Refresh(s.ctx(), change))
	require.Equal(t, effective, s.ends(change).Status)
	require.Equal(t, []string{approve, approve, pass}, s.store.said(change), "in force once")
}
