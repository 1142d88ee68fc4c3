package simulator_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
)

var _ identity.Checker = (*simulator.Simulator)(nil)

func behaviours() map[simulator.Behaviour]identity.Answer {
	return map[simulator.Behaviour]identity.Answer{
		simulator.Matches: identity.Match, simulator.NotFound: identity.NotFound, simulator.Cancelled: identity.Cancelled,
		simulator.DuplicateRemoved: identity.DuplicateRemoved, simulator.Migrating: identity.Migrating,
		simulator.Silent: "", simulator.Slow: identity.Match,
	}
}

func question(t require.TestingT, b simulator.Behaviour) identity.Question {
	birth, err := calendar.NewDate(2017, 3, 9)
	require.NoError(t, err)
	n, err := simulator.Number(birth, ident.Female, b)
	require.NoError(t, err)
	return identity.Question{Name: "测试", Number: n}
}

// Every birth date has, for both sexes, a number for every behaviour.
func TestNumbersBehaveAsWished(t *testing.T) {
	start, err := calendar.NewDate(1950, 1, 1)
	require.NoError(t, err)
	check := simulator.New(simulator.Options{Delay: time.Nanosecond})
	rapid.Check(t, func(t *rapid.T) {
		birth := start.AddDays(rapid.IntRange(0, 40000).Draw(t, "birth"))
		sex := ident.Sex(rapid.IntRange(1, 2).Draw(t, "sex"))
		seen := map[ident.CitizenID]bool{}
		for b, want := range behaviours() {
			n, err := simulator.Number(birth, sex, b)
			require.NoError(t, err)
			require.Equal(t, birth, n.Birth())
			require.Equal(t, sex, n.Sex())
			require.Equal(t, "99", n.Division().Province())
			require.Equal(t, b, simulator.BehaviourOf(n))
			require.False(t, seen[n])
			seen[n] = true
			a, err := check.Check(t.Context(), identity.Question{Name: "测试", Number: n})
			require.Equal(t, want, a)
			if want == "" {
				require.ErrorIs(t, err, identity.ErrNoAnswer)
				require.NotContains(t, err.Error(), n.Reveal())
			} else {
				require.NoError(t, err)
			}
		}
	})
}

// The table of the documentation, digit by digit; numbers of real divisions and
// other sequences always match.
func TestTheTableOfNumbers(t *testing.T) {
	for stem, want := range map[string]simulator.Behaviour{
		"99010120170309910": simulator.NotFound, "99010120170309919": simulator.NotFound,
		"99999920170309922": simulator.Cancelled, "99010120170309937": simulator.DuplicateRemoved,
		"99010120170309944": simulator.Migrating, "99010120170309955": simulator.Silent, "99010120170309966": simulator.Slow,
		"99010120170309970": simulator.Matches, "99010120170309998": simulator.Matches, "99010120170309901": simulator.Matches,
		"99010120170309001": simulator.Matches, "99010120170309810": simulator.Matches, "99010120170309191": simulator.Matches,
		"52010220170309910": simulator.Matches, "11010120170309955": simulator.Matches,
	} {
		require.Equal(t, want, simulator.BehaviourOf(complete(t, stem)), stem)
	}
	require.Equal(t, simulator.Matches, simulator.BehaviourOf(ident.CitizenID{}))
}

// complete adds the check character.
func complete(t *testing.T, stem string) ident.CitizenID {
	t.Helper()
	for _, check := range "0123456789X" {
		if n, err := ident.ParseCitizenID(stem + string(check)); err == nil {
			return n
		}
	}
	require.FailNow(t, "no check character fits "+stem)
	return ident.CitizenID{}
}

func TestNumberRefusesWhatItCannotMake(t *testing.T) {
	birth, err := calendar.NewDate(2017, 3, 9)
	require.NoError(t, err)
	for _, row := range []struct {
		birth calendar.Date
		sex   ident.Sex
		b     simulator.Behaviour
	}{
		{calendar.Date{}, ident.Male, simulator.Slow}, {birth, 0, simulator.Slow}, {birth, 3, simulator.Slow},
		{birth, ident.Male, -1}, {birth, ident.Male, 7},
	} {
		n, err := simulator.Number(row.birth, row.sex, row.b)
		require.Error(t, err)
		require.True(t, n.IsZero())
	}
}

func TestHalfAQuestionGetsNoAnswer(t *testing.T) {
	_, err := simulator.New(simulator.Options{}).Check(t.Context(), identity.Question{Name: "测试"})
	require.ErrorIs(t, err, identity.ErrNoAnswer)
}

func TestSlowAnswersAfterTheDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		a, err := simulator.New(simulator.Options{Delay: time.Minute}).Check(t.Context(), question(t, simulator.Slow))
		require.NoError(t, err)
		require.Equal(t, identity.Match, a)
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func TestASlowAnswerEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		a, err := simulator.New(simulator.Options{}).Check(ctx, question(t, simulator.Slow))
		require.ErrorIs(t, err, identity.ErrNoAnswer)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Empty(t, a)
		require.Equal(t, time.Second, time.Since(began))
		_, err = simulator.New(simulator.Options{}).Check(ctx, question(t, simulator.Matches))
		require.ErrorIs(t, err, identity.ErrNoAnswer, "nobody waits any more")
	})
}

// No answer, then it answers: switched while many ask.
func TestAnOutageIsSwitchedWhileItRuns(t *testing.T) {
	var down atomic.Bool
	check := simulator.New(simulator.Options{Outage: down.Load})
	q := question(t, simulator.Migrating)
	down.Store(true)
	_, err := check.Check(t.Context(), q)
	require.ErrorIs(t, err, identity.ErrNoAnswer)

	var all sync.WaitGroup
	answers := make(chan identity.Answer, 100)
	for i := range cap(answers) {
		all.Go(func() {
			down.Store(i%2 == 0)
			a, _ := check.Check(t.Context(), q)
			answers <- a
		})
	}
	all.Wait()
	close(answers)
	for a := range answers {
		require.Contains(t, []identity.Answer{"", identity.Migrating}, a)
	}
	down.Store(false)
	a, err := check.Check(t.Context(), q)
	require.NoError(t, err)
	require.Equal(t, identity.Migrating, a)
}
