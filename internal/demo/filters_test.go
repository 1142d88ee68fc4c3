package demo_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/xueji/xueji/internal/demo"
	"github.com/xueji/xueji/internal/e2e"
)

// Every filter the documents tell admins to paste into Temporal's web interface
// is one Temporal understands, and a filter of that kind finds work.
func TestTheFiltersOfTheDocumentsAreUnderstood(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), "## Finding work in Temporal")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	filters := regexp.MustCompile("(?m)^\\| [^|]* \\| `([^`]*)` \\|$").FindAllStringSubmatch(table, -1)
	require.Greater(t, len(filters), 6)

	s := e2e.New(t, e2e.Options{})
	require.NoError(t, demo.Load(t.Context(), register(s), true))
	c, err := client.Dial(client.Options{HostPort: s.Config.Temporal.Address, Namespace: s.Config.Temporal.Namespace})
	require.NoError(t, err)
	defer c.Close()
	count := func(filter string) int64 {
		answer, err := c.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Namespace: s.Config.Temporal.Namespace, Query: filter})
		require.NoError(t, err, filter)
		return answer.GetCount()
	}
	for _, filter := range filters {
		count(filter[1])
	}
	s.Eventually("the import is found", 10*time.Second, func() bool {
		return count(`ChangeKind="ROSTER_IMPORT" AND Province="520000" AND Stage="EFFECTIVE"`) == 1
	})
}
