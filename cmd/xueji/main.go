// Command xueji is the registry of student status (学籍): one program for the
// API, the worker, the migration, the trial on one computer and the operators.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/config"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out one command line and gives the exit code. The first Ctrl-C
// asks for an orderly end; the second one ends the program at once.
func run(args []string, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	if err := root.ExecuteContext(ctx); err != nil {
		_, _ = fmt.Fprintln(errs, "xueji:", err)
		return 1
	}
	return 0
}

// newRootCommand assembles the program. A new subcommand is a function
// newXCommand in a file of its own and one word here.
func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "xueji",
		Short:         "Registry of student status (学籍)",
		SilenceUsage:  true,
		SilenceErrors: true, // run prints them
	}
	config.AddFlags(root.PersistentFlags())
	root.AddCommand(
		newAPICommand(),
		newBenchCommand(),
		newAdminCommand(),
		newAuditCommand(),
		newCalendarCommand(),
		newCaseCommand(),
		newDescribeCommand(),
		newDedupeCommand(),
		newDemoCommand(),
		newDevCommand(),
		newDocsCommand(),
		newJobCommand(),
		newKeysCommand(),
		newMigrateCommand(),
		newPolicyCommand(),
		newProcessCommand(),
		newStackCommand(),
		newTidyCommand(),
		newVersionCommand(),
		newWorkerCommand(),
	)
	return root
}

// settings reads the settings for a command and passes warnings on.
func settings(cmd *cobra.Command) (config.Config, error) {
	cfg, err := config.Load(cmd.Flags())
	if err != nil {
		return config.Config{}, err
	}
	for _, warning := range cfg.Warnings {
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "warning:", warning)
	}
	return cfg, nil
}

// newLogger makes the program's one logger.
func newLogger(log config.Log, to io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: log.Level}
	if log.Format == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}
