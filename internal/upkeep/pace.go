package upkeep

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/xueji/xueji/workflows/client"
)

const (
	// burst is how many workflows are started before the upkeep looks whether the workers
	// keep up.
	burst = 16
	// pacePause is the time between two such looks.
	pacePause = 20 * time.Millisecond
)

// pace holds starts back while the workers do not keep up, because the first task of a
// change that is filed meanwhile waits behind theirs, and a decision with it. At most two
// bursts of workflows wait for a worker. Temporal's own count of the tasks that wait is not
// used: it is up to five seconds old. A rate leaves time of the processors to the people who
// decide meanwhile.
type pace struct {
	mu     sync.Mutex
	rate   *rate.Limiter
	begun  int    // starts of this burst
	last   string // the change whose workflow was started last
	sample string // the last one of the burst before
}

// await waits for the turn of a start: for the rate, which is without limit when most is
// zero, and when a burst is full, until a worker has taken the last workflow of the burst
// before.
func (p *pace) await(ctx context.Context, most int, latest func(context.Context, string) (client.Run, error)) {
	p.mu.Lock() // the other starts wait too
	defer p.mu.Unlock()
	if p.rate == nil && most > 0 {
		p.rate = rate.NewLimiter(rate.Limit(most), burst)
	}
	if p.rate != nil && p.rate.Wait(ctx) != nil {
		return // the round ends
	}
	if p.begun++; p.begun <= burst {
		return
	}
	for p.sample != "" && ctx.Err() == nil {
		run, err := latest(ctx, p.sample)
		if err != nil || !run.Running || run.Attempt != 1 { // a later attempt has failed before
			break
		}
		timer := time.NewTimer(pacePause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	p.begun, p.sample = 1, p.last
}

// note notes a start.
func (p *pace) note(change string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = change
}
