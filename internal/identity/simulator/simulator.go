// Package simulator stands in for the population database in development and
// tests. It asks nobody and keeps nothing.
//
// Only numbers of the division 99, which does not exist, get special answers, by
// the sequence in their positions 15 to 17: a 9, a digit for the behaviour, and
// any last digit, so that both sexes exist for each.
//
//	91x  NOT_FOUND 身份证件号不存在
//	92x  CANCELLED 挖库注销
//	93x  DUPLICATE_REMOVED 消除重复人口
//	94x  MIGRATING 迁/流出
//	95x  no answer
//	96x  MATCH, after a delay
//
// Every other number answers MATCH, whatever the name.
package simulator

import (
	"context"
	"fmt"
	"time"

	"github.com/xueji/xueji/internal/identity"
)

// usualDelay is long enough for a person to see the waiting, and short of every
// time-out.
const usualDelay = 2 * time.Second

// Options set a simulator up; the zero value is what development uses.
type Options struct {
	// Outage says whether the service is down right now; nobody gets an answer
	// while it is. It is called for every question, from many goroutines: the Load
	// of an atomic.Bool is one. Nil is never.
	Outage func() bool
	// Delay is how long a Slow number takes; zero is two seconds.
	Delay time.Duration
}

// Simulator answers by rule. It is safe for concurrent use.
type Simulator struct {
	outage func() bool
	delay  time.Duration
}

// New makes a simulator.
func New(o Options) *Simulator {
	s := &Simulator{outage: o.Outage, delay: o.Delay}
	if s.outage == nil {
		s.outage = func() bool { return false }
	}
	if s.delay == 0 {
		s.delay = usualDelay
	}
	return s
}

// Check answers by the table of the package.
func (s *Simulator) Check(ctx context.Context, q identity.Question) (identity.Answer, error) {
	if err := q.Missing(); err != nil {
		return "", err
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("%w: %w", identity.ErrNoAnswer, err)
	}
	if s.outage() {
		return "", fmt.Errorf("%w: the simulator's outage is switched on", identity.ErrNoAnswer)
	}
	switch BehaviourOf(q.Number) {
	case NotFound:
		return identity.NotFound, nil
	case Cancelled:
		return identity.Cancelled, nil
	case DuplicateRemoved:
		return identity.DuplicateRemoved, nil
	case Migrating:
		return identity.Migrating, nil
	case Silent:
		return "", fmt.Errorf("%w: the simulator is silent about this kind of number", identity.ErrNoAnswer)
	case Slow:
		return s.slowly(ctx)
	default:
		return identity.Match, nil
	}
}

func (s *Simulator) slowly(ctx context.Context) (identity.Answer, error) {
	timer := time.NewTimer(s.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return identity.Match, nil
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %w", identity.ErrNoAnswer, ctx.Err())
	}
}
