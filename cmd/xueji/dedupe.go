package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/internal/service"
)

func newDedupeCommand() *cobra.Command {
	var all bool
	command := &cobra.Command{
		Use:   "dedupe",
		Short: "Look the register through for doubles of records now (查重)",
		Long: "The worker does it every hour for records that were written or amended since. Both sides of a pair get a problem\n" +
			"status and their schools a notice. It prints counts, never who. Doing it again changes nothing.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withOperator(cmd, func(ctx context.Context, o *service.Operator) error {
				looked, err := o.Dedupe(ctx, all)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "records looked at: %d\n", looked)
				return err
			})
		},
	}
	command.Flags().BoolVar(&all, "all", false, "look at every record again, not only at new and amended ones; an interrupted search goes on")
	return command
}
