package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/bench"
)

func newBenchCommand() *cobra.Command {
	o := bench.Options{}
	var asJSON bool
	var profile string
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure what Xueji costs on top of the bare engine",
		Long: "Compares cases per second and decision times of several kinds of change with a bare Temporal on the same\n" +
			"server, and the import of a roster with merely reading the file and with COPY. It starts servers of its own\n" +
			"under var/bench, with an empty database, and removes them. It takes five minutes or so; let the computer do\n" +
			"nothing else.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Check(); err != nil {
				return err
			}
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			o.Progress = cmd.ErrOrStderr()
			return measure(cmd.Context(), cfg, o, profile, func(r *bench.Report) error {
				if asJSON {
					encoder := json.NewEncoder(cmd.OutOrStdout())
					encoder.SetIndent("", "  ")
					return encoder.Encode(r)
				}
				return r.WriteText(cmd.OutOrStdout())
			})
		},
	}
	f := c.Flags()
	f.IntVar(&o.Clients, "clients", 16, "clients that work at the same time")
	f.IntVar(&o.Rounds, "rounds", 3, "measured rounds; their median counts")
	f.DurationVar(&o.RoundTime, "round-time", 8*time.Second, "about how long one round of cases takes")
	f.IntVar(&o.Rows, "rows", 5000, "pupils of one roster")
	f.IntVar(&o.Turn, "turn", 100_000, "pupils of the turn of a school year; 0 leaves it out")
	f.StringSliceVar(&o.Modes, "modes", bench.Modes(), "kinds of change to measure")
	f.BoolVar(&o.NoCases, "no-cases", false, "leave the cases out")
	f.BoolVar(&o.NoImport, "no-import", false, "leave the import out")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.StringVar(&profile, "cpu-profile", "", "write a CPU profile of this process to a file")
	return c
}

// measure runs the bench on servers of its own, or on those the settings name.
func measure(ctx context.Context, cfg config.Config, o bench.Options, profile string, show func(*bench.Report) error) (err error) {
	cfg.VarDir = filepath.Join(cfg.VarDir, "bench")
	cfg.Keys.Dir, cfg.Blob.URL = filepath.Join(cfg.VarDir, "keys"), "" // below var/bench too
	s := &stack{out: o.Progress}
	defer func() { err = errors.Join(err, s.discard(), os.RemoveAll(cfg.VarDir)) }()
	if _, err := os.Stat(cfg.VarDir); err == nil { // a killed run left its database
		_, err := s.start(ctx, cfg)
		if err := errors.Join(err, s.discard(), os.RemoveAll(cfg.VarDir)); err != nil {
			return err
		}
	}
	if cfg, err = s.start(ctx, cfg); err != nil {
		return err
	}
	if err := prepare(ctx, cfg, o.Progress); err != nil {
		return err
	}
	if profile != "" {
		stop, err := profileTo(profile)
		if err != nil {
			return err
		}
		defer stop()
	}
	o.Config = cfg
	report, err := bench.Run(ctx, o)
	if err != nil {
		return err
	}
	return show(report)
}

func profileTo(path string) (stop func(), err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close()
	}, nil
}

// discard stops the servers that were started here and removes the database.
func (s *stack) discard() error {
	var errs []error
	if s.temporal != nil {
		errs = append(errs, s.temporal.Stop())
	}
	if s.postgres != nil {
		errs = append(errs, s.postgres.Remove())
	}
	s.temporal, s.postgres = nil, nil
	return errors.Join(errs...)
}
