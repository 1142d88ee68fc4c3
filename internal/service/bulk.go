package service

import (
	"context"
	"errors"

	"go.temporal.io/sdk/worker"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// bulkOf gives the register the sizes of jobs that the settings name.
func bulkOf(c config.Bulk) store.Bulk { return store.Bulk{ListRows: c.ListRows, PartRows: c.PartRows} }

// openBulk opens the register once more for jobs. Their few connections are no part of
// the pool that decisions wait for, whatever the jobs do.
func (w *Worker) openBulk(ctx context.Context, clock *calendar.Clock) (err error) {
	if w.jobs, err = job.NewJobRunner(kinds.JobWorks(w.openSheet)); err != nil {
		return err
	}
	w.bulk, err = openRegister(ctx, w.cfg, w.parts, login{dsn: w.cfg.Database.WorkerURL, connections: w.cfg.Bulk.Connections}, clock)
	return err
}

// openSheet reads the sheet of a roster as it was uploaded.
func (w *Worker) openSheet(ctx context.Context, key string) ([]byte, error) {
	content, err := w.parts.files.ReadAll(ctx, files.Roster, key)
	if errors.Is(err, files.ErrMissing) {
		return nil, refusal.New(refusal.RosterFileGone).Because(err)
	}
	return content, err
}

// close ends all connections of the worker.
func (w *Worker) close() {
	if w.bulk != nil {
		w.bulk.Close()
	}
	w.parts.close()
}

// BulkOptions are what Xueji's SDK worker of jobs runs with: few things at a time.
func BulkOptions(c config.Config) worker.Options {
	return worker.Options{
		MaxConcurrentWorkflowTaskPollers:        2,
		MaxConcurrentActivityTaskPollers:        2,
		MaxConcurrentActivityExecutionSize:      max(c.Bulk.Parts, 1),
		MaxConcurrentLocalActivityExecutionSize: max(int(c.Bulk.Connections), 1),
		WorkerStopTimeout:                       c.Worker.StopTimeout,
	}
}
