package api

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
)

// TestTheSameReadsBySQL puts the scope the table gives every role for every
// action into a bare connection of the application role and looks at every
// table that has a path: exactly the rows at or below that scope are visible.
func TestTheSameReadsBySQL(t *testing.T) {
	w := newWorld(t)
	w.furnish()
	for _, p := range w.places {
		w.account(p, org.Role(roleOf(p)))
		w.change(p, org.SchoolLeader)
		w.class(p)
		w.punished(p)
		w.endpoint(p)
	}
	app, err := pgx.Connect(t.Context(), w.db.DSN(migrations.AppRole))
	require.NoError(t, err)
	defer func() { _ = app.Close(context.Background()) }()
	tables := []string{"account", "student", "school_grade", "school_class", "change", "change_party", "punishment", "webhook_endpoint"}
	for _, action := range authz.Actions() {
		for _, grant := range authz.RolesFor(action) {
			at, _ := relationsOf(grant.Role)
			p := authz.Principal{Roles: []org.Role{grant.Role}, Office: authz.Office{Path: w.places[at].path, Kind: w.places[at].kind}}
			tx, err := app.Begin(t.Context())
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), `SELECT set_config('xueji.scope', $1::text, true)`, "{"+p.Scope(action)[0]+"}")
			require.NoError(t, err)
			for _, table := range tables {
				var outside, inside int
				require.NoError(t, tx.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE NOT org_path <@ $1::text::ltree), count(*) FROM `+table, w.places[at].path).Scan(&outside, &inside))
				require.Zero(t, outside, "%s as %s sees rows of %s outside its scope", action, grant.Role, table)
				require.Equal(t, one[int](w, `SELECT count(*)::int FROM `+table+` WHERE org_path <@ $1::text::ltree`, w.places[at].path), inside, "%s in %s", action, table)
			}
			// What hangs on a change is seen with the change and not without it.
			for _, table := range []string{"step", "task"} {
				var seen, mine int
				require.NoError(t, tx.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE change_id IN (SELECT id FROM change)) FROM `+table).Scan(&seen, &mine))
				require.Equal(t, mine, seen, table)
				require.Positive(t, seen, table)
			}
			require.NoError(t, tx.Rollback(t.Context()))
		}
	}
	// A table that gets a path later and no policy would be seen whole.
	unguarded := one[int](w, `SELECT count(*)::int FROM information_schema.columns k JOIN pg_class c ON c.relname = k.table_name AND c.relnamespace = 'public'::regnamespace
		WHERE k.table_schema = 'public' AND k.udt_name = 'ltree' AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`)
	require.Zero(t, unguarded)
}
