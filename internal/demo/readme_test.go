package demo_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/demo"
	"github.com/xueji/xueji/internal/e2e"
)

// What README tells a person to type works as printed, twice in a row.
func TestTheFirstStepsOfTheReadmeWork(t *testing.T) {
	_, err := exec.LookPath("curl")
	require.NoError(t, err, "this test types what README prints; install curl")
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, steps, found := strings.Cut(string(text), "## First steps with curl")
	require.True(t, found)
	steps, _, _ = strings.Cut(steps, "\n## ")
	var script strings.Builder
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(steps, -1) {
		script.WriteString(block[1])
	}
	const printed = "http://127.0.0.1:8080"
	require.Contains(t, script.String(), printed)

	s := e2e.New(t, e2e.Options{})
	require.NoError(t, demo.Load(t.Context(), register(s), true))
	for range 2 {
		shell := exec.CommandContext(t.Context(), "sh", "-eu", "-c", strings.ReplaceAll(script.String(), printed, s.URL))
		shell.Dir = "../.."
		out, err := shell.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Contains(t, string(out), "EFFECTIVE")
		require.Contains(t, string(out), "休学")
		require.Contains(t, string(out), "在读\n转学（转出）", "what both schools see of the pupil who moved")
		require.Contains(t, string(out), "第6行")
		require.NotContains(t, string(out), "curl: (")
	}
	require.Equal(t, 2, e2e.Value[int](s, `SELECT count(*) FROM suspension`))
	require.Equal(t, 2, e2e.Value[int](s, `SELECT count(*) FROM student s JOIN organisation o ON o.id = s.school_id WHERE o.name = '东城区示例小学'`))
}
