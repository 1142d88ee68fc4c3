package student_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

func TestSearchFindsByEveryKeyAndOnlyInScope(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	id := uuid.MustParse(rig.Text(`SELECT id::text FROM student WHERE length(name) = 3 AND number_class = 'L' ORDER BY id LIMIT 1`))
	name := rig.Text(`SELECT name FROM student WHERE id = $1`, id)
	runes := []rune(name)
	var number, document string
	rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
		var err1, err2 error
		number, err1 = student.RevealSecret(t2.Tx, id, student.SecretStudentNumber, student.RevealVerify)
		document, err2 = student.RevealSecret(t2.Tx, id, student.SecretIDNumber, student.RevealVerify)
		return errors.Join(err1, err2)
	})
	require.Equal(t, 2, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.reveal' AND subject_id = $1`, id.String()))
	require.Len(t, number, 19)
	for what, q := range map[string]student.Search{
		"name":     {Name: name, NameMatch: student.NameIs},
		"prefix":   {Name: string(runes[:2]), NameMatch: student.NameBegins},
		"contains": {Name: string(runes[1:]), NameMatch: student.NameContains},
		"number":   {Number: number},
		"typed":    {Number: "  " + number + " "},
		"document": {IDNumber: document},
		"school":   {School: rig.ID(storetest.SchoolA), States: []string{"ENROLLED"}, Stage: "PRIMARY"},
		"class":    {Class: rig.Class(storetest.SchoolA, "2026105").ID},
		"mixed":    {Name: string(runes[1:]), NameMatch: student.NameContains, School: rig.ID(storetest.SchoolA), States: []string{"ENROLLED", "SUSPENDED"}},
	} {
		found := false
		for _, line := range rig.Search(storetest.Bureau, q) {
			found = found || line.ID == id
			require.NotContains(t, line.IDMasked, document[6:14], what)
		}
		require.True(t, found, what)
		require.Empty(t, rig.Search(storetest.SchoolB, q), "the sibling school must see nothing by %s", what)
	}
	require.Empty(t, rig.Search(storetest.Bureau, student.Search{School: rig.ID(storetest.SchoolA), States: []string{"SUSPENDED"}}))
	require.Empty(t, rig.Search(storetest.Bureau, student.Search{IDNumber: "110101199001011234"}))
}

func TestTooWideSearchIsRefused(t *testing.T) {
	rig := storetest.New(t)
	for code, q := range map[refusal.Code]student.Search{
		refusal.SearchTooWide:      {States: []string{"ENROLLED"}},
		refusal.SearchNameTooShort: {Name: "王", NameMatch: student.NameContains},
		refusal.TooLong:            {Name: strings.Repeat("王", 51), NameMatch: student.NameIs},
	} {
		err := rig.In(rig.App, storetest.Bureau, func(t2 *change.Tx) error { _, err := student.Find(t2.Tx, q); return err })
		require.ErrorIs(t, err, refusal.New(code))
	}
}

func TestSearchPagesListEachRecordOnce(t *testing.T) {
	rig := storetest.New(t)
	rig.Crowd(2000)
	for what, q := range map[string]student.Search{
		"prefix":   {Name: "赵一", NameMatch: student.NameBegins},
		"contains": {Name: "一天", NameMatch: student.NameContains},
		"school":   {School: rig.ID(storetest.SchoolA)},
		"by name":  {School: rig.ID(storetest.SchoolA), Order: student.OrderName},
		"boys":     {Name: "一天", NameMatch: student.NameContains, Sex: "1"},
		"girls":    {Name: "一天", NameMatch: student.NameContains, Sex: "2"},
		"hits":     {Name: "一天", NameMatch: student.NameContains, Order: student.OrderName},
	} {
		all := map[uuid.UUID]bool{}
		var keys []string
		q.Most = 7
		for {
			page := rig.Search(storetest.Bureau, q)
			for _, line := range page {
				require.False(t, all[line.ID], what)
				all[line.ID] = true
				keys = append(keys, ident.NameKey(line.Name))
			}
			if len(page) < q.Most {
				break
			}
			q.After = page[len(page)-1].ID
		}
		var want int
		switch what {
		case "prefix":
			want = rig.Count(`SELECT count(*) FROM student WHERE name LIKE '赵一%'`)
		case "boys", "girls":
			want = rig.Count(`SELECT count(*) FROM student WHERE name LIKE '%一天%' AND sex = $1`, q.Sex)
		case "contains", "hits":
			want = rig.Count(`SELECT count(*) FROM student WHERE name LIKE '%一天%'`)
		default:
			want = rig.Count(`SELECT count(*) FROM student WHERE school_id = $1`, rig.ID(storetest.SchoolA))
		}
		require.Len(t, all, want, what)
		if q.Order == student.OrderName {
			require.True(t, slices.IsSorted(keys), what)
		}
	}
}

// Each facet narrows a search to the records that have it, and to none when none has.
func TestASearchIsNarrowedByFacets(t *testing.T) {
	rig := storetest.New(t)
	rig.Enrol(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "roster-no-au.xlsx")
	school := rig.ID(storetest.SchoolA)
	for condition, q := range map[string]student.Search{
		`sex = '1'`:                        {Sex: "1"},
		`sex = '2'`:                        {Sex: "2"},
		`entry_year = 2026`:                {EntryYear: 2026},
		`entry_year = 2020`:                {EntryYear: 2020},
		`number_class = 'L'`:               {NumberClass: "L"},
		`number_class = 'J'`:               {NumberClass: "J"},
		`identity_state = 'UNCHECKED'`:     {Identity: "UNCHECKED"},
		`identity_state = 'MISMATCH'`:      {Identity: "MISMATCH"},
		`dropout`:                          {Dropout: true},
		`problem_flags <> '{}'`:            {Problem: student.AnyProblem},
		`'ID_ERROR' = ANY (problem_flags)`: {Problem: "ID_ERROR"},
	} {
		q.School, q.Most = school, 100
		require.Len(t, rig.Search(storetest.Bureau, q), rig.Count(`SELECT count(*) FROM student WHERE school_id = $1 AND `+condition, school), condition)
	}
	require.Positive(t, rig.Count(`SELECT count(*) FROM student WHERE sex = '1'`))
}

// Under row-level security PostgreSQL uses an index only below leakproof operators. No
// search may fall back to reading every record.
func TestSearchesUseIndexes(t *testing.T) {
	rig := storetest.New(t)
	rig.Crowd(30_000)
	some := uuid.MustParse(rig.Text(`SELECT id::text FROM student LIMIT 1`))
	for what, q := range map[string]student.Search{
		"name":       {Name: "赵一天", NameMatch: student.NameIs},
		"prefix":     {Name: "赵一", NameMatch: student.NameBegins},
		"prefix on":  {Name: "赵一", NameMatch: student.NameBegins, After: some},
		"contains":   {Name: "一天", NameMatch: student.NameContains},
		"contains +": {Name: "一天", NameMatch: student.NameContains, School: rig.ID(storetest.SchoolA), States: []string{"ENROLLED"}},
		"number":     {Number: "L520102201901010001"},
		"document":   {IDNumber: "520102201901010001"},
		"school":     {School: rig.ID(storetest.SchoolA), States: []string{"SUSPENDED"}},
		"dropouts":   {School: rig.ID(storetest.SchoolA), Dropout: true, Order: student.OrderName},
		"problems":   {School: rig.ID(storetest.SchoolA), Problem: student.AnyProblem},
		"class":      {Class: rig.Class(storetest.SchoolA, "2026101").ID},
	} {
		q.Most = 50
		rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
			var list []student.FoundRecord
			built := student.SearchQuery(t2.Tx, q).Session(&gorm.Session{DryRun: true}).Scan(&list).Statement
			plan := explain(t, t2.Tx, built.SQL.String(), built.Vars...)
			require.NotContains(t, plan, readsAll, "%s: %s", what, plan)
			return nil
		})
	}
	// The test can fail: this is how a search that has no index looks, not even that of the
	// scope, which the worker has not.
	rig.MustIn(rig.Worker, "", func(t2 *change.Tx) error {
		require.Contains(t, explain(t, t2.Tx, `SELECT id FROM student WHERE name LIKE '%一天%'`), readsAll)
		return nil
	})
	// Inside the definer function, as its owner.
	for _, sql := range []string{
		`SELECT s.id FROM student s WHERE name_grams(s.name_key) @> name_grams('一天') AND strpos(s.name_key, '一天') > 0 AND s.id > '00000000-0000-0000-0000-000000000000'`,
		`SELECT s.id_hash FROM student s WHERE s.id_hash = ANY ('{"\\x01","\\x02"}'::bytea[]) AND s.enrol_status <> 'DELETED'`,
		`SELECT s.id FROM student s WHERE s.name_key = ANY ('{赵一天,赵二}') AND s.enrol_status <> 'DELETED' AND s.number_hash = '\x01'`,
	} {
		plan := rig.Plan(sql)
		require.NotContains(t, plan, `"Seq Scan"`, plan)
	}
}

const readsAll = `"Seq Scan", "Relation Name": "student"`

func explain(t *testing.T, tx *store.Tx, sql string, vars ...any) string {
	t.Helper()
	var plan string
	require.NoError(t, tx.Raw(func(c *pgx.Conn) error {
		// The simple protocol writes the values into the statement, as text or as bytes.
		args := append([]any{pgx.QueryExecModeSimpleProtocol}, vars...)
		return c.QueryRow(t.Context(), `EXPLAIN (FORMAT JSON) `+sql, args...).Scan(&plan)
	}), sql)
	return storetest.OneLine(t, plan)
}

func TestRecordPageShowsEveryItemAndNoSecret(t *testing.T) {
	rig := storetest.New(t)
	r := rig.Enrol(storetest.SchoolA, rig.Sheet("roster-clean.xlsx"), "roster-clean.xlsx")
	pupils := rig.Read("roster-clean.xlsx")
	for i, pupil := range pupils[:40] {
		id := uuid.MustParse(rig.Text(`SELECT student_id::text FROM roster_row WHERE roster_id = $1 AND row_no = $2`, r.ID, i+3))
		rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
			page, err := student.Read(t2.Tx, id)
			require.NoError(t, err)
			require.Nil(t, page.Running)
			require.Equal(t, "ENROLLED", page.EnrolStatus)
			require.Len(t, page.Guardians, 2)
			for _, column := range rig.Reader.Template().Columns {
				want, got := pupil[column.Field], page.Item(column.Field)
				switch {
				case column.Kind == roster.KindHidden:
				case column.Kind == roster.KindIdentity || column.Field == "aux_student_number":
					require.Equal(t, ident.MaskDocument(want), got, column.Header)
				default:
					require.Equal(t, want, got, column.Header)
				}
			}
			history, err := student.History(t2.Tx, id, uuid.Nil, false, 10)
			require.NoError(t, err)
			require.Len(t, history, 1)
			require.Equal(t, "ROSTER_IMPORT", history[0].Kind)
			require.Equal(t, page.NumberClass, page.NumberMasked[:1])
			counts, err2 := student.Count(t2.Tx, page.SchoolID)
			require.Equal(t, []student.StateCount{{Stage: "PRIMARY", EnrolStatus: "ENROLLED", Count: 491}}, counts)
			return errors.Join(err, err2)
		})
		err := rig.In(rig.App, storetest.SchoolB, func(t2 *change.Tx) error { _, err := student.Read(t2.Tx, id); return err })
		require.ErrorIs(t, err, refusal.New(refusal.NotFound))
		err = rig.In(rig.App, storetest.SchoolB, func(t2 *change.Tx) error {
			_, err := student.RevealSecret(t2.Tx, id, student.SecretIDNumber, student.RevealVerify)
			return err
		})
		require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	}
}
