package ident_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/ident"
)

// Every answer but a match tells a school what to do, in both languages, and the four are
// told apart (P22).
func TestEveryAnswerHasItsWordsAndAdvice(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range ident.Answers() {
		require.True(t, a.Known())
		zh, en := a.Advice()
		require.Equal(t, a.Passed(), zh == "" && en == "", a)
		require.False(t, seen[zh] || seen[en], a)
		seen[zh], seen[en] = true, true
	}
	unknown := ident.Answer("x")
	require.False(t, unknown.Known())
	zh, en := unknown.Names()
	require.Equal(t, []string{"x", "x"}, []string{zh, en})
	zh, en = unknown.Advice()
	require.Empty(t, zh+en)
}
