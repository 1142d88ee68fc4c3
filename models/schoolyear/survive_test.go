package schoolyear_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/crowd"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/storetest"
)

// A turn of 20,000 records whose worker and whose PostgreSQL are killed at random moments
// writes no line twice and leaves none out.
func TestATurnSurvivesKills(t *testing.T) {
	c := storetest.New(t)
	c.Fill(crowd.Size{Schools: 60, Pupils: 20_000, Closed: 1_000, Open: 500})
	const eligible = `SELECT count(*) FROM student WHERE enrol_status IN ('ENROLLED', 'SUSPENDED') AND class_id IS NOT NULL AND entry_year BETWEEN 2021 AND 2025
		AND org_path <@ 'n.p52'`
	want := c.Count(eligible)
	require.Greater(t, want, 18_000)
	y, err := c.FileTurn(storetest.Province, 2026, false)
	require.NoError(t, err)
	runner, chance := c.Runner(nil), rand.New(rand.NewPCG(2026, 8))
	killed, cuts := 0, 0 // a slow machine gets more time with every kill
	attempt := func() (*job.Job, error) {
		ctx, kill := context.WithTimeout(t.Context(), time.Duration(5+chance.IntN(400+10*killed))*time.Millisecond)
		defer kill()
		at, err := runner.Stand(ctx, c.Worker.Store, y.JobID)
		if err == nil && at.State == job.JobRunning {
			at, err = runner.Do(ctx, c.Worker, y.JobID, at.NextPart)
		}
		return at, err
	}
	state := job.JobRunning
	for began := time.Now(); state == job.JobRunning; {
		require.Less(t, time.Since(began), 5*time.Minute)
		if cuts < 3 && chance.IntN(4) == 0 { // while the worker is in the middle of a part
			done := make(chan struct{})
			go func() { defer close(done); _, _ = attempt() }()
			c.PowerCut()
			<-done
			cuts++
			continue
		}
		at, err := attempt()
		if err != nil {
			killed++
			continue
		}
		state = at.State
	}
	require.Equal(t, job.JobDone, state)
	require.Positive(t, killed)
	require.Equal(t, 3, cuts)
	t.Logf("%d records, worker killed %d times, PostgreSQL %d times", want, killed, cuts)
	require.Equal(t, want, c.Count(`SELECT count(*) FROM student_history WHERE kind = 'PROMOTION'`))
	require.Equal(t, want, c.Count(`SELECT count(DISTINCT student_id) FROM student_history WHERE kind = 'PROMOTION'`))
	require.Equal(t, want, c.Count(`SELECT count(*) FROM student WHERE school_year = 2026`))
	require.Equal(t, want, c.Turn(y.ID).Moved)
}
