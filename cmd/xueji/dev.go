package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/service"
)

func newDevCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "dev",
		Short: "Run everything on this computer: servers, API, worker, demonstration data",
		Long: "Starts PostgreSQL and Temporal unless XUEJI_DATABASE_URL and XUEJI_TEMPORAL_ADDRESS name others,\n" +
			"migrates, loads the demonstration province, serves, and stops everything in order on Ctrl-C.\n" +
			"A server that dies meanwhile is started again.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			return runTrial(cmd.Context(), cfg, cmd.OutOrStdout())
		},
	}
}

// runTrial takes the API's address before anything else: were it taken, whoever
// holds it would be mistaken for our own API, and nothing needs to start first
// to find that out.
func runTrial(ctx context.Context, cfg config.Config, out io.Writer) error {
	listener, err := service.Listen(ctx, cfg.HTTP.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the API has closed it, unless it never served
	cfg.HTTP.Listen = listener.Addr().String()
	return withStack(ctx, cfg, out, func(ctx context.Context, cfg config.Config, out io.Writer) error {
		return runServices(ctx, cfg, listener, out)
	})
}
