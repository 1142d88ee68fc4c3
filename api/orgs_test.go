package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/access"
	"github.com/xueji/xueji/api/offices"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
)

func school(parent place, code string, stages ...string) m {
	return m{"parent": parent.id, "kind": "SCHOOL", "code": code, "name": "新学校", "division_code": "520103", "stages": stages}
}

func TestASchoolIsCreatedRenamedAndClosed(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["county"], org.BureauSysadmin)
	create := func(body m) call { return call{method: "POST", path: "/v1/orgs", body: body} }
	w.refused("org_division_unknown", admin.token, create(m{"parent": w.places["county"].id, "kind": "SCHOOL", "code": "215200", "name": "新学校", "division_code": "529999"}))
	w.refused("required", admin.token, create(m{"kind": "SCHOOL"}))
	w.refused("org_school_code", admin.token, create(school(w.places["county"], "2111000009", "PRIMARY")))
	w.refused("org_stages", admin.token, create(school(w.places["county"], "2152000009")))
	w.refused("org_parent_kind", admin.token, create(school(w.places["school"], "2152000009", "PRIMARY")))
	var made offices.Org
	answer := w.must(201, admin.token, create(school(w.places["county"], "2152000009", "PRIMARY")), &made)
	require.Equal(t, w.places["county"].path+".s2152000009", made.Path)
	require.Equal(t, "520103", made.DivisionCode, "territory differs from the managing bureau")
	w.refused("org_code_taken", admin.token, create(school(w.places["county"], "2152000009", "PRIMARY")))

	path := "/v1/orgs/" + made.ID.String()
	body := m{"name": "改名学校", "division_code": "520102", "stages": []string{"PRIMARY", "JUNIOR"}}
	answer = w.must(200, admin.token, call{method: "PUT", path: path, ifMatch: answer.Header().Get("ETag"), body: body}, &made)
	require.Equal(t, "改名学校", made.Name)
	w.refused("version_conflict", admin.token, call{method: "PUT", path: path, ifMatch: `"1"`, body: body})

	var attended offices.Org
	other := w.must(201, admin.token, create(school(w.places["county"], "2152000010", "PRIMARY")), &attended)
	w.pupil(place{id: attended.ID, path: attended.Path, kind: org.School})
	closing := call{method: "POST", path: "/v1/orgs/" + attended.ID.String() + "/closure", ifMatch: other.Header().Get("ETag")}
	require.Contains(t, w.refused("org_has_students", admin.token, closing).Detail, "1名")
	clerk := w.login(place{id: made.ID, path: made.Path, kind: org.School}, org.SchoolRegistrar)
	closing = call{method: "POST", path: path + "/closure", ifMatch: answer.Header().Get("ETag")}
	w.must(200, admin.token, closing, &made)
	require.NotNil(t, made.ClosedAt)
	w.refused("unauthenticated", clerk.token, me())
	w.refused("org_closed", admin.token, call{method: "PUT", path: path, ifMatch: closing.ifMatch, body: body})
	var page rest.Page[offices.Org]
	w.must(200, admin.token, call{method: "GET", path: orgPath(w.places["county"], "/children")}, &page)
	require.Len(t, page.Items, 3)
}

func TestReassigningMovesEverythingOfASchool(t *testing.T) {
	w := newWorld(t)
	moved, target := w.places["school"], w.places["county2"]
	clerk := w.login(moved, org.SchoolRegistrar)
	change, _ := w.change(moved, org.SchoolLeader)
	pupil := w.pupil(moved)
	w.class(moved)
	w.exec(`INSERT INTO student_history (id, student_id, org_path, kind, effective_on, recorded_at, before, after)
		VALUES ($1, $2, $3::text::ltree, 'ROSTER_IMPORT', '2026-01-01', $4, '{}', '{}')`, uuid.Must(uuid.NewV7()), pupil, moved.path, w.clock.Now())
	call := call{method: "POST", path: orgPath(moved, "/managing-bureau"), ifMatch: rest.ETag(1), body: m{"parent": target.id}}

	county := w.login(w.places["county"], org.BureauSysadmin)
	w.refused("forbidden", county.token, call)
	city := w.login(w.places["city"], org.BureauSysadmin)
	call.body = m{"parent": w.places["county3"].id}
	w.refused("forbidden", city.token, call)
	call.body = m{"parent": w.places["county3"].id}
	w.refused("org_other_province", w.login(w.places["nation"], org.BureauSysadmin).token, call)
	call.body = m{"parent": target.id}
	var o offices.Org
	w.must(200, city.token, call, &o)
	newPath := target.path + ".s2152000123"
	require.Equal(t, newPath, o.Path)
	w.refused("version_conflict", city.token, matchless(call, w.places["county"].id))

	// Nothing of the school is left behind, in whatever table.
	rows, err := w.owner.Query(t.Context(), `SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND udt_name = 'ltree' AND table_name <> 'audit_entry'`)
	require.NoError(t, err)
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
	require.NoError(t, err)
	require.Greater(t, len(columns), 8)
	for _, c := range columns {
		left := one[int](w, fmt.Sprintf(`SELECT count(*)::int FROM %s WHERE %s <@ $1::text::ltree`, pgx.Identifier{c.Table}.Sanitize(), pgx.Identifier{c.Column}.Sanitize()), moved.path)
		require.Zero(t, left, "%s.%s", c.Table, c.Column)
	}
	require.Equal(t, 1, one[int](w, `SELECT count(*)::int FROM student_history WHERE org_path = $1::text::ltree`, newPath))
	// The history itself stays as it was written.
	_, err = w.owner.Exec(t.Context(), `UPDATE student_history SET kind = 'Y'`)
	require.ErrorContains(t, err, "append-only")

	var who access.Me
	w.must(200, clerk.token, me(), &who)
	require.Equal(t, newPath, who.Org.Path)
	w.must(200, clerk.token, get("/v1/changes/"+change.String()), nil)
	w.must(200, w.login(target, org.BureauViewer).token, get("/v1/changes/"+change.String()), nil)
	w.refused("not_found", w.login(w.places["county"], org.BureauViewer).token, get("/v1/changes/"+change.String()))
}

func get(path string) call { return call{method: "GET", path: path} }

func matchless(c call, parent uuid.UUID) call { c.body = m{"parent": parent}; return c }

// The application role cannot move an office around the function.
func TestPathsMoveThroughTheFunctionOnly(t *testing.T) {
	w := newWorld(t)
	c, err := pgx.Connect(t.Context(), w.db.DSN(migrations.AppRole))
	require.NoError(t, err)
	defer func() { _ = c.Close(t.Context()) }()
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
	w.login(w.places["county"], org.BureauViewer)
	// Without a scope nothing is visible: the question itself fails.
	_, err = c.Exec(t.Context(), `SELECT id FROM account`)
	require.ErrorContains(t, err, "no data scope")
}

func TestTheWholeCountryIsSeeded(t *testing.T) {
	w := newWorld(t)
	w.exec(`DELETE FROM organisation`)
	dsn := w.db.DSN(worldOwner)
	require.NoError(t, office.Seed(t.Context(), dsn, w.clock.Now()))
	require.Equal(t, 1, one[int](w, `SELECT count(*)::int FROM organisation WHERE parent_id IS NULL`))
	require.Equal(t, 31, one[int](w, `SELECT count(*)::int FROM organisation WHERE kind = 'PROVINCE'`))
	bureau := func(path string) string {
		return one[string](w, `SELECT name FROM organisation WHERE path = $1::text::ltree`, path)
	}
	require.Equal(t, "教育部", bureau("n"))
	require.Equal(t, "贵州省教育厅", bureau("n.p52"))
	require.Equal(t, "北京市教育委员会", bureau("n.p11"))
	require.Equal(t, "贵阳市教育局", bureau("n.p52.c5201"))
	require.Equal(t, "南明区教育局", bureau("n.p52.c5201.d520102"))
	require.Equal(t, "东城区教育局", bureau("n.p11.d110101"), "a municipality has no city level")
	require.Equal(t, "东莞市教育局", bureau("n.p44.c4419"))
	require.Equal(t, "济源市教育局", bureau("n.p41.d419001"), "a directly administered county")
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM organisation WHERE name LIKE '市辖区%' OR name LIKE '%直辖县级%' OR code = '110100'`))
	for _, city := range []string{"441900", "442000", "460400", "620200"} {
		require.Equal(t, "CITY", one[string](w, `SELECT string_agg(kind, ',') FROM organisation WHERE code = $1`, city))
		require.Zero(t, one[int](w, `SELECT count(*)::int FROM organisation k JOIN organisation p ON p.id = k.parent_id WHERE p.code = $1`, city))
	}
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM organisation o JOIN organisation p ON p.id = o.parent_id WHERE o.path <> p.path || subpath(o.path, -1)`))
	total := one[int](w, `SELECT count(*)::int FROM organisation`)
	require.Greater(t, total, 3000)
	require.NoError(t, office.Seed(t.Context(), dsn, w.clock.Now().Add(time.Hour)))
	require.Equal(t, total, one[int](w, `SELECT count(*)::int FROM organisation`), "safe to repeat")

	password, err := account.CreateFirstAdmin(t.Context(), dsn, "Root.Admin", "管理员", false, w.clock.Now())
	require.NoError(t, err)
	_, err = account.CreateFirstAdmin(t.Context(), dsn, "second", "管理员", false, w.clock.Now())
	require.ErrorContains(t, err, "admin_exists")
	_, err = account.CreateFirstAdmin(t.Context(), dsn, "root.admin", "管理员", true, w.clock.Now())
	require.ErrorContains(t, err, "login_taken")
	w.must(201, "", logInAs("root.admin", password), nil)
}

// Fifty thousand units: every read walks an index, none the tree.
func TestFiftyThousandOfficesStayFast(t *testing.T) {
	w := newWorld(t)
	w.exec(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
		SELECT gen_random_uuid(), p.id, p.path || ('s21529' || lpad(i::text, 5, '0')), 'SCHOOL', '21529' || lpad(i::text, 5, '0'), '第' || i || '小学', '520102', '520000', '{PRIMARY}', now()
		FROM generate_series(1, 50000) i JOIN organisation p ON p.code = CASE WHEN i % 500 = 0 THEN '520102' ELSE '520103' END AND p.kind = 'COUNTY'`)
	w.exec(`ANALYZE organisation`)
	c, err := pgx.Connect(t.Context(), w.db.DSN(migrations.AppRole))
	require.NoError(t, err)
	defer func() { _ = c.Close(t.Context()) }()
	county := w.places["county"]
	for name, query := range map[string]string{
		"children": fmt.Sprintf(`SELECT id FROM organisation WHERE parent_id = '%s' AND closed_at IS NULL AND (code, id) > ('2152910000', '%s') ORDER BY code, id LIMIT 51`, county.id, uuid.Nil),
		"name":     `SELECT id FROM organisation WHERE closed_at IS NULL AND name ^@ '第4999' ORDER BY name, id LIMIT 51`,
		"code":     `SELECT id FROM organisation WHERE closed_at IS NULL AND code = '2152900077' ORDER BY name, id LIMIT 51`,
		"subtree":  fmt.Sprintf(`SELECT id FROM organisation WHERE path <@ '%s'`, county.path),
	} {
		rows, err := c.Query(t.Context(), `EXPLAIN `+query)
		require.NoError(t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		plan := strings.Join(lines, "\n")
		require.NotContains(t, plan, "Seq Scan", "%s:\n%s", name, plan)
	}
	viewer := w.login(county, org.BureauViewer)
	var page rest.Page[offices.Org]
	w.must(200, viewer.token, get(orgPath(county, "/children?limit=60")), &page)
	require.Len(t, page.Items, 60)
	seen := len(page.Items)
	for page.Next != "" {
		next := page.Next
		page = rest.Page[offices.Org]{}
		w.must(200, viewer.token, get(orgPath(county, "/children?limit=60&cursor="+next)), &page)
		seen += len(page.Items)
	}
	require.Equal(t, 102, seen)
	w.must(200, viewer.token, get("/v1/orgs?q=%E7%AC%AC4999"), &page)
	require.Len(t, page.Items, 11)
}
