package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/jobs"
	"github.com/xueji/xueji/api/operations"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/sample"
	"github.com/xueji/xueji/models/store"
)

// inParts makes lists of more than two rows jobs, whose checks have parts of four.
func (w *world) inParts() {
	w.t.Helper()
	w.options.Bulk = store.Bulk{ListRows: 2, PartRows: 1}
	w.app, w.worker = w.open(migrations.AppRole), w.open(migrations.WorkerRole)
	w.deps.Store = w.app
	w.deps.Desk, w.deps.Watch = casework.New(w.app, directEngine{w.worker}, w.deps.Log), casework.NewWatch(w.app.Store, directEngine{w.worker})
	w.build()
}

// sheetOf is the sheet of so many made-up pupils of the school of a code.
func (w *world) sheetOf(school string, pupils int) []byte {
	w.t.Helper()
	divisions, err := division.Load()
	require.NoError(w.t, err)
	reader, err := roster.NewReader()
	require.NoError(w.t, err)
	all, err := sample.Pupils(11, pupils, &roster.Submission{Stage: ident.PrimaryStage, Today: calendar.DateOf(w.clock.Now()), Divisions: divisions,
		SchoolCode: school, Classes: []roster.Class{{Code: "2026101"}}})
	require.NoError(w.t, err)
	var b bytes.Buffer
	require.NoError(w.t, reader.Template().Write(&b, "", slices.Values(slices.Collect(all))))
	return b.Bytes()
}

// runner does the parts of jobs as the worker does, with the files of this world.
func (w *world) runner() *job.JobRunner {
	w.t.Helper()
	runner, err := job.NewJobRunner(kinds.JobWorks(func(ctx context.Context, key string) ([]byte, error) {
		content, err := w.deps.Files.ReadAll(ctx, files.Roster, key)
		if errors.Is(err, files.ErrMissing) {
			return nil, refusal.New(refusal.RosterFileGone)
		}
		return content, err
	}))
	require.NoError(w.t, err)
	return runner
}

// parts does parts of a job, until so many are done or it does not run any more.
func (w *world) parts(id uuid.UUID, most int) *job.Job {
	w.t.Helper()
	runner := w.runner()
	at, err := runner.Stand(w.t.Context(), w.worker.Store, id)
	require.NoError(w.t, err)
	for at.State == job.JobRunning && at.PartsDone < most {
		at, err = runner.Do(w.t.Context(), w.worker, id, at.NextPart)
		require.NoError(w.t, err)
	}
	return at
}

// uploadedLong hands a sheet of ten pupils in at a school: a job of three parts checks it.
func (w *world) uploadedLong(who caller, at place) (path string, up rosters.RosterUpload) {
	w.t.Helper()
	answer := w.uploadAs(who, "/v1/rosters", "名册.xlsx", w.sheetOf(at.path[len(at.path)-10:], 10))
	up = read[rosters.RosterUpload](w.t, http.StatusAccepted, answer)
	require.NotNil(w.t, up.Job)
	path = "/v1/jobs/" + up.Job.String()
	require.Equal(w.t, path, answer.Header().Get("Location"))
	return path, up
}

func TestJobsOverHTTP(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	w.inParts()
	school := w.places["school"]
	registrar, head := w.login(school, org.SchoolRegistrar), w.login(w.places["county"], org.BureauHead)
	path, up := w.uploadedLong(registrar, school)
	id := *up.Job
	require.False(t, up.Repeated)
	require.Equal(t, registration.RosterUploaded, up.Roster.State)
	require.Contains(t, up.Next, "批量任务")
	var j jobs.Job
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, &j)
	require.Equal(t, job.JobRunning, j.State)
	require.Equal(t, job.JobRosterCheck, j.Kind)
	require.Equal(t, up.Roster.ID, j.Subject)
	require.Equal(t, jobs.JobProgress{Rows: 10, Parts: 3}, j.Progress)
	w.parts(id, 1)
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, &j)
	require.Equal(t, 4, j.Progress.RowsDone)
	require.Positive(t, j.Progress.Rate)
	require.NotNil(t, j.Progress.Remaining)

	var list rest.Page[jobs.Job]
	w.must(http.StatusOK, head.token, call{method: "GET", path: "/v1/jobs?state=RUNNING&kind=ROSTER_CHECK"}, &list)
	require.Equal(t, id, list.Items[0].ID)
	for _, other := range []string{"kind=ROSTER_ENROL", "change_id=" + uuid.NewString()} {
		w.must(http.StatusOK, head.token, call{method: "GET", path: "/v1/jobs?" + other}, &list)
		require.Empty(t, list.Items)
	}

	w.refused("job_runs", registrar.token, call{method: "POST", path: path + "/resume"})
	answer := w.must(http.StatusAccepted, head.token, call{method: "POST", path: path + "/cancel"}, &j)
	require.Equal(t, path, answer.Header().Get("Location"))
	require.True(t, j.CancelAsked)
	require.Equal(t, job.JobRunning, j.State, "the worker counts it")
	require.Equal(t, job.JobCancelled, w.parts(id, 3).State)
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, &j)
	require.Equal(t, job.JobCancelled, j.State)
	require.Zero(t, j.Progress.RowsDone, "nothing stays half checked")
	w.refused("job_stopped", head.token, call{method: "POST", path: path + "/cancel"})
	w.must(http.StatusAccepted, registrar.token, call{method: "POST", path: path + "/resume"}, &j)
	require.True(t, j.ResumeAsked)

	w.refused("not_found", w.login(w.places["school2"], org.SchoolRegistrar).token, call{method: "GET", path: path})
	w.refused("forbidden", w.login(school, org.SchoolLeader).token, call{method: "POST", path: path + "/cancel"})
	require.NoError(t, w.deps.Files.Delete(t.Context(), files.Roster, up.Roster.ID.String()))
	require.Equal(t, job.JobFailed, w.parts(id, 3).State)
	w.must(http.StatusOK, registrar.token, call{method: "GET", path: path}, &j)
	require.Equal(t, refusal.RosterFileGone, j.Code)
	require.NotEmpty(t, j.Reason)

	admin := w.login(w.places["county"], org.BureauSysadmin)
	attention := func() []operations.AttentionJob {
		t.Helper()
		var a operations.Attention
		w.must(http.StatusOK, admin.token, call{method: "GET", path: "/v1/operations/attention"}, &a)
		return a.Jobs
	}
	told := attention()
	require.Len(t, told, 1)
	require.Equal(t, id, told[0].ID)
	require.Equal(t, "job_failed", told[0].Finding.Finding)
	require.Equal(t, "resume_job", told[0].Finding.Action)
	require.Contains(t, told[0].Finding.Advice, "xueji job resume "+id.String())
	require.Contains(t, told[0].Finding.Sentence, j.Reason)
	w.must(http.StatusAccepted, registrar.token, call{method: "POST", path: path + "/cancel"}, &j)
	w.parts(id, 3)
	require.Empty(t, attention(), "it was given up")
}

// A long sheet gives by its job what a short one gives in the answer; the same file and the
// same key begin nothing twice.
func TestALongRosterIsCheckedByAJob(t *testing.T) {
	w := newWorld(t)
	w.openClasses()
	school := w.places["school"]
	registrar := w.login(school, org.SchoolRegistrar)
	content := w.sheetOf("2152000123", 10)
	dry := read[rosters.RosterUpload](t, http.StatusOK, w.uploadAs(registrar, "/v1/rosters?dry_run=true", "a.xlsx", content))
	w.inParts()
	send := func(key string, content []byte) (rosters.RosterUpload, int) {
		t.Helper()
		answer := w.uploadAs(registrar, "/v1/rosters", "a.xlsx", content, "Idempotency-Key", key)
		return read[rosters.RosterUpload](t, answer.Code, answer), answer.Code
	}
	first, status := send("upload-0001", content)
	require.Equal(t, http.StatusAccepted, status)
	for _, key := range []string{"upload-0001", "upload-0002"} {
		again, status := send(key, content)
		require.Equal(t, http.StatusAccepted, status)
		require.True(t, again.Repeated)
		require.Equal(t, first.Job, again.Job)
		require.Equal(t, first.Roster.ID, again.Roster.ID)
		require.Contains(t, again.Next, "没有重复受理")
	}
	other := w.uploadAs(registrar, "/v1/rosters", "a.xlsx", w.sheetOf("2152000123", 3), "Idempotency-Key", "upload-0001")
	require.Equal(t, http.StatusUnprocessableEntity, other.Code)
	require.Contains(t, other.Body.String(), "idempotency_key_reused")
	require.Equal(t, http.StatusBadRequest, w.uploadAs(registrar, "/v1/rosters", "a.xlsx", content, "Idempotency-Key", "short").Code)
	require.Equal(t, 1, one[int](w, `SELECT count(*) FROM job`))
	w.refused("roster_checking", registrar.token, call{method: "POST", path: "/v1/rosters/" + first.Roster.ID.String() + "/check"})

	w.parts(*first.Job, 1)
	w.must(http.StatusAccepted, registrar.token, call{method: "POST", path: "/v1/jobs/" + first.Job.String() + "/cancel"}, nil)
	w.parts(*first.Job, 3)
	kept, _ := send("upload-0001", content)
	require.Contains(t, kept.Next, "已停止", "a repeated request changes nothing")
	require.Equal(t, "校验已停止", kept.Roster.StateLabel)
	resumed, status := send("upload-0003", content)
	require.Equal(t, http.StatusAccepted, status)
	require.Equal(t, first.Job, resumed.Job)
	require.Contains(t, resumed.Next, "从头继续")
	require.Equal(t, job.JobDone, w.parts(*first.Job, 3).State)

	done, status := send("upload-0001", content)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, registration.RosterChecked, done.Roster.State)
	require.Equal(t, dry.Counts, done.Counts)
	require.Equal(t, job.JobDone, done.Roster.JobState)
	again := w.must(http.StatusAccepted, registrar.token, call{method: "POST", path: "/v1/rosters/" + first.Roster.ID.String() + "/check"}, nil)
	require.Contains(t, again.Header().Get("Location"), "/v1/jobs/")
	fresh := one[uuid.UUID](w, `SELECT id FROM job WHERE state = 'RUNNING'`)
	require.NotEqual(t, *first.Job, fresh, "after classes were made it is checked anew")
	require.Equal(t, job.JobDone, w.parts(fresh, 3).State)
	short := read[rosters.RosterUpload](t, http.StatusCreated, w.uploadAs(registrar, "/v1/rosters", "b.xlsx", w.sheetOf("2152000123", 2)))
	require.Nil(t, short.Job, "a short sheet is checked at once, as ever")
	require.Equal(t, registration.RosterChecked, short.Roster.State)
}

// schoolBelow is the school whose job stands for an office: only schools hand sheets in. It is
// never the school of the callers, unless it is the target itself.
func (w *world) schoolBelow(target place) place {
	if target.kind == org.School {
		return target
	}
	return w.places[map[string]string{"county": "school2", "city": "school3", "county2": "school3", "county3": "school4"}[target.name]]
}

// jobCases: long work on many rows. The job of a school is the same in every case: its
// registrar hands in the same sheet again.
func jobCases() map[string]matrixCase {
	registrars := map[string]caller{}
	filed := func(w *world, target place) (who caller, path string, up rosters.RosterUpload) {
		at := w.schoolBelow(target)
		if len(registrars) == 0 {
			w.inParts()
		}
		who, known := registrars[at.name]
		if !known {
			who = w.login(at, org.SchoolRegistrar)
			registrars[at.name] = who
		}
		path, up = w.uploadedLong(who, at)
		return who, path, up
	}
	on := func(method, rest string) matrixCase {
		return matrixCase{call: func(w *world, _ caller, target place) call {
			_, path, _ := filed(w, target)
			return call{method: method, path: path + rest}
		}}
	}
	list := fixed("GET", "/v1/jobs", nil)
	resume := on("POST", "/resume")
	resume.call = func(w *world, _ caller, target place) call {
		who, path, up := filed(w, target)
		w.must(http.StatusAccepted, who.token, call{method: "POST", path: path + "/cancel"}, nil)
		w.parts(*up.Job, 3)
		return call{method: "POST", path: path + "/resume"}
	}
	return map[string]matrixCase{"list-jobs": list, "get-job": on("GET", ""), "cancel-job": on("POST", "/cancel"), "resume-job": resume}
}
