package jobs_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/jobs"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// longRoster is an approved roster of school A that takes effect as a job of three parts.
func longRoster(w *apitest.World) (engine *change.Engine, id uuid.UUID) {
	w.T().Helper()
	engine = w.Open(migrations.WorkerRole, func(o *store.Options) { o.Bulk = store.Bulk{ListRows: 2, PartRows: 2} })
	w.Deps.Desk = casework.New(w.Deps.Store, apitest.Worker{Engine: engine}, w.Deps.Log)
	w.Build()
	var pupils []roster.Pupil
	for range 6 {
		pupils = append(pupils, w.Items(storetest.SchoolA, 2024))
	}
	w.EnrolRoster(w.Upload(storetest.SchoolA, w.Written(pupils...), "long").ID, w.Hands())
	return engine, apitest.One[uuid.UUID](w, `SELECT id FROM job`)
}

// timedWork does a part in two seconds, or refuses it.
type timedWork struct {
	job.JobWork

	hand    *calendar.Hand
	refused *refusal.Error
}

func (t *timedWork) Part(tx *store.Tx, j *job.Job, p *job.JobPart) error {
	t.hand.Advance(2 * time.Second)
	if t.refused != nil {
		return t.refused
	}
	return t.JobWork.Part(tx, j, p)
}

func TestJobsOverHTTP(t *testing.T) {
	w := apitest.New(t)
	school := storetest.SchoolA
	registrar, head := w.LogIn(school, org.SchoolRegistrar), w.LogIn(storetest.Bureau, org.BureauHead)
	engine, id := longRoster(w)
	works := kinds.JobWorks(nil, nil)
	work := &timedWork{JobWork: works[job.JobRosterEnrol], hand: w.Hand}
	works[job.JobRosterEnrol] = work
	runner, err := job.NewJobRunner(works)
	require.NoError(t, err)
	path := "/v1/jobs/" + id.String()
	var j jobs.Job
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &j)
	require.Equal(t, job.JobRunning, j.State)
	require.Equal(t, jobs.JobProgress{Rows: 6, Parts: 3}, j.Progress)
	_, err = runner.Do(t.Context(), engine, id, 1)
	require.NoError(t, err)
	left := 4
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &j)
	require.Equal(t, jobs.JobProgress{Rows: 6, RowsDone: 2, Parts: 3, PartsDone: 1, Rate: 1, Remaining: &left}, j.Progress)

	var list rest.Page[jobs.Job]
	w.Must(http.StatusOK, head.Token, apitest.Get("/v1/jobs?state=RUNNING&kind=ROSTER_ENROL"), &list)
	require.Equal(t, id, list.Items[0].ID)
	w.Must(http.StatusOK, head.Token, apitest.Get("/v1/jobs?change_id="+uuid.NewString()), &list)
	require.Empty(t, list.Items)

	w.Refused("job_runs", registrar.Token, apitest.Post(path+"/resume", nil))
	answer := w.Must(http.StatusAccepted, head.Token, apitest.Post(path+"/cancel", nil), &j)
	require.Equal(t, path, answer.Header().Get("Location"))
	require.True(t, j.CancelAsked)
	require.Equal(t, job.JobRunning, j.State, "the worker counts it")
	_, err = runner.Stand(t.Context(), engine.Store, id)
	require.NoError(t, err)
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &j)
	require.Equal(t, job.JobCancelled, j.State)
	w.Refused("job_stopped", head.Token, apitest.Post(path+"/cancel", nil))
	w.Must(http.StatusAccepted, registrar.Token, apitest.Post(path+"/resume", nil), &j)
	require.True(t, j.ResumeAsked)

	w.Refused("not_found", w.LogIn(storetest.SchoolB, org.SchoolRegistrar).Token, apitest.Get(path))
	w.Refused("forbidden", w.LogIn(school, org.SchoolLeader).Token, apitest.Post(path+"/cancel", nil))
	work.refused = refusal.New(refusal.RosterState)
	_, err = runner.Do(t.Context(), engine, id, 2)
	require.NoError(t, err)
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &j)
	require.Equal(t, "roster_state", string(j.Code))
	require.NotEmpty(t, j.Reason)
}
