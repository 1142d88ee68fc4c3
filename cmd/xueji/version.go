package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/internal/service"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "xueji %s, %s, for Temporal server %s and PostgreSQL 14 or later\n",
				service.Version(), runtime.Version(), embedded.TemporalServerVersion)
			return err
		},
	}
}
