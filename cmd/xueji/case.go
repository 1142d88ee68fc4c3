package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/typed"
)

// caseFlags are what all commands about a case share.
type caseFlags struct{ lang, operator string }

func newCaseCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "case",
		Short: "Look at one case, explain why it waits, and set it going again",
		Long: "Takes a case number or the ID of a change. Needs database.worker_url (and database.app_url) and Temporal.\n" +
			"Nothing about the pupil is shown. What changes something is written into the audit trail with the operator's name.",
	}
	flags := &caseFlags{}
	command.PersistentFlags().StringVar(&flags.lang, "lang", "", "zh or en; the terminal's language when empty")
	command.PersistentFlags().StringVar(&flags.operator, "operator", "", "who you are, for the audit trail; your account on this computer when empty")
	command.AddCommand(newCaseShow(flags), newCaseExplain(flags), newCaseRebuild(flags), newCaseDecide(flags), newCaseAttention(flags))
	return command
}

func newCaseShow(flags *caseFlags) *cobra.Command {
	return &cobra.Command{
		Use: "show CASE_NO|ID", Short: "Register and workflow side by side", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withOperator(cmd, func(ctx context.Context, o *service.Operator) error {
				c, err := o.Case(ctx, args[0])
				if err != nil {
					return err
				}
				return showCase(cmd.OutOrStdout(), c, o.Page(c.ID, c.Run.RunID), language(flags.lang))
			})
		},
	}
}

func newCaseExplain(flags *caseFlags) *cobra.Command {
	return &cobra.Command{
		Use: "explain CASE_NO|ID", Short: "Say why it waits, who must act, what is wrong and what is safe to do", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withOperator(cmd, func(ctx context.Context, o *service.Operator) error {
				c, err := o.Case(ctx, args[0])
				if err != nil {
					return err
				}
				if err := explainCase(cmd.OutOrStdout(), c, language(flags.lang)); err != nil {
					return err
				}
				if page := o.Page(c.ID, c.Run.RunID); page != "" && c.Run.RunID != "" {
					_, err = fmt.Fprintln(cmd.OutOrStdout(), page)
				}
				return err
			})
		},
	}
}

func newCaseRebuild(flags *caseFlags) *cobra.Command {
	var force bool
	command := &cobra.Command{
		Use: "rebuild CASE_NO|ID", Short: "Start or wake the workflow: it goes on from where the register stands", Args: cobra.ExactArgs(1),
		Long: "Safe at any time: nobody decides twice, nothing that was decided is lost.",
		RunE: func(cmd *cobra.Command, args []string) error {
			operator, err := flags.who()
			if err != nil {
				return err
			}
			return withOperator(cmd, func(ctx context.Context, o *service.Operator) error {
				c, err := o.Rebuild(ctx, args[0], operator, force)
				if c.EngineErr != nil {
					return errors.New("Temporal does not answer, so nothing was changed; start it, and every open change goes on by itself")
				}
				if err != nil {
					return err
				}
				return explainCase(cmd.OutOrStdout(), c, language(flags.lang))
			})
		},
	}
	command.Flags().BoolVar(&force, "force", false, "terminate the running workflow first and start a new one")
	return command
}

func newCaseDecide(flags *caseFlags) *cobra.Command {
	var b service.Behalf
	var verdict string
	command := &cobra.Command{
		Use: "decide CASE_NO|ID", Short: "Hand in a decision in somebody's name, because that person cannot", Args: cobra.ExactArgs(1),
		Long: "The decision goes the way of every decision: the person's right is checked, the workflow counts it. The timeline that\n" +
			"all parties read and the audit trail say that an operator handed it in, and why.",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if b.Verdict, err = parseVerdict(verdict); err != nil {
				return err
			}
			if b.Reason, err = argument("reason", b.Reason); err != nil {
				return err
			}
			if b.Reason == "" {
				return errors.New("--reason is needed: why an operator decides in this person's name")
			}
			if b.Opinion, err = argument("opinion", b.Opinion); err != nil {
				return err
			}
			if b.Operator, err = flags.who(); err != nil {
				return err
			}
			b.Ref = args[0]
			return withOperator(cmd, func(ctx context.Context, o *service.Operator) error {
				s, err := o.Decide(ctx, b)
				if err != nil {
					return err
				}
				return tellSlip(cmd.OutOrStdout(), s, language(flags.lang))
			})
		},
	}
	set := command.Flags()
	set.StringVar(&b.Login, "as", "", "login of the person in whose name it is decided")
	set.StringVar(&verdict, "verdict", "", "approve, reject or send-back")
	set.StringVar(&b.Opinion, "opinion", "", "opinion of the decision; needed to reject or send back")
	set.IntVar(&b.SendBackTo, "to", 0, "with send-back: the step it goes to; 0 is the applicant")
	set.StringVar(&b.Reason, "reason", "", "why an operator does this, for the timeline")
	for _, name := range []string{"as", "verdict", "reason"} {
		_ = command.MarkFlagRequired(name) // fails only for a flag that does not exist
	}
	return command
}

func parseVerdict(word string) (change.Verb, error) {
	v := change.Verb(strings.ToUpper(strings.ReplaceAll(word, "-", "_")))
	if !v.Decides() {
		return "", fmt.Errorf("--verdict %q is none of approve, reject, send-back", word)
	}
	return v, nil
}

// who names the operator for the audit trail.
func (f *caseFlags) who() (string, error) {
	if name, err := argument("operator", f.operator); err != nil || name != "" {
		return name, err
	}
	u, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("name yourself with --operator: %w", err)
	}
	return u.Username, nil
}

// argument tidies a text of the command line as the API tidies one of a request: it
// refuses a damaged one, and one that shows nothing is empty.
func argument(flag, text string) (string, error) {
	if typed.Garbled(text) || !typed.Storable(text) {
		return "", fmt.Errorf("--%s is not UTF-8 or has control characters in it; set the terminal to UTF-8 and type it again", flag)
	}
	return typed.Tidy(text), nil
}

func withOperator(cmd *cobra.Command, fn func(context.Context, *service.Operator) error) error {
	cfg, err := settings(cmd)
	if err != nil {
		return err
	}
	if cfg.Database.WorkerURL == "" || cfg.Database.AppURL == "" || cfg.Temporal.Address == "" {
		return errors.New("database.worker_url, database.app_url and temporal.address must be set; beside \"xueji dev\" take them from what it printed")
	}
	clock, err := service.Clock(cfg.Clock)
	if err != nil {
		return err
	}
	o, err := service.OpenOperator(cmd.Context(), cfg, clock, newLogger(cfg.Log, cmd.ErrOrStderr()))
	if err != nil {
		return err
	}
	defer o.Close()
	return inWords(fn(cmd.Context(), o))
}

// showCase prints both sides, line by line.
func showCase(out io.Writer, c casework.Case, page string, lang refusal.Language) error {
	l := labels()
	var b strings.Builder
	line := func(label, value string) { fmt.Fprintf(&b, "%s: %s\n", l[label].in(lang), value) }
	word := func(name string) string { return l[name].in(lang) }
	line("case", c.CaseNo)
	line("change", c.ID.String())
	line("kind", string(c.Kind)+" "+c.Definition.Name.Zh)
	line("filed", casework.Stamp(c.FiledAt)+" "+c.OrgName)
	b.WriteString("\n" + word("register") + "\n")
	line("status", c.Status)
	if s := c.Step; s != nil {
		line("step", fmt.Sprintf("%d/%d", c.StepNo, c.Round))
		line("stage", s.Name)
		showWaiting(line, c)
		if s.Problem != "" {
			line("problem", s.Problem)
		}
	}
	slips := word("none")
	if len(c.Slips) > 0 {
		slips = fmt.Sprint(len(c.Slips))
	}
	line("slips", slips)
	for _, s := range c.Slips {
		fmt.Fprintf(&b, "  %s %s %d/%d %s\n", s.ID, s.Verb, s.StepNo, s.Round, casework.Stamp(s.CreatedAt))
	}
	line("beat", casework.Stamp(c.Workers.Last))
	b.WriteString("\n" + word("workflow") + "\n")
	switch {
	case c.EngineErr != nil:
		line("status", word("silent"))
	case c.Run.State == "":
		line("status", word("nowf"))
	default:
		line("status", c.Run.State+" "+c.Run.Failing)
		line("run", c.Run.RunID+" "+casework.Stamp(c.Run.Started))
		line("events", fmt.Sprint(c.Run.Events))
		if page != "" {
			line("page", page)
		}
		if again := c.Fill()["activities"]; again != "" {
			line("activities", again)
		}
	}
	if c.Run.Running {
		if c.Believes == nil {
			line("step", word("unknown"))
		} else {
			line("step", fmt.Sprintf("%d/%d", c.Believes.Step, c.Believes.Round))
			line("stage", c.Believes.Stage)
			line("due", casework.Due(c.Believes.Stage, c.Believes.DueAt))
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// showWaiting prints what the open step waits for: people, or the day.
func showWaiting(line func(label, value string), c casework.Case) {
	s := c.Step
	if s.Act == process.ActAwaitDay {
		line("day", casework.Stamp(calendar.DateOf(*c.EffectiveOn).Start()))
		return
	}
	line("office", fmt.Sprintf("%s (%s) %s", s.OfficeName, s.OfficeCode, s.Role))
	line("able", fmt.Sprint(s.Able))
	line("due", calendar.Until(s.DueAt))
	line("task", s.TaskID.String())
}

// explainCase prints one sentence for each finding, and what is safe to do.
func explainCase(out io.Writer, c casework.Case, lang refusal.Language) error {
	fill, gap := c.Fill(), " "
	if lang == refusal.Chinese {
		gap = ""
	}
	for _, finding := range casework.Diagnose(c) {
		_, err := fmt.Fprintln(out, finding.Detail(lang, fill)+gap+finding.Action().Sentence(lang, fill))
		if err != nil {
			return err
		}
	}
	return nil
}

// tellSlip says what became of a decision handed in for somebody.
func tellSlip(out io.Writer, s *change.Slip, lang refusal.Language) error {
	if refused := s.Refusal(); refused != nil {
		return refused
	}
	said := text{"Counted: the decision is in force (slip %s).\n", "已生效（意见 %s）。\n"}
	if s.Outcome == change.SlipPending {
		said = text{"Kept: it will be counted or refused when Temporal and a worker run (slip %s).\n", "已保存，Temporal 与 worker 恢复后计入或退回（意见 %s）。\n"}
	}
	_, err := fmt.Fprintf(out, said.in(lang), s.ID)
	return err
}
