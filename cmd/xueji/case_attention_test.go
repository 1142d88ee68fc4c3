package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
)

func cellsIn(line string) (n int) {
	for _, r := range line {
		n += cellsOf(r)
	}
	return n
}

func someAttention() *casework.Attention {
	due := time.Date(2026, 12, 5, 0, 0, 0, 0, calendar.Shanghai())
	row := worklist.AttentionRow{
		CaseNo: "52-20261120-000017", Kind: "REINSTATEMENT", StepNo: 12, Round: 10, StepName: "A_STEP_WITH_A_VERY_LONG_NAME", OfficeCode: "2152000123",
		OfficeName: "南明区一所名称很长很长的示例小学", DueAt: due,
	}
	return &casework.Attention{
		Whole: []casework.Finding{casework.FindWorkersDown}, Counts: map[casework.Finding]int64{casework.FindOverdue: 31},
		Items: []casework.Stuck{
			{AttentionRow: row, Findings: []casework.Finding{casework.FindFailing, casework.FindOverdue}, Run: &client.Run{Attempt: 7}},
			{AttentionRow: row, Findings: []casework.Finding{casework.FindActivityRetrying},
				Run: &client.Run{Activities: []client.PendingActivity{{Name: "Perform", Attempt: 12}}}},
			{AttentionRow: row, Findings: []casework.Finding{casework.FindOverdue}},
		},
	}
}

func TestTheTableFitsAndEveryFindingIsExplainedOnce(t *testing.T) {
	for _, lang := range []refusal.Language{refusal.Chinese, refusal.English} {
		text := attentionText(someAttention(), noPage, lang)
		table, rest, found := strings.Cut(text, "\n\n")
		require.True(t, found)
		lines := strings.Split(table, "\n")
		require.Len(t, lines, 6, table)
		for _, line := range lines {
			require.LessOrEqual(t, cellsIn(line), 120)
			require.Equal(t, strings.TrimRight(line, " "), line)
		}
		require.Contains(t, lines[1], "52-20261120-000017")
		require.Contains(t, lines[1], "2026-12-04 failing ×7")
		require.Contains(t, lines[4], "Perform ×12")
		for _, f := range []casework.Finding{casework.FindWorkersDown, casework.FindFailing, casework.FindOverdue, casework.FindActivityRetrying} {
			require.Equal(t, 1, strings.Count("\n"+rest, "\n"+string(f)+": "), f)
			require.Contains(t, rest, f.Action().Sentence(lang, casework.Fill{"case": "CASE"}))
		}
		require.Contains(t, rest, "(31)")
	}
	id := uuid.MustParse("01a22931-fc1b-7877-91ef-34bd6d625262")
	jobs := attentionText(&casework.Attention{Complete: true, Jobs: []casework.StuckJob{{
		Job: job.Job{ID: id, Kind: job.JobRosterCheck, State: job.JobFailed, Problem: refusal.RosterFileGone}, Finding: casework.FindJobFailed,
	}}}, noPage, refusal.English)
	require.Contains(t, jobs, "Check of a large roster")
	require.Contains(t, jobs, "xueji job resume "+id.String())
	require.NotContains(t, jobs, "No running change")
	quiet := attentionText(&casework.Attention{Complete: true}, noPage, refusal.English)
	require.Equal(t, "No running change needs attention.\n", quiet)
}

func noPage(uuid.UUID, string) string { return "" }

func TestEveryCaseNamesThePageOfItsWorkflow(t *testing.T) {
	a := someAttention()
	a.Items[0].Run.RunID = "r-1"
	text := attentionText(a, func(uuid.UUID, string) string { return "http://temporal/namespaces/xueji/workflows/change%2F1" }, refusal.English)
	require.Equal(t, 1, strings.Count(text, "\n  http://temporal/namespaces/xueji/workflows/change%2F1\n"), "a case without a run has no page")
}

func TestFitFillsExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z 学籍异动（）]{0,30}`).Draw(t, "text")
		cells := rapid.IntRange(1, 30).Draw(t, "cells")
		if got := cellsIn(fit(text, cells)); got != cells {
			t.Fatalf("%q in %d cells takes %d", text, cells, got)
		}
	})
}

func TestReasonsOfTheCommand(t *testing.T) {
	for _, f := range casework.AttentionFindings() {
		have, err := parseReason(strings.ReplaceAll(string(f), "_", "-"))
		require.NoError(t, err)
		require.Equal(t, f, have)
	}
	for _, args := range [][]string{{"--reason", "bored"}, {"--reason", "waits"}, {"--limit", "0"}, {"--limit", "100000"}, {"52-1"}} {
		var out, errs bytes.Buffer
		require.Equal(t, 1, run(append([]string{"case", "attention"}, args...), &out, &errs), args)
		require.Empty(t, out.String())
	}
}
