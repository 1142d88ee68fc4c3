// Package e2e starts the whole stack for tests: a real PostgreSQL, a real
// Temporal server, the API over HTTP and a worker, with a small made-up county.
// Nobody in it is real.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/embedded"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/internal/service"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/workflows/client"
)

// Owner is the role that owns the tables in tests.
const Owner = "xueji_owner"

// Options change what New starts.
type Options struct {
	// Temporal is a server of the test's own, for tests that stop or wipe it;
	// nil shares the one of the test process.
	Temporal *embedded.Temporal
	// NoWorker starts no worker; StartWorker does it later.
	NoWorker bool
	// Namespace of Temporal; empty makes one of the test's own.
	Namespace string
	// LongList is how many rows a list may have that is no job; its parts then have one row,
	// those of a check four. The settings' own sizes when zero.
	LongList int
	// Interval of the upkeep; half a second when zero, so that healing is quick to see.
	Interval time.Duration
}

// Stack is everything, running.
type Stack struct {
	T       testing.TB
	URL     string
	DB      *pgxpool.Pool // as the owner: tests look at and prepare everything
	Config  config.Config
	Clock   *calendar.Clock
	Hand    *calendar.Hand // moves the clock
	Log     *Recorder      // what was logged, for tests that grep it
	Metrics *prometheus.Registry

	options   []service.Option // of the release that runs
	door      *frontDoor       // nil where a test writes what it needs as plain rows
	worker    *running
	api       *running
	named     int    // pupils with numbers so far
	newcomers uint64 // pupils without a record who were made up
	pupils    int    // pupils so far
}

type running struct {
	cancel context.CancelFunc
	done   chan struct{}
}

func (r *running) stop() {
	r.cancel()
	<-r.done
}

// New starts the stack at 2026-11-20 09:00 in Shanghai and stops it after the test.
func New(t testing.TB, o Options) *Stack {
	t.Helper()
	db := embeddedtest.Template{
		Name: "e2e", Fingerprint: embeddedtest.Fingerprint(t, os.DirFS(filepath.Join(root(t), "models", "migrations", "sql"))), Prepare: embeddedtest.OwnedBy(Owner, []string{migrations.AppRole, migrations.WorkerRole}, func(ctx context.Context, dsn string) error {
			return service.Migrate(ctx, config.Database{URL: config.Secret(dsn)}, migrations.Passwords{}, calendar.NewClock(0))
		}),
	}.Database(t)
	s := &Stack{T: t, Log: &Recorder{}, Metrics: prometheus.NewRegistry()}
	s.Clock, s.Hand = calendar.Stopped(time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai()))
	server := o.Temporal
	if server == nil {
		server = embeddedtest.Temporal(t)
	}
	s.Config = settings(t, db, server.Address(), o)
	pool, err := pgxpool.New(t.Context(), db.DSN(Owner))
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	s.DB = pool
	_, err = service.CreateKeys(t.Context(), s.Config, s.Clock)
	require.NoError(t, err)
	s.startAPI()
	if !o.NoWorker {
		s.StartWorker()
		s.AwaitSetup()
	}
	t.Cleanup(func() {
		s.Agree()
		if t.Failed() {
			t.Log("the last lines of the log:\n" + s.Log.last(20))
		}
		s.StopWorker()
		s.api.stop()
	})
	return s
}

func settings(t testing.TB, db embeddedtest.Database, temporal string, o Options) config.Config {
	t.Helper()
	flags := pflag.NewFlagSet("e2e", pflag.ContinueOnError)
	config.AddFlags(flags)
	cfg, err := config.Load(flags)
	require.NoError(t, err)
	// Keys and files lie under VarDir; Load has already named them under its default.
	cfg.Environment, cfg.VarDir, cfg.Keys.Dir, cfg.Blob.URL = config.Test, t.TempDir(), "", ""
	cfg.Database.URL = config.Secret(db.DSN(Owner))
	cfg.Database.AppURL = config.Secret(db.DSN(migrations.AppRole))
	cfg.Database.WorkerURL = config.Secret(db.DSN(migrations.WorkerRole))
	cfg.Temporal.Address = temporal
	cfg.Temporal.Namespace = "e2e-" + uuid.NewString()[:13]
	if o.Namespace != "" {
		cfg.Temporal.Namespace = o.Namespace
	}
	cfg.HTTP.RatePerSecond, cfg.HTTP.RateBurst = 1e6, 1e6
	cfg.Worker.StopTimeout = 5 * time.Second
	// The gateways of tests stand on this machine.
	cfg.Webhook.AllowHTTP, cfg.Webhook.AllowPrivate, cfg.Webhook.Interval = true, true, 300*time.Millisecond
	if o.LongList > 0 {
		cfg.Bulk.ListRows, cfg.Bulk.PartRows = o.LongList, 1
	}
	cfg.Worker.ReconcileInterval = o.Interval
	if o.Interval == 0 {
		cfg.Worker.ReconcileInterval = 500 * time.Millisecond
	}
	return cfg
}

// root finds the checkout: the folder that holds go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		require.NotEqual(t, dir, filepath.Dir(dir), "not inside the checkout")
		dir = filepath.Dir(dir)
	}
}

// At serves a register with other settings, such as one that was restored, beside this
// stack, and gives a stack that talks to it. It has no worker until StartWorker.
func (s *Stack) At(cfg config.Config) *Stack {
	s.T.Helper()
	other := &Stack{T: s.T, Config: cfg, Clock: s.Clock, Hand: s.Hand, Log: s.Log, Metrics: prometheus.NewRegistry()}
	pool, err := pgxpool.New(s.T.Context(), cfg.Database.URL.Reveal())
	require.NoError(s.T, err)
	s.T.Cleanup(pool.Close)
	other.DB = pool
	other.startAPI()
	s.T.Cleanup(func() {
		other.StopWorker()
		other.api.stop()
	})
	return other
}

func (s *Stack) startAPI() {
	s.T.Helper()
	a, err := service.OpenAPI(s.T.Context(), s.Config, s.Clock, s.Logger(), s.Metrics, s.options...)
	require.NoError(s.T, err)
	listener, err := (&net.ListenConfig{}).Listen(s.T.Context(), "tcp", "127.0.0.1:0")
	require.NoError(s.T, err)
	s.URL = "http://" + listener.Addr().String()
	s.api = s.run(func(ctx context.Context) error { return a.Serve(ctx, listener) })
}

// StartWorker starts a worker, after StopWorker or with Options.NoWorker.
func (s *Stack) StartWorker() {
	s.T.Helper()
	w, err := service.OpenWorker(s.T.Context(), s.Config, s.Clock, s.Logger(), nil, s.options...)
	require.NoError(s.T, err)
	s.Attach(w.Run)
	s.Eventually("the worker reports itself", 20*time.Second, func() bool {
		return Value[bool](s, `SELECT EXISTS (SELECT 1 FROM worker_beat WHERE left_at IS NULL AND seen_at > clock_timestamp() - 3 * every)`)
	})
}

// AwaitSetup waits until the upkeep has made what Temporal must have: before that a
// decision is kept and answered 202.
func (s *Stack) AwaitSetup() {
	s.T.Helper()
	engine := client.New(s.Engine(), s.Config.Temporal.Namespace)
	s.Eventually("Temporal is set up", 40*time.Second, func() bool {
		setup, err := engine.Setup(s.T.Context())
		return err == nil && len(setup.Missing) == 0
	})
}

// Release stops everything and starts it with another process catalogue, as an
// upgrade does.
func (s *Stack) Release(known *process.Catalogue) {
	s.T.Helper()
	s.StopWorker()
	s.api.stop()
	s.options = []service.Option{service.Processes(known)}
	s.Metrics = prometheus.NewRegistry() // each process has its own
	s.startAPI()
	s.StartWorker()
}

// Attach runs a worker the test opened itself as the worker of this stack.
func (s *Stack) Attach(run func(context.Context) error) { s.worker = s.run(run) }

// StopWorker stops the worker in order and waits until it has ended.
func (s *Stack) StopWorker() {
	if s.worker != nil {
		s.worker.stop()
		s.worker = nil
	}
}

func (s *Stack) run(fn func(context.Context) error) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		if err := fn(ctx); err != nil {
			s.T.Errorf("a part of the stack ended: %v", err)
		}
	}()
	return r
}

// Logger writes into Log.
func (s *Stack) Logger() *slog.Logger { return slog.New(slog.NewTextHandler(s.Log, nil)) }

// Eventually waits until the condition holds, or fails with what was waited for.
func (s *Stack) Eventually(what string, within time.Duration, condition func() bool) {
	s.T.Helper()
	require.Eventually(s.T, condition, within, 50*time.Millisecond, what)
}

// Recorder keeps what was logged.
type Recorder struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps a line.
func (r *Recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// String gives everything that was logged so far.
func (r *Recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// last gives the last lines of the log.
func (r *Recorder) last(n int) string {
	lines := strings.SplitAfter(r.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-n-1):], "")
}

// Answer is what a call came back with.
type Answer struct {
	Status int
	Header http.Header
	Raw    []byte
	Body   map[string]any
}

// Get gives a value of the body by a dotted path, for example "open.task_id".
func (a Answer) Get(path string) any {
	var at any = a.Body
	for name := range strings.SplitSeq(path, ".") {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[name]
	}
	return at
}

// Text gives a value of the body as text, "" when there is none.
func (a Answer) Text(path string) string {
	text, _ := a.Get(path).(string)
	return text
}

// Call sends JSON and reads JSON. Token and key may be empty.
func (s *Stack) Call(token, method, path string, body any, key string) Answer {
	s.T.Helper()
	a, err := s.TryCall(s.T.Context(), token, method, path, body, key)
	require.NoError(s.T, err)
	return a
}

// TryCall is Call for goroutines: it returns the error.
func (s *Stack) TryCall(ctx context.Context, token, method, path string, body any, key string) (Answer, error) {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, s.URL+path, reader)
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	return Send(request)
}

// Send sends a request and reads the answer.
func Send(request *http.Request) (Answer, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Status: response.StatusCode, Header: response.Header, Raw: raw}
	if strings.Contains(response.Header.Get("Content-Type"), "json") && len(raw) > 0 {
		if err := json.Unmarshal(raw, &a.Body); err != nil {
			return a, err
		}
	}
	return a, nil
}
