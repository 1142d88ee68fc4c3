// Package service puts Xueji together: it turns settings into a running API or worker.
// Commands, the demonstration, the bench and the tests of the whole stack start the same
// parts in the same way.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	sdk "go.temporal.io/sdk/client"

	"github.com/xueji/xueji/api/access"
	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/client"
)

// Clock makes the clock of the settings. Processes that belong together must share one
// offset: compute it once and pass it on.
func Clock(c config.Clock) (*calendar.Clock, error) {
	at, set, err := c.Start(calendar.Shanghai())
	if err != nil {
		return nil, fmt.Errorf("clock.at: %w", err)
	}
	if set {
		return calendar.NewClock(calendar.ClockAt(at).Offset() + c.Offset), nil
	}
	return calendar.NewClock(c.Offset), nil
}

// Mend makes the roles, policies, grants, constraints and triggers that the database
// lacks, and names them. It returns an error for those that it cannot make.
func Mend(ctx context.Context, db config.Database) ([]string, error) {
	return migrations.Mend(ctx, db.URL.Reveal())
}

// Roles makes only the serving roles, so that a backup can be restored.
func Roles(ctx context.Context, db config.Database, passwords migrations.Passwords) error {
	return migrations.Roles(ctx, db.URL.Reveal(), passwords)
}

// Migrate brings the database to this version: roles, schema, offices of the
// table of divisions. It is safe to repeat.
func Migrate(ctx context.Context, db config.Database, passwords migrations.Passwords, clock *calendar.Clock) error {
	if err := migrations.Up(ctx, db.URL.Reveal(), passwords); err != nil {
		return err
	}
	return office.Seed(ctx, db.URL.Reveal(), clock.Now())
}

// parts are the parts that API and worker share.
type parts struct {
	register *change.Engine
	keys     *secret.Keyring
	files    *files.Cabinet
	engine   *client.Client
	sdk      sdk.Client
	proc     *process.Catalogue
	log      *slog.Logger
	trial    *access.Trial
}

// Option replaces a part of the service.
type Option func(*parts)

// Processes replaces the built-in process catalogue, for drills of a release with other
// kinds.
func Processes(known *process.Catalogue) Option { return func(p *parts) { p.proc = known } }

// Trial tells everybody the logins of a trial.
func Trial(password string, logins func() []string) Option {
	return func(p *parts) { p.trial = &access.Trial{Password: password, Logins: logins} }
}

// login is one of the two serving roles, with the setting that holds its address.
type login struct {
	dsn           config.Secret
	role, setting string
	connections   int32
}

func appLogin(cfg config.Config) login {
	return login{cfg.Database.AppURL, migrations.AppRole, "database.app_url", cfg.Database.AppConnections}
}

func workerLogin(cfg config.Config) login {
	return login{cfg.Database.WorkerURL, migrations.WorkerRole, "database.worker_url", cfg.Database.WorkerConnections}
}

// CheckWorkerLogin returns the reason why the database cannot be read with the worker's
// login.
func CheckWorkerLogin(ctx context.Context, cfg config.Config) error {
	return workerLogin(cfg).check(ctx)
}

// check returns the reason why the database cannot be served with this login, and the way
// out.
func (l login) check(ctx context.Context) error {
	if l.dsn == "" {
		return fmt.Errorf("%s is not set; set it to the address of the database with the role %s", l.setting, l.role)
	}
	return migrations.Serves(ctx, l.dsn.Reveal(), l.role, l.setting)
}

// open opens the parts for one database role. Temporal is not asked yet: the
// API starts and takes filings while it is down.
func open(ctx context.Context, cfg config.Config, as login, clock *calendar.Clock, log *slog.Logger, engine sdk.MetricsHandler, options ...Option) (p *parts, err error) {
	p = &parts{log: log}
	for _, option := range options {
		option(p)
	}
	opened := p // a return of nil and an error sets p to nil before the deferred call
	defer func() {
		if err != nil {
			opened.close()
		}
	}()
	if err := as.check(ctx); err != nil {
		return nil, err
	}
	if p.keys, err = openKeys(cfg); err != nil {
		return nil, err
	}
	if p.files, err = files.Open(ctx, blobAddress(cfg), p.keys); err != nil {
		return nil, err
	}
	if p.proc == nil {
		if p.proc, err = process.Load(); err != nil {
			return nil, err
		}
	}
	if p.register, err = openRegister(ctx, cfg, p, as, clock); err != nil {
		return nil, err
	}
	if err := checkKeys(ctx, p.register.Store); err != nil {
		return nil, err
	}
	p.sdk, err = sdk.NewLazyClient(sdk.Options{
		HostPort: cfg.Temporal.Address, Namespace: cfg.Temporal.Namespace, Identity: "xueji", Logger: sdkLogger(log), MetricsHandler: engine,
	})
	if err != nil {
		return nil, fmt.Errorf("temporal client: %w", err)
	}
	p.engine = client.New(p.sdk, cfg.Temporal.Namespace)
	return p, nil
}

// openRegister opens the register with a login and as many connections as it says.
func openRegister(ctx context.Context, cfg config.Config, p *parts, as login, clock *calendar.Clock) (*change.Engine, error) {
	days, err := calendar.Load()
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	items, err := roster.NationalRules()
	if err != nil {
		return nil, err
	}
	return kinds.Open(ctx, store.Options{
		DSN: as.dsn.Reveal(), MaxConns: as.connections, Clock: clock, Keys: p.keys, Processes: p.proc, Workdays: days, Items: items, Bulk: bulkOf(cfg.Bulk),
	})
}

func (p *parts) close() {
	if p.sdk != nil {
		p.sdk.Close()
	}
	if p.register != nil {
		p.register.Close()
	}
	if p.files != nil {
		if err := p.files.Close(); err != nil {
			p.log.Warn("close the file store", "error", err.Error())
		}
	}
}

func keysDir(cfg config.Config) string {
	if cfg.Keys.Dir != "" {
		return cfg.Keys.Dir
	}
	return filepath.Join(cfg.VarDir, "keys")
}

func blobAddress(cfg config.Config) string {
	if cfg.Blob.URL != "" {
		return cfg.Blob.URL
	}
	return filepath.Join(cfg.VarDir, "files")
}

// ignoreCancelled turns the end of a context into success, because every part here is
// stopped in that way.
func ignoreCancelled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
