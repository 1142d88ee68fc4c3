package service

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/store"
)

// bulkOf gives the register the sizes of jobs that the settings name.
func bulkOf(c config.Bulk) store.Bulk {
	return store.Bulk{ListRows: c.ListRows, PartRows: c.PartRows, Share: c.Share}
}

// openBulk opens the register once more for jobs. Their few connections are no part of
// the pool that decisions wait for, whatever the jobs do.
func (w *Worker) openBulk(ctx context.Context, clock *calendar.Clock) (err error) {
	if w.jobs, err = job.NewJobRunner(kinds.JobWorks(w.parts.files.ReadRoster, w.askForJob)); err != nil {
		return err
	}
	w.bulk, err = openRegister(ctx, w.cfg, w.parts, login{dsn: w.cfg.Database.WorkerURL, connections: w.cfg.Bulk.Connections}, clock)
	return err
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
