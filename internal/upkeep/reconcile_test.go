package upkeep

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/workflows/contract"
)

// site is a county with open changes, of which a Temporal that was wiped knows none.
type site struct {
	*storetest.County

	engine *engine
	upkeep *Upkeep
	want   []string // the workflows, the oldest deadline first
}

// wiped files so many changes, the newest deadline first, and looks at three at a time.
func wiped(t *testing.T, n int) *site {
	t.Helper()
	s := &site{County: storetest.New(t), engine: newEngine()}
	s.upkeep = s.other()
	for i, pupil := range s.Pupils(storetest.SchoolA, n) {
		ago := time.Duration(i/2) * 7 * 24 * time.Hour // two of them are due at the same time
		s.Advance(-ago)
		s.Started(s.File("SUSPENSION", pupil, nil))
		s.Advance(ago)
	}
	for _, id := range s.Texts(`SELECT s.change_id::text FROM step s WHERE s.status = 'OPEN' ORDER BY s.due_at, s.change_id`) {
		s.want = append(s.want, contract.WorkflowID(id))
	}
	require.Len(t, s.want, n)
	// No time of theirs has come without a mark.
	s.MustIn(s.Worker, "", func(tx *change.Tx) error {
		for _, id := range s.want {
			if err := tx.SendDueReminders(uuid.MustParse(id[len(contract.WorkflowID("")):])); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

// other is the upkeep of another worker, which knows nothing of the first.
func (s *site) other() *Upkeep {
	u := upkeepOf(s.T(), s.County, s.engine)
	u.compares = 3
	return u
}

// round does one round of the comparison that ends after so many starts.
func (s *site) round(u *Upkeep, starts int) (Round, error) {
	s.T().Helper()
	ctx, cancel := context.WithCancel(s.T().Context())
	defer cancel()
	s.engine.onStart = func(string) error {
		if starts--; starts < 0 {
			return ctx.Err()
		}
		if starts == 0 {
			cancel()
		}
		return nil
	}
	s.engine.compared = nil
	var round Round
	err := u.reconcile(ctx, &round)
	return round, err
}

// shows lets every workflow show where the register stands.
func (s *site) shows() {
	for _, id := range s.want {
		s.engine.running[id] = "1/1"
	}
}

// A rebuild that takes longer than a round goes on where it stopped, the oldest deadline
// first, and starts nothing twice.
func TestARebuildGoesOnWhereItStopped(t *testing.T) {
	s := wiped(t, 11)
	_, err := s.round(s.upkeep, 5)
	require.NoError(t, err)
	require.Equal(t, s.want[:5], s.engine.started)
	require.Len(t, s.engine.compared, 6, "two pages")
	round, err := s.round(s.upkeep, 4)
	require.NoError(t, err)
	require.Equal(t, 4, round.Started)
	require.Equal(t, s.want[:9], s.engine.started)
	require.NotContains(t, s.engine.compared, s.want[0][len(contract.WorkflowID("")):], "what was compared is not compared again")
	_, err = s.round(s.upkeep, 100)
	require.NoError(t, err)
	require.Equal(t, s.want, s.engine.started)

	s.shows()
	round, err = s.round(s.upkeep, 100)
	require.NoError(t, err)
	require.Zero(t, round)
}

// The worker that rebuilds is killed: the next one starts what is left.
func TestAnotherWorkerGoesOnWithTheRebuild(t *testing.T) {
	s := wiped(t, 8)
	_, err := s.round(s.upkeep, 4)
	require.NoError(t, err)
	for _, id := range s.engine.started {
		s.engine.running[id] = "1/1"
	}
	_, err = s.round(s.other(), 100)
	require.NoError(t, err)
	require.Equal(t, s.want, s.engine.started)
}

// For a moment two workers may believe that they lead: what both start runs once, and
// neither takes the other for a failure.
func TestTwoWorkersRebuildAtOnce(t *testing.T) {
	s := wiped(t, 9)
	started := make(map[string]int)
	var mu sync.Mutex
	s.engine.onStart = func(id string) error {
		mu.Lock()
		defer mu.Unlock()
		started[id]++
		return nil
	}
	var group errgroup.Group
	for range 2 {
		u := s.other()
		u.AtOnce = 2
		group.Go(func() error { return u.reconcile(t.Context(), &Round{}) })
	}
	require.NoError(t, group.Wait())
	require.ElementsMatch(t, s.want, slices.Collect(maps.Keys(s.engine.running)))
	for id, n := range started {
		require.LessOrEqual(t, n, 2, id)
	}
}

// What somebody waits for is rebuilt before older deadlines.
func TestARebuildBeginsWithWhatPeopleWaitFor(t *testing.T) {
	s := wiped(t, 6)
	s.says(5)
	_, err := s.round(s.upkeep, 2)
	require.NoError(t, err)
	require.Equal(t, []string{s.want[5], s.want[0]}, s.engine.started)
	_, err = s.round(s.upkeep, 100)
	require.NoError(t, err)
	require.ElementsMatch(t, s.want, s.engine.started, "each once")
}

// Temporal goes down in the middle of a rebuild: the round stops after a few failures, and
// the rebuild goes on when Temporal is back.
func TestARebuildOutlivesATemporalThatGoesDown(t *testing.T) {
	s := wiped(t, 8)
	asked := 0
	s.engine.onStart = func(string) error {
		if asked++; asked > 4 {
			return errDown
		}
		return nil
	}
	for range vainRounds { // it counts, and starts nothing
		require.ErrorIs(t, s.upkeep.reconcile(t.Context(), &Round{}), errDown)
		require.Equal(t, s.want[:4], s.engine.started)
		require.LessOrEqual(t, asked, 4+2*(badRows+1), "start is tried twice, because it may make the namespace")
		asked = 4
	}
	s.engine.down = true
	require.ErrorIs(t, s.upkeep.reconcile(t.Context(), &Round{}), errDown)
	s.engine.down = false
	_, err := s.round(s.upkeep, 100)
	require.NoError(t, err)
	require.Equal(t, s.want, s.engine.started)
}

// A workflow that cannot be started is told, and delays no other.
func TestAWorkflowThatCannotBeStartedDelaysNoOther(t *testing.T) {
	s := wiped(t, 7)
	bad := s.refuses(s.want[:3]...) // all of the first page
	for range 1 + vainRounds {
		require.ErrorIs(t, s.upkeep.reconcile(t.Context(), &Round{}), bad)
	}
	require.Equal(t, s.want[3:], s.engine.started)
}

// Three neighbours that cannot be started hide nothing of their page.
func TestBadNeighboursHideNothingOfTheirPage(t *testing.T) {
	s := wiped(t, 7)
	s.upkeep.compares = 7
	bad := s.refuses(s.want[:3]...)
	for range 1 + vainRounds {
		require.ErrorIs(t, s.upkeep.reconcile(t.Context(), &Round{}), bad)
	}
	require.Equal(t, s.want[3:], s.engine.started)
}

// A change that somebody waits for and that cannot be started holds up no other change.
func TestAWaitingChangeThatFailsHoldsUpNoOther(t *testing.T) {
	s := wiped(t, 7)
	s.says(6)
	bad := s.refuses(s.want[6])
	require.ErrorIs(t, s.upkeep.reconcile(t.Context(), &Round{}), bad)
	require.Equal(t, s.want[:6], s.engine.started)
}

// refuses lets Temporal refuse to start some workflows, and returns its error.
func (s *site) refuses(ids ...string) error {
	bad := errors.New("bad")
	s.engine.onStart = func(id string) error {
		if slices.Contains(ids, id) {
			return bad
		}
		return nil
	}
	return bad
}

// says hands in a withdrawal of a change and lets it wait for too long.
func (s *site) says(i int) {
	s.T().Helper()
	id := uuid.MustParse(s.want[i][len(contract.WorkflowID("")):])
	s.HandIn(s.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbWithdraw, Step: -1})
	s.Advance(lateGrace + time.Second)
}

// A slip is looked at in every round, however many changes wait for a time to be noted.
func TestASlipGoesBeforeTimesThatCame(t *testing.T) {
	s := wiped(t, 8)
	s.shows()
	s.Advance(60 * 24 * time.Hour) // all are overdue, and nothing noted it
	last := slices.Max(s.want)
	s.says(slices.Index(s.want, last))
	s.engine.heard()
	require.NoError(t, s.upkeep.reconcile(t.Context(), &Round{}))
	require.Contains(t, s.engine.heard(), last)
}

// A workflow too many that cannot be told to end hides no other one.
func TestAStrayThatFailsHidesNoOther(t *testing.T) {
	s := wiped(t, 9)
	s.shows()
	bad := errors.New("bad")
	first, last := contract.WorkflowID(uuid.Nil.String()[:35]+"1"), contract.WorkflowID(uuid.Max.String())
	for _, id := range []string{first, last} {
		s.engine.running[id] = "1/1"
	}
	s.engine.onRefresh = func(id string) error {
		if id == first {
			return bad
		}
		return nil
	}
	s.engine.heard()
	var failed error
	for range sliceRounds {
		failed = errors.Join(failed, s.upkeep.reconcile(t.Context(), &Round{}))
	}
	require.ErrorIs(t, failed, bad)
	require.Contains(t, s.engine.heard(), last)
}

// A slow Temporal starts as many workflows at a time as the settings say, and no more; the
// other parts of the round do not wait for it.
func TestARebuildStarvesNoOtherPart(t *testing.T) {
	s := wiped(t, 6)
	s.upkeep.AtOnce = 3
	chores, begun, starts := make(chan struct{}), make(chan struct{}), make(chan string, 6)
	s.upkeep.Chores = []func(context.Context) error{func(context.Context) error {
		for range 3 {
			<-begun
		}
		close(chores)
		return nil
	}}
	s.engine.onStart = func(id string) error {
		starts <- id
		select {
		case begun <- struct{}{}:
			<-chores
		case <-chores:
		}
		return nil
	}
	s.upkeep.OnRound = func(r Round) {
		require.False(t, r.Failed)
		require.Equal(t, 6, r.Started)
	}
	s.upkeep.Once(t.Context())
	require.ElementsMatch(t, s.want, s.engine.started)
}

// A workflow that was ended from outside is found by counting; one that runs on for an ended
// change is told to end; and when all is well a round compares a slice.
func TestDifferencesAreFoundByCounting(t *testing.T) {
	s := wiped(t, 40)
	s.shows()
	quiet := func() (compared int) {
		t.Helper()
		s.engine.compared = nil
		var round Round
		require.NoError(t, s.upkeep.reconcile(t.Context(), &round))
		require.Zero(t, round)
		return len(s.engine.compared)
	}
	all := 0
	for range sliceRounds {
		n := quiet()
		require.Less(t, n, 10)
		all += n
	}
	require.GreaterOrEqual(t, all, 40, "all of them after some rounds")
	delete(s.engine.running, s.want[39])
	round, err := s.round(s.upkeep, 100)
	require.NoError(t, err)
	require.Equal(t, Round{Started: 1}, round)
	s.shows()
	stray := contract.WorkflowID(uuid.NewString())
	s.engine.running[stray] = "1/1"
	s.engine.heard()
	var heard []string
	for range sliceRounds {
		_, err := s.round(s.upkeep, 0)
		require.NoError(t, err)
		if heard = append(heard, s.engine.heard()...); len(heard) > 0 {
			delete(s.engine.running, stray)
		}
	}
	require.Equal(t, []string{stray}, heard)
}
