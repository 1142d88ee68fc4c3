package service

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/worker"

	"github.com/xueji/xueji/activities"
	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/internal/upkeep"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/desk"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/message"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows"
	"github.com/xueji/xueji/workflows/contract"
)

// Worker runs workflows and activities, and the upkeep when it leads.
type Worker struct {
	parts  *parts
	cfg    config.Config
	upkeep *upkeep.Upkeep
	// deliverer sends notices to gateways.
	deliverer *upkeep.Deliverer
	// bulk is the register for jobs, with connections of its own.
	bulk *change.Engine
	jobs *job.JobRunner
	// identity is the population database that identities are checked with.
	identity identity.Checker
	// limited asks the same one for the records of a job, a few a second.
	limited identity.Checker
	limit   sync.Once
}

// OpenWorker opens a worker; Run runs it. Metrics may be nil.
func OpenWorker(ctx context.Context, cfg config.Config, clock *calendar.Clock, log *slog.Logger, metrics *prometheus.Registry, options ...Option) (*Worker, error) {
	engine, err := engineMetrics(metrics)
	if err != nil {
		return nil, err
	}
	p, err := open(ctx, cfg, workerLogin(cfg), clock, log, engine, options...)
	if err != nil {
		return nil, err
	}
	worker.SetStickyWorkflowCacheSize(cfg.Worker.CachedWorkflows) // of the process, before any worker is made
	checker, err := openChecker(cfg)
	if err != nil {
		p.close()
		return nil, err
	}
	w := &Worker{parts: p, cfg: cfg, identity: checker}
	if err := w.openBulk(ctx, clock); err != nil {
		w.close()
		return nil, err
	}
	round, err := roundMetrics(metrics)
	if err != nil {
		w.close()
		return nil, err
	}
	if w.deliverer, err = openDeliverer(cfg.Webhook, p); err != nil {
		w.close()
		return nil, err
	}
	w.upkeep = &upkeep.Upkeep{
		Register: p.register, Engine: p.engine, Log: log, OnRound: round, AtOnce: cfg.Worker.StartsAtOnce, PerSecond: cfg.Worker.StartsPerSecond, Interval: cfg.Worker.ReconcileInterval,
		Rounds: []func(context.Context) error{w.sealRecentAudit, w.tidy},
		Chores: []func(context.Context) error{w.sealAudit, w.sealIdleAccounts, w.deleteOldRosters, w.inRegister(worklist.DeleteOldBeats), w.inRegister(desk.SweepFilings), w.inRegister(transfer.RemindPaperFiles), w.inRegister(below(student.RemindSuspensions)), w.inRegister(below(graduation.TellBeforeClearing)), w.inRegister(below(schoolyear.TellAbsent)), w.dedupe, w.checkIdentities, w.inRegister(below(message.SweepDeliveries)), w.inRegister(below(account.SweepLogins))},
	}
	return w, nil
}

// AskIdentity replaces the population database of the settings, for tests in which it
// does not answer. Call it before Run.
func (w *Worker) AskIdentity(checker identity.Checker) { w.identity = checker }

// Run serves until ctx ends, then lets running work finish.
func (w *Worker) Run(ctx context.Context) error {
	defer w.close()
	delivering := make(chan struct{})
	go func() {
		defer close(delivering)
		w.deliverer.Run(ctx)
	}()
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		w.beat(ctx)
	}()
	lead := make(chan struct{})
	go func() {
		defer close(lead)
		w.parts.register.Lead(ctx, w.cfg.Worker.ReconcileInterval, w.upkeep.Once)
	}()
	for ctx.Err() == nil {
		if err := w.serve(ctx); err != nil && ctx.Err() == nil {
			w.parts.log.Warn("the worker waits for Temporal", "error", err.Error())
			pause(ctx, time.Second)
		}
	}
	<-lead
	<-delivering
	<-beating
	return nil
}

// WorkerOptions are the options of Xueji's SDK workers; the bench measures the bare
// engine with the same options.
func WorkerOptions(c config.Worker) worker.Options {
	return worker.Options{
		// With the default two pollers a burst of a hundred updates froze a
		// whole worker for a minute.
		MaxConcurrentWorkflowTaskPollers: c.WorkflowPollers,
		// All activities are local, but those of automatic steps.
		MaxConcurrentActivityTaskPollers:        4,
		MaxConcurrentLocalActivityExecutionSize: c.Activities,
		WorkerStopTimeout:                       c.StopTimeout,
	}
}

// serve runs one SDK worker until ctx ends, or until Temporal refuses it for good, for
// example because its database and namespace were deleted. The next worker sets the
// namespace up again.
func (w *Worker) serve(ctx context.Context) error {
	brief, cancel := context.WithTimeout(ctx, 10*time.Second)
	err := w.parts.engine.Ensure(brief)
	cancel()
	if err != nil {
		return err
	}
	fatal := make(chan error, 2) // one for each of the two
	options := WorkerOptions(w.cfg.Worker)
	options.OnFatalError = func(err error) { fatal <- err }
	sdkWorker := worker.New(w.parts.sdk, contract.QueueChanges, options)
	workflows.Register(sdkWorker, w.parts.proc.Kinds())
	sdkWorker.RegisterActivity(activities.NewChanges(w.parts.register, w.identity, w.parts.engine))
	bulk := BulkOptions(w.cfg)
	bulk.OnFatalError = options.OnFatalError
	jobs := worker.New(w.parts.sdk, contract.QueueBulk, bulk)
	workflows.RegisterJobs(jobs)
	jobs.RegisterActivity(activities.NewJobs(w.bulk, w.jobs))
	for _, one := range []worker.Worker{sdkWorker, jobs} {
		if err := one.Start(); err != nil {
			return err
		}
		defer one.Stop()
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return errors.Join(errors.New("temporal refused the worker"), err)
	}
}

// sealRecentAudit chains the new entries of the audit trail; sealAudit all of them, which
// reads the whole trail.
func (w *Worker) sealRecentAudit(ctx context.Context) error {
	return w.seal(ctx, (*store.Tx).SealRecentAudit)
}

func (w *Worker) sealAudit(ctx context.Context) error { return w.seal(ctx, (*store.Tx).SealAudit) }

// seal chains entries of the audit trail, one batch in each transaction.
func (w *Worker) seal(ctx context.Context, batch func(*store.Tx) (int, error)) error {
	for {
		var sealed int
		err := w.parts.register.Store.InScope(ctx, store.Scope{}, func(tx *store.Tx) (err error) {
			sealed, err = batch(tx)
			return err
		})
		if err != nil || sealed == 0 {
			return err
		}
	}
}

func (w *Worker) sealIdleAccounts(ctx context.Context) error {
	return w.parts.register.Store.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
		_, err := account.SealIdle(tx)
		return err
	})
}

// below makes a chore that knows no engine one that is given the engine.
func below(do func(*store.Tx) error) func(*change.Tx) error {
	return func(tx *change.Tx) error { return do(tx.Tx) }
}

// inRegister makes a chore of one transaction.
func (w *Worker) inRegister(do func(*change.Tx) error) func(context.Context) error {
	return func(ctx context.Context) error { return w.parts.register.InScope(ctx, store.Scope{}, do) }
}

func (w *Worker) deleteOldRosters(ctx context.Context) error {
	_, err := registration.SweepRosterFiles(ctx, w.parts.register.Store, func(ctx context.Context, key string) error {
		return w.parts.files.Delete(ctx, files.Roster, key)
	})
	if err != nil {
		return err
	}
	// A crash between writing a file and its row leaves a file nobody can find.
	// Its age is the file store's, so it is compared with the real time.
	real := w.parts.register.Clock().Now().Add(-w.parts.register.Clock().Offset())
	_, err = w.parts.files.DeleteOlder(ctx, files.Roster, real.Add(-registration.RosterLifetime-24*time.Hour))
	return err
}

// beat writes every few seconds that this worker is alive, and at the end that it stops
// in order.
func (w *Worker) beat(ctx context.Context) {
	name, watch := workerName(), clockWatch{log: w.parts.log}
	for {
		err := w.parts.register.Store.InScope(ctx, store.Scope{}, func(tx *store.Tx) error {
			off, err := worklist.ReadClockOff(tx)
			if err != nil {
				return err
			}
			watch.tell(off)
			return worklist.Beat(tx, name, off)
		})
		if err != nil && ctx.Err() == nil {
			w.parts.log.Warn("the worker could not report itself", "error", err.Error())
		}
		if pause(ctx, worklist.BeatEvery); ctx.Err() != nil {
			break
		}
	}
	brief, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := w.parts.register.Store.InScope(brief, store.Scope{}, func(tx *store.Tx) error { return worklist.EndBeat(tx, name) }); err != nil {
		w.parts.log.Info("the worker's last heartbeat will run out", "error", err.Error())
	}
}

func workerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "worker"
	}
	return host + "/" + strconv.Itoa(os.Getpid())
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
