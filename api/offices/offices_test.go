package offices_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/offices"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

func school(parent uuid.UUID, code string, stages ...string) m {
	return m{"parent": parent, "kind": "SCHOOL", "code": code, "name": "新学校", "division_code": "520103", "stages": stages}
}

func TestASchoolIsCreatedRenamedAndClosed(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	create := func(body m) apitest.Call { return apitest.Post("/v1/orgs", body) }
	w.Refused("org_division_unknown", admin.Token, create(m{"parent": w.OfficeID(storetest.Bureau), "kind": "SCHOOL", "code": "215200", "name": "新学校", "division_code": "529999"}))
	w.Refused("required", admin.Token, create(m{"kind": "SCHOOL"}))
	w.Refused("org_school_code", admin.Token, create(school(w.OfficeID(storetest.Bureau), "2111000009", "PRIMARY")))
	w.Refused("org_stages", admin.Token, create(school(w.OfficeID(storetest.Bureau), "2152000009")))
	w.Refused("org_parent_kind", admin.Token, create(school(w.OfficeID(storetest.SchoolA), "2152000009", "PRIMARY")))
	var made offices.Org
	answer := w.Must(201, admin.Token, create(school(w.OfficeID(storetest.Bureau), "2152000009", "PRIMARY")), &made)
	require.Equal(t, storetest.Bureau+".s2152000009", made.Path)
	require.Equal(t, "520103", made.DivisionCode, "territory differs from the managing bureau")
	w.Refused("org_code_taken", admin.Token, create(school(w.OfficeID(storetest.Bureau), "2152000009", "PRIMARY")))

	path := "/v1/orgs/" + made.ID.String()
	body := m{"name": "改名学校", "division_code": "520102", "stages": []string{"PRIMARY", "JUNIOR"}}
	answer = w.Must(200, admin.Token, apitest.Call{Method: "PUT", Path: path, IfMatch: answer.Header().Get("ETag"), Body: body}, &made)
	require.Equal(t, "改名学校", made.Name)
	w.Refused("version_conflict", admin.Token, apitest.Call{Method: "PUT", Path: path, IfMatch: `"1"`, Body: body})

	head := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	own := w.Must(200, head.Token, apitest.Get(w.Org(storetest.Bureau, "")), nil)
	w.Refused("forbidden", head.Token, apitest.Call{Method: "POST", Path: w.Org(storetest.Bureau, "/closure"), IfMatch: own.Header().Get("ETag")})

	attended := w.NewSchool(storetest.Bureau, "2152000010", office.NewGrade{Stage: org.Primary, EntryYear: 2024, Classes: 1, Capacity: 45})
	w.Pupil(attended)
	other := w.Must(200, admin.Token, apitest.Get(w.Org(attended, "")), nil)
	closing := apitest.Call{Method: "POST", Path: w.Org(attended, "/closure"), IfMatch: other.Header().Get("ETag")}
	require.Contains(t, w.Refused("org_has_students", admin.Token, closing).Detail, "1名")
	clerk := w.LogIn(made.Path, org.SchoolRegistrar)
	closing = apitest.Call{Method: "POST", Path: path + "/closure", IfMatch: answer.Header().Get("ETag")}
	w.Must(200, admin.Token, closing, &made)
	require.NotNil(t, made.ClosedAt)
	w.Refused("unauthenticated", clerk.Token, apitest.Get("/v1/me"))
	w.Refused("org_closed", admin.Token, apitest.Call{Method: "PUT", Path: path, IfMatch: closing.IfMatch, Body: body})
	var page rest.Page[offices.Org]
	w.Must(200, admin.Token, apitest.Get(w.Org(storetest.Bureau, "/children")), &page)
	require.Len(t, page.Items, 3)
}

func TestReassigningMovesEverythingOfASchool(t *testing.T) {
	w := apitest.New(t)
	moved, target := storetest.SchoolA, apitest.NextBureau
	clerk := w.LogIn(moved, org.SchoolRegistrar)
	change, _ := w.Change(moved)
	call := apitest.Call{Method: "POST", Path: w.Org(moved, "/managing-bureau"), IfMatch: rest.ETag(1), Body: m{"parent": w.OfficeID(target)}}

	county := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	w.Refused("forbidden", county.Token, call)
	city := w.LogIn(storetest.City, org.BureauSysadmin)
	call.Body = m{"parent": w.OfficeID(storetest.FarBureau)}
	w.Refused("forbidden", city.Token, call)
	call.Body = m{"parent": w.OfficeID(storetest.FarBureau)}
	w.Refused("org_other_province", w.LogIn(storetest.Nation, org.BureauSysadmin).Token, call)
	call.Body = m{"parent": w.OfficeID(target)}
	var o offices.Org
	w.Must(200, city.Token, call, &o)
	newPath := target + ".s2152000123"
	require.Equal(t, newPath, o.Path)
	stale := call
	stale.Body = m{"parent": w.OfficeID(storetest.Bureau)}
	w.Refused("version_conflict", city.Token, stale)

	// Nothing of the school is left behind, in whatever table.
	rows, err := w.Owner().Query(t.Context(), `SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND udt_name = 'ltree' AND table_name <> 'audit_entry'`)
	require.NoError(t, err)
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
	require.NoError(t, err)
	require.Greater(t, len(columns), 8)
	for _, c := range columns {
		left := apitest.One[int](w, fmt.Sprintf(`SELECT count(*)::int FROM %s WHERE %s <@ $1::text::ltree`, pgx.Identifier{c.Table}.Sanitize(), pgx.Identifier{c.Column}.Sanitize()), moved)
		require.Zero(t, left, "%s.%s", c.Table, c.Column)
	}
	require.Positive(t, apitest.One[int](w, `SELECT count(*)::int FROM student_history WHERE org_path = $1::text::ltree`, newPath))
	// The history itself stays as it was written.
	require.ErrorContains(t, w.OwnerTries(`UPDATE student_history SET kind = 'Y'`), "append-only")

	var who struct{ Org struct{ Path string } }
	w.Must(200, clerk.Token, apitest.Get("/v1/me"), &who)
	require.Equal(t, newPath, who.Org.Path)
	w.Must(200, clerk.Token, apitest.Get("/v1/changes/"+change.String()), nil)
	w.Must(200, w.LogIn(target, org.BureauViewer).Token, apitest.Get("/v1/changes/"+change.String()), nil)
	w.Refused("not_found", w.LogIn(storetest.Bureau, org.BureauViewer).Token, apitest.Get("/v1/changes/"+change.String()))
}

// The application role cannot move an office around the function.
func TestPathsMoveThroughTheFunctionOnly(t *testing.T) {
	w := apitest.New(t)
	c := w.Connect(migrations.AppRole)
	for _, query := range []string{
		`UPDATE organisation SET path = 'n.x'`,
		`UPDATE organisation SET parent_id = NULL`,
		`SELECT password_hash FROM account`,
		`SELECT token_hash FROM session`,
		`UPDATE account SET org_path = 'n'`,
		`UPDATE account SET login = 'x'`,
		`DELETE FROM account`,
		`SELECT * FROM account_password`,
		`UPDATE audit_entry SET action = 'x'`,
		`INSERT INTO audit_seal VALUES ('x', 1, gen_random_uuid(), '', '')`,
	} {
		_, err := c.Exec(t.Context(), `BEGIN; SELECT set_config('xueji.scope', '{n}', true); `+query)
		require.ErrorContains(t, err, "42501", query)
		_, err = c.Exec(t.Context(), "ROLLBACK")
		require.NoError(t, err)
	}
	w.LogIn(storetest.Bureau, org.BureauViewer)
	// Without a scope nothing is visible: the question itself fails.
	_, err := c.Exec(t.Context(), `SELECT id FROM account`)
	require.ErrorContains(t, err, "no data scope")
}

// Fifty thousand units: every read walks an index, none the tree.
func TestFiftyThousandOfficesStayFast(t *testing.T) {
	w := apitest.New(t)
	w.Legacy(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
		SELECT gen_random_uuid(), p.id, p.path || ('s21529' || lpad(i::text, 5, '0')), 'SCHOOL', '21529' || lpad(i::text, 5, '0'), '第' || i || '小学', '520102', '520000', '{PRIMARY}', now()
		FROM generate_series(1, 50000) i JOIN organisation p ON p.code = CASE WHEN i % 500 = 0 THEN '520102' ELSE '520103' END AND p.kind = 'COUNTY'`)
	w.Analyse()
	c := w.Connect(migrations.AppRole)
	county := storetest.Bureau
	for name, query := range map[string]string{
		"children": fmt.Sprintf(`SELECT id FROM organisation WHERE parent_id = '%s' AND closed_at IS NULL AND (code, id) > ('2152910000', '%s') ORDER BY code, id LIMIT 51`, w.OfficeID(county), uuid.Nil),
		"name":     `SELECT id FROM organisation WHERE closed_at IS NULL AND name ^@ '第4999' ORDER BY name, id LIMIT 51`,
		"code":     `SELECT id FROM organisation WHERE closed_at IS NULL AND code = '2152900077' ORDER BY name, id LIMIT 51`,
		"subtree":  fmt.Sprintf(`SELECT id FROM organisation WHERE path <@ '%s'`, county),
	} {
		rows, err := c.Query(t.Context(), `EXPLAIN `+query)
		require.NoError(t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		plan := strings.Join(lines, "\n")
		require.NotContains(t, plan, "Seq Scan", "%s:\n%s", name, plan)
	}
	viewer := w.LogIn(county, org.BureauViewer)
	var page rest.Page[offices.Org]
	w.Must(200, viewer.Token, apitest.Get(w.Org(county, "/children?limit=60")), &page)
	require.Len(t, page.Items, 60)
	seen := len(page.Items)
	for page.Next != "" {
		next := page.Next
		page = rest.Page[offices.Org]{}
		w.Must(200, viewer.Token, apitest.Get(w.Org(county, "/children?limit=60&cursor="+next)), &page)
		seen += len(page.Items)
	}
	require.Equal(t, 102, seen)
	w.Must(200, viewer.Token, apitest.Get("/v1/orgs?q=%E7%AC%AC4999"), &page)
	require.Len(t, page.Items, 11)
}
