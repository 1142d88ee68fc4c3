package rest

import (
	"math"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
)

// Limits are calls per second with a burst; zero means the default.
type Limits struct {
	// LoginPerAddress holds back password guessing across accounts from one
	// address. Only failed logins count: schools sit behind one address, and a
	// whole staff room may come in at eight o'clock.
	LoginPerAddress rate.Limit
	LoginBurst      int
	// PerAccount keeps one broken client from starving the others.
	PerAccount   rate.Limit
	AccountBurst int
}

// limits keeps the counters of both kinds.
type limits struct {
	login   *Buckets
	account *Buckets
}

func newLimits(l Limits) *limits {
	if l.LoginPerAddress == 0 {
		l.LoginPerAddress, l.LoginBurst = 0.5, 30
	}
	if l.PerAccount == 0 {
		l.PerAccount, l.AccountBurst = 200, 400
	}
	return &limits{login: NewBuckets(l.LoginPerAddress, l.LoginBurst), account: NewBuckets(l.PerAccount, l.AccountBurst)}
}

// Buckets is one token bucket per key. Full buckets carry no knowledge and are
// dropped when there are many, so memory stays bounded.
type Buckets struct {
	mu    sync.Mutex
	rate  rate.Limit
	burst int
	byKey map[string]*rate.Limiter
}

const maxBuckets = 20_000

// NewBuckets makes a bucket per key: so many tokens a second, and at most burst of them.
func NewBuckets(r rate.Limit, burst int) *Buckets {
	return &Buckets{rate: r, burst: burst, byKey: map[string]*rate.Limiter{}}
}

// Take uses one token of the key, or says when the next one is there.
func (b *Buckets) Take(key string, now time.Time) *refusal.Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	limiter := b.of(key, now)
	if limiter.AllowN(now, 1) {
		return nil
	}
	return b.empty(limiter, now)
}

// Left refuses when no token is there, and uses none.
func (b *Buckets) Left(key string, now time.Time) *refusal.Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	limiter := b.of(key, now)
	if limiter.TokensAt(now) >= 1 {
		return nil
	}
	return b.empty(limiter, now)
}

// Owe uses one token even when none is there: whoever asked Left many times at
// once before the first Owe pays for each of them by waiting longer.
func (b *Buckets) Owe(key string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(key, now).ReserveN(now, 1)
}

// of gives the bucket of the key; mu is held.
func (b *Buckets) of(key string, now time.Time) *rate.Limiter {
	limiter, ok := b.byKey[key]
	if !ok {
		if len(b.byKey) >= maxBuckets {
			b.drop(now)
		}
		limiter = rate.NewLimiter(b.rate, b.burst)
		b.byKey[key] = limiter
	}
	return limiter
}

func (b *Buckets) empty(limiter *rate.Limiter, now time.Time) *refusal.Error {
	wait := math.Ceil((1 - limiter.TokensAt(now)) / float64(b.rate))
	return refusal.New(refusal.TooManyRequests).With("seconds", strconv.Itoa(max(1, int(wait))))
}

// waitFor says for how many seconds a refusal holds that names a moment, or holds for
// the day. It is reckoned when the refusal is told: told again it names the same moment.
func waitFor(e *refusal.Error, now time.Time) string {
	until, err := time.ParseInLocation(time.DateTime, e.Params["next"], calendar.Shanghai())
	if err != nil {
		until = calendar.DateOf(now).AddDays(1).Start()
	}
	return strconv.Itoa(max(1, int(math.Ceil(until.Sub(now).Seconds()))))
}

// drop forgets full buckets; when none is full it forgets all, because memory
// matters more than the strictness of a limit.
func (b *Buckets) drop(now time.Time) {
	for key, limiter := range b.byKey {
		if limiter.TokensAt(now) >= float64(b.burst) {
			delete(b.byKey, key)
		}
	}
	if len(b.byKey) >= maxBuckets {
		clear(b.byKey)
	}
}
