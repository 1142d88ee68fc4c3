package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// jobsShown is how many jobs a list shows.
const jobsShown = 50

func newJobCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "job",
		Short: "Look at jobs, long work on many rows, and stop or resume them",
		Long: "A large roster is checked and takes effect as jobs: part by part, beside the daily business. Needs database.worker_url (and\n" +
			"database.app_url) and Temporal. What changes something is written into the audit trail with the operator's name.",
	}
	flags := &caseFlags{}
	command.PersistentFlags().StringVar(&flags.lang, "lang", "", "zh or en; the terminal's language when empty")
	command.PersistentFlags().StringVar(&flags.operator, "operator", "", "who you are, for the audit trail; your account on this computer when empty")
	command.AddCommand(newJobList(flags), newJobShow(flags), newJobWatch(flags),
		newJobWord(flags, "cancel", "Stop a job between two parts, or give up one that failed; resume it to do the rest", job.JobCancel),
		newJobWord(flags, "resume", "Go on with a job that failed or was stopped; nothing is done twice", job.JobResume))
	return command
}

func newJobList(flags *caseFlags) *cobra.Command {
	var state string
	command := &cobra.Command{
		Use: "list", Short: "The newest jobs of all offices", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withOperator(cmd, func(ctx context.Context, o *service.Operator) error {
				list, err := o.Jobs(ctx, job.JobFilter{State: job.JobState(strings.ToUpper(state))}, jobsShown)
				if err != nil {
					return err
				}
				for i := range list {
					if err := jobLine(cmd.OutOrStdout(), &list[i], language(flags.lang), "\n"); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	command.Flags().StringVar(&state, "state", "", "only those that are running, done, failed or cancelled")
	return command
}

func newJobShow(flags *caseFlags) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "State and progress of one job", Args: cobra.ExactArgs(1),
		RunE: withJob(func(ctx context.Context, out io.Writer, o *service.Operator, id uuid.UUID) error {
			j, err := o.Job(ctx, id)
			if err != nil {
				return err
			}
			return showJob(out, j, language(flags.lang))
		}),
	}
}

func newJobWatch(flags *caseFlags) *cobra.Command {
	var every time.Duration
	command := &cobra.Command{
		Use: "watch ID", Short: "Show the progress of a job as a bar until it does not run any more", Args: cobra.ExactArgs(1),
		RunE: withJob(func(ctx context.Context, out io.Writer, o *service.Operator, id uuid.UUID) error {
			return watchJob(ctx, out, every, language(flags.lang), func() (*job.Job, error) { return o.Job(ctx, id) })
		}),
	}
	command.Flags().DurationVar(&every, "every", time.Second, "how often it is looked at")
	return command
}

func newJobWord(flags *caseFlags, use, short string, verb job.JobVerb) *cobra.Command {
	return &cobra.Command{
		Use: use + " ID", Short: short, Args: cobra.ExactArgs(1),
		RunE: withJob(func(ctx context.Context, out io.Writer, o *service.Operator, id uuid.UUID) error {
			operator, err := flags.who()
			if err != nil {
				return err
			}
			j, err := o.SayToJob(ctx, id, verb, operator)
			if err != nil {
				return err
			}
			return showJob(out, j, language(flags.lang))
		}),
	}
}

// withJob makes a command of something that is done with one job.
func withJob(do func(context.Context, io.Writer, *service.Operator, uuid.UUID) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		id, err := uuid.Parse(args[0])
		if err != nil {
			return fmt.Errorf("%q is no ID of a job; \"xueji job list\" shows them", args[0])
		}
		return withOperator(cmd, func(ctx context.Context, o *service.Operator) error { return do(ctx, cmd.OutOrStdout(), o, id) })
	}
}

// watchJob draws the bar again and again, until the job does not run any more.
func watchJob(ctx context.Context, out io.Writer, every time.Duration, lang refusal.Language, read func() (*job.Job, error)) error {
	ticker := time.NewTicker(max(every, 10*time.Millisecond))
	defer ticker.Stop()
	for {
		j, err := read()
		if err != nil {
			return err
		}
		if j.State != job.JobRunning && !j.ResumeAsked {
			return jobLine(out, j, lang, "\n")
		}
		if err := jobLine(out, j, lang, "\r"); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			_, err := fmt.Fprintln(out)
			return err
		case <-ticker.C:
		}
	}
}

// jobLine writes one job as a line: bar, rows, rate and what remains.
func jobLine(out io.Writer, j *job.Job, lang refusal.Language, end string) error {
	words := []string{j.ID.String(), bar(j.RowsDone, j.RowCount), fmt.Sprintf("%d/%d", j.RowsDone, j.RowCount), inJobWords(j.State.Text(), lang)}
	if j.Problem != "" {
		words = append(words, string(j.Problem))
	}
	if left, known := j.Remaining(); known && j.State == job.JobRunning {
		words = append(words, fmt.Sprintf("%.0f/s", j.Rate()), left.String())
	}
	_, err := fmt.Fprint(out, strings.Join(words, "  ")+"   "+end)
	return err
}

// bar draws how much is done.
func bar(done, all int) string {
	const width = 30
	full := 0
	if all > 0 {
		full = width * done / all
	}
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "]"
}

// showJob prints everything of one job, line by line.
func showJob(out io.Writer, j *job.Job, lang refusal.Language) error {
	if err := jobLine(out, j, lang, "\n"); err != nil {
		return err
	}
	asked := ""
	switch {
	case j.CancelAsked:
		asked = inJobWords(process.Text{Zh: "已要求停止，将在下一部分之前停止", En: "a stop is asked for; it stops before its next part"}, lang)
	case j.ResumeAsked:
		asked = inJobWords(process.Text{Zh: "已要求继续", En: "it is asked to go on"}, lang)
	}
	for _, line := range [][2]string{
		{inJobWords(process.Text{Zh: "种类", En: "kind"}, lang), inJobWords(j.Kind.Text(), lang)},
		{inJobWords(process.Text{Zh: "单位", En: "office"}, lang), j.OrgName},
		{inJobWords(process.Text{Zh: "受理号", En: "case"}, lang), j.CaseNo},
		{inJobWords(process.Text{Zh: "部分", En: "parts"}, lang), fmt.Sprintf("%d/%d", j.PartsDone, j.Parts)},
		{inJobWords(process.Text{Zh: "开始", En: "filed"}, lang), casework.Stamp(j.CreatedAt)},
		{inJobWords(process.Text{Zh: "说明", En: "note"}, lang), asked},
	} {
		if line[1] == "" {
			continue
		}
		if _, err := fmt.Fprintf(out, "%s: %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

func inJobWords(t process.Text, lang refusal.Language) string {
	if lang == refusal.English {
		return t.En
	}
	return t.Zh
}
