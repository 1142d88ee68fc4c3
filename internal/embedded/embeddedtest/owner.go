package embeddedtest

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/internal/embedded"
)

// OwnedBy makes a Template's Prepare: the database belongs to an owner who is no
// superuser, so that row-level security binds the definer functions too; the
// other logins exist; and migrate does the rest with the owner's connection string.
func OwnedBy(owner string, logins []string, migrate func(ctx context.Context, dsn string) error) func(context.Context, *embedded.Postgres, string) error {
	return func(ctx context.Context, server *embedded.Postgres, database string) error {
		for _, login := range append([]string{owner}, logins...) {
			if err := server.EnsureLogin(ctx, login); err != nil {
				return err
			}
		}
		if err := giveTo(ctx, server, owner, database); err != nil {
			return fmt.Errorf("give a database to %s: %w", owner, err)
		}
		return migrate(ctx, server.DSN(owner, database))
	}
}

func giveTo(ctx context.Context, server *embedded.Postgres, owner, database string) error {
	c, err := pgx.Connect(ctx, server.DSN(embedded.Superuser, database))
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	name := pgx.Identifier{owner}.Sanitize()
	_, err = c.Exec(ctx, "ALTER DATABASE "+pgx.Identifier{database}.Sanitize()+" OWNER TO "+name+"; ALTER SCHEMA public OWNER TO "+name)
	return err
}
