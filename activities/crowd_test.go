package activities_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/countersign"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
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
	*storetest.County

	app, worker *change.Engine
	owner       *pgx.Conn
	hand        *calendar.Hand
	people      []person
	waiting     []uuid.UUID // pupils whom no change is about yet
	filed       int
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	r := storetest.New(t)
	c := &crowd{County: r, app: r.App, worker: r.Worker, hand: r.Hand, owner: r.Owner()}
	_, err := c.owner.Exec(t.Context(), `CREATE INDEX ON slip (change_id)`) // the checks count them; the register asks for pending ones only
	require.NoError(t, err)
	for _, p := range []struct {
		name, path string
		role       org.Role
	}{
		{"registrar", storetest.SchoolA, org.SchoolRegistrar},
		{"registrar 2", storetest.SchoolA, org.SchoolRegistrar},
		{"leader 1", storetest.SchoolA, org.SchoolLeader},
		{"leader 2", storetest.SchoolA, org.SchoolLeader},
		{"leader 3", storetest.SchoolA, org.SchoolLeader},
		{"principal", storetest.SchoolA, org.Principal},
		{"administrator", storetest.SchoolA, org.SchoolSysadmin},
		{"reviewer 1", storetest.Bureau, org.BureauReviewer},
		{"reviewer 2", storetest.Bureau, org.BureauReviewer},
		{"reviewer 3", storetest.Bureau, org.BureauReviewer},
		{"county head", storetest.Bureau, org.BureauHead},
		{"city head", storetest.City, org.BureauHead},
	} {
		one := r.Who(p.path, p.role)
		if slices.ContainsFunc(c.people, func(known person) bool { return known.id == one.ID }) { // the county has one of each role
			one, _ = r.Hire(p.path, p.role)
		}
		c.people = append(c.people, person{name: p.name, id: one.ID, path: one.Path, org: one.Office, judges: slices.Contains(org.ReviewingRoles(), p.role)})
	}
	return c
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
	c.Policy(storetest.Province, string(text))
}

// pupil is a pupil whom no change is about. They are enrolled by the hundred.
func (c *crowd) pupil() (id uuid.UUID) {
	if len(c.waiting) == 0 {
		c.waiting = c.Pupils(storetest.SchoolA, 100)
		c.Analyse() // a soak must not be planned for the empty tables it began with
	}
	id, c.waiting = c.waiting[0], c.waiting[1:]
	return id
}

// file files a change about a pupil.
// A change that may be asked for a day ahead is asked for from that day.
func (c *crowd) file(t require.TestingT, kind process.Kind, from string) uuid.UUID {
	inputs := map[string]string{"reason_code": "10", "from_date": from, "until_date": "2027-08-31"}
	if kind == process.KeyDataChange {
		inputs = map[string]string{"reason": "更名"}
	}
	f := c.Filing(kind, c.pupil(), inputs)
	if kind == process.KeyDataChange {
		c.filed++
		f.Values = map[string]string{"name": "新样" + string(rune(0x4e00+c.filed%20_000))} // a Chinese character
	}
	one, err := c.TryFile(f)
	require.NoError(t, err)
	return one.ID
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

var opening = storetest.Opening()

// matching is a population database in which name and number always fit.
type matching struct{}

// Check answers that they fit.
func (matching) Check(context.Context, identity.Question) (identity.Answer, error) {
	return identity.Match, nil
}
