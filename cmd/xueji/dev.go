package main

import (
	"github.com/spf13/cobra"
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
