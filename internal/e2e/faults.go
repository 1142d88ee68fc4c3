package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/workflows/contract"
)

// Wipe loses everything a Temporal server knew, and starts it again.
func Wipe(t testing.TB, server *embedded.Temporal) {
	t.Helper()
	require.NoError(t, server.Stop())
	require.NoError(t, server.Wipe(t.Context()))
	require.NoError(t, server.Restart(t.Context()))
}

// Hold is changes held in mid-air: whatever would move one waits at its row.
type Hold struct {
	s  *Stack
	tx pgx.Tx
}

// Hold takes the lock every step of a change takes first. Slips can still be
// handed in, but none can be counted until Release.
func (s *Stack) Hold(changes ...string) *Hold {
	s.T.Helper()
	return s.hold(`SELECT 1 FROM change WHERE id = ANY ($1::uuid[]) FOR NO KEY UPDATE`, changes)
}

// HoldOffice lets nothing new be hung on an office: what opens a step there
// waits in the middle of its transaction, and so does whatever its staff say.
func (s *Stack) HoldOffice(at Office) *Hold {
	s.T.Helper()
	return s.hold(`SELECT 1 FROM organisation WHERE id = $1 FOR UPDATE`, at.ID)
}

func (s *Stack) hold(lock string, what any) *Hold {
	s.T.Helper()
	tx, err := s.DB.Begin(s.T.Context())
	require.NoError(s.T, err)
	_, err = tx.Exec(s.T.Context(), lock, what)
	require.NoError(s.T, err)
	h := &Hold{s: s, tx: tx}
	s.T.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	return h
}

// Waiting gives how many transactions wait for this hold.
func (h *Hold) Waiting() int {
	h.s.T.Helper()
	var n int
	err := h.tx.QueryRow(h.s.T.Context(), `SELECT count(*) FROM pg_locks w JOIN pg_locks h USING (transactionid)
		WHERE h.locktype = 'transactionid' AND h.granted AND h.pid = pg_backend_pid() AND NOT w.granted`).Scan(&n)
	require.NoError(h.s.T, err)
	return n
}

// UntilBlocked returns when a commit's transaction is running and waits.
func (h *Hold) UntilBlocked() {
	h.s.T.Helper()
	h.s.Eventually("a commit is in the middle of its transaction", 10*time.Second, func() bool { return h.Waiting() > 0 })
}

// Release lets everything go on.
func (h *Hold) Release() {
	h.s.T.Helper()
	require.NoError(h.s.T, h.tx.Commit(h.s.T.Context()))
}

// Engine gives an SDK client, which an admin would use.
func (s *Stack) Engine() sdk.Client {
	s.T.Helper()
	c, err := sdk.NewLazyClient(sdk.Options{HostPort: s.Config.Temporal.Address, Namespace: s.Config.Temporal.Namespace, Logger: silent{}})
	require.NoError(s.T, err)
	s.T.Cleanup(c.Close)
	return c
}

// silent drops what the SDK says of a server that a test has stopped.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}

// Reset resets the running workflow of a change to its first workflow task, as
// an admin would in the web interface.
func (s *Stack) Reset(c sdk.Client, change string) {
	s.T.Helper()
	ctx, id := s.T.Context(), contract.WorkflowID(change)
	history := c.GetWorkflowHistory(ctx, id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(s.T, err)
		if event.GetEventType() != enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			continue
		}
		_, err = c.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
			Namespace:         s.Config.Temporal.Namespace,
			WorkflowExecution: &common.WorkflowExecution{WorkflowId: id},
			Reason:            "e2e", RequestId: uuid.NewString(), WorkflowTaskFinishEventId: event.GetEventId(),
		})
		require.NoError(s.T, err)
		return
	}
	require.Fail(s.T, "the workflow has not completed a task yet")
}

// Runs gives the run of the workflow of a change that is current, and its state.
func (s *Stack) Runs(c sdk.Client, change string) (run string, status enums.WorkflowExecutionStatus) {
	s.T.Helper()
	d, err := c.DescribeWorkflowExecution(s.T.Context(), contract.WorkflowID(change), "")
	require.NoError(s.T, err)
	return d.GetWorkflowExecutionInfo().GetExecution().GetRunId(), d.GetWorkflowExecutionInfo().GetStatus()
}

// AnotherWorker starts a further worker in this process and gives what stops it.
func (s *Stack) AnotherWorker() (stop func()) {
	s.T.Helper()
	w, err := service.OpenWorker(s.T.Context(), s.Config, s.Clock, s.Logger(), nil)
	require.NoError(s.T, err)
	r := s.run(w.Run)
	stop = sync.OnceFunc(r.stop)
	s.T.Cleanup(stop)
	return stop
}

// Process is a worker as an operating system process of its own.
type Process struct {
	s    *Stack
	cmd  *exec.Cmd
	done chan struct{}
}

// program builds the command once for all tests of the process.
var program = sync.OnceValues(func() (string, error) { // one build, like the shared servers
	root := embedded.Checkout()
	path := builtProgram()
	build := exec.Command("go", "build", "-o", path, "./cmd/xueji")
	build.Dir, build.Stderr = root, os.Stderr
	return path, build.Run()
})

// builtProgram is this process's own: test processes run side by side.
func builtProgram() string {
	return filepath.Join(embedded.Checkout(), "var", "test", "xueji-e2e-"+strconv.Itoa(os.Getpid()))
}

// RemoveProgram deletes what was built, if anything was; for TestMain.
func RemoveProgram() error {
	if err := os.Remove(builtProgram()); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Command prepares the built program with the settings of this stack.
func (s *Stack) Command(args ...string) *exec.Cmd {
	s.T.Helper()
	path, err := program()
	require.NoError(s.T, err)
	cmd := exec.CommandContext(context.Background(), path, args...)
	cmd.Dir = s.T.TempDir()
	cmd.Env = append(os.Environ(),
		"XUEJI_ENVIRONMENT=test", "XUEJI_VAR_DIR="+s.Config.VarDir, "XUEJI_CLOCK_AT="+s.Clock.Now().Format(time.RFC3339),
		"XUEJI_DATABASE_URL="+s.Config.Database.URL.Reveal(), "XUEJI_DATABASE_APP_URL="+s.Config.Database.AppURL.Reveal(),
		"XUEJI_DATABASE_WORKER_URL="+s.Config.Database.WorkerURL.Reveal(),
		"XUEJI_TEMPORAL_ADDRESS="+s.Config.Temporal.Address, "XUEJI_TEMPORAL_NAMESPACE="+s.Config.Temporal.Namespace,
		fmt.Sprintf("XUEJI_BULK_LIST_ROWS=%d", s.Config.Bulk.ListRows), fmt.Sprintf("XUEJI_BULK_PART_ROWS=%d", s.Config.Bulk.PartRows),
		"XUEJI_WORKER_RECONCILE_INTERVAL="+s.Config.Worker.ReconcileInterval.String(), "XUEJI_WORKER_STOP_TIMEOUT=5s",
		"PGAPPNAME=xueji-"+uuid.NewString()[:8], // tells the processes apart in pg_stat_activity
	)
	return cmd
}

// WorkerProcess starts "xueji worker".
func (s *Stack) WorkerProcess() *Process {
	s.T.Helper()
	p := &Process{s: s, cmd: s.Command("worker"), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = s.Log, s.Log
	require.NoError(s.T, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	s.T.Cleanup(p.Kill)
	return p
}

// Kill ends the process at once (kill -9) and returns when it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Session is what the process calls itself to the database.
func (p *Process) Session() string {
	for _, entry := range p.cmd.Env {
		if name, ok := strings.CutPrefix(entry, "PGAPPNAME="); ok {
			return name
		}
	}
	return ""
}

// Name is what the worker calls itself in the heartbeat: host and process number.
func (p *Process) Name() string {
	host, err := os.Hostname()
	require.NoError(p.s.T, err)
	return host + "/" + strconv.Itoa(p.cmd.Process.Pid)
}
