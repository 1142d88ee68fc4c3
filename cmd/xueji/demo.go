package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/demo"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
)

func newDemoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Play a day of a small province over real HTTP, and check every step",
		Long: "Starts servers of its own in a temporary folder, plays and checks every scene, and removes everything.\n" +
			"The exit code says whether everything was as expected.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			return playDemo(cmd.Context(), cfg, cmd.OutOrStdout())
		},
	}
}

// playDemo never touches a database that is named in the settings: what it
// plays on is made for it and thrown away.
func playDemo(ctx context.Context, cfg config.Config, out io.Writer) (err error) {
	if cfg.VarDir, err = os.MkdirTemp("", "xueji-demo-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cfg.VarDir)) }()
	cfg.Database, cfg.Temporal.Address = config.Database{AppConnections: cfg.Database.AppConnections, WorkerConnections: cfg.Database.WorkerConnections}, ""
	cfg.Keys.Dir, cfg.Blob.URL = filepath.Join(cfg.VarDir, "keys"), ""
	// The clock jumps by weeks: what is late shall be found at once.
	cfg.Worker.ReconcileInterval = 2 * time.Second
	_, _ = fmt.Fprintln(out, "starting the servers of the demonstration …")
	s := &stack{out: io.Discard}
	defer func() {
		if s.postgres != nil {
			err = errors.Join(err, s.postgres.Remove())
		}
	}()
	defer func() { err = errors.Join(err, s.stop()) }()
	if cfg, err = s.start(ctx, cfg); err != nil {
		return err
	}
	return playOn(ctx, cfg, out)
}

// playOn runs API and worker with a clock that a hand moves, and plays.
func playOn(ctx context.Context, cfg config.Config, out io.Writer) error {
	begin, err := service.Clock(config.Clock{At: demo.Beginning})
	if err != nil {
		return err
	}
	clock, hand := calendar.Stopped(begin.Now())
	if err := prepare(ctx, cfg, out); err != nil {
		return err
	}
	log, metrics := newLogger(config.Log{Level: slog.LevelError, Format: cfg.Log.Format}, out), prometheus.NewRegistry()
	w, err := service.OpenWorker(ctx, cfg, clock, log, metrics)
	if err != nil {
		return err
	}
	a, err := service.OpenAPI(ctx, cfg, clock, log, metrics)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	group, running := errgroup.WithContext(running)
	group.Go(func() error { return w.Run(running) })
	group.Go(func() error { return a.Serve(running, listener) })
	group.Go(func() error {
		defer stop()
		return demo.Play(running, demo.Stage{
			Register: demo.Register{URL: "http://" + listener.Addr().String(), Owner: cfg.Database.URL.Reveal(), Now: clock.Now()},
			Clock:    clock, Hand: hand, Out: out, Audit: demo.AuditOf(cfg.Database.WorkerURL.Reveal(), clock),
		})
	})
	return group.Wait()
}
