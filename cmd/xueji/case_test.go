package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/problem"
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
	require.Equal(t, problem.Chinese, language(""))
	require.Equal(t, problem.English, language("en"))
	t.Setenv("LANG", "C.UTF-8")
	require.Equal(t, problem.English, language(""))
	require.Equal(t, problem.Chinese, language("zh"))
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
