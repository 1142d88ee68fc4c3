package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// temporalRole owns the databases of Temporal and may connect to no others of ours.
const temporalRole = "temporal"

// patience is how long a server that is started again is waited for.
const patience = 30 * time.Second

// visibility names the database of the lists beside the one of the workflows.
func visibility(database string) string { return database + "_visibility" }

// makeTemporalStore makes role and databases of Temporal unless they exist. The
// tables in them are the server's own affair.
func (p *Postgres) makeTemporalStore(ctx context.Context, database string) error {
	if err := p.answers(ctx); err != nil {
		return err
	}
	if err := p.EnsureLogin(ctx, temporalRole); err != nil {
		return fmt.Errorf("make the role %s: %w", temporalRole, err)
	}
	for _, name := range []string{database, visibility(database)} {
		if err := p.EnsureDatabase(ctx, name, temporalRole); err != nil {
			return fmt.Errorf("make the database %s: %w", name, err)
		}
		if err := p.Reserve(ctx, name, temporalRole); err != nil {
			return fmt.Errorf("reserve the database %s: %w", name, err)
		}
	}
	return nil
}

func (p *Postgres) dropTemporalStore(ctx context.Context, database string) error {
	return p.asSuperuser(ctx, func(c *pgx.Conn) error {
		for _, name := range []string{database, visibility(database)} {
			if _, err := c.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
				return err
			}
		}
		return nil
	})
}

// Reserve gives a database to its owner and lets nobody else connect but the superuser
// and the roles that are named. PostgreSQL lets every role in otherwise.
func (p *Postgres) Reserve(ctx context.Context, database, owner string, roles ...string) error {
	name := pgx.Identifier{database}.Sanitize()
	return p.asSuperuser(ctx, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, "ALTER DATABASE "+name+" OWNER TO "+pgx.Identifier{owner}.Sanitize()+"; REVOKE ALL ON DATABASE "+name+" FROM PUBLIC")
		for _, role := range roles {
			if err == nil {
				_, err = c.Exec(ctx, "GRANT CONNECT, TEMPORARY ON DATABASE "+name+" TO "+pgx.Identifier{role}.Sanitize())
			}
		}
		return err
	})
}

// answers waits for a server that is being started again beside whoever needs it.
func (p *Postgres) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := p.asSuperuser(ctx, func(c *pgx.Conn) error { return c.Ping(ctx) })
		if err == nil {
			return nil
		}
		if waitErr := pause(ctx, 50*time.Millisecond); !starting(err) || waitErr != nil {
			return errors.Join(err, waitErr)
		}
	}
}

// starting reports whether an error is that of a server which does not answer yet.
func starting(err error) bool {
	var refused *net.OpError
	return errors.As(err, &refused) || strings.Contains(err.Error(), "57P03") // cannot_connect_now
}
