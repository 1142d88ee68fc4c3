package registertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
)

// Offices of the county the record tests play in; nobody in it is real.
const (
	countyPath  = "n.p52.c5201.d520102"
	schoolAPath = countyPath + ".s2152000123" // the school of the rosters
	schoolBPath = countyPath + ".s2152000456" // its sibling
)

// recordsRig is a database with a small county, seen through the three roles.
type recordsRig struct {
	t       testing.TB
	app     *change.Engine
	worker  *change.Engine
	owner   *pgx.Conn
	hand    *calendar.Hand
	school  map[string]uuid.UUID // by path
	classes map[string]uuid.UUID // by code, of school A
	reader  *roster.Reader
	table   *division.Table
	options store.Options // to open the register once more
	dsn     func(role string) string
}

const recordsOwner = "xueji_owner"

func newRecordsRig(t testing.TB) *recordsRig {
	t.Helper()
	db := embeddedtest.Template{
		Name:        "records",
		Fingerprint: embeddedtest.Fingerprint(t, os.DirFS("../migrations/sql")),
		Prepare: embeddedtest.OwnedBy(recordsOwner, []string{migrations.AppRole, migrations.WorkerRole}, func(ctx context.Context, dsn string) error {
			return migrations.Up(ctx, dsn, migrations.Passwords{})
		}),
	}.Database(t)
	keys, err := secret.NewEphemeral()
	require.NoError(t, err)
	clock, hand := calendar.Stopped(time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai()))
	processes, err := process.Load()
	require.NoError(t, err)
	workdays, err := calendar.Load()
	require.NoError(t, err)
	r := &recordsRig{t: t, hand: hand, school: map[string]uuid.UUID{}, classes: map[string]uuid.UUID{}}
	r.options, r.dsn = store.Options{Clock: clock, Keys: keys, Processes: processes, Workdays: workdays, MaxConns: 4}, db.DSN
	r.app, r.worker = r.open(migrations.AppRole, r.options), r.open(migrations.WorkerRole, r.options)
	r.owner, err = pgx.Connect(t.Context(), db.DSN(recordsOwner))
	require.NoError(t, err)
	t.Cleanup(func() { _ = r.owner.Close(context.Background()) })
	r.reader, err = roster.NewReader()
	require.NoError(t, err)
	r.table, err = division.Load()
	require.NoError(t, err)
	r.populate()
	return r
}

// open opens the register as a role.
func (r *recordsRig) open(role string, o store.Options) *change.Engine {
	r.t.Helper()
	o.DSN = r.dsn(role)
	s, err := kinds.Open(r.t.Context(), o)
	require.NoError(r.t, err)
	r.t.Cleanup(s.Close)
	return s
}

func (r *recordsRig) exec(query string, args ...any) {
	r.t.Helper()
	_, err := r.owner.Exec(r.t.Context(), query, args...)
	require.NoError(r.t, err)
}

func (r *recordsRig) count(query string, args ...any) int {
	r.t.Helper()
	var n int
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), query, args...).Scan(&n))
	return n
}

// blocked returns the number of transactions that wait for another one.
func (r *recordsRig) blocked() int {
	r.t.Helper()
	return r.count(`SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND NOT granted`)
}

func (r *recordsRig) populate() {
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, calendar.Shanghai())
	parent := map[string]*uuid.UUID{}
	for _, o := range []struct{ path, parent, kind, code, name string }{
		{"n", "", "NATION", "000000", "国家"},
		{"n.p52", "n", "PROVINCE", "520000", "示例省"},
		{"n.p52.c5201", "n.p52", "CITY", "520100", "示例市"},
		{countyPath, "n.p52.c5201", "COUNTY", "520102", "示例区教育局"},
		{schoolAPath, countyPath, "SCHOOL", "2152000123", "南明区示例小学"},
		{schoolBPath, countyPath, "SCHOOL", "2152000456", "南明区第二示例小学"},
	} {
		id := uuid.Must(uuid.NewV7())
		parent[o.path] = &id
		stages := []string{}
		division := o.code
		if o.kind == "SCHOOL" {
			stages, division = []string{"PRIMARY"}, "520102"
			r.school[o.path] = id
		}
		r.exec(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
			VALUES ($1, $2, $3::text::ltree, $4, $5, $6, $7, '520000', $8, $9)`, id, parent[o.parent], o.path, o.kind, o.code, o.name, division, stages, now)
	}
	var book struct {
		Schools []struct {
			Classes []struct{ Code, Name string }
		}
	}
	text, err := os.ReadFile("../roster/testdata/schools.json")
	require.NoError(r.t, err)
	require.NoError(r.t, json.Unmarshal(text, &book))
	grades := map[string]uuid.UUID{}
	for _, c := range book.Schools[0].Classes {
		year := c.Code[:4]
		if _, made := grades[year]; !made {
			grades[year] = uuid.Must(uuid.NewV7())
			r.exec(`INSERT INTO school_grade (id, school_id, org_path, stage, entry_year, name) VALUES ($1, $2, $3::text::ltree, 'PRIMARY', $4::text::int, $5)`,
				grades[year], r.school[schoolAPath], schoolAPath, year, year+"级")
		}
		r.classes[c.Code] = uuid.Must(uuid.NewV7())
		r.exec(`INSERT INTO school_class (id, school_id, org_path, grade_id, code, name, capacity) VALUES ($1, $2, $3::text::ltree, $4, $5, $6, 55)`,
			r.classes[c.Code], r.school[schoolAPath], schoolAPath, grades[year], c.Code, c.Name)
	}
}

func (r *recordsRig) in(s *change.Engine, path string, fn func(*change.Tx) error) error {
	scope := store.Scope{Account: uuid.MustParse("00000000-0000-7000-8000-00000000000a"), RequestID: "test"}
	if path != "" {
		scope.Paths = []string{path}
	}
	return s.InScope(r.t.Context(), scope, fn)
}

func (r *recordsRig) mustIn(s *change.Engine, path string, fn func(*change.Tx) error) {
	r.t.Helper()
	require.NoError(r.t, r.in(s, path, fn))
}

func (r *recordsRig) sheet(name string) registration.RosterSheet {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join("../roster/testdata", name))
	require.NoError(r.t, err)
	return r.sheetOf(text)
}

func (r *recordsRig) sheetOf(text []byte) registration.RosterSheet {
	return registration.RosterSheet{File: bytes.NewReader(text), Size: int64(len(text)), Reader: r.reader, Divisions: r.table}
}

func (r *recordsRig) scopeA() store.Scope {
	return store.Scope{Paths: []string{schoolAPath}, Account: uuid.MustParse("00000000-0000-7000-8000-00000000000a"), RequestID: "test"}
}

// upload brings a roster of school A to its checked state.
func (r *recordsRig) upload(sheet registration.RosterSheet, hash string) *registration.Roster {
	r.t.Helper()
	var begun *registration.Roster
	r.mustIn(r.app, schoolAPath, func(t *change.Tx) error {
		var fresh bool
		var err error
		begun, fresh, err = registration.BeginRoster(t.Tx, registration.NewRoster{ID: store.NewID(), School: r.school[schoolAPath], OrgPath: schoolAPath,
			FileName: "名册.xlsx", FileSHA256: []byte(hash), FileSize: sheet.Size, BlobKey: "k-" + hash})
		require.True(r.t, fresh)
		return err
	})
	done, err := registration.CheckRoster(r.t.Context(), r.app.Store, r.scopeA(), begun, sheet)
	require.NoError(r.t, err)
	return done
}

// file makes a change of the roster as the filing does, without a workflow.
func (r *recordsRig) file(id uuid.UUID) (uuid.UUID, error) {
	changeID := store.NewID()
	r.exec(`INSERT INTO change (id, case_no, kind, roster_id, org_id, org_path, province_code, stage, status, definition, definition_version,
		policy_version, inputs, step_no, round, filed_by, filing_key, filing_hash, filed_at, due_total)
		VALUES ($1, $2, 'ROSTER_IMPORT', $3, $4, $5::text::ltree, '520000', 'PRIMARY', 'RUNNING', '{}', '1', 0, '{}', 1, 1, $1, $2, '\x00', now(), now())`,
		changeID, fmt.Sprint("C-", changeID), id, r.school[schoolAPath], schoolAPath)
	return changeID, r.in(r.app, schoolAPath, func(t *change.Tx) error { return registration.FileRoster(t.Tx, id, changeID) })
}

func (r *recordsRig) enrol(id, changeID uuid.UUID) {
	r.t.Helper()
	r.mustIn(r.worker, "", func(t *change.Tx) error { return registration.RegisterRoster(t.Tx, id, changeID, t.Today()) })
}

func (r *recordsRig) officeID(path string) uuid.UUID {
	r.t.Helper()
	var id uuid.UUID
	require.NoError(r.t, r.owner.QueryRow(r.t.Context(), `SELECT id FROM organisation WHERE path = $1::text::ltree`, path).Scan(&id))
	return id
}

// waiting puts a running change of a school into the register. Its first step opened an
// hour ago and is due in ten days.
func (r *recordsRig) waiting(path string) uuid.UUID {
	r.t.Helper()
	id, pupil, opened := store.NewID(), store.NewID(), r.app.Clock().Now().Add(-time.Hour)
	r.exec(`INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, enrol_status, in_register, on_campus, created_at, updated_at)
		VALUES ($1, $2, $3::text::ltree, false, 'PRIMARY', 2024, '某人', '1', '2017-05-01', '1', 'ENROLLED', true, true, $4, $4)`, pupil, r.school[path], path, opened)
	r.exec(`INSERT INTO change (id, case_no, kind, student_id, org_id, org_path, province_code, stage, status, definition, definition_version,
		policy_version, inputs, step_no, round, filed_by, filing_key, filing_hash, filed_at, due_total)
		VALUES ($1, $2, 'SUSPENSION', $3, $4, $5::text::ltree, '520000', 'PRIMARY', 'RUNNING', '{}', '1', 0, '{}', 1, 1, $1, $2, '\x00', $6, $7)`,
		id, "C-"+id.String(), pupil, r.school[path], path, opened, opened.AddDate(0, 1, 0))
	r.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES ($1, 'FILER', $2, $3::text::ltree)`, id, r.school[path], path)
	due := opened.AddDate(0, 0, 10)
	r.exec(`INSERT INTO step (change_id, no, round, name, side, role, office_id, office_path, opened_at, due_at, due_provisional, calendar_version,
		remind_50_at, remind_80_at, status) VALUES ($1, 1, 1, 'LEADER_REVIEW', 'FILER', 'SCHOOL_LEADER', $2, $3::text::ltree, $4, $5, false, '', $5, $5, 'OPEN')`,
		id, r.school[path], path, opened, due)
	return id
}

// places makes a class of the year 2024 at school B with so many seats.
func (r *recordsRig) places(seats int) uuid.UUID {
	r.t.Helper()
	grade, class := store.NewID(), store.NewID()
	r.exec(`INSERT INTO school_grade (id, school_id, org_path, stage, entry_year, name) VALUES ($1, $2, $3::text::ltree, 'PRIMARY', 2024, '2024级') ON CONFLICT DO NOTHING`,
		grade, r.school[schoolBPath], schoolBPath)
	r.exec(`INSERT INTO school_class (id, school_id, org_path, grade_id, code, name, capacity)
		SELECT $1, school_id, org_path, id, '2024' || (100 + (SELECT count(*) FROM school_class)), '班', $2 FROM school_grade WHERE school_id = $3 AND entry_year = 2024`,
		class, seats, r.school[schoolBPath])
	return class
}

func (r *recordsRig) attention(s *change.Engine, path string, only worklist.Reason, after worklist.AttentionKey, most int) []worklist.AttentionRow {
	r.t.Helper()
	var list []worklist.AttentionRow
	r.mustIn(s, path, func(t *change.Tx) (err error) {
		list, err = worklist.Attention(t.Tx, only, after, most)
		return err
	})
	return list
}
