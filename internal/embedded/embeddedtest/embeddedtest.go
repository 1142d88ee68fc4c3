// Package embeddedtest gives tests real servers: one PostgreSQL cluster and one
// Temporal server per test process, a database or a namespace of its own per test.
//
// "go test ./..." runs the packages of the module as processes side by side.
// Each takes the first free place under var/test of the checkout and keeps it
// until it ends, so processes never share a server, and a later run finds the
// cluster and the migrated template databases of an earlier one. The servers end
// with the process; no TestMain is needed.
//
// A missing server fails the test with the sentence that says how to get it: a
// test that is skipped proves nothing.
package embeddedtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xueji/xueji/internal/embedded"
)

// places is how many test processes may run side by side in one checkout.
const places = 64

// patience bounds the first start, which may have to build the Temporal server.
const patience = 15 * time.Minute

// The two servers are the process's, like its standard output: started at first
// use, shared by all tests, ended with the process.
var (
	sharedPostgres = sync.OnceValues(startPostgres)
	sharedTemporal = sync.OnceValues(startTemporal)
)

// Temporal gives the Temporal server of this test process, without UI. Its
// databases lie in the cluster of Postgres, in memory where there is room. Tests
// share it; they stay apart by Namespace or by task queues and workflow IDs of their
// own. A test that stops, kills or wipes the server takes OwnTemporal.
func Temporal(t testing.TB) *embedded.Temporal {
	t.Helper()
	server, err := sharedTemporal()
	if err != nil {
		t.Fatalf("this test needs a Temporal server.\n%v", err)
	}
	return server
}

func startTemporal() (*embedded.Temporal, error) {
	c, err := sharedPostgres()
	if err != nil {
		return nil, err
	}
	database, err := c.temporalDatabases(context.Background())
	if err != nil {
		return nil, err
	}
	return inFreePlace("temporal", func(ctx context.Context, dir string) (*embedded.Temporal, error) {
		return c.startTemporal(ctx, dir, database)
	})
}

// OwnTemporal starts a Temporal server that belongs to one test, on databases of its
// own in the cluster of Postgres. They outlive a power cut of the server.
func OwnTemporal(t testing.TB) *embedded.Temporal {
	t.Helper()
	c := shared(t)
	database, err := c.temporalDatabases(t.Context())
	if err != nil {
		t.Fatalf("make the databases of the test's Temporal: %v", err)
	}
	server, err := c.startTemporal(t.Context(), t.TempDir(), database)
	if err != nil {
		t.Fatalf("this test needs a Temporal server of its own.\n%v", err)
	}
	t.Cleanup(func() {
		server.Kill()
		if err := server.Wipe(context.Background()); err != nil {
			t.Errorf("drop the databases of the test's Temporal: %v", err)
		}
	})
	return server
}

// temporalDatabases makes two new, empty databases for a Temporal server. Those of a
// killed process are dropped at the next start, as those of tests are.
func (c *cluster) temporalDatabases(ctx context.Context) (string, error) {
	name := testPrefix + "temporal_" + random()
	return name, c.do(ctx, "CREATE DATABASE "+quote(name)+c.inMemory(), "CREATE DATABASE "+quote(name+"_visibility")+c.inMemory())
}

func (c *cluster) startTemporal(ctx context.Context, dir, database string) (*embedded.Temporal, error) {
	return embedded.StartTemporal(ctx, embedded.TemporalOptions{Dir: dir, Postgres: c.Postgres, Database: database, Log: tell})
}

// inFreePlace starts a server in the first place no other process holds.
func inFreePlace[T any](kind string, start func(context.Context, string) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var none T
	base, err := Folder()
	if err != nil {
		return none, err
	}
	for n := 1; n <= places; n++ {
		server, err := start(ctx, filepath.Join(base, kind+"-"+strconv.Itoa(n)))
		if !errors.Is(err, embedded.ErrInUse) {
			return server, err
		}
	}
	return none, fmt.Errorf("all %d places under %s are in use; end the test processes that hold them", places, base)
}

// Folder is where tests keep what outlives them: var/test of the checkout, or a folder
// for temporary files when the tests were compiled and taken elsewhere.
func Folder() (string, error) {
	if root := embedded.Checkout(); root != "" {
		return filepath.Join(root, "var", "test"), nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "xueji", "test"), nil
}

// tell prints what a person who waits wants to know, such as a first build.
func tell(line string) { fmt.Fprintln(os.Stderr, "embeddedtest: "+line) }

// label makes a short name for databases and namespaces from the test's name.
func label(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	return clean[:min(len(clean), 32)]
}
