package api

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/jobs"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/org"
)

// longRoster is an approved roster of a school that takes effect as a job of three parts.
func (w *world) longRoster(at place) (job, change uuid.UUID) {
	w.t.Helper()
	job, change = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO job (id, kind, org_id, org_path, province_code, subject_id, case_no, effective_on, filed_by, created_at)
		VALUES ($1, 'ROSTER_ENROL', $2, $3::text::ltree, '520000', $4, '52-2026-000001', '2026-11-20', $2, $5)`, job, at.id, at.path, change, w.clock.Now())
	w.exec(`INSERT INTO job_part (job_id, no, org_path, first_no, last_no, rows) SELECT $1, n, $2::text::ltree, 500 * n, 500 * n + 499, 500 FROM generate_series(1, 3) n`, job, at.path)
	return job, change
}

func TestJobsOverHTTP(t *testing.T) {
	w := newWorld(t)
	school := w.places["school"]
	registrar, head := w.login(school, org.SchoolRegistrar), w.login(w.places["county"], org.BureauHead)
	id, _ := w.longRoster(school)
	path := "/v1/jobs/" + id.String()
	var j jobs.Job
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, &j)
	require.Equal(t, job.JobRunning, j.State)
	require.Equal(t, jobs.JobProgress{Rows: 1500, Parts: 3}, j.Progress)
	w.exec(`UPDATE job_part SET done_at = now(), took = '2 seconds' WHERE job_id = $1 AND no = 1`, id)
	left := 4
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, &j)
	require.Equal(t, jobs.JobProgress{Rows: 1500, RowsDone: 500, Parts: 3, PartsDone: 1, Rate: 250, Remaining: &left}, j.Progress)

	var list rest.Page[jobs.Job]
	w.must(http.StatusOK, head.token, call{method: "GET", path: "/v1/jobs?state=RUNNING&kind=ROSTER_ENROL"}, &list)
	require.Equal(t, id, list.Items[0].ID)
	w.must(http.StatusOK, head.token, call{method: "GET", path: "/v1/jobs?change_id=" + uuid.NewString()}, &list)
	require.Empty(t, list.Items)

	w.refused("job_runs", registrar.token, call{method: "POST", path: path + "/resume"})
	answer := w.must(http.StatusAccepted, head.token, call{method: "POST", path: path + "/cancel"}, &j)
	require.Equal(t, path, answer.Header().Get("Location"))
	require.True(t, j.CancelAsked)
	require.Equal(t, job.JobRunning, j.State, "the worker counts it")
	runner, err := job.NewJobRunner(kinds.JobWorks())
	require.NoError(t, err)
	_, err = runner.Stand(t.Context(), w.worker.Store, id)
	require.NoError(t, err)
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, &j)
	require.Equal(t, job.JobCancelled, j.State)
	w.refused("job_stopped", head.token, call{method: "POST", path: path + "/cancel"})
	w.must(http.StatusAccepted, registrar.token, call{method: "POST", path: path + "/resume"}, &j)
	require.True(t, j.ResumeAsked)

	w.refused("not_found", w.login(w.places["school2"], org.SchoolRegistrar).token, call{method: "GET", path: path})
	w.refused("forbidden", w.login(school, org.SchoolLeader).token, call{method: "POST", path: path + "/cancel"})
	w.exec(`UPDATE job SET state = 'FAILED', problem = 'roster_state', ended_at = now() WHERE id = $1`, id)
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, &j)
	require.Equal(t, "roster_state", string(j.Code))
	require.NotEmpty(t, j.Reason)
}

// jobCases: long work on many rows.
func jobCases() map[string]matrixCase {
	on := func(method, rest string) matrixCase {
		return matrixCase{call: func(w *world, _ caller, target place) call {
			id, _ := w.longRoster(target)
			return call{method: method, path: "/v1/jobs/" + id.String() + rest}
		}}
	}
	list := fixed("GET", "/v1/jobs", nil)
	resume := on("POST", "/resume")
	resume.call = func(w *world, _ caller, target place) call {
		id, _ := w.longRoster(target)
		w.exec(`UPDATE job SET state = 'CANCELLED', ended_at = now() WHERE id = $1`, id)
		return call{method: "POST", path: "/v1/jobs/" + id.String() + "/resume"}
	}
	return map[string]matrixCase{"list-jobs": list, "get-job": on("GET", ""), "cancel-job": on("POST", "/cancel"), "resume-job": resume}
}
