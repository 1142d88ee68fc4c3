package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/internal/service"
)

func newTidyCommand() *cobra.Command {
	var all bool
	command := &cobra.Command{
		Use:   "tidy",
		Short: "Bring records of before in line with the rules for names and numbers of today",
		Long: "After an upgrade that changed how names and numbers are tidied, the worker does it by itself, some records in every\n" +
			"round. This command does the rest at once. It goes on where it was cut off, beside running changes, and doing it\n" +
			"again changes nothing. Records that turn out to be doubles get a problem status by the search for doubles, which\n" +
			"the worker runs every hour and \"xueji dedupe\" at once. It prints counts, never who.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withOperator(cmd, func(ctx context.Context, o *service.Operator) error {
				job, err := o.Tidy(ctx, all)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "records looked at: %d\nchanged, with a line in their history: %d\nfound by another key only: %d\n"+
					"with the document of another record: %d\nwith a number that cannot be decrypted: %d\n",
					job.Looked, job.Changed, job.Rekeyed, job.Doubles, job.Unreadable)
				return err
			})
		},
	}
	command.Flags().BoolVar(&all, "all", false, "begin again with the first record")
	return command
}
