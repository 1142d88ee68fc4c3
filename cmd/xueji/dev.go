package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/config"
)

func newDevCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "dev",
		Short: "Run everything on this computer: servers, API, worker, demonstration data",
		Long: "Starts PostgreSQL and Temporal unless XUEJI_DATABASE_URL and XUEJI_TEMPORAL_ADDRESS name others,\n" +
			"migrates, loads the demonstration province, serves, and stops everything in order on Ctrl-C.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			return withStack(cmd.Context(), cfg, cmd.OutOrStdout(), runServices)
		},
	}
}

// runServices is everything that stands on the two servers, in this order:
// migrate, seed, worker, API. It returns when ctx ends and all of it has stopped.
func runServices(ctx context.Context, cfg config.Config, out io.Writer) error {
	newLogger(cfg.Log, os.Stderr).DebugContext(ctx, "the servers run; nothing stands on them yet")
	<-ctx.Done()
	return nil
}
