package embeddedtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/internal/embedded"
)

// Prefixes of what tests leave in a cluster: databases of single tests are
// dropped after the test, and at the next start for tests that were killed;
// templates are kept as long as their fingerprint is the same.
const (
	testPrefix     = "test_"
	templatePrefix = "template_"
)

// Template is a database that is prepared once and copied for every test.
type Template struct {
	// Name tells templates apart: lower-case letters and digits.
	Name string
	// Fingerprint changes whenever Prepare would do something else, for example
	// Fingerprint(migrations); empty prepares anew in every test process.
	Fingerprint string
	// From is the template that this one begins as a copy of; nil begins with an empty database.
	From *Template
	// Prepare fills the database. Roles belong to the cluster, which
	// outlives the run, so making them must be safe to repeat.
	Prepare func(ctx context.Context, server *embedded.Postgres, database string) error
}

// Database is a database of a single test.
type Database struct {
	// Server is the cluster that holds it.
	Server *embedded.Postgres
	// Name is its name in the cluster.
	Name string
}

// DSN gives the connection string of a role to this database.
func (d Database) DSN(role string) string { return d.Server.DSN(role, d.Name) }

// Fingerprint hashes all files of a tree, such as embedded migrations, into a
// value for Template.Fingerprint.
func Fingerprint(t testing.TB, tree fs.FS) string {
	t.Helper()
	sum := sha256.New()
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(tree, path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		t.Fatalf("fingerprint of the files: %v", err)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// cluster is the PostgreSQL server of this process and the templates in it.
type cluster struct {
	*embedded.Postgres

	tablespace string // of the databases of tests; "" for that of the cluster

	mu    sync.Mutex
	ready map[string]bool // templates checked or made by this process
}

// Postgres gives the PostgreSQL server of this test process. It is fast and
// not durable; a test that kills a server starts one with embedded.StartPostgres.
func Postgres(t testing.TB) *embedded.Postgres {
	t.Helper()
	return shared(t).Postgres
}

func shared(t testing.TB) *cluster {
	t.Helper()
	c, err := sharedPostgres()
	if err != nil {
		t.Fatalf("this test needs a PostgreSQL server.\n%v", err)
	}
	return c
}

func startPostgres() (*cluster, error) {
	return inFreePlace("postgres", func(ctx context.Context, dir string) (*cluster, error) {
		server, err := embedded.StartPostgres(ctx, embedded.PostgresOptions{Dir: dir, Volatile: true})
		if err != nil {
			return nil, err
		}
		c := &cluster{Postgres: server, ready: make(map[string]bool)}
		if err := c.sweep(ctx); err != nil {
			return nil, err
		}
		c.tablespace, err = server.MemoryTablespace(ctx)
		return c, err
	})
}

// Database copies the template, preparing it at first use, and drops the copy
// after the test. The copy lies in memory where there is room.
func (tpl Template) Database(t testing.TB) Database {
	t.Helper()
	c := shared(t)
	template, err := c.template(t.Context(), tpl)
	if err != nil {
		t.Fatalf("prepare the template database %s: %v", tpl.Name, err)
	}
	d := Database{Server: c.Postgres, Name: testPrefix + label(t.Name()) + "_" + random()}
	if err := c.do(t.Context(), "CREATE DATABASE "+quote(d.Name)+" TEMPLATE "+quote(template)+c.inMemory()); err != nil {
		t.Fatalf("copy the template database %s: %v", tpl.Name, err)
	}
	t.Cleanup(func() {
		if err := c.do(context.Background(), drop(d.Name)); err != nil {
			t.Errorf("drop the database of the test: %v", err)
		}
	})
	return d
}

// inMemory is the end of a statement that makes a database of a test.
func (c *cluster) inMemory() string {
	if c.tablespace == "" {
		return ""
	}
	return " TABLESPACE " + quote(c.tablespace)
}

// template gives the name of the prepared database, preparing it if necessary.
func (c *cluster) template(ctx context.Context, tpl Template) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ensure(ctx, tpl)
}

func (c *cluster) ensure(ctx context.Context, tpl Template) (string, error) {
	from := ""
	if tpl.From != nil {
		var err error
		if from, err = c.ensure(ctx, *tpl.From); err != nil {
			return "", err
		}
	}
	name := templatePrefix + label(tpl.Name) + "_" + tpl.Fingerprint
	if c.ready[name] {
		return name, nil
	}
	whole, err := c.names(ctx, "datname = $1 AND datistemplate", name)
	if err != nil {
		return "", err
	}
	if len(whole) == 0 || tpl.Fingerprint == "" {
		if err := c.prepare(ctx, tpl, name, from); err != nil {
			return "", err
		}
	}
	c.ready[name] = true
	return name, nil
}

// prepare makes the template anew. It counts as whole only once it carries
// PostgreSQL's own template mark, so a killed run leaves no half one behind.
func (c *cluster) prepare(ctx context.Context, tpl Template, name, from string) error {
	old, err := c.names(ctx, "starts_with(datname, $1)", templatePrefix+label(tpl.Name)+"_")
	if err != nil {
		return err
	}
	for _, other := range old {
		if err := c.do(ctx, "ALTER DATABASE "+quote(other)+" IS_TEMPLATE false", drop(other)); err != nil {
			return err
		}
	}
	create := "CREATE DATABASE " + quote(name)
	if from != "" {
		create += " TEMPLATE " + quote(from)
	}
	if err := c.do(ctx, create); err != nil {
		return err
	}
	if err := tpl.Prepare(ctx, c.Postgres, name); err != nil {
		return err
	}
	return c.do(ctx,
		"ALTER DATABASE "+quote(name)+" ALLOW_CONNECTIONS false", // a session that lingers would block every copy
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'",
		"ALTER DATABASE "+quote(name)+" IS_TEMPLATE true")
}

// sweep drops the databases of tests that were killed.
func (c *cluster) sweep(ctx context.Context) error {
	left, err := c.names(ctx, "starts_with(datname, $1)", testPrefix)
	if err != nil {
		return err
	}
	for _, name := range left {
		if err := c.do(ctx, drop(name)); err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) names(ctx context.Context, where string, args ...any) ([]string, error) {
	connection, err := pgx.Connect(ctx, c.DSN(embedded.Superuser, "postgres"))
	if err != nil {
		return nil, err
	}
	rows, _ := connection.Query(ctx, "SELECT datname::text FROM pg_database WHERE "+where, args...) // CollectRows gives the error
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return names, errors.Join(err, connection.Close(ctx))
}

func (c *cluster) do(ctx context.Context, statements ...string) error {
	connection, err := pgx.Connect(ctx, c.DSN(embedded.Superuser, "postgres"))
	if err != nil {
		return err
	}
	for _, sql := range statements {
		if _, err := connection.Exec(ctx, sql); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", strings.SplitN(sql, " ", 4)[0], err), connection.Close(ctx))
		}
	}
	return connection.Close(ctx)
}

func drop(name string) string { return "DROP DATABASE IF EXISTS " + quote(name) + " WITH (FORCE)" }

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

func random() string { return strings.ToLower(rand.Text()[:10]) }
