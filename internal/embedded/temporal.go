package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// TemporalOptions say where a Temporal server keeps what it knows and what it is
// started with.
type TemporalOptions struct {
	// Dir is the folder of this server: ports and log.
	Dir string
	// Postgres is the cluster that holds its databases. It must be up whenever
	// the server is started.
	Postgres *Postgres
	// Database is the database of the workflows; empty means "temporal". Their
	// lists lie beside it, in the database of that name with "_visibility". Both
	// may be dropped while the server is down: the register rebuilds what was open.
	Database string
	// Binary is the Temporal program to use; empty finds the pinned one, or builds it.
	Binary string
	// Namespace is created at the start; empty means "xueji".
	Namespace string
	// SearchAttributes are registered at the start, name to type (Keyword,
	// KeywordList, Datetime, Int, Double, Bool, Text).
	SearchAttributes map[string]string
	// UI serves the web interface too.
	UI bool
	// Port and UIPort are where to listen; 0 takes the port of last time, or any free one.
	Port, UIPort int
	// Log receives progress lines for the person at the keyboard; nil drops them.
	Log func(line string)
}

// Temporal is a Temporal server that belongs to this process.
type Temporal struct {
	options TemporalOptions
	say     func(string)
	binary  string
	path    string
	folder  *folder
	child   *child
	port    int
	uiPort  int
}

// StartTemporal starts the pinned Temporal server, makes what it needs in PostgreSQL,
// and returns when it serves the namespace. ctx limits the start only; the server runs until
// Stop or the end of the process.
func StartTemporal(ctx context.Context, o TemporalOptions) (*Temporal, error) {
	if o.Namespace == "" {
		o.Namespace = "xueji"
	}
	path, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	if o.Database == "" {
		o.Database = "temporal"
	}
	t := &Temporal{options: o, say: quiet(o.Log), path: path, port: o.Port, uiPort: o.UIPort}
	if t.binary, err = findTemporal(ctx, o.Binary, t.say); err != nil {
		return nil, err
	}
	return t, t.begin(ctx)
}

// Restart starts a server that was stopped, was killed or died by itself again,
// on the same ports and the same databases, so that clients and workers
// find it by themselves. Nothing else of the server may be used meanwhile.
func (t *Temporal) Restart(ctx context.Context) error {
	t.folder.release()
	if t.options.Port == 0 { // kept when a restart fails, for the next one
		t.options.Port, t.options.UIPort = t.port, t.uiPort
	}
	return t.begin(ctx)
}

func (t *Temporal) begin(ctx context.Context) error {
	held, err := holdFolder(t.path)
	if errors.Is(err, ErrInUse) {
		return &SetupError{
			Problem: fmt.Sprintf("The Temporal server in %s is in use by another Xueji.", t.path),
			Remedy:  "use the one that runs, or stop it (Ctrl-C in its terminal, or kill and its process number), or name another folder with XUEJI_VAR_DIR.",
			Cause:   err,
		}
	}
	if err != nil {
		return explain("Temporal", "", t.path, t.path, err)
	}
	t.folder = held
	if err := t.start(ctx); err != nil {
		held.release()
		return err
	}
	return nil
}

func (t *Temporal) start(ctx context.Context) error {
	marker := fmt.Sprintf("serve --port %d ", t.folder.number("port"))
	found, err := stopOrphan(t.folder.number("temporal.pid"), marker, farewells()...)
	if err != nil {
		return &SetupError{Problem: "A Temporal server of an earlier run still uses " + t.path + " and does not stop.",
			Remedy: "stop it by hand (kill -9 and the number below), then start again.", Cause: err}
	}
	if found {
		t.say("stopped the Temporal server that an earlier, killed run left behind")
	}
	if err := t.options.Postgres.makeTemporalStore(ctx, t.options.Database); err != nil {
		return explain("Temporal", "", t.path, t.folder.file("temporal.log"), err)
	}
	// The server takes further ports of its own choice for its parts, so a
	// stranger may be faster; then a second attempt finds others.
	for attempt := range 5 {
		if t.port, err = t.folder.port("port", t.options.Port, "Temporal", t.say); err != nil {
			return err
		}
		if t.options.UI {
			if t.uiPort, err = t.folder.port("ui-port", t.options.UIPort, "the Temporal UI", t.say); err != nil {
				return err
			}
		}
		if err = t.launch(ctx); err == nil {
			return nil
		}
		said := ""
		if t.child != nil {
			said = t.child.said()
		}
		if ctx.Err() != nil || !portTaken(said) || attempt == 4 {
			return t.trouble(said, err)
		}
	}
	return err
}

func (t *Temporal) trouble(said string, err error) error {
	if strings.Contains(said, "make the tables of the database") || strings.Contains(said, "schema version") {
		return &SetupError{
			Problem: "The tables of Temporal in the databases " + t.options.Database + " and " + visibility(t.options.Database) +
				" are damaged or were made by a newer version.",
			Remedy: "drop these two databases and start again: every open change is rebuilt from the register; nothing that was decided is lost.",
			Cause:  errors.Join(err, lastLines(said)),
		}
	}
	return explain("Temporal", said, t.path, t.folder.file("temporal.log"), err)
}

func (t *Temporal) launch(ctx context.Context) error {
	args := []string{
		"serve", "--port", strconv.Itoa(t.port), // so begins the mark of an orphan
		"--database", t.options.Database, "--visibility", visibility(t.options.Database),
	}
	if t.options.UI {
		args = append(args, "--ui-port", strconv.Itoa(t.uiPort))
	}
	// A command line can be read by everybody on the machine, so the password is not in it.
	// What was acknowledged is in PostgreSQL, so a server whose parent died ends at once.
	ch, err := command{
		path: t.binary, args: args, dir: t.path, log: t.folder.file("temporal.log"), pidFile: t.folder.file("temporal.pid"),
		env: append(withoutTemporalSettings(os.Environ()), "TEMPORAL_STORE_URL="+t.options.Postgres.DSN(temporalRole, "")), farewell: syscall.SIGKILL,
	}.launch()
	if err != nil {
		return err
	}
	t.child = ch
	if err := t.ready(ctx); err != nil {
		return errors.Join(err, ch.stop(farewells()...))
	}
	return nil
}

// withoutTemporalSettings keeps a developer's own Temporal profile (address,
// namespace, credentials) away from the embedded server.
func withoutTemporalSettings(environ []string) []string {
	return slices.DeleteFunc(environ, func(entry string) bool { return strings.HasPrefix(entry, "TEMPORAL_") })
}

// ready waits until the frontend serves the namespace with its search attributes,
// which are made when they are missing, and until the web interface answers.
func (t *Temporal) ready(ctx context.Context) error {
	connection, err := grpc.NewClient(t.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	for {
		attempt, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := EnsureNamespace(attempt, connection, t.options.Namespace, t.options.SearchAttributes)
		if err == nil {
			err = t.webAnswers(attempt)
		}
		cancel()
		if err == nil {
			return nil
		}
		if t.child.ended() {
			return fmt.Errorf("Temporal ended at once: %w", t.child.err)
		}
		if waitErr := pause(ctx, 50*time.Millisecond); waitErr != nil {
			return errors.Join(waitErr, err)
		}
	}
}

func (t *Temporal) webAnswers(ctx context.Context) error {
	if !t.options.UI {
		return nil
	}
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(t.uiPort)))
	if err != nil {
		return err
	}
	return connection.Close()
}

// Address gives host and port of the gRPC service.
func (t *Temporal) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(t.port)) }

// UIAddress gives the address of the web interface, empty without one.
func (t *Temporal) UIAddress() string {
	if !t.options.UI {
		return ""
	}
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(t.uiPort))
}

// Namespace gives the namespace that was created at the start.
func (t *Temporal) Namespace() string { return t.options.Namespace }

// LogFile gives the file the server writes to.
func (t *Temporal) LogFile() string { return filepath.Join(t.path, "temporal.log") }

// Pid gives the process number of the server.
func (t *Temporal) Pid() int { return t.child.pid }

// Exited is closed when the server process has ended, for whatever reason.
func (t *Temporal) Exited() <-chan struct{} { return t.child.done }

// Ending says how the server process ended ("signal: killed", "exit status 1"),
// empty while it runs and when it ended in order.
func (t *Temporal) Ending() string { return t.child.ending() }

func farewells() []step {
	return []step{{syscall.SIGTERM, 20 * time.Second}, {syscall.SIGKILL, 10 * time.Second}}
}

// Stop ends the server in order and gives the folder back.
func (t *Temporal) Stop() error {
	defer t.folder.release()
	if err := t.child.stop(farewells()...); err != nil {
		return fmt.Errorf("stop Temporal: %w", err)
	}
	return nil
}

// Kill ends the server as a power cut would; for tests of what survives.
func (t *Temporal) Kill() {
	t.child.kill()
	t.folder.release()
}

// Wipe drops the databases of a server that was stopped or killed, with everything
// it knew; for tests of what survives. Restart makes new ones.
func (t *Temporal) Wipe(ctx context.Context) error {
	return t.options.Postgres.dropTemporalStore(ctx, t.options.Database)
}
