package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/refusal"
)

func TestAJobIsWatchedAsABarUntilItEnds(t *testing.T) {
	steps := []job.Job{
		{State: job.JobRunning, JobProgress: job.JobProgress{RowCount: 1500, Parts: 3}},
		{State: job.JobRunning, JobProgress: job.JobProgress{RowCount: 1500, RowsDone: 500, Parts: 3, PartsDone: 1, Worked: 2}},
		{State: job.JobDone, JobProgress: job.JobProgress{RowCount: 1500, RowsDone: 1500, Parts: 3, PartsDone: 3, Worked: 6}},
	}
	var out bytes.Buffer
	looks := 0
	err := watchJob(t.Context(), &out, time.Millisecond, refusal.English, func() (*job.Job, error) {
		j := steps[looks]
		looks++
		return &j, nil
	})
	require.NoError(t, err)
	none := uuid.Nil.String()
	require.Equal(t, none+"  [..............................]  0/1500  running   \r"+
		none+"  [##########....................]  500/1500  running  250/s  4s   \r"+
		none+"  [##############################]  1500/1500  done   \n", out.String())
}

func TestAnIDThatIsNoneIsRefused(t *testing.T) {
	var out, errs bytes.Buffer
	require.Equal(t, 1, run([]string{"job", "show", "7"}, &out, &errs))
	require.Contains(t, errs.String(), `"7" is no ID of a job`)
}
