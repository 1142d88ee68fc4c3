package casework_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/worklist"
)

func TestEveryFindingHasWordsAndAnActionInBothLanguages(t *testing.T) {
	for _, lang := range []refusal.Language{refusal.Chinese, refusal.English} {
		for _, f := range casework.Findings() {
			require.NotEmpty(t, f.Title(lang), f)
			require.NotEmpty(t, f.Detail(lang, nil), f)
			require.Contains(t, casework.Actions(), f.Action(), f)
			require.NotContains(t, f.Title(lang), "{", "a title speaks of any case")
		}
		for _, a := range casework.Actions() {
			require.NotEmpty(t, a.Sentence(lang, nil), a)
		}
		for _, a := range []casework.Action{casework.ActRebuild, casework.ActRebuildForce} {
			require.Contains(t, a.Sentence(lang, casework.Fill{"case": "52-1"}), "xueji case rebuild 52-1")
		}
		require.Contains(t, casework.ActResumeJob.Sentence(lang, casework.Fill{"job": "77"}), "xueji job resume 77")
		require.Contains(t, casework.ActWatchJob.Sentence(lang, casework.Fill{"job": "77"}), "xueji job watch 77")
	}
}

// A placeholder the code never fills would leave a hole in a sentence.
func TestSentencesUseKnownPlaceholders(t *testing.T) {
	known := []string{"case", "office", "role", "due", "able", "slips", "status", "state", "failing", "activities", "at", "at_step", "believes", "clocks", "missing", "wrong", "nobody_zh", "nobody_en", "day",
		"job", "job_zh", "job_en", "done", "moved", "why_zh", "why_en"}
	fill := casework.Fill{}
	for _, name := range known {
		fill[name] = "⟨" + name + "⟩"
	}
	hole := regexp.MustCompile(`[（(][)）]|  `)
	for _, lang := range []refusal.Language{refusal.Chinese, refusal.English} {
		for _, f := range casework.Findings() {
			require.NotRegexp(t, hole, f.Detail(lang, fill)+" "+f.Action().Sentence(lang, fill), f)
		}
	}
}

// The sentence names the office of the task nobody can decide, not that of the step,
// and whoever holds it and cannot act.
func TestStuckTasksNameTheirOffices(t *testing.T) {
	item := casework.Stuck{AttentionRow: worklist.AttentionRow{OfficeName: "示例小学", Role: "SCHOOL_LEADER"}}
	require.Equal(t, "无人可办：示例小学 没有可以办理的、具有 SCHOOL_LEADER 角色的有效账号（申请人除外）。", casework.FindNobody.Detail(refusal.Chinese, item.Fill()))
	item.Nobody = []change.StuckSeat{{Office: "示例区教育局", Role: "BUREAU_REVIEWER"}, {Office: "示例小学", Role: "PRINCIPAL", Holder: "某人"}}
	require.Equal(t, "无人可办：示例区教育局 没有可以办理的、具有 BUREAU_REVIEWER 角色的有效账号（申请人除外）；示例小学（PRINCIPAL）的任务由 某人 持有，该账号不能办理。",
		casework.FindNobody.Detail(refusal.Chinese, item.Fill()))
	require.Equal(t, "Nobody may decide: 示例区教育局 has no active account with the role BUREAU_REVIEWER that may, other than the applicant; "+
		"the task of 示例小学 (PRINCIPAL) is held by 某人, who cannot act.", casework.FindNobody.Detail(refusal.English, item.Fill()))
}

// What the register calls a reason is a finding of the same name.
func TestReasonsAreFindings(t *testing.T) {
	for _, reason := range worklist.Reasons() {
		require.Contains(t, casework.Findings(), casework.Finding(reason))
		require.Contains(t, casework.AttentionFindings(), casework.Finding(reason))
	}
	for _, f := range casework.AttentionFindings() {
		require.True(t, slices.Contains(casework.Findings(), f), f)
	}
}

// The day on which a change comes into force is named itself, not the end of the one before.
func TestTheDueOfAWaitForADayIsTheDay(t *testing.T) {
	at := time.Date(2026, 11, 25, 0, 0, 0, 0, calendar.Shanghai())
	require.Equal(t, "2026-11-25", casework.Due(process.DayStep, at))
	require.Equal(t, "2026-11-24 24:00", casework.Due("LEADER_REVIEW", at))
}
