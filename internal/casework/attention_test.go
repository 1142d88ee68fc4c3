package casework_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/internal/embedded/embeddedtest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/migrations"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

const (
	owner  = "xueji_owner"
	school = "n.p52.c5201.d520102.s2152000123"
)

// site is a register with one school and an engine made by hand.
type site struct {
	t      *testing.T
	owner  *pgx.Conn
	watch  *casework.Watch
	engine *engine
	clock  *calendar.Clock
	hand   *calendar.Hand
	school uuid.UUID
}

// engine is a Temporal whose answers the test writes.
type engine struct {
	mu       sync.Mutex
	runs     map[string]client.Run // by change
	listed   map[string]string     // by change: the list lags behind the runs
	started  map[string]time.Time  // by change
	setup    client.Setup
	down     error // health
	broken   error // everything else
	hangs    bool  // describing never ends by itself
	atOnce   int
	most     int
	looked   int
	lists    int
	onLatest func(change string)
}

func (e *engine) Healthy(context.Context) error { return e.down }

func (e *engine) Latest(ctx context.Context, change string) (client.Run, error) {
	e.mu.Lock()
	e.atOnce++
	e.looked++
	e.most = max(e.most, e.atOnce)
	run, hangs, broken, hook := e.runs[change], e.hangs, e.broken, e.onLatest
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		e.atOnce--
		e.mu.Unlock()
	}()
	if hook != nil {
		hook(change)
	}
	if hangs {
		<-ctx.Done()
		return client.Run{}, ctx.Err()
	}
	return run, broken
}

func (e *engine) Running(_ context.Context, fn func(client.Listed)) error {
	e.lists++
	for change, at := range e.listed {
		fn(client.Listed{WorkflowID: contract.WorkflowID(change), StepRound: at, Started: e.started[change]})
	}
	return e.broken
}

func (e *engine) Setup(context.Context) (client.Setup, error) { return e.setup, e.broken }

func newSite(t *testing.T) *site {
	t.Helper()
	db := embeddedtest.Template{
		Name: "casework", Fingerprint: embeddedtest.Fingerprint(t, os.DirFS("../../models/migrations/sql")), Prepare: embeddedtest.OwnedBy(owner, []string{migrations.AppRole, migrations.WorkerRole}, func(ctx context.Context, dsn string) error {
			return migrations.Up(ctx, dsn, migrations.Passwords{})
		}),
	}.Database(t)
	s := &site{t: t, school: uuid.Must(uuid.NewV7()), engine: &engine{runs: map[string]client.Run{}, listed: map[string]string{}, started: map[string]time.Time{}}}
	s.clock, s.hand = calendar.Stopped(time.Date(2026, 11, 20, 9, 0, 0, 0, calendar.Shanghai()))
	keys, err := secret.NewEphemeral()
	require.NoError(t, err)
	app, err := store.Open(t.Context(), store.Options{DSN: db.DSN(migrations.AppRole), Clock: s.clock, Keys: keys, MaxConns: 4})
	require.NoError(t, err)
	t.Cleanup(app.Close)
	s.watch = casework.NewWatch(app, s.engine)
	s.owner, err = pgx.Connect(t.Context(), db.DSN(owner))
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.owner.Close(context.Background()) })
	s.exec(`INSERT INTO organisation (id, path, kind, code, name, division_code, province_code, stages, created_at)
		VALUES ($1, 'n', 'NATION', '000000', '国家', '000000', '000000', '{}', $2)`, uuid.Must(uuid.NewV7()), s.clock.Now())
	s.exec(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
		SELECT $1, n.id, $2::text::ltree, 'SCHOOL', '2152000123', '示例小学', '520102', '520000', '{PRIMARY}', $3 FROM organisation n`, s.school, school, s.clock.Now())
	s.exec(`INSERT INTO worker_beat (name, beat_at, every) VALUES ('w', $1, '1 hour')`, s.clock.Now())
	return s
}

func (s *site) exec(query string, args ...any) {
	s.t.Helper()
	_, err := s.owner.Exec(s.t.Context(), query, args...)
	require.NoError(s.t, err)
}

// change puts a change into the register that is open at 1/1 since an hour, with
// a workflow that stands there too: nothing is wrong with it.
func (s *site) change() string {
	s.t.Helper()
	id, pupil, opened := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), s.clock.Now().Add(-time.Hour)
	s.exec(`INSERT INTO student (id, school_id, org_path, holds_seat, stage, entry_year, name, sex, birth_date, id_type, enrol_status, in_register, on_campus, created_at, updated_at)
		VALUES ($1, $2, $3::text::ltree, false, 'PRIMARY', 2024, '某人', '1', '2017-05-01', '1', 'ENROLLED', true, true, $4, $4)`, pupil, s.school, school, opened)
	s.exec(`INSERT INTO change (id, case_no, kind, student_id, org_id, org_path, province_code, stage, status, definition, definition_version,
		policy_version, inputs, step_no, round, filed_by, filing_key, filing_hash, filed_at, due_total)
		VALUES ($1, $2, 'SUSPENSION', $3, $4, $5::text::ltree, '520000', 'PRIMARY', 'RUNNING', '{}', '1', 0, '{}', 1, 1, $1, $2, '\x00', $6, $7)`,
		id, id.String(), pupil, s.school, school, opened, opened.AddDate(0, 1, 0))
	s.exec(`INSERT INTO change_party (change_id, side, org_id, org_path) VALUES ($1, 'FILER', $2, $3::text::ltree)`, id, s.school, school)
	due := opened.AddDate(0, 0, 10)
	s.exec(`INSERT INTO step (change_id, no, round, name, side, role, office_id, office_path, opened_at, due_at, due_provisional, calendar_version,
		remind_50_at, remind_80_at, status) VALUES ($1, 1, 1, 'LEADER_REVIEW', 'FILER', 'SCHOOL_LEADER', $2, $3::text::ltree, $4, $5, false, '', $5, $5, 'OPEN')`,
		id, s.school, school, opened, due)
	s.runs(id.String(), client.Run{State: "Running", Running: true, StepRound: "1/1"})
	s.engine.listed[id.String()] = "1/1"
	return id.String()
}

func (s *site) runs(change string, run client.Run) {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	s.engine.runs[change] = run
}

// nobody names the problem of a change's step.
func (s *site) nobody(change string) {
	s.exec(`UPDATE step SET problem = 'NO_ELIGIBLE_PERSON' WHERE change_id = $1`, change)
}

func (s *site) look(q casework.Question) *casework.Attention {
	s.t.Helper()
	q.Scope = store.Scope{Paths: []string{"n.p52"}}
	if q.Limit == 0 {
		q.Limit = 50
	}
	a, err := s.watch.Look(s.t.Context(), q)
	require.NoError(s.t, err)
	return a
}

// told gives the findings of every change of an answer.
func told(a *casework.Attention) map[string][]casework.Finding {
	list := map[string][]casework.Finding{}
	for _, item := range a.Items {
		list[item.ChangeID.String()] = item.Findings
	}
	return list
}

func TestRegisterAndTemporalAreJoined(t *testing.T) {
	s := newSite(t)
	s.change() // all is well
	gone, never, behind, failing, retrying, several := s.change(), s.change(), s.change(), s.change(), s.change(), s.change()
	s.runs(gone, client.Run{State: "Terminated"})
	delete(s.engine.listed, gone)
	s.runs(never, client.Run{})
	delete(s.engine.listed, never)
	s.exec(`INSERT INTO outbox (change_id, topic, created_at) VALUES ($1, 'START', $2)`, never, s.clock.Now().Add(-time.Hour))
	s.runs(behind, client.Run{State: "Running", Running: true, StepRound: "2/1"})
	s.engine.listed[behind] = "2/1"
	s.nobody(failing)
	s.runs(failing, client.Run{State: "Running", Running: true, StepRound: "1/1", Attempt: 7, Failing: "workflow task, attempt 7"})
	s.nobody(retrying)
	s.runs(retrying, client.Run{State: "Running", Running: true, StepRound: "1/1", Activities: []client.PendingActivity{{Name: "Perform", Attempt: 12, Failure: "service_away"}}})
	s.nobody(several)
	s.runs(several, client.Run{State: "Failed"})
	delete(s.engine.listed, several)

	a := s.look(casework.Question{})
	require.Equal(t, map[string][]casework.Finding{
		gone:     {casework.FindNotRunning},
		never:    {casework.FindNeverStarted}, // that it was not started is why it has not reported itself
		behind:   {casework.FindBehind},
		failing:  {casework.FindFailing, casework.FindNobody},
		retrying: {casework.FindActivityRetrying, casework.FindNobody},
		several:  {casework.FindNotRunning, casework.FindNobody},
	}, told(a))
	require.True(t, a.Complete)
	require.Empty(t, a.Whole)
	require.Nil(t, a.Next)
	require.EqualValues(t, 2, a.Counts[casework.FindNotRunning])
	require.EqualValues(t, 3, a.Counts[casework.FindNobody])
	require.EqualValues(t, 1, a.Counts[casework.FindStartWaiting])
	for _, item := range a.Items {
		if item.ChangeID.String() == retrying {
			require.Equal(t, "An activity is tried again and again (Perform ×12 service_away).",
				casework.FindActivityRetrying.Detail("en", item.Fill()))
		}
	}
	for finding, want := range map[casework.Finding][]string{
		casework.FindNotRunning: {gone, several}, casework.FindFailing: {failing}, casework.FindActivityRetrying: {retrying},
		casework.FindBehind: {behind}, casework.FindNobody: {failing, retrying, several}, casework.FindUnsettled: nil,
	} {
		have := []string{}
		for id := range told(s.look(casework.Question{Only: finding})) {
			have = append(have, id)
		}
		require.ElementsMatch(t, want, have, finding)
	}
}

// The list of workflows lags and a change moves on while it is looked at: what
// is not wrong is not told.
func TestYoungAndEndingChangesNeedNoAttention(t *testing.T) {
	s := newSite(t)
	unlisted, young, moves, ends := s.change(), s.change(), s.change(), s.change()
	delete(s.engine.listed, unlisted) // the list lags; the run is there
	s.exec(`UPDATE step SET opened_at = $2 WHERE change_id = $1`, young, s.clock.Now().Add(-5*time.Second))
	s.runs(young, client.Run{})
	delete(s.engine.listed, young)
	s.nobody(young)
	s.runs(moves, client.Run{State: "Running", Running: true, StepRound: "1/2"})
	s.engine.listed[moves] = "1/2"
	s.runs(ends, client.Run{State: "Completed"})
	delete(s.engine.listed, ends)
	var once sync.Once
	s.engine.onLatest = func(string) {
		once.Do(func() {
			s.exec(`UPDATE step SET round = 2 WHERE change_id = $1`, moves)
			s.exec(`UPDATE change SET round = 2 WHERE id = $1`, moves)
			s.exec(`UPDATE change SET status = 'EFFECTIVE', closed_at = filed_at WHERE id = $1`, ends)
			s.exec(`UPDATE step SET status = 'DONE' WHERE change_id = $1`, ends)
		})
	}
	require.Equal(t, map[string][]casework.Finding{young: {casework.FindNobody}}, told(s.look(casework.Question{})))
}

func TestTheRegistersPartIsToldWhileTemporalIsDown(t *testing.T) {
	s := newSite(t)
	stuck := s.change()
	s.nobody(stuck)
	s.engine.down = errors.New("down")
	s.exec(`UPDATE worker_beat SET every = '0 seconds'`) // and no worker either
	a := s.look(casework.Question{})
	require.Equal(t, []casework.Finding{casework.FindWorkersDown, casework.FindEngineDown}, a.Whole)
	require.Equal(t, map[string][]casework.Finding{stuck: {casework.FindNobody}}, told(a))
	require.Nil(t, a.Items[0].Run)
	require.False(t, a.Complete)
	require.Zero(t, s.engine.looked+s.engine.lists, "it is not asked again")
	require.Contains(t, casework.FindWorkersDown.Detail("en", a.Fill()), "since 2026-11-20 0")

	s.engine.down, s.engine.broken = nil, fmt.Errorf("%w: %w", client.ErrNoAnswer, client.ErrNotSetUp)
	a = s.look(casework.Question{})
	require.Contains(t, a.Whole, casework.FindEngineDown, "its database is lost")
	require.Equal(t, map[string][]casework.Finding{stuck: {casework.FindNobody}}, told(a))
	require.Zero(t, s.engine.looked)
}

// A slow Temporal makes the answer incomplete, never late.
func TestPatienceEnds(t *testing.T) {
	s := newSite(t)
	for range 20 {
		s.nobody(s.change())
	}
	s.engine.hangs = true
	begun := time.Now()
	a := s.look(casework.Question{Patience: 200 * time.Millisecond})
	require.Less(t, time.Since(begun), 5*time.Second)
	require.Len(t, a.Items, 20)
	require.False(t, a.Complete)
	require.Empty(t, a.Whole, "slow is not down")
	require.LessOrEqual(t, s.engine.most, 8, "bounded")
}

func TestAttentionComesInPages(t *testing.T) {
	s := newSite(t)
	want := map[string]bool{}
	for i := range 17 {
		id := s.change()
		want[id] = true
		if i < 6 { // only the comparison finds these
			s.runs(id, client.Run{State: "Terminated"})
			delete(s.engine.listed, id)
			continue
		}
		s.nobody(id)
	}
	for _, limit := range []int{4, 6, 50} {
		seen := map[string]bool{}
		q := casework.Question{Limit: limit}
		for {
			a := s.look(q)
			require.LessOrEqual(t, len(a.Items), limit)
			for _, item := range a.Items {
				require.False(t, seen[item.ChangeID.String()])
				seen[item.ChangeID.String()] = true
			}
			require.Equal(t, limit >= 6 || q.After != nil, a.Complete, "what does not fit on the first page is said to be left out")
			if a.Next == nil {
				break
			}
			q.After = a.Next
		}
		require.Len(t, seen, 11+min(limit, 6))
	}
	require.Equal(t, 3, s.engine.lists, "once for every first page")
}
