package embedded

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
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

// forTemporal starts a cluster for the Temporal of one test, and gives the options of it.
func forTemporal(t *testing.T) TemporalOptions {
	t.Helper()
	cluster := startPostgres(t, PostgresOptions{Dir: clusterDir(t), Volatile: true})
	return TemporalOptions{Dir: t.TempDir(), Postgres: cluster, Namespace: "school"}
}

func describe(t *testing.T, s *Temporal, text string) {
	t.Helper()
	_, err := workflowservice.NewWorkflowServiceClient(dial(t, s)).UpdateNamespace(t.Context(),
		&workflowservice.UpdateNamespaceRequest{Namespace: "school", UpdateInfo: &namespace.UpdateNamespaceInfo{Description: text}})
	require.NoError(t, err)
}

func described(t *testing.T, s *Temporal) string {
	t.Helper()
	answer, err := workflowservice.NewWorkflowServiceClient(dial(t, s)).DescribeNamespace(t.Context(),
		&workflowservice.DescribeNamespaceRequest{Namespace: "school"}, grpc.WaitForReady(true))
	require.NoError(t, err)
	return answer.GetNamespaceInfo().GetDescription()
}

func TestTemporalSurvivesStopKillAndOrphan(t *testing.T) {
	t.Parallel()
	options := forTemporal(t)
	options.UI = true
	options.SearchAttributes = map[string]string{"ChangeKind": "Keyword", "WaitingFor": "KeywordList", "DueAt": "Datetime"}
	first, err := StartTemporal(t.Context(), options)
	require.NoError(t, err)
	listed, err := operatorservice.NewOperatorServiceClient(dial(t, first)).
		ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: "school"})
	require.NoError(t, err)
	require.Equal(t, enums.INDEXED_VALUE_TYPE_KEYWORD_LIST, listed.GetCustomAttributes()["WaitingFor"])
	require.Equal(t, enums.INDEXED_VALUE_TYPE_DATETIME, listed.GetCustomAttributes()["DueAt"])
	require.Contains(t, webPage(t, first.UIAddress()), "/_app/immutable/entry/start.", "the page loads the interface")
	describe(t, first, "kept")

	_, err = StartTemporal(t.Context(), options)
	require.ErrorIs(t, err, ErrInUse, "two servers on one folder")

	address := first.Address()
	first.Kill()
	require.NoError(t, first.Restart(t.Context()))
	require.Equal(t, address, first.Address())
	require.Equal(t, "kept", described(t, first))

	first.folder.release() // a killed parent on a system without the kernel's farewell
	orphan := first.Pid()
	var told lines
	options.Log = told.say
	second, err := StartTemporal(t.Context(), options)
	require.NoError(t, err)
	require.Contains(t, told.text(), "earlier, killed run")
	require.Equal(t, address, second.Address())
	requireGone(t, orphan)
	require.Equal(t, "kept", described(t, second))

	require.NoError(t, second.Stop())
	require.Empty(t, second.Ending(), "it ends in order when it is asked to")
	require.NoError(t, second.Wipe(t.Context()))
	require.NoError(t, second.Restart(t.Context()))
	require.Empty(t, described(t, second), "nothing is known of what was before")
	require.NoError(t, second.Stop())
}

// The database dies under the server and comes back: the same process goes on.
func TestTemporalOutlivesItsDatabase(t *testing.T) {
	t.Parallel()
	// A volatile cluster may lose what it wrote in the last half second: the namespace.
	options := TemporalOptions{Dir: t.TempDir(), Postgres: startPostgres(t, PostgresOptions{Dir: clusterDir(t)}), Namespace: "school"}
	server, err := StartTemporal(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(server.Kill)
	pid := server.Pid()
	options.Postgres.Kill()
	require.NoError(t, options.Postgres.Restart(t.Context()))
	service := workflowservice.NewWorkflowServiceClient(dial(t, server))
	require.Eventually(t, func() bool {
		_, err := service.UpdateNamespace(t.Context(), &workflowservice.UpdateNamespaceRequest{
			Namespace: "school", UpdateInfo: &namespace.UpdateNamespaceInfo{Description: "written afterwards"},
		})
		return err == nil
	}, time.Minute, 100*time.Millisecond)
	require.Equal(t, "written afterwards", described(t, server))
	require.Equal(t, pid, server.Pid())
	select {
	case <-server.Exited():
		require.Fail(t, "the server ended", server.Ending())
	default:
	}
}

// Whoever makes the tables may be killed at any moment: the next start goes on from
// what is whole.
func TestTheTablesOfTemporalAreWholeWheneverTheirMakerIsKilled(t *testing.T) {
	t.Parallel()
	cluster := startPostgres(t, PostgresOptions{Dir: clusterDir(t), Volatile: true})
	binary, err := findTemporal(t.Context(), "", func(line string) { t.Log(line) })
	require.NoError(t, err)
	versions := func(database string) string {
		c, err := pgx.Connect(t.Context(), cluster.DSN(Superuser, database))
		require.NoError(t, err)
		defer func() { require.NoError(t, c.Close(context.WithoutCancel(t.Context()))) }()
		var made bool
		require.NoError(t, c.QueryRow(t.Context(), "SELECT to_regclass('schema_version') IS NOT NULL").Scan(&made))
		if !made {
			return ""
		}
		var version string
		require.NoError(t, c.QueryRow(t.Context(), "SELECT curr_version FROM schema_version").Scan(&version))
		return version
	}
	maker := func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), binary, "schema", "--database", "engine", "--visibility", "engine_visibility")
		cmd.Env = append(os.Environ(), "TEMPORAL_STORE_URL="+cluster.DSN(temporalRole, ""))
		return cmd
	}
	require.NoError(t, cluster.makeTemporalStore(t.Context(), "engine"))
	cmd := maker()
	began := time.Now()
	require.NoError(t, cmd.Run())
	whole := time.Since(began)
	main, lists := versions("engine"), versions("engine_visibility")
	require.NotEmpty(t, main)
	require.NotEmpty(t, lists)

	const moments = 4
	interrupted := 0
	for i := range moments {
		require.NoError(t, cluster.dropTemporalStore(t.Context(), "engine"))
		require.NoError(t, cluster.makeTemporalStore(t.Context(), "engine"))
		cmd := maker()
		require.NoError(t, cmd.Start())
		time.AfterFunc(whole*time.Duration(i+1)/moments, func() { _ = cmd.Process.Kill() })
		if cmd.Wait() != nil {
			interrupted++
		}
		require.Contains(t, []string{"", main}, versions("engine"), "all or nothing")
		require.Contains(t, []string{"", lists}, versions("engine_visibility"), "all or nothing")
		out, err := maker().CombinedOutput()
		require.NoError(t, err, string(out))
		require.Equal(t, main, versions("engine"))
		require.Equal(t, lists, versions("engine_visibility"))
	}
	require.GreaterOrEqual(t, interrupted, moments/2, "the moments lie where the work is done")
}

// Temporal's role cannot look into the register, and those of the register not into Temporal.
func TestTemporalAndTheRegisterCannotConnectToEachOther(t *testing.T) {
	t.Parallel()
	cluster := startPostgres(t, PostgresOptions{Dir: clusterDir(t), Volatile: true})
	for _, role := range []string{"owner", "app"} {
		require.NoError(t, cluster.EnsureLogin(t.Context(), role))
	}
	require.NoError(t, cluster.EnsureDatabase(t.Context(), "register", "owner"))
	require.NoError(t, cluster.Reserve(t.Context(), "register", "owner", "app"))
	require.NoError(t, cluster.makeTemporalStore(t.Context(), "temporal"))
	enters := func(role, database string) error {
		c, err := pgx.Connect(t.Context(), cluster.DSN(role, database))
		if err != nil {
			return err
		}
		_, err = c.Exec(t.Context(), "CREATE TEMPORARY TABLE arrived ()")
		return errors.Join(err, c.Close(t.Context()))
	}
	require.NoError(t, enters("owner", "register"))
	require.NoError(t, enters("app", "register"), "rows come by COPY into a temporary table")
	require.NoError(t, enters(temporalRole, "temporal"))
	require.NoError(t, enters(temporalRole, "temporal_visibility"))
	for role, databases := range map[string][]string{
		temporalRole: {"register"}, "app": {"temporal", "temporal_visibility"}, "owner": {"temporal", "temporal_visibility"},
	} {
		for _, database := range databases {
			require.ErrorContains(t, enters(role, database), "permission denied for database", "%s, %s", role, database)
		}
	}
}

func TestTemporalWithDamagedTablesSaysSo(t *testing.T) {
	t.Parallel()
	options := forTemporal(t)
	require.NoError(t, options.Postgres.makeTemporalStore(t.Context(), "temporal"))
	c, err := pgx.Connect(t.Context(), options.Postgres.DSN(temporalRole, "temporal"))
	require.NoError(t, err)
	_, err = c.Exec(t.Context(), "CREATE TABLE executions (of_somebody_else INT)")
	require.NoError(t, errors.Join(err, c.Close(t.Context())))
	_, err = StartTemporal(t.Context(), options)
	var setup *SetupError
	require.ErrorAs(t, err, &setup)
	require.Contains(t, setup.Problem, "damaged")
	require.Contains(t, setup.Remedy, "rebuilt from the register")
	require.NotContains(t, err.Error(), options.Postgres.password)
}

func TestTemporalRefusesAnotherVersion(t *testing.T) {
	t.Parallel()
	other := filepath.Join(t.TempDir(), "temporal")
	require.NoError(t, os.WriteFile(other, []byte("#!/bin/sh\necho 'temporal (Server 1.24.0, UI 2.0.0, revision 1)'\n"), 0o755))
	_, err := StartTemporal(t.Context(), TemporalOptions{Dir: t.TempDir(), Binary: other})
	require.ErrorContains(t, err, TemporalServerVersion)
}

func TestVersionsMatchTheToolsModule(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "tools", "go.mod"))
	require.NoError(t, err)
	version := func(module string) string {
		match := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(module) + ` v(\S+)`).FindSubmatch(text)
		require.NotNil(t, match, module)
		return string(match[1])
	}
	require.Equal(t, TemporalServerVersion, version("go.temporal.io/server"))
	require.Equal(t, TemporalUIVersion, version("github.com/temporalio/ui-server/v2"))
}

func webPage(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, errors.Join(err, answer.Body.Close()))
	require.Equal(t, http.StatusOK, answer.StatusCode)
	return string(text)
}

func TestCheckoutIsFoundFromBelow(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	require.NoError(t, err)
	require.Equal(t, filepath.Dir(filepath.Dir(here)), Checkout())
}
