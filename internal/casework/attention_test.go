package casework_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/client"
	"github.com/xueji/xueji/workflows/contract"
)

// site is a register with schools and an engine made by hand. Nobody at school A decides;
// school B is in order.
type site struct {
	pupils []uuid.UUID // of the school where nobody decides, in no change yet
	*storetest.County

	watch   *casework.Watch
	engine  *engine
	stopped bool // no worker beats
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

func (e *engine) Compare(_ context.Context, list []client.Standing) (found []client.Different, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lists++
	for _, one := range list {
		switch at, runs := e.listed[one.ChangeID]; {
		case !runs:
			found = append(found, client.Different{ChangeID: one.ChangeID})
		case at != one.StepRound:
			found = append(found, client.Different{ChangeID: one.ChangeID, Listed: &client.Listed{
				WorkflowID: contract.WorkflowID(one.ChangeID), StepRound: at, Started: e.started[one.ChangeID],
			}})
		}
	}
	return found, e.broken
}

func (e *engine) Setup(context.Context) (client.Setup, error) { return e.setup, e.broken }

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{County: storetest.New(t), engine: &engine{runs: map[string]client.Run{}, listed: map[string]string{}, started: map[string]time.Time{}}}
	s.watch = casework.NewWatch(s.App.Store, s.engine)
	s.pupils = s.Pupils(storetest.SchoolA, 20) // a leader enrols them, and goes
	s.Dismiss(s.Who(storetest.SchoolA, org.SchoolLeader))
	return s
}

// file files a change of a school some time ago, which stands at 1/1.
func (s *site) file(path string, ago time.Duration) uuid.UUID {
	s.T().Helper()
	s.Advance(-ago)
	defer s.Advance(ago)
	if path != storetest.SchoolA {
		return s.Waiting(path)
	}
	pupil := s.pupils[0]
	s.pupils = s.pupils[1:]
	return s.File(process.Suspension, pupil, nil)
}

// change files a change an hour ago, with a workflow that stands where the register does:
// nothing is wrong with it.
func (s *site) change() string {
	s.T().Helper()
	return s.runsAt(s.file(storetest.SchoolB, time.Hour))
}

// stuck is the same at the school where nobody decides.
func (s *site) stuck() string {
	s.T().Helper()
	return s.runsAt(s.file(storetest.SchoolA, time.Hour))
}

// runsAt lets the workflow of a change stand at 1/1 and have reported itself.
func (s *site) runsAt(id uuid.UUID) string {
	s.T().Helper()
	s.Started(id)
	s.runs(id.String(), client.Run{State: "Running", Running: true, StepRound: "1/1"})
	s.engine.listed[id.String()] = "1/1"
	return id.String()
}

func (s *site) runs(change string, run client.Run) {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	s.engine.runs[change] = run
}

func (s *site) look(q casework.Question) *casework.Attention {
	s.T().Helper()
	if !s.stopped {
		s.MustIn(s.Worker, "", func(tx *change.Tx) error { return worklist.Beat(tx.Tx, "w", 0) })
	}
	q.Scope = store.Scope{Paths: []string{"n.p52"}}
	if q.Limit == 0 {
		q.Limit = 50
	}
	a, err := s.watch.Look(s.T().Context(), q)
	require.NoError(s.T(), err)
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
	gone, behind, failing, retrying, several := s.change(), s.change(), s.stuck(), s.stuck(), s.stuck()
	never := s.file(storetest.SchoolB, time.Hour).String()
	s.runs(gone, client.Run{State: "Terminated"})
	delete(s.engine.listed, gone)
	s.runs(behind, client.Run{State: "Running", Running: true, StepRound: "2/1"})
	s.engine.listed[behind] = "2/1"
	s.runs(failing, client.Run{State: "Running", Running: true, StepRound: "1/1", Attempt: 7, Failing: "workflow task, attempt 7"})
	s.runs(retrying, client.Run{State: "Running", Running: true, StepRound: "1/1", Activities: []client.PendingActivity{{Name: "Perform", Attempt: 12, Failure: "service_away"}}})
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
	unlisted, moves, ends := s.change(), s.change(), s.change()
	young := s.file(storetest.SchoolA, 5*time.Second).String()
	delete(s.engine.listed, unlisted) // the list lags; the run is there
	s.runs(moves, client.Run{State: "Running", Running: true, StepRound: "2/1"})
	s.engine.listed[moves] = "2/1"
	s.runs(ends, client.Run{State: "Completed"})
	delete(s.engine.listed, ends)
	var once sync.Once
	s.engine.onLatest = func(string) {
		once.Do(func() {
			s.Approve(uuid.MustParse(moves))
			s.Say(s.Who(storetest.SchoolB, org.SchoolRegistrar), change.NewSlip{ChangeID: uuid.MustParse(ends), Verb: change.VerbWithdraw, Step: -1})
		})
	}
	require.Equal(t, map[string][]casework.Finding{young: {casework.FindNobody}}, told(s.look(casework.Question{})))
}

func TestTheRegistersPartIsToldWhileTemporalIsDown(t *testing.T) {
	s := newSite(t)
	stuck := s.stuck()
	s.look(casework.Question{})
	s.engine.looked, s.engine.lists = 0, 0
	s.engine.down = errors.New("down")
	s.MustIn(s.Worker, "", func(tx *change.Tx) error { return worklist.EndBeat(tx.Tx, "w") }) // and no worker either
	s.stopped = true
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

// However many changes run, all of them are compared with Temporal's list, a page at a time,
// and only those of the scope that is asked for.
func TestAllRunningChangesInScopeAreCompared(t *testing.T) {
	s := newSite(t)
	s.RunningCrowd(2500)
	list := s.Texts(`SELECT id::text FROM change WHERE status = 'RUNNING' ORDER BY id`)
	for _, id := range list {
		s.engine.listed[id] = "1/1"
	}
	gone := list[len(list)-1]
	delete(s.engine.listed, gone)
	s.runs(gone, client.Run{State: "Terminated"})
	a := s.look(casework.Question{Only: casework.FindNotRunning})
	require.True(t, a.Complete)
	require.EqualValues(t, len(list), a.Compared)
	require.Contains(t, told(a), gone)
	require.Equal(t, 3, s.engine.lists, "pages")

	s.engine.lists = 0
	q := casework.Question{Scope: store.Scope{Paths: []string{storetest.SchoolB}}, Limit: 50}
	a, err := s.watch.Look(t.Context(), q)
	require.NoError(t, err)
	require.True(t, a.Complete)
	require.EqualValues(t, s.Count(`SELECT count(*) FROM change WHERE status = 'RUNNING' AND org_path = $1`, storetest.SchoolB), a.Compared)
	require.Equal(t, 2, s.engine.lists)
}

// A slow Temporal makes the answer incomplete, never late.
func TestPatienceEnds(t *testing.T) {
	s := newSite(t)
	for range 20 {
		s.stuck()
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
	for range 6 { // only the comparison finds these
		id := s.change()
		want[id] = true
		s.runs(id, client.Run{State: "Terminated"})
		delete(s.engine.listed, id)
	}
	for range 11 {
		want[s.stuck()] = true
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
