package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
)

func TestEveryLabelStandsInBothLanguages(t *testing.T) {
	for name, label := range labels() {
		require.NotEmpty(t, label.en, name)
		require.NotEmpty(t, label.zh, name)
	}
}

func TestTheTerminalsLanguage(t *testing.T) {
	t.Setenv("LC_ALL", "")
	t.Setenv("LC_MESSAGES", "")
	t.Setenv("LANG", "zh_CN.UTF-8")
	require.Equal(t, refusal.Chinese, language(""))
	require.Equal(t, refusal.English, language("en"))
	t.Setenv("LANG", "C.UTF-8")
	require.Equal(t, refusal.English, language(""))
	require.Equal(t, refusal.Chinese, language("zh"))
}

func TestDecidingForSomebodyNeedsVerdictAndReason(t *testing.T) {
	for _, args := range [][]string{
		{"case", "decide", "52-1", "--as", "x", "--verdict", "approve"},
		{"case", "decide", "52-1", "--as", "x", "--verdict", "approve", "--reason", " "},
		{"case", "decide", "52-1", "--as", "x", "--verdict", "withdraw", "--reason", "x"},
		{"case", "decide", "52-1", "--verdict", "approve", "--reason", "x"},
		{"case", "show"},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, 1, run(args, &out, &errs), args)
		require.Empty(t, out.String())
	}
}

// What an operator types is judged as what people type over HTTP: damaged text is
// refused before anything is opened, and a text that shows nothing is none.
func TestTextsOfTheCommandLineAreJudged(t *testing.T) {
	decide := func(flag, text string) []string {
		args := []string{"case", "decide", "52-1", "--as", "x", "--verdict", "approve", "--reason", "代办"}
		return append(args, "--"+flag, text)
	}
	for name, row := range map[string]struct{ flag, text, told string }{
		"GBK":            {"reason", "\xb4\xfa\xb0\xec", "--reason is not UTF-8"},
		"lost before":    {"reason", "代\ufffd", "--reason is not UTF-8"},
		"control":        {"opinion", "同\x1b[2J意", "--opinion is not UTF-8 or has control characters"},
		"operator":       {"operator", "\xff", "--operator is not UTF-8"},
		"Hangul fillers": {"reason", "\u3164\u3164", "--reason is needed"},
		"zero width":     {"reason", " \u200b", "--reason is needed"},
	} {
		var out, errs bytes.Buffer
		require.Equal(t, 1, run(decide(row.flag, row.text), &out, &errs), name)
		require.Contains(t, errs.String(), row.told, name)
		require.NotContains(t, errs.String(), "52-1", name)
	}
	text, err := argument("reason", " 本人\u200b出差 ")
	require.NoError(t, err)
	require.Equal(t, "本人出差", text)
}
