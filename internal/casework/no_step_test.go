package casework_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/workflows/client"
)

// mute makes the workflow of a change run for so long without a step that is shown.
func (s *site) mute(change string, age time.Duration, run client.Run) {
	run.State, run.Running, run.Started = "Running", true, s.App.Clock().Machine().Add(-age)
	s.runs(change, run)
	s.engine.listed[change], s.engine.started[change] = "", run.Started
}

// Every workflow that has shown no step for a minute is counted, whatever page is
// asked for and whatever else the register has against its change.
func TestEveryWorkflowWithoutAStepIsCounted(t *testing.T) {
	s := newSite(t)
	s.change() // all is well
	young := s.change()
	s.mute(young, 30*time.Second, client.Run{})
	refused := client.Run{Attempt: 3, Failing: "workflow task, attempt 3, BadSearchAttributes", Cause: "BadSearchAttributes"}
	broken := client.Run{Attempt: 9, Failing: "workflow task, attempt 9, NonDeterministicError", Cause: "NonDeterministicError"}
	first := s.stuck()
	s.mute(first, 2*time.Minute, refused)
	for range 11 {
		s.mute(s.change(), 2*time.Minute, refused)
	}
	engineer, lost := s.change(), s.change()
	s.mute(engineer, time.Hour, broken)
	s.mute(lost, time.Hour, client.Run{})

	a := s.look(casework.Question{})
	require.EqualValues(t, 14, a.Counts[casework.FindNoStep])
	require.Len(t, a.Items, 14)
	found := told(a)
	require.Equal(t, []casework.Finding{casework.FindAttributes, casework.FindNoStep, casework.FindNobody}, found[first])
	require.Equal(t, []casework.Finding{casework.FindFailing, casework.FindNoStep}, found[engineer])
	require.Equal(t, []casework.Finding{casework.FindNoStep}, found[lost])
	require.NotContains(t, found, young)

	a = s.look(casework.Question{Limit: 3})
	require.EqualValues(t, 14, a.Counts[casework.FindNoStep], "a page shows some and counts all")
	require.Len(t, a.Items, 3)
	require.False(t, a.Complete)
	require.EqualValues(t, 14, s.look(casework.Question{Only: casework.FindNoStep}).Counts[casework.FindNoStep])
	require.Len(t, s.look(casework.Question{Only: casework.FindFailing}).Items, 1)

	require.Equal(t, casework.ActAskEngineer, casework.FindFailing.Action())
	require.Equal(t, casework.ActSetUp, casework.FindAttributes.Action(), "no engineer is needed for what the upkeep mends")
	require.Equal(t, casework.ActStartAnew, casework.FindNoStep.Action())
}

// What Temporal lacks is told once, as the cause of all the rest.
func TestAMissingWorkflowIsReported(t *testing.T) {
	s := newSite(t)
	s.change()
	require.Empty(t, s.look(casework.Question{}).Whole)
	s.engine.setup = client.Setup{Missing: []string{"DueAt", "Stage"}, Wrong: []string{"StepRound (Int, not Keyword)"}}
	a := s.look(casework.Question{})
	require.Equal(t, []casework.Finding{casework.FindNotSetUp, casework.FindWrongType}, a.Whole)
	require.Contains(t, casework.FindNotSetUp.Detail("en", a.Fill()), "DueAt, Stage")
	require.Contains(t, casework.FindWrongType.Detail("zh", a.Fill()), "StepRound (Int, not Keyword)")
	require.Contains(t, casework.FindWrongType.Action().Sentence("zh", a.Fill()), "search-attribute remove")
}
