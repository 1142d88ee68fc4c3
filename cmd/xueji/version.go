package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/embedded"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "xueji %s, %s, for Temporal server %s and PostgreSQL 14 or later\n",
				buildVersion(), runtime.Version(), embedded.TemporalServerVersion)
			return err
		},
	}
}

// buildVersion gives the released version, or the commit it was built from.
func buildVersion() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	for _, s := range build.Settings {
		if s.Key == "vcs.revision" && build.Main.Version == "(devel)" {
			return s.Value[:min(len(s.Value), 12)]
		}
	}
	return build.Main.Version
}
