package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/xueji/xueji/api"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
)

// starters is how many filings one API process hands to Temporal at the same time.
const starters = 8

// API serves HTTP.
type API struct {
	parts   *parts
	desk    *casework.Desk
	handler http.Handler
	cfg     config.Config
}

// OpenAPI opens the API; Run serves it. Metrics may be nil.
func OpenAPI(ctx context.Context, cfg config.Config, clock *calendar.Clock, log *slog.Logger, metrics *prometheus.Registry, options ...Option) (*API, error) {
	p, err := open(ctx, cfg, appLogin(cfg), clock, log, nil, options...)
	if err != nil {
		return nil, err
	}
	if cfg.HTTP.PublicURL == "" && cfg.Environment == config.Production {
		log.WarnContext(ctx, "http.public_url is not set: nobody can log in with a browser; set it to the https address that people open")
	}
	a := &API{parts: p, cfg: cfg, desk: casework.New(p.register, p.engine, log)}
	a.handler, err = api.Site(api.Deps{
		Limits:         rest.Limits{PerAccount: rate.Limit(cfg.HTTP.RatePerSecond), AccountBurst: cfg.HTTP.RateBurst},
		TrustedProxies: cfg.HTTP.TrustedProxies, PublicURL: cfg.HTTP.PublicURL, PlainLoopback: cfg.Environment != config.Production, Webhooks: webhookRules(cfg.Webhook), EvidenceLimit: cfg.HTTP.EvidenceLimit, RosterLimit: cfg.HTTP.RosterLimit,
		Store: p.register, Desk: a.desk, Watch: casework.NewWatch(p.register.Store, p.engine), EnginePage: cfg.Temporal.Page, Processes: p.proc, Trial: p.trial, Files: p.files, Log: log, Version: Version(), Metrics: metrics,
		Checks: []rest.Check{
			{Name: "database", Ask: p.register.Ping},
			{Name: "keys", Ask: func(ctx context.Context) error { return checkKeys(ctx, p.register.Store) }},
			{Name: "files", Ask: p.files.Ready},
			{Name: "temporal", Ask: p.engine.Healthy, Optional: true},
			{Name: "worker", Ask: a.workerAlive, Optional: true},
		},
	})
	if err != nil {
		p.close()
		return nil, err
	}
	return a, nil
}

// Handler returns the handler of the whole API, for tests with a listener of their own.
func (a *API) Handler() http.Handler { return a.handler }

// Run listens and serves until ctx ends, then lets running requests finish.
func (a *API) Run(ctx context.Context) error {
	listener, err := Listen(ctx, a.cfg.HTTP.Listen)
	if err != nil {
		a.parts.close()
		return err
	}
	return a.Serve(ctx, listener)
}

// Listen opens the address of the API. When the address is in use, the error names the
// way out.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("the address %s cannot be used (%w); stop the program that holds it or set http.listen to another one", address, err)
	}
	return listener, nil
}

// Serve serves on a listener until ctx ends.
func (a *API) Serve(ctx context.Context, listener net.Listener) error {
	defer a.parts.close()
	server := rest.Listener(a.handler, rest.Timeouts{Read: a.cfg.HTTP.ReadTimeout, Write: a.cfg.HTTP.WriteTimeout, Idle: a.cfg.HTTP.IdleTimeout})
	server.RegisterOnShutdown(a.parts.register.Hush) // streams end, so that the server need not wait for them
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		a.desk.Run(ctx, starters)
		return nil
	})
	group.Go(func() error {
		watchClock(ctx, a.parts)
		return nil
	})
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		brief, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.HTTP.ShutdownGrace)
		defer cancel()
		return server.Shutdown(brief)
	})
	return ignoreCancelled(group.Wait())
}

// workerAlive returns an error unless a worker has reported itself lately.
func (a *API) workerAlive(ctx context.Context) error {
	var workers worklist.Workers
	err := a.parts.register.Store.InScope(ctx, store.Scope{}, func(tx *store.Tx) (err error) {
		workers, err = worklist.ReadWorkers(tx)
		return err
	})
	switch {
	case err != nil:
		return err
	case workers.Last.IsZero():
		return errors.New("no worker has reported itself yet")
	case !workers.Live:
		return errors.New("no worker has reported itself since " + workers.Last.Format(time.DateTime))
	}
	return nil
}
