package storetest

import (
	"context"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/store"
)

// Drawer keeps uploaded sheets by their keys, as the file store does.
type Drawer map[string][]byte

// Open reads a sheet; one that is gone is refused as the service refuses it.
func (d Drawer) Open(_ context.Context, key string) ([]byte, error) {
	content, kept := d[key]
	if !kept {
		return nil, refusal.New(refusal.RosterFileGone)
	}
	return content, nil
}

// Runner does the parts of jobs as the worker does, with the sheets of a drawer.
func (c *County) Runner(sheets Drawer) *job.JobRunner {
	c.t.Helper()
	runner, err := job.NewJobRunner(kinds.JobWorks(sheets.Open, nil))
	require.NoError(c.t, err)
	return runner
}

// UploadLong hands a long sheet in as an upload does, with the job that checks it.
func (c *County) UploadLong(path string, sheets Drawer, content []byte, hash string) (r *registration.Roster, j *job.Job) {
	c.t.Helper()
	key := "k-" + hash
	sheets[key] = content
	parts, err := registration.PartsOfCheck(c.t.Context(), c.App.Store, c.SheetOf(content))
	require.NoError(c.t, err)
	require.NotEmpty(c.t, parts, "the sheet is not long")
	c.MustIn(c.App, path, func(tx *change.Tx) (err error) {
		r, _, err = registration.BeginRoster(tx.Tx, registration.NewRoster{ID: store.NewID(), School: c.ID(path), OrgPath: path,
			FileName: "名册.xlsx", FileSHA256: []byte(hash), FileSize: int64(len(content)), BlobKey: key})
		if err == nil {
			j, err = registration.FileRosterCheck(tx.Tx, r, parts)
		}
		return err
	})
	return r, j
}

// Job reads a job as the worker sees it.
func (c *County) Job(id uuid.UUID) (j *job.Job) {
	c.t.Helper()
	c.MustIn(c.Worker, "", func(tx *change.Tx) (err error) {
		j, err = job.ReadJob(tx.Tx, id)
		return err
	})
	return j
}

// SayToJob says a word to a job, as whoever files at an office.
func (c *County) SayToJob(path string, id uuid.UUID, verb job.JobVerb) error {
	c.t.Helper()
	return c.In(c.App, path, func(tx *change.Tx) error {
		_, err := job.SayToJob(tx.Tx, id, verb)
		return err
	})
}

// RunJob does parts of a job, as its workflow asks for them, until it does not run any more.
func (c *County) RunJob(runner *job.JobRunner, id uuid.UUID) (at *job.Job) {
	c.t.Helper()
	at, err := runner.Stand(c.t.Context(), c.Worker.Store, id)
	require.NoError(c.t, err)
	for at.State == job.JobRunning {
		at, err = runner.Do(c.t.Context(), c.Worker, id, at.NextPart)
		require.NoError(c.t, err)
	}
	return at
}
