package jobs_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/jobs"
	"github.com/xueji/xueji/api/operations"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/storetest"
)

// The job of a long sheet shows its progress, leaves nothing half checked when it is
// cancelled, and stands among the work that needs attention when it fails.
func TestTheCheckOfALongSheetOverHTTP(t *testing.T) {
	w := apitest.New(t)
	w.InParts()
	registrar, head := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauHead)
	path, up := w.UploadLong(registrar)
	id := *up.Job
	require.False(t, up.Repeated)
	require.Equal(t, registration.RosterUploaded, up.Roster.State)
	require.Contains(t, up.Next, "批量任务")
	var j jobs.Job
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &j)
	require.Equal(t, job.JobRunning, j.State)
	require.Equal(t, job.JobRosterCheck, j.Kind)
	require.Equal(t, up.Roster.ID, j.Subject)
	require.Equal(t, jobs.JobProgress{Rows: 10, Parts: 3}, j.Progress)
	w.DoParts(id, 1)
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &j)
	require.Equal(t, 4, j.Progress.RowsDone)
	require.Positive(t, j.Progress.Rate)
	require.NotNil(t, j.Progress.Remaining)

	var list rest.Page[jobs.Job]
	w.Must(http.StatusOK, head.Token, apitest.Get("/v1/jobs?state=RUNNING&kind=ROSTER_CHECK"), &list)
	require.Equal(t, id, list.Items[0].ID)
	for _, other := range []string{"kind=ROSTER_ENROL", "change_id=" + uuid.NewString()} {
		w.Must(http.StatusOK, head.Token, apitest.Get("/v1/jobs?"+other), &list)
		require.Empty(t, list.Items)
	}

	w.Must(http.StatusAccepted, head.Token, apitest.Post(path+"/cancel", nil), nil)
	require.Equal(t, job.JobCancelled, w.DoParts(id, 3).State)
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &j)
	require.Zero(t, j.Progress.RowsDone, "nothing stays half checked")
	w.Must(http.StatusAccepted, registrar.Token, apitest.Post(path+"/resume", nil), nil)
	require.NoError(t, w.Deps.Files.Delete(t.Context(), files.Roster, up.Roster.ID.String()))
	require.Equal(t, job.JobFailed, w.DoParts(id, 3).State)
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &j)
	require.Equal(t, refusal.RosterFileGone, j.Code)
	require.NotEmpty(t, j.Reason)

	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	attention := func() []operations.AttentionJob {
		t.Helper()
		var a operations.Attention
		w.Must(http.StatusOK, admin.Token, apitest.Get("/v1/operations/attention"), &a)
		return a.Jobs
	}
	told := attention()
	require.Len(t, told, 1)
	require.Equal(t, id, told[0].ID)
	require.Equal(t, "job_failed", told[0].Finding.Finding)
	require.Equal(t, "resume_job", told[0].Finding.Action)
	require.Contains(t, told[0].Finding.Advice, "xueji job resume "+id.String())
	require.Contains(t, told[0].Finding.Sentence, j.Reason)
	w.Must(http.StatusAccepted, registrar.Token, apitest.Post(path+"/cancel", nil), &j)
	w.DoParts(id, 3)
	require.Empty(t, attention(), "it was given up")
}
