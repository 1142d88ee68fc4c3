package main

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/process"
)

// What the documents tell people to type exists.
func TestCommandsOfTheDocumentsExist(t *testing.T) {
	command := regexp.MustCompile("`xueji ([a-z]+)(?: ([a-z]+))?")
	found := 0
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/policy.md", "docs/api.md", "docs/notices.md", "docs/tasks.md", "docs/school-year.md"} {
		for _, match := range command.FindAllStringSubmatch(repositoryFile(t, name), -1) {
			found++
			args := match[1:2]
			if match[2] != "" {
				args = match[1:3]
			}
			c, _, err := newRootCommand().Find(args)
			require.NoError(t, err, "%s: %s", name, match[0])
			require.Equal(t, args[len(args)-1], c.Name(), "%s: %s", name, match[0])
		}
	}
	require.Greater(t, found, 5)
}

// Whoever meets a finding can look it up.
func TestEveryFindingStandsInTheDocuments(t *testing.T) {
	page := repositoryFile(t, "docs/operations.md")
	for _, f := range append(casework.AttentionFindings(), casework.FindEngineDown, casework.FindWorkersDown) {
		require.Contains(t, page, "\n| `"+string(f)+"` |")
	}
}

// Whoever writes a policy finds every rule of it explained.
func TestEveryRuleOfAPolicyStandsInTheDocuments(t *testing.T) {
	page := repositoryFile(t, "docs/policy.md")
	policy := reflect.TypeFor[process.Policy]()
	for i := range policy.NumField() {
		key := policy.Field(i).Tag.Get("yaml")
		if key == "version" || key == "-" { // given by the register
			continue
		}
		require.Regexp(t, "\n\\| [^|]*`"+key+"`", page)
	}
}
