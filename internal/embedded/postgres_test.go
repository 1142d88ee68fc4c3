package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// parentMode, set in the environment, turns this test program into a process
// that starts a server and waits to be killed.
const parentMode = "XUEJI_TEST_PARENT_OF"

func TestMain(m *testing.M) {
	dir, isParent := os.LookupEnv(parentMode)
	if !isParent {
		os.Exit(m.Run())
	}
	p, err := StartPostgres(context.Background(), PostgresOptions{Dir: dir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready", p.Pid())
	_, _ = io.Copy(io.Discard, os.Stdin) // until killed
}

// lines collects what is told to the person at the keyboard.
type lines struct {
	mu   sync.Mutex
	said []string
}

func (l *lines) say(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, line)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.said, "\n")
}

// clusterDir is a wanted folder whose real place is removed after the test.
func clusterDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "postgres")
	t.Cleanup(func() {
		owner, err := clusterAccount(context.WithoutCancel(t.Context()), quiet(nil))
		require.NoError(t, err)
		path, err := clusterPath(dir, owner)
		require.NoError(t, err)
		require.NoError(t, os.RemoveAll(path))
	})
	return dir
}

func startPostgres(t *testing.T, o PostgresOptions) *Postgres {
	t.Helper()
	p, err := StartPostgres(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Stop()) })
	return p
}

func query[T any](t *testing.T, p *Postgres, sql string, args ...any) T {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), p.DSN(Superuser, "postgres"))
	require.NoError(t, err)
	defer func() { require.NoError(t, connection.Close(context.WithoutCancel(t.Context()))) }()
	rows, err := connection.Query(t.Context(), sql, args...)
	require.NoError(t, err)
	value, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	require.NoError(t, err)
	return value
}

func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return !alive(pid) || commandLine(pid) == "" }, 20*time.Second, 20*time.Millisecond)
}

func TestTheClusterHasTheRequiredSettings(t *testing.T) {
	t.Parallel()
	p := startPostgres(t, PostgresOptions{Dir: clusterDir(t)})
	require.Equal(t, "UTF8", query[string](t, p, "SHOW server_encoding"))
	require.Equal(t, "C", query[string](t, p, "SELECT datcollate::text FROM pg_database WHERE datname = 'template1'"))
	require.Equal(t, "on", query[string](t, p, "SHOW fsync"))
	require.Equal(t, "127.0.0.1", query[string](t, p, "SHOW listen_addresses"))
	require.Empty(t, query[string](t, p, "SHOW unix_socket_directories"))
	require.Equal(t, "scram-sha-256", query[string](t, p, "SHOW password_encryption"))
	require.True(t, query[bool](t, p, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'ltree')"))
	require.Positive(t, query[int](t, p, "SELECT cardinality(regexp_split_to_array(lower('ÄÖ张明杰'), ''))"))
	require.Equal(t, "äö", query[string](t, p, "SELECT lower('ÄÖ')"), "letters outside ASCII have case")

	stat, err := os.Stat(filepath.Join(p.Dir(), "password"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), stat.Mode().Perm())

	wrong := strings.Replace(p.DSN(Superuser, "postgres"), p.password, "postgres", 1)
	_, err = pgx.Connect(t.Context(), wrong)
	require.ErrorContains(t, err, "28P01", "a guess is refused even on localhost")

	require.NoError(t, p.EnsureLogin(t.Context(), "clerk-app"))
	require.NoError(t, p.EnsureLogin(t.Context(), "clerk-app"), "may be repeated")
	require.NoError(t, p.EnsureDatabase(t.Context(), "register", "clerk-app"))
	require.NoError(t, p.EnsureDatabase(t.Context(), "register", "clerk-app"), "may be repeated")
	connection, err := pgx.Connect(t.Context(), p.DSN("clerk-app", "register"))
	require.NoError(t, err)
	require.NoError(t, connection.Close(t.Context()))
}

func TestPostgresKeepsDataAndPortThroughAPowerCut(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	first, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir})
	require.NoError(t, err)
	execute(t, first, "CREATE TABLE kept AS SELECT 42 AS n")
	first.Kill()
	require.ErrorContains(t, first.child.err, "killed")

	second := startPostgres(t, PostgresOptions{Dir: dir})
	require.Equal(t, 42, query[int](t, second, "SELECT n FROM kept"))
	require.Equal(t, first.Port(), second.Port())
	require.Equal(t, first.DSN("a", "b"), second.DSN("a", "b"))
}

func TestPostgresEndsWithItsKilledParent(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	self, err := os.Executable()
	require.NoError(t, err)
	parent := exec.CommandContext(t.Context(), self)
	parent.Env = append(os.Environ(), parentMode+"="+dir)
	in, err := parent.StdinPipe()
	require.NoError(t, err)
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "ready ")))
	require.NoError(t, err, line)

	_, err = StartPostgres(t.Context(), PostgresOptions{Dir: dir})
	require.ErrorIs(t, err, ErrInUse)
	require.ErrorContains(t, err, strconv.Itoa(parent.Process.Pid), "names the process that holds the folder")

	require.NoError(t, parent.Process.Signal(syscall.SIGKILL))
	require.Error(t, parent.Wait())
	require.NoError(t, errors.Join(ignoreClosed(in.Close())))
	p := startPostgres(t, PostgresOptions{Dir: dir})
	require.NotEqual(t, pid, p.Pid())
	requireGone(t, pid)
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

func TestPostgresOrphanIsStopped(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	orphan, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir})
	require.NoError(t, err)
	orphan.folder.release() // the parent is gone, the server lives on, as on a system without the kernel's farewell

	var told lines
	p := startPostgres(t, PostgresOptions{Dir: dir, Log: told.say})
	require.Contains(t, told.text(), "stopped the PostgreSQL server that an earlier, killed run left behind")
	require.Equal(t, orphan.Port(), p.Port())
	requireGone(t, orphan.Pid())
}

func TestPostgresSparesTheStrangerWithAnOldNumber(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	first, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir})
	require.NoError(t, err)
	pidFile := filepath.Join(first.data(), "postmaster.pid")
	text, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	require.NoError(t, first.Stop())

	stranger := exec.CommandContext(t.Context(), "sleep", "600")
	require.NoError(t, stranger.Start())
	_, rest, _ := strings.Cut(string(text), "\n")
	require.NoError(t, os.WriteFile(pidFile, []byte(strconv.Itoa(stranger.Process.Pid)+"\n"+rest), 0o600))
	require.NoError(t, first.account.own(pidFile))

	startPostgres(t, PostgresOptions{Dir: dir})
	require.NotEmpty(t, commandLine(stranger.Process.Pid), "still runs")
	require.NoError(t, stranger.Process.Kill())
	require.Error(t, stranger.Wait())
}

func TestPostgresPortTaken(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	first, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, first.Stop())
	thief, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(first.Port())))
	require.NoError(t, err)
	defer func() { require.NoError(t, thief.Close()) }()

	_, err = StartPostgres(t.Context(), PostgresOptions{Dir: dir, Port: first.Port()})
	var setup *SetupError
	require.ErrorAs(t, err, &setup)
	require.Contains(t, setup.Problem, strconv.Itoa(first.Port()))
	require.NotEmpty(t, setup.Remedy)

	var told lines
	p := startPostgres(t, PostgresOptions{Dir: dir, Log: told.say})
	require.NotEqual(t, first.Port(), p.Port())
	require.Contains(t, told.text(), "used by another program")
}

func TestPostgresDataOfAnotherVersion(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	first, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, first.Stop())
	require.NoError(t, os.WriteFile(filepath.Join(first.data(), "PG_VERSION"), []byte("12\n"), 0o600))

	_, err = StartPostgres(t.Context(), PostgresOptions{Dir: dir})
	var setup *SetupError
	require.ErrorAs(t, err, &setup)
	require.Contains(t, setup.Problem, "made by PostgreSQL 12")
	require.Contains(t, setup.Remedy, "postgresql-12")
}

func TestPostgresHalfMadeClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	owner, err := clusterAccount(context.WithoutCancel(t.Context()), quiet(nil))
	require.NoError(t, err)
	path, err := clusterPath(dir, owner)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(path, "data.half", "base"), 0o700))
	p := startPostgres(t, PostgresOptions{Dir: dir})
	require.NoDirExists(t, filepath.Join(p.Dir(), "data.half"))
	require.NoFileExists(t, filepath.Join(p.Dir(), "password.init"))
}

func TestPostgresRemoveLeavesNothing(t *testing.T) {
	t.Parallel()
	p, err := StartPostgres(t.Context(), PostgresOptions{Dir: clusterDir(t), Volatile: true})
	require.NoError(t, err)
	require.NoError(t, p.Remove())
	require.NoDirExists(t, p.Dir())
	requireGone(t, p.Pid())
}

func TestStartGivesUpWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var told lines
	_, err := StartPostgres(ctx, PostgresOptions{Dir: clusterDir(t), Log: told.say})
	require.ErrorIs(t, err, context.Canceled)
	require.NotContains(t, told.text(), "install", "nothing is installed for somebody who gave up")
}

func execute(t *testing.T, p *Postgres, sql string) {
	t.Helper()
	require.NoError(t, p.asSuperuser(t.Context(), func(c *pgx.Conn) error {
		_, err := c.Exec(t.Context(), sql)
		return err
	}))
}
