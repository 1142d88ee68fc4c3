package embeddedtest_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
)

func schools(fingerprint string, calls *int) embeddedtest.Template {
	return embeddedtest.Template{
		Name: "schools", Fingerprint: fingerprint,
		Prepare: func(ctx context.Context, server *embedded.Postgres, database string) error {
			*calls++
			connection, err := pgx.Connect(ctx, server.DSN(embedded.Superuser, database))
			if err != nil {
				return err
			}
			_, err = connection.Exec(ctx, "CREATE EXTENSION ltree; CREATE TABLE school (path ltree)")
			return err // the session is left open on purpose: copies must be possible all the same
		},
	}
}

func count(t *testing.T, d embeddedtest.Database, sql string) int {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), d.DSN(embedded.Superuser))
	require.NoError(t, err)
	defer func() { require.NoError(t, connection.Close(context.WithoutCancel(t.Context()))) }()
	var n int
	require.NoError(t, connection.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	var calls int
	tpl := schools(time.Now().Format("150405.000000"), &calls)
	one, two := tpl.Database(t), tpl.Database(t)
	require.NotEqual(t, one.Name, two.Name)
	require.Equal(t, 1, calls, "prepared once")
	require.Equal(t, 1, count(t, one, "WITH made AS (INSERT INTO school VALUES ('cn.zj') RETURNING 1) SELECT count(*) FROM made"))
	require.Equal(t, 1, count(t, one, "SELECT count(*) FROM school"))
	require.Equal(t, 0, count(t, two, "SELECT count(*) FROM school"))

	again := schools(time.Now().Format("150405.000000"), &calls)
	again.Database(t)
	require.Equal(t, 2, calls, "another fingerprint prepares anew")

	var inner embeddedtest.Database
	t.Run("dropped afterwards", func(t *testing.T) { inner = again.Database(t) })
	_, err := pgx.Connect(t.Context(), inner.DSN(embedded.Superuser))
	require.ErrorContains(t, err, "3D000", "the database is gone")
}

func TestFingerprintFollowsNamesAndContents(t *testing.T) {
	tree := func(name, text string) fstest.MapFS { return fstest.MapFS{name: {Data: []byte(text)}} }
	first := embeddedtest.Fingerprint(t, tree("1.sql", "a"))
	require.Equal(t, first, embeddedtest.Fingerprint(t, tree("1.sql", "a")))
	require.NotEqual(t, first, embeddedtest.Fingerprint(t, tree("1.sql", "b")))
	require.NotEqual(t, first, embeddedtest.Fingerprint(t, tree("2.sql", "a")))
}

func TestANamespaceIsReadyForWorkAtOnce(t *testing.T) {
	namespace := embeddedtest.Namespace(t, map[string]string{"ChangeKind": "Keyword"})
	queue := embeddedtest.TaskQueue(t)
	c, err := client.Dial(client.Options{HostPort: embeddedtest.Temporal(t).Address(), Namespace: namespace})
	require.NoError(t, err)
	defer c.Close()
	w := worker.New(c, queue, worker.Options{})
	greet := func(workflow.Context) (string, error) { return "done", nil }
	w.RegisterWorkflowWithOptions(greet, workflow.RegisterOptions{Name: "greet"})
	require.NoError(t, w.Start())
	defer w.Stop()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		TaskQueue:             queue,
		TypedSearchAttributes: temporal.NewSearchAttributes(temporal.NewSearchAttributeKeyKeyword("ChangeKind").ValueSet("Suspension")),
	}, "greet")
	require.NoError(t, err)
	var out string
	require.NoError(t, run.Get(t.Context(), &out))
	require.Equal(t, "done", out)
}
