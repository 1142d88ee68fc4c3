package migrations

import (
	"context"
	"database/sql"
	"fmt"
)

// Serves says why a database cannot be served by a role: it was never migrated, is of
// another version, the login is not that role, or rules are missing. The login may
// be any that is a member of the role.
func Serves(ctx context.Context, dsn, role, setting string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = db.Close() }()
	if err := judgeLogin(ctx, db, role, setting); err != nil {
		return err
	}
	if err := judgeSchema(ctx, db); err != nil {
		return err
	}
	have, err := rulesOf(ctx, db)
	if err != nil {
		return err
	}
	missing, _ := compare(have)
	if len(missing) > 0 {
		names := make([]string, len(missing))
		for i, r := range missing {
			names[i] = r.name
		}
		return fmt.Errorf("%w: missing are %s; a restore or a change by hand left them out. Run as the owner: xueji migrate, which makes them", ErrAccess, some(names))
	}
	return nil
}

func judgeLogin(ctx context.Context, db *sql.DB, role, setting string) error {
	var login string
	var unbound, owner, member, both bool
	err := db.QueryRowContext(ctx, `SELECT current_user, r.rolsuper OR r.rolbypassrls,
		EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relowner = r.oid),
		EXISTS (SELECT 1 FROM pg_roles s WHERE s.rolname = $1 AND pg_has_role(s.oid, 'USAGE')),
		EXISTS (SELECT 1 FROM pg_roles s WHERE s.rolname IN ('xueji_app', 'xueji_worker') AND s.rolname <> $1 AND pg_has_role(s.oid, 'USAGE'))
		FROM pg_roles r WHERE r.rolname = current_user`, role).Scan(&login, &unbound, &owner, &member, &both)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	var why string
	switch {
	case unbound:
		why = "is a superuser or passes by row-level security, so nothing would keep one office from another's records"
	case owner:
		why = "owns the tables; it migrates and does not serve"
	case !member || both:
		why = "is another role"
	default:
		return nil
	}
	return fmt.Errorf("the login %s in %s %s; set %s to the role %s (xueji migrate makes it)", login, setting, why, setting, role)
}

func judgeSchema(ctx context.Context, db *sql.DB) error {
	known, err := numbers()
	if err != nil {
		return err
	}
	run, err := applied(ctx, db)
	newest := known[len(known)-1]
	switch {
	case denied(err):
		return fmt.Errorf("%w: the database is older than this program, which needs %d; run as the owner: xueji migrate", ErrVersion, newest)
	case err != nil:
		return err
	case len(run) == 0:
		return fmt.Errorf("%w: the database holds no register yet; run as the owner: xueji migrate", ErrVersion)
	}
	if err := judgeVersions(run, known); err != nil {
		return err
	}
	if last := run[len(run)-1]; last < newest {
		return fmt.Errorf("%w: the database stands at %d and this program needs %d; run as the owner: xueji migrate", ErrVersion, last, newest)
	}
	return nil
}
