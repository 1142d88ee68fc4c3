package apitest

import (
	"bytes"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rosters"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// InParts makes lists of more than two rows jobs. Their checks have parts of four rows.
func (w *World) InParts() {
	w.t.Helper()
	w.Bulk(store.Bulk{ListRows: 2, PartRows: 1})
	w.Deps.Store = w.App
	w.Deps.Desk, w.Deps.Watch = casework.New(w.App, Worker{w.Worker}, w.Deps.Log), casework.NewWatch(w.App.Store, Worker{w.Worker})
	w.Build()
}

// MadeUpSheet is the sheet of so many made-up pupils of school A.
func (w *World) MadeUpSheet(pupils int) []byte {
	w.t.Helper()
	var list []roster.Pupil
	for range pupils {
		list = append(list, w.Items(storetest.SchoolA, 2024))
	}
	var b bytes.Buffer
	require.NoError(w.t, w.Reader.Template().Write(&b, "", slices.Values(list)))
	return b.Bytes()
}

// DoParts does parts of a job as the worker does, with the files of this world, until so many
// are done or the job does not run any more.
func (w *World) DoParts(id uuid.UUID, most int) *job.Job {
	w.t.Helper()
	runner, err := job.NewJobRunner(kinds.JobWorks(w.Deps.Files.ReadRoster, nil))
	require.NoError(w.t, err)
	at, err := runner.Stand(w.t.Context(), w.Worker.Store, id)
	require.NoError(w.t, err)
	for at.State == job.JobRunning && at.PartsDone < most {
		at, err = runner.Do(w.t.Context(), w.Worker, id, at.NextPart)
		require.NoError(w.t, err)
	}
	return at
}

// UploadLong hands a sheet of ten pupils in: a job of three parts checks it. It returns the
// address of the job and the answer.
func (w *World) UploadLong(registrar Caller) (path string, up rosters.RosterUpload) {
	w.t.Helper()
	answer := w.SendFile(registrar, "/v1/rosters", "名册.xlsx", w.MadeUpSheet(10))
	up = Read[rosters.RosterUpload](w, http.StatusAccepted, answer)
	require.NotNil(w.t, up.Job)
	path = "/v1/jobs/" + up.Job.String()
	require.Equal(w.t, path, answer.Header().Get("Location"))
	return path, up
}
