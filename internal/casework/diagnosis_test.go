package casework_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

func TestDiagnose(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name   string
		change func(*casework.Case)
		want   []casework.Finding
	}{
		{"all is well", func(*casework.Case) {}, []casework.Finding{casework.FindWaits}},
		{"late", func(c *casework.Case) { c.Step.DueAt = now }, []casework.Finding{casework.FindOverdue}},
		{"not applied", func(c *casework.Case) { c.Step.Problem = change.EventNotApplied }, []casework.Finding{casework.FindNotApplied}},
		{"nobody", func(c *casework.Case) { c.Step.Stuck = true }, []casework.Finding{casework.FindNobody}},
		{"no engine", func(c *casework.Case) { c.EngineErr, c.Run, c.Believes = errors.New("down"), client.Run{}, nil },
			[]casework.Finding{casework.FindEngineDown, casework.FindWaits}},
		{"no worker", func(c *casework.Case) { c.Workers.Live, c.Believes = false, nil },
			[]casework.Finding{casework.FindWorkersDown, casework.FindWaits}},
		{"no worker ever", func(c *casework.Case) { c.Workers, c.Run, c.Believes = worklist.Workers{}, client.Run{}, nil },
			[]casework.Finding{casework.FindWorkersDown, casework.FindNeverStarted, casework.FindWaits}},
		{"terminated", func(c *casework.Case) { c.Run.Running, c.Run.State, c.Believes = false, "Terminated", nil },
			[]casework.Finding{casework.FindNotRunning, casework.FindWaits}},
		{"behind", func(c *casework.Case) { c.Believes.Step = 1 }, []casework.Finding{casework.FindBehind, casework.FindWaits}},
		{"deaf", func(c *casework.Case) { c.Believes = nil }, []casework.Finding{casework.FindDeaf, casework.FindWaits}},
		{"failing", func(c *casework.Case) { c.Run.Failing = "attempt 7" }, []casework.Finding{casework.FindFailing, casework.FindWaits}},
		{"a word just said", func(c *casework.Case) { c.Slips = []worklist.CaseSlip{{CreatedAt: now.Add(-time.Second)}} }, []casework.Finding{casework.FindWaits}},
		{"a word left lying", func(c *casework.Case) { c.Slips = []worklist.CaseSlip{{CreatedAt: now.Add(-time.Minute)}} },
			[]casework.Finding{casework.FindUnsettled, casework.FindWaits}},
		{"late and nobody noted it", func(c *casework.Case) { c.Step.DueAt = now.Add(-time.Minute) }, []casework.Finding{casework.FindAsleep, casework.FindOverdue}},
		{"late and noted", func(c *casework.Case) { c.Step.DueAt, c.Step.OverdueAt = now.Add(-time.Minute), &now }, []casework.Finding{casework.FindOverdue}},
		{"the identity service is silent", func(c *casework.Case) {
			c.Step.Act, c.Step.Problem, c.Step.Able, c.Step.DueAt = process.ActIdentity, "IDENTITY_NO_ANSWER", 0, now.Add(-time.Second)
		}, []casework.Finding{casework.FindIdentitySilent}},
		{"the system does it", func(c *casework.Case) { c.Step.Act, c.Step.Able, c.Step.NextAttemptAt = process.ActValidate, 0, &now },
			[]casework.Finding{casework.FindAutomatic}},
		{"approved for a day ahead", func(c *casework.Case) {
			day := now.AddDate(0, 3, 0)
			c.Step.Act, c.Step.Able, c.Step.NextAttemptAt, c.Step.DueAt = process.ActAwaitDay, 0, &day, day.AddDate(0, 0, 1)
		}, []casework.Finding{casework.FindAwaitsDay}},
		{"the day has come and nothing happens", func(c *casework.Case) {
			day := now.Add(-2 * time.Minute)
			c.Step.Act, c.Step.Able, c.Step.NextAttemptAt, c.Step.DueAt = process.ActAwaitDay, 0, &day, day.AddDate(0, 0, 1)
		}, []casework.Finding{casework.FindStalled}},
		{"the system does not do it", func(c *casework.Case) {
			due := now.Add(-2 * time.Minute)
			c.Step.Act, c.Step.NextAttemptAt = process.ActValidate, &due
		}, []casework.Finding{casework.FindStalled}},
		{"an activity fails", func(c *casework.Case) { c.Run.Activities = []client.PendingActivity{{Name: "Perform", Attempt: 7}} },
			[]casework.Finding{casework.FindActivityRetrying, casework.FindWaits}},
		{"an activity runs", func(c *casework.Case) { c.Run.Activities = []client.PendingActivity{{Name: "Perform", Attempt: 1}} }, []casework.Finding{casework.FindWaits}},
		{"behind, and nobody can be asked", func(c *casework.Case) { c.Workers.Live, c.Believes, c.Run.StepRound = false, nil, "1/1" },
			[]casework.Finding{casework.FindWorkersDown, casework.FindBehind, casework.FindWaits}},
		{"what it believes is newer than what it stored", func(c *casework.Case) { c.Run.StepRound = "1/1" }, []casework.Finding{casework.FindWaits}},
		{"failing and deaf", func(c *casework.Case) { c.Run.Failing, c.Believes = "attempt 7", nil }, []casework.Finding{casework.FindFailing, casework.FindWaits}},
		{"started and not reported", func(c *casework.Case) { c.Asked = nil }, []casework.Finding{casework.FindStartWaiting, casework.FindWaits}},
		{"not reported a moment after it was filed", func(c *casework.Case) { c.Asked, c.FiledAt = nil, now.Add(-time.Second) }, []casework.Finding{casework.FindWaits}},
		{"not started while there is no engine", func(c *casework.Case) {
			c.Asked, c.EngineErr, c.Run, c.Believes = nil, errors.New("down"), client.Run{}, nil
		},
			[]casework.Finding{casework.FindEngineDown, casework.FindStartWaiting, casework.FindWaits}},
		{"ended", func(c *casework.Case) { c.Status, c.Step, c.Run.Running = change.StatusEffective, nil, false }, []casework.Finding{casework.FindEnded}},
		{"ended, workflow left", func(c *casework.Case) { c.Status, c.Step = change.StatusEffective, nil },
			[]casework.Finding{casework.FindEnded, casework.FindRunsAfterward}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := casework.Case{
				Case: &worklist.Case{
					Change: &change.Change{Status: change.StatusRunning, StepNo: 2, Round: 1, FiledAt: now.Add(-time.Hour)}, Now: now, Workers: worklist.Workers{Live: true, Last: now}, Asked: &now,
					Step: &worklist.CaseStep{DueAt: now.Add(time.Hour), Able: 2},
				},
				Run: client.Run{State: "Running", Running: true}, Believes: &contract.Position{Step: 2, Round: 1},
			}
			row.change(&c)
			require.Equal(t, row.want, casework.Diagnose(c))
		})
	}
}
