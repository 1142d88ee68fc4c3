package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/demo"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/migrations"
)

func newMigrateCommand() *cobra.Command {
	var rolesOnly bool
	command := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to this version: roles, tables, offices",
		Long: "Needs database.url, a role that may create roles the first time. The passwords of the serving roles are\n" +
			"taken from database.app_url and database.worker_url. Roles, policies, grants, constraints and triggers are compared\n" +
			"with what a new database has: what a restore left out is made and named, everything else is refused.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			if cfg.Database.URL == "" {
				return errors.New("database.url is not set; name the role that owns the tables, for example with XUEJI_DATABASE_URL")
			}
			if rolesOnly {
				return service.Roles(cmd.Context(), cfg.Database, passwordsOf(cfg.Database))
			}
			return migrate(cmd.Context(), cfg, cmd.OutOrStdout())
		},
	}
	command.Flags().BoolVar(&rolesOnly, "roles", false, "make the serving roles only, before a backup is restored")
	return command
}

func passwordsOf(d config.Database) migrations.Passwords {
	return migrations.Passwords{App: passwordOf(d.AppURL), Worker: passwordOf(d.WorkerURL)}
}

func migrate(ctx context.Context, cfg config.Config, out io.Writer) error {
	clock, err := service.Clock(cfg.Clock)
	if err != nil {
		return err
	}
	if err := service.Migrate(ctx, cfg.Database, passwordsOf(cfg.Database), clock); err != nil {
		return err
	}
	made, err := service.Mend(ctx, cfg.Database)
	for _, name := range made {
		_, _ = fmt.Fprintln(out, "mended:", name)
	}
	return err
}

// prepare brings the database of a trial to this version and gives an empty
// register its keys.
func prepare(ctx context.Context, cfg config.Config, out io.Writer) error {
	if err := migrate(ctx, cfg, out); err != nil {
		return err
	}
	clock, err := service.Clock(cfg.Clock)
	if err != nil {
		return err
	}
	_, err = service.CreateKeys(ctx, cfg, clock)
	return err
}

// timed reads the settings of a command that serves, and makes its clock.
func timed(cmd *cobra.Command) (config.Config, *calendar.Clock, error) {
	cfg, err := settings(cmd)
	if err != nil {
		return cfg, nil, err
	}
	clock, err := service.Clock(cfg.Clock)
	return cfg, clock, err
}

func newAPICommand() *cobra.Command {
	return &cobra.Command{
		Use:   "api",
		Short: "Serve the API",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, clock, err := timed(cmd)
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
			cfg, clock, err := timed(cmd)
			if err != nil {
				return err
			}
			metrics := prometheus.NewRegistry()
			w, err := service.OpenWorker(cmd.Context(), cfg, clock, newLogger(cfg.Log, cmd.ErrOrStderr()), metrics)
			if err != nil {
				return err
			}
			group, ctx := errgroup.WithContext(cmd.Context())
			group.Go(func() error { return w.Run(ctx) })
			if cfg.Worker.Listen != "" {
				group.Go(func() error { return service.ServeMetrics(ctx, cfg.Worker.Listen, metrics) })
			}
			return group.Wait()
		},
	}
}

// runServices is everything that stands on the two servers, in this order:
// migrate, worker, API, demonstration province. It returns when ctx ends and
// all of it has stopped.
func runServices(ctx context.Context, cfg config.Config, listener net.Listener, out io.Writer) (err error) {
	if cfg.Clock, err = trialClock(cfg); err != nil {
		return err
	}
	if err := writeTrial(cfg); err != nil {
		return err
	}
	if err := prepare(ctx, cfg, out); err != nil {
		return err
	}
	clock, err := service.Clock(cfg.Clock)
	if err != nil {
		return err
	}
	log, closeLog, err := trialLog(cfg, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	metrics := prometheus.NewRegistry()
	w, err := service.OpenWorker(ctx, cfg, clock, log, metrics)
	if err != nil {
		return err
	}
	var open demonstration
	a, err := service.OpenAPI(ctx, cfg, clock, log, metrics, service.Trial(demo.Password, open.logins))
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Run(ctx) })
	group.Go(func() error { return a.Serve(ctx, listener) })
	group.Go(func() error { return welcome(ctx, cfg, clock, &open, out) })
	return group.Wait()
}
