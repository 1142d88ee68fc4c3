package main

import (
	"context"
	"fmt"
	"io"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/service"
)

func newMigrateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to this version: roles, tables, offices",
		Long: "Needs database.url, a role that may create roles the first time. The passwords of the serving roles are\n" +
			"taken from database.app_url and database.worker_url.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			return migrate(cmd.Context(), cfg)
		},
	}
}

func migrate(ctx context.Context, cfg config.Config) error {
	clock, err := service.Clock(cfg.Clock)
	if err != nil {
		return err
	}
	return service.Migrate(ctx, cfg.Database, migrations.Passwords{
		App: passwordOf(cfg.Database.AppURL), Worker: passwordOf(cfg.Database.WorkerURL),
	}, clock)
}

func newAPICommand() *cobra.Command {
	return &cobra.Command{
		Use:   "api",
		Short: "Serve the API",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			clock, err := service.Clock(cfg.Clock)
			if err != nil {
				return err
			}
			a, err := service.OpenAPI(cmd.Context(), cfg, clock, newLogger(cfg.Log, cmd.ErrOrStderr()), prometheus.NewRegistry())
			if err != nil {
				return err
			}
			return a.Run(cmd.Context())
		},
	}
}

func newWorkerCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "worker",
		Short: "Run workflows, their activities and the upkeep",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			clock, err := service.Clock(cfg.Clock)
			if err != nil {
				return err
			}
			w, err := service.OpenWorker(cmd.Context(), cfg, clock, newLogger(cfg.Log, cmd.ErrOrStderr()), nil)
			if err != nil {
				return err
			}
			return w.Run(cmd.Context())
		},
	}
}

// runServices is everything that stands on the two servers, in this order:
// migrate, seed, worker, API. It returns when ctx ends and all of it has stopped.
func runServices(ctx context.Context, cfg config.Config, out io.Writer) error {
	if err := migrate(ctx, cfg); err != nil {
		return err
	}
	clock, err := service.Clock(cfg.Clock)
	if err != nil {
		return err
	}
	log := newLogger(cfg.Log, out)
	metrics := prometheus.NewRegistry()
	w, err := service.OpenWorker(ctx, cfg, clock, log, metrics)
	if err != nil {
		return err
	}
	a, err := service.OpenAPI(ctx, cfg, clock, log, metrics)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Run(ctx) })
	group.Go(func() error { return a.Run(ctx) })
	group.Go(func() error { return welcome(ctx, cfg, out) })
	return group.Wait()
}

// welcome tells where everything is, once it answers.
func welcome(_ context.Context, cfg config.Config, out io.Writer) error {
	_, err := fmt.Fprintf(out, "API          http://%s/docs\n", cfg.HTTP.Listen)
	return err
}
