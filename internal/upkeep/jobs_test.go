package upkeep

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/workflows/contract"
)

// longSheet hands a sheet in that is checked by a job, at a school.
func longSheet(t *testing.T, c *storetest.County, sheets storetest.Drawer, hash string) *job.Job {
	t.Helper()
	c.Bulk(store.Bulk{ListRows: 1, PartRows: 10})
	content, err := os.ReadFile(filepath.Join(embedded.Checkout(), "models", "roster", "testdata", "roster-clean.xlsx"))
	require.NoError(t, err)
	_, j := c.UploadLong(storetest.SchoolA, sheets, content, hash)
	return j
}

// lookAtJobs does the part of a round that is about jobs.
func lookAtJobs(t *testing.T, u *Upkeep) (round Round) {
	t.Helper()
	require.NoError(t, u.jobs(t.Context(), &round))
	return round
}

// A job that was filed a moment ago is left to whoever filed it; later its workflow is
// started, once, and again after Temporal was wiped.
func TestAJobWithoutAWorkflowIsStarted(t *testing.T) {
	c, e := storetest.New(t), newEngine()
	u, sheets := upkeepOf(t, c, e), storetest.Drawer{}
	j := longSheet(t, c, sheets, "a")
	u.Register = c.Worker
	id := contract.JobWorkflowID(j.ID.String())
	require.Zero(t, lookAtJobs(t, u))
	c.Advance(startGrace + time.Second)
	e.down = true
	require.ErrorIs(t, u.jobs(t.Context(), &Round{}), errDown)
	e.down = false
	require.Equal(t, Round{Started: 1, Refreshed: 1}, lookAtJobs(t, u), "no workflow has looked at it yet")
	require.Equal(t, []string{id}, e.started)
	runner := c.Runner(sheets)
	_, err := runner.Stand(t.Context(), c.Worker.Store, j.ID)
	require.NoError(t, err)
	require.Zero(t, lookAtJobs(t, u), "it is looked after")

	clear(e.running)
	require.Equal(t, Round{Started: 1}, lookAtJobs(t, u), "Temporal was wiped")
	require.Equal(t, job.JobDone, c.RunJob(runner, j.ID).State)
	e.heard()
	require.Equal(t, Round{Refreshed: 1}, lookAtJobs(t, u), "a workflow that runs on is told, and ends")
	require.Equal(t, []string{id}, e.heard())
	clear(e.running)
	require.Zero(t, lookAtJobs(t, u), "a job that is done needs nothing")
}

// The clock of the register stands still: what was handed in does not grow older by it, and
// is handed over all the same once this process has seen it wait.
func TestWhatWaitsIsHandedOverWhenTheClockStands(t *testing.T) {
	c, e := storetest.New(t), newEngine()
	u := upkeepOf(t, c, e)
	j := longSheet(t, c, storetest.Drawer{}, "a")
	u.Register = c.Worker
	id := contract.JobWorkflowID(j.ID.String())
	waited := func(p *patience, one uuid.UUID, most time.Duration) {
		t.Helper()
		since, seen := p.since[one]
		require.True(t, seen, "it was seen to wait")
		p.since[one] = since.Add(-most)
	}
	require.Zero(t, lookAtJobs(t, u))
	waited(&u.asked, j.ID, startGrace)
	require.Equal(t, 1, lookAtJobs(t, u).Started)
	require.Equal(t, []string{id}, e.started)
	_, err := c.Runner(nil).Stand(t.Context(), c.Worker.Store, j.ID)
	require.NoError(t, err)

	require.NoError(t, c.SayToJob(storetest.SchoolA, j.ID, job.JobCancel))
	e.heard()
	lookAtJobs(t, u)
	require.Empty(t, e.heard(), "whoever said it wakes the job")
	word := uuid.MustParse(c.Text(`SELECT id::text FROM job_word`))
	waited(&u.asked, word, startGrace)
	require.Equal(t, 1, lookAtJobs(t, u).Refreshed)
	require.Equal(t, []string{id}, e.heard())

	waiting := c.Waiting(storetest.SchoolA)
	slip := c.HandInLast(waiting)
	shows := func() {
		p := c.Position(waiting)
		e.running[contract.WorkflowID(waiting.String())] = contract.StepRound(p.Step, p.Round)
	}
	shows()
	reconcile := func() []string {
		t.Helper()
		require.NoError(t, u.reconcile(t.Context(), &Round{}))
		return e.heard()
	}
	require.Empty(t, reconcile(), "its workflow may be counting it")
	require.Empty(t, reconcile(), "it is as old as before")
	waited(&u.slips, slip.ID, lateGrace)
	require.Equal(t, []string{contract.WorkflowID(waiting.String())}, reconcile())
	require.Equal(t, change.SlipCounted, c.Commit(slip).Outcome)
	delete(e.running, contract.WorkflowID(waiting.String()))
	require.Empty(t, reconcile(), "it was counted")
	require.Empty(t, u.slips.since, "and is forgotten")
}
