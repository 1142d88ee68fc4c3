package embedded

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	namespace "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func dial(t *testing.T, s *Temporal) *grpc.ClientConn {
	t.Helper()
	connection, err := grpc.NewClient(s.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, connection.Close()) })
	return connection
}

func TestTemporalSurvivesStopKillAndOrphan(t *testing.T) {
	t.Parallel()
	options := TemporalOptions{
		Dir: t.TempDir(), DBFile: "temporal.db", Namespace: "school", UI: true,
		SearchAttributes: map[string]string{"ChangeKind": "Keyword", "WaitingFor": "KeywordList", "DueAt": "Datetime"},
	}
	first, err := StartTemporal(t.Context(), options)
	require.NoError(t, err)
	listed, err := operatorservice.NewOperatorServiceClient(dial(t, first)).
		ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: "school"})
	require.NoError(t, err)
	require.Equal(t, enums.INDEXED_VALUE_TYPE_KEYWORD_LIST, listed.GetCustomAttributes()["WaitingFor"])
	require.Equal(t, enums.INDEXED_VALUE_TYPE_DATETIME, listed.GetCustomAttributes()["DueAt"])
	require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, first.UIAddress())
	service := workflowservice.NewWorkflowServiceClient(dial(t, first))
	_, err = service.UpdateNamespace(t.Context(), &workflowservice.UpdateNamespaceRequest{
		Namespace: "school", UpdateInfo: &namespace.UpdateNamespaceInfo{Description: "kept"},
	})
	require.NoError(t, err)

	_, err = StartTemporal(t.Context(), options)
	require.ErrorIs(t, err, ErrInUse, "two servers on one folder")

	address := first.Address()
	first.Kill()
	require.NoError(t, first.Restart(t.Context()))
	require.Equal(t, address, first.Address())
	described, err := service.DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "school"},
		grpc.WaitForReady(true))
	require.NoError(t, err)
	require.Equal(t, "kept", described.GetNamespaceInfo().GetDescription())

	first.folder.release() // a killed parent on a system without the kernel's farewell
	orphan := first.Pid()
	var told lines
	options.Log = told.say
	second, err := StartTemporal(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, second.Stop()) })
	require.Contains(t, told.text(), "earlier, killed run")
	require.Equal(t, address, second.Address())
	requireGone(t, orphan)
}

func TestTemporalWithADamagedDatabaseSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "temporal.db"), []byte("this is not what it should be, for a page at least"), 0o600))
	_, err := StartTemporal(t.Context(), TemporalOptions{Dir: dir, DBFile: "temporal.db"})
	var setup *SetupError
	require.ErrorAs(t, err, &setup)
	require.Contains(t, setup.Problem, "damaged")
	require.Contains(t, setup.Remedy, "rebuilt from PostgreSQL")
}

func TestTemporalRefusesAnotherVersion(t *testing.T) {
	t.Parallel()
	other := filepath.Join(t.TempDir(), "temporal")
	require.NoError(t, os.WriteFile(other, []byte("#!/bin/sh\necho 'temporal version 1.0.0 (Server 1.24.0, UI 2.0.0)'\n"), 0o755))
	_, err := StartTemporal(t.Context(), TemporalOptions{Dir: t.TempDir(), Binary: other})
	require.ErrorContains(t, err, TemporalServerVersion)
}

func TestVersionsMatchTheToolsModule(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "tools", "go.mod"))
	require.NoError(t, err)
	version := func(module string) string {
		match := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(module) + ` (v\S+)`).FindSubmatch(text)
		require.NotNil(t, match, module)
		return string(match[1])
	}
	require.Equal(t, TemporalCLIVersion, version("github.com/temporalio/cli"))
	require.Equal(t, "v"+TemporalServerVersion, version("go.temporal.io/server"))
}

func TestCheckoutIsFoundFromBelow(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	require.NoError(t, err)
	require.Equal(t, filepath.Dir(filepath.Dir(here)), Checkout())
}
