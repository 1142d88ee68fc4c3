package activities_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/countersign"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

const (
	nationPath = "n"
	cityPath   = "n.p52.c5201"
	countyPath = cityPath + ".d520102"
	schoolPath = countyPath + ".s2152000123"
)

// person is a member of staff of the crowd.
type person struct {
	name   string
	id     uuid.UUID
	path   string
	org    uuid.UUID
	judges bool
}

// crowd is a school and its bureaus in a real database, seen through both roles.
type crowd struct {
	app, worker *change.Engine
	owner       *pgxpool.Pool
	hand        *calendar.Hand
	office      map[string]uuid.UUID
	people      []person
	policies    int
	pupils      int
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	db := embeddedtest.Template{
		Name:        "crowd",
		Fingerprint: embeddedtest.Fingerprint(t, os.DirFS("../models/migrations/sql")),
		Prepare: embeddedtest.OwnedBy("xueji_owner", []string{migrations.AppRole, migrations.WorkerRole}, func(ctx context.Context, dsn string) error {
			return migrations.Up(ctx, dsn, migrations.Passwords{})
		}),
	}.Database(t)
	keys, err := secret.NewEphemeral()
	require.NoError(t, err)
	clock, hand := calendar.Stopped(opening)
	processes, err := process.Load()
	require.NoError(t, err)
	workdays, err := calendar.Load()
	require.NoError(t, err)
	items, err := roster.NationalRules()
	require.NoError(t, err)
	open := func(role string) *change.Engine {
		s, err := kinds.Open(t.Context(), store.Options{DSN: db.DSN(role), Clock: clock, Keys: keys, Processes: processes, Workdays: workdays, Items: items, MaxConns: 4})
		require.NoError(t, err)
		t.Cleanup(s.Close)
		return s
	}
	c := &crowd{app: open(migrations.AppRole), worker: open(migrations.WorkerRole), hand: hand, office: map[string]uuid.UUID{}}
	c.owner, err = pgxpool.New(t.Context(), db.DSN("xueji_owner"))
	require.NoError(t, err)
	t.Cleanup(c.owner.Close)
	c.exec(t, `CREATE INDEX ON slip (change_id)`) // the checks count them; the register asks for pending ones only
	c.populate(t)
	return c
}

func (c *crowd) exec(t require.TestingT, query string, args ...any) {
	_, err := c.owner.Exec(context.Background(), query, args...)
	require.NoError(t, err, query)
}

func (c *crowd) populate(t require.TestingT) {
	var parent *uuid.UUID
	for _, o := range []struct{ path, kind, code string }{
		{nationPath, "NATION", "000000"}, {"n.p52", "PROVINCE", "520000"}, {cityPath, "CITY", "520100"}, {countyPath, "COUNTY", "520102"}, {schoolPath, "SCHOOL", "2152000123"},
	} {
		id, stages := uuid.Must(uuid.NewV7()), []string{}
		if o.kind == "SCHOOL" {
			stages = []string{"PRIMARY"}
		}
		c.exec(t, `INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
			VALUES ($1, $2, $3::text::ltree, $4, $5, $5, '520102', '520000', $6, now())`, id, parent, o.path, o.kind, o.code, stages)
		c.office[o.path], parent = id, &id
	}
	for _, p := range []struct {
		name, path string
		roles      []org.Role
	}{
		{"registrar", schoolPath, []org.Role{org.SchoolRegistrar}},
		{"registrar 2", schoolPath, []org.Role{org.SchoolRegistrar}},
		{"leader 1", schoolPath, []org.Role{org.SchoolLeader}},
		{"leader 2", schoolPath, []org.Role{org.SchoolLeader}},
		{"leader 3", schoolPath, []org.Role{org.SchoolLeader}},
		{"principal", schoolPath, []org.Role{org.Principal}},
		{"administrator", schoolPath, []org.Role{org.SchoolSysadmin}},
		{"reviewer 1", countyPath, []org.Role{org.BureauReviewer}},
		{"reviewer 2", countyPath, []org.Role{org.BureauReviewer}},
		{"reviewer 3", countyPath, []org.Role{org.BureauReviewer}},
		{"county head", countyPath, []org.Role{org.BureauHead}},
		{"city head", cityPath, []org.Role{org.BureauHead}},
	} {
		one := person{name: p.name, id: uuid.Must(uuid.NewV7()), path: p.path, org: c.office[p.path], judges: slices.Contains(org.ReviewingRoles(), p.roles[0])}
		c.exec(t, `INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
			VALUES ($1, $2, $3::text::ltree, $4, $5, $6, 'none', now(), false, now(), now())`, one.id, one.org, one.path, one.id.String(), p.name, p.roles)
		c.people = append(c.people, one)
	}
}

func (c *crowd) who(name string) person {
	for _, p := range c.people {
		if p.name == name {
			return p
		}
	}
	panic("nobody is called " + name)
}

// rules puts a chain into force for both kinds: the steps people take, after the
// check of the identity for changes of key data.
func (c *crowd) rules(t require.TestingT, steps []process.Step, samePerson string) {
	check := process.Step{
		Name: "IDENTITY_CHECK", Label: process.Text{Zh: "查", En: "check"}, Side: process.SideFiler, Level: process.LevelSchool,
		Role: org.SchoolRegistrar, Term: steps[0].Term, Act: process.ActIdentity,
	}
	text, err := json.Marshal(map[string]any{"same_person": samePerson, "chains": map[process.Kind]any{
		process.Suspension: map[string]any{"*": steps}, process.KeyDataChange: map[string]any{"*": append([]process.Step{check}, steps...)},
	}})
	require.NoError(t, err)
	c.policies++
	c.exec(t, `INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', $1, '2026-01-01', $2, now())`, c.policies, string(text))
}

// file files a change about a fresh pupil, who is nobody's double.
// A change that may be asked for a day ahead is asked for from that day.
func (c *crowd) file(t require.TestingT, kind process.Kind, from string) uuid.UUID {
	pupil, registrar := uuid.Must(uuid.NewV7()), c.who("registrar")
	own := string(rune(0x4e00 + c.pupils%20_000)) // a Chinese character
	if c.pupils++; c.pupils%100 == 0 {
		c.exec(t, `ANALYZE`) // a soak must not be planned for the empty tables it began with
	}
	c.exec(t, `INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, enrol_status, in_register, on_campus, created_at, updated_at)
		VALUES ($1, $2, $3::text::ltree, true, 'PRIMARY', 2024, $4, '1', '2018-03-01', 'Z', 'ENROLLED', true, true, now(), now())`, pupil, registrar.org, schoolPath, "样例"+own)
	paper := func(kind string) evidence.Ref {
		id := uuid.Must(uuid.NewV7())
		c.exec(t, `INSERT INTO evidence (id, org_id, org_path, uploaded_by, file_name, media_type, size, sha256, blob_key, created_at)
			VALUES ($1, $2, $3::text::ltree, $4, 'a.jpg', 'image/jpeg', 1, '\x00', $5, now())`, id, registrar.org, schoolPath, registrar.id, id.String())
		return evidence.Ref{ID: id, Kind: kind}
	}
	f := change.Filing{
		Kind: kind, StudentID: pupil, Office: org.OfficeRef{ID: registrar.org, Path: schoolPath, Province: "520000"}, Key: uuid.NewString(),
		Inputs: map[string]string{"reason_code": "10", "from_date": from, "until_date": "2027-08-31"},
	}
	f.Evidence = []evidence.Ref{paper("GUARDIAN_APPLICATION"), paper("SUSPENSION_PROOF")}
	if kind == process.KeyDataChange {
		f.Inputs, f.Values = map[string]string{"reason": "更名"}, map[string]string{"name": "新样" + own}
		f.Evidence = []evidence.Ref{paper("IDENTITY_PROOF")}
	}
	var filed *change.Change
	err := c.app.InScope(context.Background(), store.Scope{Paths: []string{schoolPath}, Account: registrar.id}, func(tx *change.Tx) (err error) {
		filed, err = tx.FileChange(f)
		return err
	})
	require.NoError(t, err)
	return filed.ID
}

// taskRow is a task as the register has it.
type taskRow struct {
	ID      uuid.UUID
	Step    int
	Round   int
	Place   int
	Parent  *uuid.UUID
	Before  bool
	Verdict string
	Status  string
	Path    string
	Holder  *uuid.UUID
	Added   *uuid.UUID
	Owner   *uuid.UUID
}

func (c *crowd) tasks(t require.TestingT, change uuid.UUID) []taskRow {
	rows, err := c.owner.Query(context.Background(), `SELECT id, step_no, round, place, parent_id, before, verdict, status, office_path::text, holder_id, added_by, owner_id FROM task
		WHERE change_id = $1 ORDER BY status = 'OPEN' DESC, round DESC, step_no DESC, seat`, change)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[taskRow])
	require.NoError(t, err)
	return list
}

// story tells what happened to a change, for a failure.
func (c *crowd) story(change uuid.UUID) string {
	var text string
	_ = c.owner.QueryRow(context.Background(), `SELECT coalesce(string_agg(x, E'\n' ORDER BY at, id), '') FROM (
		SELECT e.at, e.id, concat_ws(' ', e.verb, e.step_no, e.round, a.name, e.params - 'slip') AS x FROM change_event e LEFT JOIN account a ON a.id = e.account_id WHERE e.change_id = $1
		UNION ALL SELECT 'infinity', k.id, concat_ws(' ', 'task', k.id, k.step_no, k.round, k.seat, k.status, k.verdict, k.held_as, 'under', k.parent_id, k.before, 'from', k.carried_from)
			FROM task k WHERE k.change_id = $1) y`, change).Scan(&text)
	return text
}

// agrees checks that a change holds together at this moment: what no order of
// events, no crash and no reset may break.
func (c *crowd) agrees(t require.TestingT, changeID uuid.UUID) {
	var (
		status, act, problem, definition              string
		step, round, open, decidedTwice, history, bad int
	)
	err := c.owner.QueryRow(context.Background(), `SELECT c.status, c.step_no, c.round, c.definition::text, coalesce(s.act, ''), coalesce(s.problem, ''),
			(SELECT count(*) FROM step x WHERE x.change_id = c.id AND x.status = 'OPEN'),
			(SELECT count(*) FROM (SELECT 1 FROM decision d WHERE d.change_id = c.id GROUP BY d.task_id HAVING count(*) > 1) y),
			(SELECT count(*) FROM student_history h WHERE h.change_id = c.id),
			(SELECT count(*) FROM slip l WHERE l.change_id = c.id AND (l.outcome = 'COUNTED' AND l.verb IN ('APPROVE', 'REJECT', 'SEND_BACK'))
				<> EXISTS (SELECT 1 FROM decision d WHERE d.slip_id = l.id))
			+ (SELECT count(*) FROM task k WHERE k.change_id = c.id AND k.step_no > 0 AND k.status IN ('DECIDED', 'TAKEN_BACK')
				AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.task_id = coalesce(k.carried_from, k.id)))
			+ (SELECT count(*) FROM decision d JOIN account a ON a.id = d.account_id WHERE d.change_id = c.id AND d.step_no > 0 AND d.account_id = c.filed_by)
			+ (SELECT count(*) FROM task k WHERE k.change_id = c.id AND k.status IN ('OPEN', 'WAITING') AND (k.step_no, k.round) IS DISTINCT FROM (c.step_no, c.round))
		FROM change c LEFT JOIN step s ON s.change_id = c.id AND s.status = 'OPEN' AND s.no = c.step_no AND s.round = c.round WHERE c.id = $1`, changeID).
		Scan(&status, &step, &round, &definition, &act, &problem, &open, &decidedTwice, &history, &bad)
	require.NoError(t, err)
	require.Zero(t, decidedTwice, "a task is decided once")
	require.Zero(t, bad, "decisions, slips and tasks agree")
	want := 0
	if status == change.StatusEffective {
		want = 1
	}
	require.Equal(t, want, history, "a change takes effect once, and only when it did")
	var live, waiting []uuid.UUID
	var seats []countersign.Seat[uuid.UUID]
	for _, k := range c.tasks(t, changeID) {
		switch k.Status {
		case "OPEN":
			live = append(live, k.ID)
		case "WAITING":
			waiting = append(waiting, k.ID)
		}
		if counts := k.Status == "OPEN" || k.Status == "WAITING" || k.Status == "DECIDED"; counts && k.Step == step && k.Round == round {
			s := countersign.Seat[uuid.UUID]{ID: k.ID, Place: k.Place, Before: k.Before}
			if k.Parent != nil {
				s.Parent = *k.Parent
			}
			s.Verdict = map[string]countersign.Verdict{"APPROVE": countersign.Approved, "REJECT": countersign.Rejected}[k.Verdict]
			seats = append(seats, s)
		}
	}
	if status != change.StatusRunning {
		require.Zero(t, open, "an ended change has no open step")
		require.Empty(t, append(live, waiting...), "an ended change waits for nobody")
		return
	}
	require.Equal(t, 1, open, "a running change has one open step")
	if act != "" {
		require.Empty(t, live)
		return
	}
	require.NotEmpty(t, live, "an open step waits for somebody (problem %q)", problem)
	var d process.Definition
	require.NoError(t, json.Unmarshal([]byte(definition), &d))
	rule, _ := d.Step(step)
	got := countersign.Judge(rule.Rule(), seats)
	require.Equal(t, countersign.Open, got.Outcome, "a step that is decided does not stay open")
	require.Len(t, live, len(got.Live), "who is asked is who must speak: %s", c.story(changeID))
	for _, id := range live {
		require.True(t, got.Live[id], "who is asked is who must speak")
	}
}

var opening = time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai())
