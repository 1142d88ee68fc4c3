// Package store is the kernel of the register: the way to PostgreSQL, and nothing about
// any subject.
//
// It owns the connection pools, the transaction Tx, and InScope, the only way to the
// tables; the statements that a transaction queues for its end (Later); COPY into
// temporary tables; who hears what moved (Hear); the audit trail with its chain of hashes and its seals; what the
// register knows of its keys; and the calendar that deadlines are computed with.
//
// It does not own a pupil, an office, an account or a change: each subject is a package
// above this one and writes its own tables through Tx.
//
// Row-level security is the second wall behind the API's authorisation (law 10): the
// application role sees only rows below the offices named in its Scope, and may not write
// what only a workflow may write (law 2). A server under the owner's role is refused.
// Methods return *refusal.Error for everything that a person must be told (law 9), and
// wrapped errors otherwise; no error carries personal data (law 6). The time is the
// clock's (law 11).
//
// Tables: audit_entry, audit_seal, keyring.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/secret"
)

// Scope says what a transaction may see and which account runs it.
type Scope struct {
	// Paths are the ltree roots of the subtrees in scope. Without a path nothing is seen,
	// except for a store opened as the worker role, which sees everything.
	Paths []string
	// Account is the acting account; the zero value means the system itself.
	Account uuid.UUID
	// RequestID and Address, the caller's, go into the audit trail.
	RequestID string
	Address   string
}

// Options say how to open the store.
type Options struct {
	// DSN names the application or the worker role; never the owner.
	DSN      string
	MaxConns int32
	Clock    *calendar.Clock
	Keys     *secret.Keyring
	// Processes are the built-in definitions; Workdays is the calendar that the
	// holidays loaded into the register are laid over. Both are needed to file or
	// move a change.
	Processes *process.Catalogue
	Workdays  *calendar.WorkCalendar
	// Items are the rules by which items of a record are judged; a change of key data needs them.
	Items roster.Rules
	// Bulk says from how many rows on a list takes effect as a job; the zero value is
	// DefaultBulk.
	Bulk Bulk
}

// Store is the only holder of the database connections.
type Store struct {
	pool  *pgxpool.Pool
	sql   *sql.DB
	gorm  *gorm.DB
	clock *calendar.Clock
	keys  *secret.Keyring
	bell  *bell
	local *sync.Map // what packages keep beside the store, by their own keys

	processes *process.Catalogue
	workdays  *workdays
	items     roster.Rules
	bulk      Bulk
}

// Open connects to the database. It checks that row-level security binds the role.
func Open(ctx context.Context, o Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(o.DSN)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	if o.MaxConns > 0 {
		config.MaxConns = o.MaxConns
	}
	for name, value := range sessionSettings() {
		config.ConnConfig.RuntimeParams[name] = value
	}
	config.AfterConnect = inShanghai
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if err := refuseUnboundRole(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	db := stdlib.OpenDBFromPool(pool)
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: db}), &gorm.Config{
		SkipDefaultTransaction: true,
		// A table has the name of its one row. A model reads its own columns only, because a
		// role may not read every column.
		NamingStrategy: schema.NamingStrategy{SingularTable: true},
		QueryFields:    true,
		NowFunc:        o.Clock.Now,
		// GORM would log values of failed statements; errors are wrapped and
		// logged once, without values, at the edge that answers.
		Logger: logger.Discard,
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := flushBefore(g); err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{
		local: new(sync.Map), bell: &bell{rings: map[*Ring]bool{}},
		pool: pool, sql: db, gorm: g, clock: o.Clock, keys: o.Keys,
		processes: o.Processes, workdays: &workdays{base: o.Workdays}, items: o.Items, bulk: o.Bulk.orDefault(),
	}, nil
}

// sessionSettings returns the settings that every connection of the register sends to
// PostgreSQL. So they are the same in development, in compose and on a server that another
// team manages. No statement of
// the register reads so many rows that compiling it would pay, and compiling the page of a
// change took longer than reading it.
func sessionSettings() map[string]string { return map[string]string{"jit": "off"} }

// inShanghai reads every time in the register's zone, so that people see the hour on
// their wall whatever the zone of the server.
func inShanghai(_ context.Context, c *pgx.Conn) error {
	c.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: calendar.Shanghai()},
	})
	return nil
}

// refuseUnboundRole stops a server that was given the owner's or a superuser's
// login: under it row-level security would silently not exist.
func refuseUnboundRole(ctx context.Context, pool *pgxpool.Pool) error {
	var unbound bool
	err := pool.QueryRow(ctx, `SELECT rolsuper OR rolbypassrls OR EXISTS (
		SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relowner = r.oid)
		FROM pg_roles r WHERE rolname = current_user`).Scan(&unbound)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	if unbound {
		return errors.New("the database login owns tables or bypasses row-level security; use the role xueji_app or xueji_worker")
	}
	return nil
}

// Close ends all connections.
func (s *Store) Close() {
	s.Hush()
	_ = s.sql.Close()
	s.pool.Close()
}

// Ping returns an error unless the database answers and takes writes. A standby, or a
// database that was made read-only, takes none.
func (s *Store) Ping(ctx context.Context) error {
	var reading bool
	err := s.pool.QueryRow(ctx, `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean`).Scan(&reading)
	if err != nil {
		return fmt.Errorf("ask the database: %w", err)
	}
	if reading {
		return errors.New("the database takes no writes: it is a standby or was made read-only")
	}
	return nil
}

// Clock returns the clock from which every time in the register comes.
func (s *Store) Clock() *calendar.Clock { return s.clock }

// Keys returns the keys that encrypt and hash the secrets of the register.
func (s *Store) Keys() *secret.Keyring { return s.keys }

// Connections returns the highest number of connections that the store opens.
func (s *Store) Connections() int32 { return s.pool.Config().MaxConns }

// Local returns a value that a package keeps in memory beside this store. It is made at
// the first call with the key. The database does not hold it, and no other process has
// it.
func (s *Store) Local(key any, fresh func() any) any {
	if kept, ok := s.local.Load(key); ok {
		return kept
	}
	kept, _ := s.local.LoadOrStore(key, fresh())
	return kept
}

// Processes returns the built-in definitions, nil when the store was opened without them.
func (s *Store) Processes() *process.Catalogue { return s.processes }

// Tx is one transaction inside one scope.
type Tx struct {
	ctx   context.Context //nolint:containedctx // a transaction lives exactly as long as the call that runs it
	db    *gorm.DB
	conn  *sql.Conn
	scope Scope
	now   time.Time
	store *Store
	// workdays is the calendar all deadlines of this transaction are computed with.
	workdays *calendar.WorkCalendar
	open     bool              // begun and neither committed nor rolled back
	queue    []queuedStatement // see later
}

// Items returns the rules by which items of a record are judged.
func (s *Store) Items() roster.Rules { return s.items }

// Bulk says how long lists take effect.
func (s *Store) Bulk() Bulk { return s.bulk }

// Pool returns the connections for work outside a transaction of the register.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Context returns the context of the call that runs the transaction.
func (t *Tx) Context() context.Context { return t.ctx }

// DB returns the transaction for GORM.
func (t *Tx) DB() *gorm.DB { return t.db }

// Scope returns what the transaction may see and which account runs it.
func (t *Tx) Scope() Scope { return t.scope }

// Store returns the store of the transaction.
func (t *Tx) Store() *Store { return t.store }

// Now returns the one time of this transaction: every row that it writes carries it.
func (t *Tx) Now() time.Time { return t.now }

// InScope runs fn in one transaction that sees only the scope. It is the only way to the
// database. When fn returns an error, nothing is written and the error is returned
// unchanged.
func (s *Store) InScope(ctx context.Context, scope Scope, fn func(*Tx) error) error {
	conn, err := s.sql.Conn(ctx)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	defer func() { _ = conn.Close() }()
	tx := &Tx{ctx: ctx, conn: conn, scope: scope, now: s.clock.Now(), store: s}
	tx.db = s.gorm.Session(&gorm.Session{Context: context.WithValue(ctx, txKey{}, tx), NewDB: true})
	tx.db.Statement.ConnPool = conn
	defer tx.abandon() // does nothing once the transaction has ended
	err = tx.begin()
	if errors.Is(err, ErrOtherKeys) {
		tx.abandon()
		if s.reloadKeys(ctx) {
			err = tx.begin()
		}
	}
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	return tx.commit()
}

// begin opens the transaction, sets scope and account for it only (set_config
// local) and asks which keys and which calendar the register has, in one round trip.
func (t *Tx) begin() error {
	account := ""
	if t.scope.Account != uuid.Nil {
		account = t.scope.Account.String()
	}
	t.open = true
	var keys *string
	var newest int // version of the calendar
	err := t.Raw(func(c *pgx.Conn) error {
		batch := &pgx.Batch{}
		batch.Queue(`BEGIN`)
		batch.Queue(`SELECT (SELECT phase || ' ' || fingerprint FROM keyring), set_config('xueji.scope', $1, true), set_config('xueji.account', $2, true),
			(SELECT coalesce(max(version), 0) FROM workday_year)`,
			PathArray(t.scope.Paths), account).QueryRow(func(row pgx.Row) error { return row.Scan(&keys, nil, nil, &newest) })
		return c.SendBatch(t.ctx, batch).Close()
	})
	if err != nil {
		return fmt.Errorf("set the data scope: %w", err)
	}
	if err := t.store.refuseOtherKeys(keys); err != nil {
		return err
	}
	return t.UseWorkdays(newest)
}

// commit ends the transaction. PostgreSQL answers COMMIT with ROLLBACK when a statement
// failed before, even if its error was ignored: that is an error here.
func (t *Tx) commit() error {
	if err := t.Flush(); err != nil {
		return err
	}
	t.open = false
	err := t.Raw(func(c *pgx.Conn) error {
		tag, err := c.Exec(t.ctx, `COMMIT`)
		if err == nil && tag.String() == "ROLLBACK" {
			return pgx.ErrTxCommitRollback
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// abandon rolls back an open transaction. When even that fails, the pool drops the
// connection, because it is inside a transaction.
func (t *Tx) abandon() {
	if !t.open {
		return
	}
	t.open = false
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), 5*time.Second)
	defer cancel()
	_ = t.Raw(func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, `ROLLBACK`)
		return err
	})
}

// Raw gives fn the pgx connection of this transaction, for COPY and batches. It does not
// send queued statements, because flush uses it.
func (t *Tx) Raw(fn func(*pgx.Conn) error) error {
	return t.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver connection %T", driver)
		}
		return fn(c.Conn())
	})
}

// Exec sends the queued statements, runs one statement and returns the number of rows it
// touched.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	r := t.db.Exec(query, args...)
	return r.RowsAffected, r.Error
}

// OrMissing turns "no row" into not_found, so that a person cannot tell a missing row
// from a row outside the scope. It wraps any other error with what was being done.
func OrMissing(err error, doing string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return refusal.New(refusal.NotFound)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// PathArray writes ltree paths as a PostgreSQL array literal. Labels have only letters
// and digits, so nothing needs quoting.
func PathArray(paths []string) string {
	if len(paths) == 0 {
		return ""
	}
	b := []byte{'{'}
	for i, p := range paths {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, p...)
	}
	return string(append(b, '}'))
}

// Violates returns the name of the unique constraint that an error broke, or "".
func Violates(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return pg.ConstraintName
	}
	return ""
}
