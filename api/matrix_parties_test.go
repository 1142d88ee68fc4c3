package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// party says what somebody at an office may see of a change between two others:
// both sides, and every office above one of them, and nobody else.
func party(who string, sides ...string) bool {
	return slices.ContainsFunc(sides, func(side string) bool { return who == side || strings.HasPrefix(side, who+".") })
}

// offices are those of the world in which people work.
func offices() []string {
	return []string{storetest.Nation, storetest.Province, storetest.City, storetest.Bureau, apitest.NextBureau, storetest.SchoolA, storetest.SchoolB, apitest.NextSchool,
		storetest.FarProvince, storetest.FarBureau, storetest.FarSchool}
}

// TestThePartiesOfAMoveAndNobodyElse walks every role at every office over a
// transfer between two counties: the page, the list, the comment and the raw
// tables as the application role.
func TestThePartiesOfAMoveAndNobodyElse(t *testing.T) {
	w := apitest.New(t)
	w.FoundNextSchool()
	in, out := apitest.NextSchool, storetest.SchoolA
	pupil := w.Pupil(out)
	name := w.Text(`SELECT name FROM student WHERE id = $1`, pupil)
	id := w.Received(process.Transfer, in, pupil, w.Class(in, "2024101").ID)
	path := "/v1/changes/" + id.String()
	for _, at := range offices() {
		for _, role := range org.Roles() {
			if role.OfSchool() != (apitest.Kind(at) == org.School) {
				continue
			}
			who := w.LogIn(at, role)
			p := principal(who)
			sees := party(at, in, out)
			want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[sees]
			if !p.May(authz.ChangeRead) {
				want = http.StatusForbidden
			}
			answer := w.Send(who.Token, apitest.Get(path))
			require.Equal(t, want, answer.Code, "%s at %s: %s", role, at, answer.Body)
			if want == http.StatusOK {
				require.Contains(t, answer.Body.String(), `"student_name":"`+name+`"`, "%s at %s", role, at)
			}
			list := w.Send(who.Token, apitest.Get("/v1/changes"))
			require.Equal(t, want == http.StatusOK, strings.Contains(list.Body.String(), id.String()), "%s at %s", role, at)
			if p.May(authz.ChangeComment) {
				said := w.Send(who.Token, apitest.Call{Method: "POST", Path: path + "/comments", Key: uuid.NewString(), Body: m{"text": "留言"}})
				require.Equal(t, sees, said.Code == http.StatusNoContent, "%s at %s: %d", role, at, said.Code)
			}
		}
		require.NoError(t, w.App.InScope(t.Context(), store.Scope{Paths: []string{at}}, func(tx *change.Tx) error {
			_, err := tx.Read(id)
			require.Equal(t, party(at, in, out), err == nil, at)
			_, err = student.Read(tx.Tx, pupil)
			require.Equal(t, authz.Within(at, out), err == nil, "the record itself is the old school's: %s", at)
			return nil
		}))
	}
}

// TestTheSameReadsBySQL puts the scope the table gives every role for every
// action into a bare connection of the application role and looks at every
// table that has a path: exactly the rows at or below that scope are visible.
func TestTheSameReadsBySQL(t *testing.T) {
	x := newMatrix(t)
	punish := recordCases()["cancel-punishment"]
	for _, at := range offices() {
		if apitest.Kind(at) == org.School {
			x.suspension(at)
			punish.call(x, apitest.Caller{}, at)
		}
		x.endpoint(at)
	}
	app := x.Connect(migrations.AppRole)
	tables := []string{"account", "student", "school_grade", "school_class", "change", "change_party", "punishment", "webhook_endpoint"}
	for _, action := range authz.Actions() {
		for _, grant := range authz.RolesFor(action) {
			at, _ := relations(grant.Role)
			p := authz.Principal{Roles: []org.Role{grant.Role}, Office: authz.Office{Path: at, Kind: apitest.Kind(at)}}
			tx, err := app.Begin(t.Context())
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), `SELECT set_config('xueji.scope', $1::text, true)`, "{"+p.Scope(action)[0]+"}")
			require.NoError(t, err)
			for _, table := range tables {
				var outside, inside int
				require.NoError(t, tx.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE NOT org_path <@ $1::text::ltree), count(*) FROM `+table, at).Scan(&outside, &inside))
				require.Zero(t, outside, "%s as %s sees rows of %s outside its scope", action, grant.Role, table)
				require.Equal(t, x.Count(`SELECT count(*)::int FROM `+table+` WHERE org_path <@ $1::text::ltree`, at), inside, "%s in %s", action, table)
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
	require.Zero(t, x.Count(`SELECT count(*)::int FROM information_schema.columns k JOIN pg_class c ON c.relname = k.table_name AND c.relnamespace = 'public'::regnamespace
		WHERE k.table_schema = 'public' AND k.udt_name = 'ltree' AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`))
}
