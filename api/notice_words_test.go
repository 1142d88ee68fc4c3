package api

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/store"
)

// Whatever the register leaves as a notice reads as a sentence in both languages.
func TestEveryNoticeHasWords(t *testing.T) {
	words := noticeWords()
	for kind, text := range words {
		require.NotEmpty(t, text.Zh, kind)
		require.NotEmpty(t, text.En, kind)
	}
	kinds := []string{store.NotApplied, store.NoAnswer, "ENDED_" + store.Effective, "ENDED_" + store.Refused, "ENDED_" + store.Taken, "ENDED_" + store.Closed,
		string(store.Supervise)}
	said := regexp.MustCompile(`notify[A-Z][a-z]*\(c, "([A-Z_]+)"\)|markHandovers\("([A-Z_]+)"|(?:reminder\w+|mark\w+) += "([A-Z_0-9]+)"`)
	files, err := os.ReadDir("../models/store")
	require.NoError(t, err)
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") || f.IsDir() {
			continue
		}
		text, err := os.ReadFile("../models/store/" + f.Name())
		require.NoError(t, err)
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			kinds = append(kinds, m[1]+m[2]+m[3])
		}
	}
	require.Greater(t, len(kinds), 12)
	for _, kind := range kinds {
		_, known := words[kind]
		_, escalated := words["ESCALATED_"+kind]
		require.True(t, known || escalated, kind)
	}
}
