// Package storetest is a small county on a real PostgreSQL, for the tests of the register.
//
// Everything in it came in by the doors that people use: offices, accounts, classes and
// rosters as the application role, decisions as the worker role. A test brings a state
// about in the same way, and looks at what became of it as the owner of the tables.
// Nobody in the county is real.
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// County is a register with the offices, people and classes of a county.
type County struct {
	// App and Worker are the register as the application and the worker role see it.
	App, Worker *change.Engine
	// Hand moves the clock that both go by. It stands at Opening until a test moves it.
	Hand *calendar.Hand
	// Processes are the built-in kinds of change.
	Processes *process.Catalogue
	// Reader and Divisions are what rosters are judged with.
	Reader    *roster.Reader
	Divisions *division.Table

	t       testing.TB
	options store.Options            // to open the register once more
	dsn     func(role string) string // of the database
	owner   *pgx.Conn
	office  map[string]org.OfficeRef // by path
	people  []Person
	drawn   map[string]bool // identity numbers of pupils that were made up
	seats   map[string]*row // the classes that builders fill, by school and year
}

// Opening is when every test begins: the twentieth of November 2026, nine o'clock.
func Opening() time.Time { return time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai()) }

// New gives a county of its own to a test: with offices, people and classes, and without
// pupils.
func New(t testing.TB) *County {
	t.Helper()
	return open(t, county(t).Database(t))
}

func open(t testing.TB, db embeddedtest.Database) *County {
	t.Helper()
	c, err := connect(t.Context(), db.DSN, Opening())
	require.NoError(t, err)
	t.Cleanup(c.close)
	c.t = t
	return c
}

// connect opens a county database as its three roles.
func connect(ctx context.Context, dsn func(role string) string, at time.Time) (*County, error) {
	o, hand, err := options(at)
	if err != nil {
		return nil, err
	}
	c := &County{
		options: o, dsn: dsn, Hand: hand, Processes: o.Processes, Reader: o.Items.Reader, Divisions: o.Items.Divisions,
		office: map[string]org.OfficeRef{}, drawn: map[string]bool{}, seats: map[string]*row{},
	}
	for role, s := range map[string]**change.Engine{migrations.AppRole: &c.App, migrations.WorkerRole: &c.Worker} {
		o.DSN = dsn(role)
		if *s, err = kinds.Open(ctx, o); err != nil {
			c.close()
			return nil, err
		}
	}
	if c.owner, err = pgx.Connect(ctx, dsn(ownerRole)); err != nil {
		c.close()
		return nil, err
	}
	if err := c.know(ctx); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func options(at time.Time) (o store.Options, hand *calendar.Hand, err error) {
	o.MaxConns = 4
	o.Clock, hand = calendar.Stopped(at)
	if o.Keys, err = keys(); err != nil {
		return o, nil, err
	}
	if o.Processes, err = process.Load(); err != nil {
		return o, nil, err
	}
	if o.Workdays, err = calendar.Load(); err != nil {
		return o, nil, err
	}
	o.Items, err = roster.NationalRules()
	return o, hand, err
}

func (c *County) close() {
	for _, s := range []*change.Engine{c.App, c.Worker} {
		if s != nil {
			s.Close()
		}
	}
	if c.owner != nil {
		_ = c.owner.Close(context.Background())
	}
}

// Bulk opens the register anew with other sizes of jobs: lists that are longer than so many
// rows are jobs.
func (c *County) Bulk(b store.Bulk) {
	c.t.Helper()
	for role, s := range map[string]**change.Engine{migrations.AppRole: &c.App, migrations.WorkerRole: &c.Worker} {
		o := c.options
		o.DSN, o.Bulk = c.dsn(role), b
		next, err := kinds.Open(c.t.Context(), o)
		require.NoError(c.t, err)
		(*s).Close()
		*s = next
	}
}

// T is the test that the county belongs to.
func (c *County) T() testing.TB { return c.t }

// In runs a transaction of the application or the worker role in the scope of an office,
// for whoever files there. Without a path it is the system's own.
func (c *County) In(s *change.Engine, path string, fn func(*change.Tx) error) error {
	return s.InScope(c.t.Context(), c.Scope(path), fn)
}

// MustIn is In for what must succeed.
func (c *County) MustIn(s *change.Engine, path string, fn func(*change.Tx) error) {
	c.t.Helper()
	require.NoError(c.t, c.In(s, path, fn))
}

// Scope is the scope of whoever files at an office. An office where nobody works is seen
// by nobody in particular.
func (c *County) Scope(path string) store.Scope {
	if path == "" {
		return store.Scope{RequestID: "test"}
	}
	scope := store.Scope{Paths: []string{path}, Account: uuid.MustParse("00000000-0000-7000-8000-00000000000a"), RequestID: "test"}
	for _, p := range c.people {
		if p.Path == path && files(p.Role) {
			scope.Account = p.ID
			break
		}
	}
	return scope
}

// At moves the clock to five past midnight of a day, such as "2027-03-01".
func (c *County) At(day string) {
	c.t.Helper()
	d, err := calendar.ParseDate(day)
	require.NoError(c.t, err)
	c.Hand.Set(d.At(0, 5))
}

// Advance moves the clock forward, or back.
func (c *County) Advance(d time.Duration) { c.Hand.Advance(d) }

// Now is what the clock shows.
func (c *County) Now() time.Time { return c.App.Clock().Now() }
