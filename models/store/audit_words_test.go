package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/store"
)

// The list of actions holds every action that the code writes, and no other.
func TestAuditActionsAreAllListed(t *testing.T) {
	files, err := filepath.Glob("../*/*.go")
	require.NoError(t, err)
	more, err := filepath.Glob("../../internal/service/*.go")
	require.NoError(t, err)
	files = append(files, more...)
	written := regexp.MustCompile(`(?:[aA]udit(?:As)?\(|notePaperFile\(|INSERT INTO audit_entry[^;]*)(?:[a-zA-Z.]+, )*["']([a-z_]+\.[a-z_]+)["']|"(webhook\.[a-z]+able)"`)
	subject := regexp.MustCompile(`[aA]udit(?:As)?\((?:[a-zA-Z.]+, )*"?[a-z._]+"?, "([a-z_]+)"`)
	actions, subjects := map[string]bool{}, map[string]bool{}
	for _, name := range files {
		if regexp.MustCompile(`_test\.go$|audit_words`).MatchString(name) {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range written.FindAllStringSubmatch(string(text), -1) {
			actions[m[1]+m[2]] = true
		}
		for _, m := range subject.FindAllStringSubmatch(string(text), -1) {
			subjects[m[1]] = true
		}
	}
	require.Greater(t, len(actions), 50)
	for action := range actions {
		require.Contains(t, store.AuditActions(), action)
	}
	for one := range subjects {
		require.Contains(t, store.AuditSubjects(), one)
	}
	for _, action := range store.AuditActions() {
		require.Contains(t, actions, action)
	}
}
