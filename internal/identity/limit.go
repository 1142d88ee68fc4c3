package identity

import (
	"context"
	"fmt"

	"golang.org/x/time/rate"
)

// Limited gives a checker that asks no more than so many questions a second: many records
// that are checked at once must not take the gateway from the clerks who wait for one
// answer. It is for every process of its own.
func Limited(c Checker, perSecond float64) Checker {
	return limited{checker: c, limiter: rate.NewLimiter(rate.Limit(perSecond), 1)}
}

type limited struct {
	checker Checker
	limiter *rate.Limiter
}

// Check waits for its turn and asks.
func (l limited) Check(ctx context.Context, q Question) (Answer, error) {
	if err := l.limiter.Wait(ctx); err != nil {
		return "", fmt.Errorf("%w: its turn did not come: %w", ErrNoAnswer, err)
	}
	return l.checker.Check(ctx, q)
}
