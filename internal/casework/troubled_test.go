package casework_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// lookAt asks for the jobs of an office that do not get on.
func lookAt(c *storetest.County, path string, only casework.Finding) (found map[string]casework.StuckJob) {
	c.T().Helper()
	a, err := casework.NewWatch(c.App.Store, &engine{}).Look(c.T().Context(), casework.Question{Scope: c.Scope(path), Only: only, Limit: 10})
	require.NoError(c.T(), err)
	found = map[string]casework.StuckJob{}
	for _, j := range a.Jobs {
		found[j.ID.String()] = j
		require.Positive(c.T(), a.Counts[j.Finding])
	}
	return found
}

// A job that has failed is named with its reason, one that does not move after a quarter of
// an hour; each with what is safe to do, to the offices that see it.
func TestJobsThatDoNotGetOnAreNamed(t *testing.T) {
	c := storetest.New(t)
	c.Bulk(store.Bulk{ListRows: 1, PartRows: 10})
	content, err := os.ReadFile(filepath.Join(embedded.Checkout(), "models", "roster", "testdata", "roster-clean.xlsx"))
	require.NoError(t, err)
	sheets := storetest.Drawer{}
	r, failed := c.UploadLong(storetest.SchoolA, sheets, content, "failed")
	_, slow := c.UploadLong(storetest.SchoolA, sheets, content, "slow")
	require.Empty(t, lookAt(c, storetest.SchoolA, ""))
	delete(sheets, r.BlobKey)
	require.Equal(t, job.JobFailed, c.RunJob(c.Runner(sheets), failed.ID).State)
	found := lookAt(c, storetest.SchoolA, "")
	require.Len(t, found, 1)
	told := found[failed.ID.String()]
	require.Equal(t, casework.FindJobFailed, told.Finding)
	require.Contains(t, told.Finding.Detail(refusal.Chinese, told.Fill()), "大名册分批校验")
	require.Regexp(t, `has failed at 0/\d+ rows: .+`, told.Finding.Detail(refusal.English, told.Fill()))
	require.Contains(t, told.Finding.Action().Sentence(refusal.English, told.Fill()), "xueji job resume "+failed.ID.String())

	c.Advance(job.Quiet + time.Minute)
	found = lookAt(c, storetest.SchoolA, casework.FindJobStuck)
	require.Len(t, found, 1)
	require.Contains(t, found[slow.ID.String()].Finding.Action().Sentence(refusal.Chinese, found[slow.ID.String()].Fill()), "xueji job watch "+slow.ID.String())
	require.Empty(t, lookAt(c, storetest.SchoolB, ""))
	require.Empty(t, lookAt(c, storetest.SchoolA, casework.FindOverdue))
	_, err = c.Runner(sheets).Do(t.Context(), c.Worker, slow.ID, 1)
	require.NoError(t, err)
	require.Len(t, lookAt(c, storetest.SchoolA, ""), 1, "it moved")
	require.NoError(t, c.SayToJob(storetest.SchoolA, failed.ID, job.JobResume))
	require.Empty(t, lookAt(c, storetest.SchoolA, ""), "somebody saw to it")
}

// The job by which an approved roster takes effect was stopped: the list and the explanation
// of the case say so while the change is open.
func TestAStoppedJobOfAnOpenChangeIsNamed(t *testing.T) {
	c := storetest.New(t)
	c.Bulk(store.Bulk{ListRows: 1, PartRows: 10})
	filed, err := c.FileRoster(c.Upload(storetest.SchoolA, c.Sheet("roster-clean.xlsx"), "a"))
	require.NoError(t, err)
	c.Started(filed.ID)
	c.Approve(filed.ID)
	c.Approve(filed.ID)
	explained := func() []casework.Finding {
		t.Helper()
		one := casework.Case{Machine: c.Now()}
		c.MustIn(c.Worker, "", func(tx *change.Tx) (err error) {
			one.Case, err = worklist.ReadCase(tx, filed.CaseNo)
			return err
		})
		one.Workers.Live = true
		one.Run = client.Run{State: "Running", Running: true, StepRound: contract.StepRound(one.StepNo, one.Round)}
		one.Believes = &contract.Position{Step: one.StepNo, Round: one.Round}
		return casework.Diagnose(one)
	}
	require.Equal(t, []casework.Finding{casework.FindAutomatic}, explained())
	id := uuid.MustParse(c.Text(`SELECT id::text FROM job WHERE change_id = $1`, filed.ID))
	require.NoError(t, c.SayToJob(storetest.SchoolA, id, job.JobCancel))
	runner := c.Runner(nil)
	require.Equal(t, job.JobCancelled, c.RunJob(runner, id).State)
	require.Equal(t, []casework.Finding{casework.FindJobStopped}, explained())
	require.Equal(t, casework.FindJobStopped, lookAt(c, storetest.SchoolA, "")[id.String()].Finding)
	require.NoError(t, c.SayToJob(storetest.SchoolA, id, job.JobResume))
	require.Equal(t, job.JobDone, c.RunJob(runner, id).State)
	require.Equal(t, []casework.Finding{casework.FindEnded, casework.FindRunsAfterward}, explained())
	require.Empty(t, lookAt(c, storetest.SchoolA, ""))
}
