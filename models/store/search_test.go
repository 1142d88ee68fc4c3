package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// enrolled brings a roster of the collection into the register.
func (r *recordsRig) enrolled(file string) *Roster {
	r.t.Helper()
	checked := r.upload(r.sheet(file), file)
	change, err := r.file(checked.ID)
	require.NoError(r.t, err)
	r.enrol(checked.ID, change)
	return checked
}

// crowd fills the register with many pupils of both schools straight away.
func (r *recordsRig) crowd(n int) {
	r.exec(`INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, id_cipher, id_hash,
			number_class, number_hash, enrol_status, in_register, on_campus, created_at, updated_at)
		SELECT gen_random_uuid(), o.id, o.path, true, 'PRIMARY', 2026, substr('赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨', 1 + i % 16, 1)
			|| substr('一二三四五六七八九十百千万亿兆', 1 + (i / 16) % 15, 1) || substr('天地玄黄宇宙洪荒日月盈昃辰宿', 1 + (i / 240) % 14, 1),
			'1', '2019-01-01', '1', '\x01', sha256(('i' || i)::bytea), 'L', sha256(('n' || i)::bytea), 'ENROLLED', true, true, now(), now()
		FROM generate_series(1, $1::int) i JOIN organisation o ON o.path = CASE WHEN i % 2 = 0 THEN $2::text::ltree ELSE $3::text::ltree END`,
		n, schoolAPath, schoolBPath)
	r.exec(`ANALYZE student`)
}

func (r *recordsRig) search(path string, q StudentSearch) []StudentLine {
	r.t.Helper()
	if q.Most == 0 {
		q.Most = 50
	}
	var list []StudentLine
	r.mustIn(r.app, path, func(t *Tx) error {
		var err error
		list, err = t.SearchStudents(q)
		return err
	})
	return list
}

func TestSearchFindsByEveryKeyAndOnlyInScope(t *testing.T) {
	rig := newRecordsRig(t)
	rig.enrolled("roster-no-au.xlsx")
	var id uuid.UUID
	var name string
	require.NoError(t, rig.owner.QueryRow(t.Context(), `SELECT id, name FROM student WHERE length(name) = 3 AND number_class = 'L' ORDER BY id LIMIT 1`).Scan(&id, &name))
	runes := []rune(name)
	var number, document string
	rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
		var err1, err2 error
		number, err1 = t2.RevealSecret(id, SecretStudentNumber, RevealVerify)
		document, err2 = t2.RevealSecret(id, SecretIDNumber, RevealVerify)
		return errors.Join(err1, err2)
	})
	require.Equal(t, 2, rig.count(`SELECT count(*) FROM audit_entry WHERE action = 'student.reveal' AND subject_id = $1`, id.String()))
	require.Len(t, number, 19)
	for what, q := range map[string]StudentSearch{
		"name":     {Name: name, NameMatch: NameIs},
		"prefix":   {Name: string(runes[:2]), NameMatch: NameBegins},
		"contains": {Name: string(runes[1:]), NameMatch: NameContains},
		"number":   {Number: number},
		"typed":    {Number: "  " + number + " "},
		"document": {IDNumber: document},
		"school":   {School: rig.school[schoolAPath], States: []string{"ENROLLED"}, Stage: "PRIMARY"},
		"class":    {Class: rig.classes["2026105"]},
		"mixed":    {Name: string(runes[1:]), NameMatch: NameContains, School: rig.school[schoolAPath], States: []string{"ENROLLED", "SUSPENDED"}},
	} {
		found := false
		for _, line := range rig.search(countyPath, q) {
			found = found || line.ID == id
			require.NotContains(t, line.IDMasked, document[6:14], what)
		}
		require.True(t, found, what)
		require.Empty(t, rig.search(schoolBPath, q), "the sibling school must see nothing by %s", what)
	}
	require.Empty(t, rig.search(countyPath, StudentSearch{School: rig.school[schoolAPath], States: []string{"SUSPENDED"}}))
	require.Empty(t, rig.search(countyPath, StudentSearch{IDNumber: "110101199001011234"}))
}

func TestTooWideSearchIsRefused(t *testing.T) {
	rig := newRecordsRig(t)
	for code, q := range map[refusal.Code]StudentSearch{
		refusal.SearchTooWide:      {States: []string{"ENROLLED"}},
		refusal.SearchNameTooShort: {Name: "王", NameMatch: NameContains},
		refusal.TooLong:            {Name: strings.Repeat("王", 51), NameMatch: NameIs},
	} {
		err := rig.in(rig.app, countyPath, func(t2 *Tx) error { _, err := t2.SearchStudents(q); return err })
		require.ErrorIs(t, err, refusal.New(code))
	}
}

func TestSearchPagesListEachRecordOnce(t *testing.T) {
	rig := newRecordsRig(t)
	rig.crowd(2000)
	for what, q := range map[string]StudentSearch{
		"prefix":   {Name: "赵一", NameMatch: NameBegins},
		"contains": {Name: "一天", NameMatch: NameContains},
		"school":   {School: rig.school[schoolAPath]},
	} {
		all := map[uuid.UUID]bool{}
		q.Most = 7
		for {
			page := rig.search(countyPath, q)
			for _, line := range page {
				require.False(t, all[line.ID], what)
				all[line.ID] = true
			}
			if len(page) < q.Most {
				break
			}
			q.After = page[len(page)-1].ID
		}
		var want int
		switch what {
		case "prefix":
			want = rig.count(`SELECT count(*) FROM student WHERE name LIKE '赵一%'`)
		case "contains":
			want = rig.count(`SELECT count(*) FROM student WHERE name LIKE '%一天%'`)
		default:
			want = rig.count(`SELECT count(*) FROM student WHERE school_id = $1`, rig.school[schoolAPath])
		}
		require.Len(t, all, want, what)
	}
}

// Under row-level security PostgreSQL uses an index only below leakproof operators. No
// search may fall back to reading every record.
func TestSearchesUseIndexes(t *testing.T) {
	rig := newRecordsRig(t)
	rig.crowd(30_000)
	var some uuid.UUID
	require.NoError(t, rig.owner.QueryRow(t.Context(), `SELECT id FROM student LIMIT 1`).Scan(&some))
	for what, q := range map[string]StudentSearch{
		"name":       {Name: "赵一天", NameMatch: NameIs},
		"prefix":     {Name: "赵一", NameMatch: NameBegins},
		"prefix on":  {Name: "赵一", NameMatch: NameBegins, After: some},
		"contains":   {Name: "一天", NameMatch: NameContains},
		"contains +": {Name: "一天", NameMatch: NameContains, School: rig.school[schoolAPath], States: []string{"ENROLLED"}},
		"number":     {Number: "L520102201901010001"},
		"document":   {IDNumber: "520102201901010001"},
		"school":     {School: rig.school[schoolAPath], States: []string{"SUSPENDED"}},
		"class":      {Class: rig.classes["2026101"]},
	} {
		q.Most = 50
		rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
			var list []StudentLine
			built := t2.searchQuery(q).Session(&gorm.Session{DryRun: true}).Scan(&list).Statement
			plan := explain(t, t2, built.SQL.String(), built.Vars...)
			require.NotContains(t, plan, readsAll, "%s: %s", what, plan)
			return nil
		})
	}
	// The test can fail: this is how a search that has no index looks.
	rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
		require.Contains(t, explain(t, t2, `SELECT id FROM student WHERE name LIKE '%一天%'`), readsAll)
		return nil
	})
	// Inside the definer function, as its owner.
	for _, sql := range []string{
		`SELECT s.id FROM student s WHERE name_grams(s.name_key) @> name_grams('一天') AND strpos(s.name_key, '一天') > 0 AND s.id > '00000000-0000-0000-0000-000000000000'`,
		`SELECT s.id_hash FROM student s WHERE s.id_hash = ANY ('{"\\x01","\\x02"}'::bytea[]) AND s.enrol_status <> 'DELETED'`,
		`SELECT s.id FROM student s WHERE s.name_key = ANY ('{赵一天,赵二}') AND s.enrol_status <> 'DELETED' AND s.number_hash = '\x01'`,
	} {
		var plan string
		require.NoError(t, rig.owner.QueryRow(t.Context(), `EXPLAIN (FORMAT JSON) `+sql).Scan(&plan))
		require.NotContains(t, compactJSON(t, plan), `"Seq Scan"`, plan)
	}
}

const readsAll = `"Seq Scan", "Relation Name": "student"`

func explain(t *testing.T, tx *Tx, sql string, vars ...any) string {
	t.Helper()
	var plan string
	require.NoError(t, tx.raw(func(c *pgx.Conn) error {
		// The simple protocol writes the values into the statement, as text or as bytes.
		args := append([]any{pgx.QueryExecModeSimpleProtocol}, vars...)
		return c.QueryRow(t.Context(), `EXPLAIN (FORMAT JSON) `+sql, args...).Scan(&plan)
	}), sql)
	return compactJSON(t, plan)
}

func compactJSON(t *testing.T, plan string) string {
	t.Helper()
	require.True(t, json.Valid([]byte(plan)))
	fields := strings.Fields(plan)
	text := strings.Join(fields, " ")
	return strings.ReplaceAll(text, `"Seq Scan", "Parallel Aware": false, "Async Capable": false, `, `"Seq Scan", `)
}

func TestRecordPageShowsEveryItemAndNoSecret(t *testing.T) {
	rig := newRecordsRig(t)
	r := rig.enrolled("roster-clean.xlsx")
	sheet, err := rig.reader.ReadAll(t.Context(), rig.sheet("roster-clean.xlsx").File, rig.sheet("roster-clean.xlsx").Size, &roster.Submission{
		SchoolCode: "2152000123", Divisions: rig.table, Today: rig.app.Clock().Today(), Classes: rig.rosterClasses()})
	require.NoError(t, err)
	for _, row := range sheet.Rows[:40] {
		var id uuid.UUID
		require.NoError(t, rig.owner.QueryRow(t.Context(), `SELECT student_id FROM roster_row WHERE roster_id = $1 AND row_no = $2`, r.ID, row.Number).Scan(&id))
		rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
			page, err := t2.StudentRecord(id)
			require.NoError(t, err)
			require.Nil(t, page.Running)
			require.Equal(t, "ENROLLED", page.EnrolStatus)
			require.Len(t, page.Guardians, 2)
			for _, column := range rig.reader.Template().Columns {
				want, got := row.Pupil[column.Field], page.Item(column.Field)
				switch {
				case column.Kind == roster.KindHidden:
				case column.Kind == roster.KindIdentity || column.Field == fieldAuxNumber:
					require.Equal(t, maskDocument(want), got, column.Header)
				default:
					require.Equal(t, want, got, column.Header)
				}
			}
			history, err := t2.StudentHistory(id, uuid.Nil, false, 10)
			require.NoError(t, err)
			require.Len(t, history, 1)
			require.Equal(t, "ROSTER_IMPORT", history[0].Kind)
			require.Equal(t, page.NumberClass, page.NumberMasked[:1])
			counts, err2 := t2.CountStudents(page.SchoolID)
			require.Equal(t, []StateCount{{Stage: "PRIMARY", EnrolStatus: "ENROLLED", Count: 491}}, counts)
			return errors.Join(err, err2)
		})
		err := rig.in(rig.app, schoolBPath, func(t2 *Tx) error { _, err := t2.StudentRecord(id); return err })
		require.ErrorIs(t, err, refusal.New(refusal.NotFound))
		err = rig.in(rig.app, schoolBPath, func(t2 *Tx) error { _, err := t2.RevealSecret(id, SecretIDNumber, RevealVerify); return err })
		require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	}
}

func (r *recordsRig) rosterClasses() []roster.Class {
	var list []roster.Class
	for code := range r.classes {
		list = append(list, roster.Class{Code: code})
	}
	return list
}

func TestOldRosterFilesAreDeleted(t *testing.T) {
	rig := newRecordsRig(t)
	enrolled := rig.enrolled("roster-no-au.xlsx")
	waiting := rig.upload(rig.sheet("roster-columns-swapped.xlsx"), "b")
	var gone []string
	remove := func(_ context.Context, key string) error { gone = append(gone, key); return nil }
	n, err := rig.worker.SweepRosterFiles(t.Context(), remove)
	require.NoError(t, err)
	require.Zero(t, n)
	rig.hand.Advance(RosterKeep + time.Second)
	n, err = rig.worker.SweepRosterFiles(t.Context(), remove)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.ElementsMatch(t, []string{enrolled.BlobKey, waiting.BlobKey}, gone)
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM roster WHERE state = 'DISCARDED'`))
	require.Equal(t, 12, rig.count(`SELECT count(*) FROM roster_row`))
	n, err = rig.worker.SweepRosterFiles(t.Context(), remove)
	require.NoError(t, err)
	require.Zero(t, n)
}
