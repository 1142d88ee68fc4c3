package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Superuser owns an embedded cluster and everything in it until roles are made.
const Superuser = "postgres"

// PostgresOptions say where a cluster lives and how it behaves.
type PostgresOptions struct {
	// Dir is the folder of this cluster. Root's cluster lives under
	// /var/lib/xueji instead, in a folder of its own per Dir; a note in Dir says where.
	Dir string
	// Port is where to listen; 0 takes the port of last time, or any free one.
	Port int
	// Volatile gives up durability for speed: for tests only.
	Volatile bool
	// Log receives progress lines for the person at the keyboard; nil drops them.
	Log func(line string)
}

// Postgres is a running PostgreSQL server that belongs to this process.
type Postgres struct {
	options  PostgresOptions
	folder   *folder
	child    *child
	server   server
	account  *account
	port     int
	password string
}

// StartPostgres finds a PostgreSQL server of version 14 or later with ltree,
// makes a cluster in the folder at first use, and returns when it answers.
// ctx limits the start only; the server runs until Stop or the end of the process.
func StartPostgres(ctx context.Context, o PostgresOptions) (*Postgres, error) {
	say := quiet(o.Log)
	owner, err := clusterAccount(ctx, say)
	if err != nil {
		return nil, err
	}
	path, err := clusterPath(o.Dir, owner)
	if err != nil {
		return nil, err
	}
	held, err := holdCluster(path, owner)
	if err != nil {
		return nil, err
	}
	p := &Postgres{options: o, folder: held, account: owner}
	if err := p.start(ctx, o, say); err != nil {
		held.release()
		return nil, err
	}
	if owner != nil {
		if err := leaveNote(o.Dir, path); err != nil {
			say("no note could be left in " + o.Dir + ": " + err.Error())
		}
	}
	return p, nil
}

// Restart starts a server that was stopped, was killed or died by itself again,
// on the same port and the same data, so that clients find it by themselves.
// Nothing else of the server may be used meanwhile.
func (p *Postgres) Restart(ctx context.Context) error {
	p.folder.release()
	held, err := holdCluster(p.folder.path, p.account)
	if err != nil {
		return err
	}
	p.folder = held
	o := p.options
	o.Port = p.port
	if err := p.start(ctx, o, quiet(o.Log)); err != nil {
		held.release()
		return err
	}
	return nil
}

func holdCluster(path string, owner *account) (*folder, error) {
	held, err := holdFolder(path)
	if errors.Is(err, ErrInUse) {
		return nil, &SetupError{
			Problem: fmt.Sprintf("The PostgreSQL cluster in %s is in use by another Xueji.", path),
			Remedy:  "use the one that runs, or stop it (Ctrl-C in its terminal, or kill and its process number), or name another folder with XUEJI_VAR_DIR.",
			Cause:   err,
		}
	}
	if err != nil {
		return nil, explain("PostgreSQL", "", path, path, err)
	}
	if owner == nil {
		return held, nil
	}
	for _, dir := range []string{rootHome, path} { // whatever root's umask: the account must pass through
		if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the cluster itself is 0700 below it
			held.release()
			return nil, explain("PostgreSQL", "", path, path, err)
		}
	}
	return held, nil
}

func (p *Postgres) start(ctx context.Context, o PostgresOptions, say func(string)) error {
	var err error
	if err = p.clearOrphan(say); err != nil {
		return err
	}
	if p.server, err = findServer(ctx, clusterMajor(p.data()), say); err != nil {
		return err
	}
	if p.password, err = p.folder.secret("password"); err != nil {
		return explain("PostgreSQL", "", p.folder.path, p.folder.path, err)
	}
	if err := p.initialise(ctx, say); err != nil {
		return err
	}
	// Two things may pass by themselves: a stranger takes the port between the
	// choice and the bind, and the workers of a killed server still hold its memory.
	for attempt := range 20 {
		port, err := p.folder.port("port", o.Port, "PostgreSQL", say)
		if err != nil {
			return err
		}
		p.port = port
		if err = p.launch(ctx, o.Volatile); err == nil {
			return nil
		}
		said := p.child.said()
		transient := portTaken(said) && o.Port == 0 || strings.Contains(said, "pre-existing shared memory block")
		if ctx.Err() != nil || !transient || attempt == 19 {
			return explain("PostgreSQL", said, p.folder.path, p.folder.file("server.log"), err)
		}
		if err := pause(ctx, 250*time.Millisecond); err != nil {
			return err
		}
	}
	return err
}

func (p *Postgres) data() string { return p.folder.file("data") }

func (p *Postgres) launch(ctx context.Context, volatile bool) error {
	settings := []string{
		"-D", p.data(),
		"-c", "listen_addresses=127.0.0.1",
		"-c", "port=" + strconv.Itoa(p.port),
		"-c", "unix_socket_directories=", // socket paths are limited to 107 bytes and a checkout may lie deeper
		"-c", "max_connections=400", // Temporal alone may hold 128
		"-c", "shared_buffers=128MB",
		"-c", "timezone=UTC",
		"-c", "log_timezone=UTC",
		"-c", "lc_messages=C", // explain reads the log
	}
	if volatile {
		settings = append(settings, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
			"-c", "autovacuum_naptime=5min", "-c", "shared_buffers=64MB")
	}
	ch, err := command{
		path: p.server.program("postgres"), args: settings, dir: p.folder.path,
		log: p.folder.file("server.log"), account: p.account, farewell: syscall.SIGINT,
	}.launch()
	if err != nil {
		p.child = &child{log: os.DevNull}
		return err
	}
	p.child = ch
	for {
		connection, err := pgx.Connect(ctx, p.DSN(Superuser, "postgres"))
		if err == nil {
			return connection.Close(ctx)
		}
		if ch.ended() {
			return fmt.Errorf("PostgreSQL ended at once: %w", ch.err)
		}
		if !starting(err) || pause(ctx, 25*time.Millisecond) != nil {
			return errors.Join(err, p.stopServer())
		}
	}
}

// DSN gives the connection string of a role to a database of this cluster. All
// roles made by EnsureLogin share the cluster's own random password.
func (p *Postgres) DSN(user, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(user, p.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)), Path: "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Port gives the port the server listens on.
func (p *Postgres) Port() int { return p.port }

// Dir gives the folder the cluster really lives in.
func (p *Postgres) Dir() string { return p.folder.path }

// Program gives the path of a program of this server's version, such as pg_dump.
func (p *Postgres) Program(name string) string { return p.server.program(name) }

// Pid gives the process number of the server.
func (p *Postgres) Pid() int { return p.child.pid }

// Exited is closed when the server process has ended, for whatever reason.
func (p *Postgres) Exited() <-chan struct{} { return p.child.done }

// Ending says how the server process ended ("signal: killed", "exit status 1"),
// empty while it runs and when it ended in order.
func (p *Postgres) Ending() string { return p.child.ending() }

// EnsureLogin makes a role that may log in with the cluster's password and owns
// nothing, or gives an existing one that password.
func (p *Postgres) EnsureLogin(ctx context.Context, role string) error {
	return p.asSuperuser(ctx, func(c *pgx.Conn) error {
		verb := "CREATE"
		var exists bool
		err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&exists)
		if err != nil {
			return err
		}
		if exists {
			verb = "ALTER"
		}
		_, err = c.Exec(ctx, fmt.Sprintf("%s ROLE %s LOGIN PASSWORD '%s'", verb, pgx.Identifier{role}.Sanitize(), p.password))
		return err
	})
}

// EnsureDatabase makes a database that belongs to the role, unless it exists.
func (p *Postgres) EnsureDatabase(ctx context.Context, name, owner string) error {
	return p.asSuperuser(ctx, func(c *pgx.Conn) error {
		var exists bool
		err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
		if err != nil || exists {
			return err
		}
		_, err = c.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" OWNER "+pgx.Identifier{owner}.Sanitize())
		return err
	})
}

func (p *Postgres) asSuperuser(ctx context.Context, do func(*pgx.Conn) error) error {
	connection, err := pgx.Connect(ctx, p.DSN(Superuser, "postgres"))
	if err != nil {
		return err
	}
	return errors.Join(do(connection), connection.Close(ctx))
}

// Stop ends all sessions, writes everything to disk and stops the server.
func (p *Postgres) Stop() error {
	defer p.folder.release()
	return p.stopServer()
}

// PostgreSQL's own signals: SIGINT is "fast" (roll back, checkpoint, end),
// SIGQUIT is "immediate" (recover from the log at the next start).
func shutdown() []step {
	return []step{{syscall.SIGINT, time.Minute}, {syscall.SIGQUIT, 15 * time.Second}}
}

func (p *Postgres) stopServer() error {
	if err := p.child.stop(shutdown()...); err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	return nil
}

// Kill ends the server as a power cut would; for tests of what survives.
func (p *Postgres) Kill() {
	p.child.kill()
	p.folder.release()
}

// Remove stops the server and deletes the cluster with all its data.
func (p *Postgres) Remove() error {
	return errors.Join(p.stopServer(), os.RemoveAll(p.folder.path), p.Stop())
}

// clearOrphan stops the server that a killed run left in this folder. Another
// living Xueji cannot be hit: it would hold the folder's lock.
func (p *Postgres) clearOrphan(say func(string)) error {
	pidFile := filepath.Join(p.data(), "postmaster.pid")
	text, err := os.ReadFile(pidFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return explain("PostgreSQL", "", p.folder.path, p.folder.path, err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return nil //nolint:nilerr // an unreadable file is PostgreSQL's own to judge
	}
	found, err := stopOrphan(pid, p.data(), shutdown()...)
	if err != nil {
		return &SetupError{Problem: "A PostgreSQL server of an earlier run still uses " + p.folder.path + " and does not stop.",
			Remedy: fmt.Sprintf("stop it by hand: kill -QUIT %d, then start again.", pid), Cause: err}
	}
	if found {
		say("stopped the PostgreSQL server that an earlier, killed run left behind")
		return nil
	}
	if pid > 1 && alive(pid) {
		// After a reboot the number may belong to a stranger, and PostgreSQL
		// would refuse to start because "another postmaster" runs.
		return os.Remove(pidFile)
	}
	return nil
}
