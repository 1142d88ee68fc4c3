package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/embedded"
)

// Roles and database of the embedded cluster. The owner is no superuser: a
// superuser is not bound by row-level security, so a trial would prove nothing.
const (
	ownerRole  = "xueji_owner"
	appRole    = "xueji_app"
	workerRole = "xueji_worker"
	database   = "xueji"
)

func newStackCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "stack",
		Short:  "Start PostgreSQL and Temporal alone, for work on Xueji itself",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := settings(cmd)
			if err != nil {
				return err
			}
			return withStack(cmd.Context(), cfg, cmd.OutOrStdout(), func(ctx context.Context, cfg config.Config, out io.Writer) error {
				_, err := fmt.Fprintln(out, "database: ", withoutPassword(cfg.Database.URL))
				<-ctx.Done()
				return err
			})
		},
	}
}

// stack is what was started here, in the order of starting.
type stack struct {
	postgres *embedded.Postgres
	temporal *embedded.Temporal
	out      io.Writer
}

// withStack starts the servers that no setting names, runs do with the settings
// completed, and stops the servers in the opposite order whatever happened. The
// context given to do ends on Ctrl-C and when a server cannot be kept alive.
func withStack(ctx context.Context, cfg config.Config, out io.Writer, do func(context.Context, config.Config, io.Writer) error) (err error) {
	out = &lines{to: out} // servers that are started again are told of beside everything else
	s := &stack{out: out}
	defer func() { err = errors.Join(err, s.stop()) }()
	if cfg, err = s.start(ctx, cfg); err != nil {
		if ctx.Err() != nil {
			return nil // Ctrl-C during the start is a wish, not a failure
		}
		return err
	}
	watched, cancel := context.WithCancelCause(ctx)
	wait := s.keep(watched, cancel)
	err = do(watched, cfg, out)
	lost := watched.Err() != nil && ctx.Err() == nil // not Ctrl-C: a server is gone
	cancel(nil)
	wait()
	if lost {
		return errors.Join(context.Cause(watched), err)
	}
	return err
}

func (s *stack) say(line string) { _, _ = fmt.Fprintln(s.out, line) }

func (s *stack) start(ctx context.Context, cfg config.Config) (config.Config, error) {
	if cfg.Environment == config.Production {
		return cfg, errors.New("environment is production: this command is a trial on one computer; " +
			"run xueji migrate, xueji api and xueji worker instead")
	}
	if err := writable(cfg); err != nil {
		return cfg, err
	}
	var err error
	startPostgres, startTemporal := cfg.Embedded()
	if startPostgres || startTemporal { // Temporal keeps what it knows in PostgreSQL too
		if err := s.startPostgres(ctx, cfg); err != nil {
			return cfg, err
		}
	}
	if startPostgres {
		cfg.Database, err = s.makeRegister(ctx, cfg.Database)
	} else {
		cfg.Database, err = servingRoles(cfg.Database, cfg.VarDir)
	}
	if err != nil {
		return cfg, err
	}
	if startTemporal {
		if cfg.Temporal, err = s.startTemporal(ctx, cfg); err != nil {
			return cfg, err
		}
	}
	return cfg, nil
}

func (s *stack) startPostgres(ctx context.Context, cfg config.Config) error {
	server, err := embedded.StartPostgres(ctx, embedded.PostgresOptions{Dir: filepath.Join(cfg.VarDir, "postgres"), Log: s.say})
	if err != nil {
		return err
	}
	s.postgres = server
	s.say(fmt.Sprintf("PostgreSQL   127.0.0.1:%d, data in %s", server.Port(), server.Dir()))
	return nil
}

// makeRegister makes the database of the register and the roles that may connect to it.
func (s *stack) makeRegister(ctx context.Context, d config.Database) (config.Database, error) {
	for _, role := range []string{ownerRole, appRole, workerRole} {
		if err := s.postgres.EnsureLogin(ctx, role); err != nil {
			return d, fmt.Errorf("make the role %s: %w", role, err)
		}
	}
	if err := s.postgres.EnsureDatabase(ctx, database, ownerRole); err != nil {
		return d, fmt.Errorf("make the database: %w", err)
	}
	if err := s.postgres.Reserve(ctx, database, ownerRole, appRole, workerRole); err != nil {
		return d, fmt.Errorf("reserve the database: %w", err)
	}
	d.URL = config.Secret(s.postgres.DSN(ownerRole, database))
	d.AppURL = config.Secret(s.postgres.DSN(appRole, database))
	d.WorkerURL = config.Secret(s.postgres.DSN(workerRole, database))
	return d, nil
}

func (s *stack) startTemporal(ctx context.Context, cfg config.Config) (config.Temporal, error) {
	server, err := embedded.StartTemporal(ctx, embedded.TemporalOptions{
		Dir: filepath.Join(cfg.VarDir, "temporal"), Postgres: s.postgres,
		Namespace: cfg.Temporal.Namespace, UI: true, Log: s.say,
	})
	if err != nil {
		return cfg.Temporal, err
	}
	s.temporal = server
	cfg.Temporal.Address, cfg.Temporal.UIAddress = server.Address(), server.UIAddress()
	s.say("Temporal     " + server.Address() + ", web interface " + server.UIAddress())
	return cfg.Temporal, nil
}

// stop stops Temporal before PostgreSQL: what uses goes before what is used.
func (s *stack) stop() error {
	var errs []error
	if s.temporal != nil {
		errs = append(errs, s.stopped("Temporal", s.temporal, "Temporal stopped"))
	}
	if s.postgres != nil {
		errs = append(errs, s.stopped("PostgreSQL", s.postgres, "PostgreSQL stopped, everything is saved"))
	}
	return errors.Join(errs...)
}

// stopped stops a server and tells of it. Only a server that ended in order has
// said itself that it wrote everything down.
func (s *stack) stopped(name string, server child, inOrder string) error {
	err := server.Stop()
	switch ending := server.Ending(); {
	case err != nil: // told with the error
	case ending != "":
		s.say(fmt.Sprintf("%s did not end in order (%s); the next start recovers what was committed", name, ending))
	default:
		s.say(inOrder)
	}
	return err
}

// servingRoles fills the addresses of the serving roles when only the owner's
// is set: same server, the usual names, and a password that is made once and
// kept under var; the migration sets it (passwordOf).
func servingRoles(d config.Database, varDir string) (config.Database, error) {
	if d.AppURL != "" && d.WorkerURL != "" {
		return d, nil
	}
	password, err := keptPassword(filepath.Join(varDir, "database-password"))
	if err != nil {
		return d, err
	}
	for role, address := range map[string]*config.Secret{appRole: &d.AppURL, workerRole: &d.WorkerURL} {
		if *address != "" {
			continue
		}
		u, err := url.Parse(d.URL.Reveal())
		if err != nil {
			return d, errors.New("database.url is not an address")
		}
		u.User = url.UserPassword(role, password)
		*address = config.Secret(u.String())
	}
	return d, nil
}

func keptPassword(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	made := rand.Text()
	return made, errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(made+"\n"), 0o600))
}

// passwordOf takes the password out of a role's address, for the migration.
func passwordOf(address config.Secret) string {
	u, err := url.Parse(address.Reveal())
	if err != nil {
		return ""
	}
	password, _ := u.User.Password()
	return password
}

func withoutPassword(address config.Secret) string {
	u, err := url.Parse(address.Reveal())
	if err != nil {
		return ""
	}
	u.User = url.User(u.User.Username())
	return u.String()
}
