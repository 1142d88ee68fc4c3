package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"golang.org/x/text/width"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
)

// mostLines is how many cases one command prints at most.
const mostLines = 1000

func newCaseAttention(flags *caseFlags) *cobra.Command {
	var reason string
	var limit int
	command := &cobra.Command{
		Use: "attention", Short: "List what does not get on, in all provinces: why, since when, and what is safe to do", Args: cobra.NoArgs,
		Long: "The most urgent first. Looks into the register and into Temporal and changes nothing; while Temporal is down it tells\n" +
			"what the register knows. For one case: xueji case explain CASE_NO.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			only, err := parseReason(reason)
			if err != nil {
				return err
			}
			if limit < 1 || limit > mostLines {
				return fmt.Errorf("--limit %d is not between 1 and %d", limit, mostLines)
			}
			return withOperator(cmd, func(ctx context.Context, o *service.Operator) error {
				a, err := o.Attention(ctx, only, limit)
				if err != nil {
					return err
				}
				_, err = io.WriteString(cmd.OutOrStdout(), attentionText(a, o.Page, language(flags.lang)))
				return err
			})
		},
	}
	command.Flags().StringVar(&reason, "reason", "", "one finding only, for example not_running, unsettled, nobody, overdue")
	command.Flags().IntVar(&limit, "limit", 200, "how many cases")
	return command
}

func parseReason(word string) (casework.Finding, error) {
	f := casework.Finding(strings.ReplaceAll(strings.ToLower(word), "-", "_"))
	if word == "" || slices.Contains(casework.AttentionFindings(), f) {
		return f, nil
	}
	known := make([]string, 0, len(casework.AttentionFindings()))
	for _, f := range casework.AttentionFindings() {
		known = append(known, string(f))
	}
	return "", fmt.Errorf("--reason %q is none of %s", word, strings.Join(known, ", "))
}

// The columns of the table; with the last one, which is as wide as the longest
// finding, a line has at most 120.
const (
	caseCells   = 18
	kindCells   = 17
	stepCells   = 23
	officeCells = 24
	dueCells    = 10
)

// attentionText writes the table, each case with the page of its workflow, then each job with
// what is safe to do, then each finding once with its action.
func attentionText(a *casework.Attention, page func(change uuid.UUID, run string) string, lang refusal.Language) string {
	l := labels()
	var b strings.Builder
	line := func(columns ...string) {
		row := ""
		for i, cells := range []int{caseCells, kindCells, stepCells, officeCells, dueCells} {
			row += fit(columns[i], cells) + " "
		}
		b.WriteString(strings.TrimRight(row+columns[5], " ") + "\n")
	}
	if len(a.Items) > 0 {
		line(l["case"].in(lang), l["kind"].in(lang), l["stage"].in(lang), l["office"].in(lang), l["due"].in(lang), l["finding"].in(lang))
	}
	for _, s := range a.Items {
		step := fmt.Sprintf("%d/%d %s", s.StepNo, s.Round, s.StepName)
		first := []string{s.CaseNo, string(s.Kind), step, s.OfficeCode + " " + s.OfficeName, calendar.Due{At: s.DueAt}.LastDay().String()}
		for _, f := range findingLines(s) {
			line(append(first, f)...)
			first = make([]string, len(first))
		}
		if address := page(s.ChangeID, ""); address != "" && s.Run != nil && s.Run.RunID != "" {
			b.WriteString("  " + address + "\n")
		}
	}
	if len(a.Jobs) > 0 && len(a.Items) > 0 {
		b.WriteString("\n")
	}
	for _, j := range a.Jobs {
		fmt.Fprintf(&b, "%s\n    %s\n", j.Finding.Detail(lang, j.Fill()), j.Finding.Action().Sentence(lang, j.Fill()))
	}
	b.WriteString(legend(a, lang))
	return b.String()
}

// findingLines names the findings of a case, one a line, and what is tried again.
func findingLines(s casework.Stuck) []string {
	var list []string
	for _, f := range s.Findings {
		list = append(list, string(f))
		switch f { //nolint:exhaustive // the others have nothing to add
		case casework.FindFailing, casework.FindAttributes:
			list[len(list)-1] += fmt.Sprintf(" ×%d", s.Run.Attempt)
		case casework.FindActivityRetrying:
			for _, again := range s.Run.Retrying() {
				list = append(list, fmt.Sprintf("  %s ×%d", again.Name, again.Attempt))
			}
		}
	}
	return list
}

// legend says of every finding what it is and what is safe to do: of the
// service first, then in the order of the table.
func legend(a *casework.Attention, lang refusal.Language) string {
	l := labels()
	var b strings.Builder
	told := map[casework.Finding]bool{}
	// The sentences speak of one case; here they speak of any.
	fill := casework.Fill{"case": "CASE"}
	tell := func(f casework.Finding) {
		if !told[f] {
			told[f] = true
			fmt.Fprintf(&b, "%s: %s (%d)\n    %s\n", f, f.Title(lang), a.Counts[f], f.Action().Sentence(lang, fill))
		}
	}
	for _, f := range a.Whole {
		told[f] = true
		fmt.Fprintf(&b, "%s: %s\n    %s\n", f, f.Detail(lang, a.Fill()), f.Action().Sentence(lang, fill))
	}
	for _, s := range a.Items {
		for _, f := range s.Findings {
			tell(f)
		}
	}
	if len(a.Items)+len(a.Jobs) == 0 {
		b.WriteString(l["quiet"].in(lang) + "\n")
	}
	if !a.Complete {
		b.WriteString(l["partial"].in(lang) + "\n")
	}
	if a.Next != nil {
		b.WriteString(l["more"].in(lang) + "\n")
	}
	if len(a.Items) > 0 && b.Len() > 0 {
		return "\n" + b.String()
	}
	return b.String()
}

// fit cuts or fills a text to a number of cells of the terminal; a Chinese
// character takes two.
func fit(text string, cells int) string {
	var b strings.Builder
	for _, r := range text {
		w := cellsOf(r)
		if w > cells {
			break
		}
		b.WriteRune(r)
		cells -= w
	}
	return b.String() + strings.Repeat(" ", cells)
}

func cellsOf(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	case width.Neutral, width.EastAsianAmbiguous, width.EastAsianNarrow, width.EastAsianHalfwidth:
	}
	return 1
}
