package casework

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/xueji/xueji/models/store"
)

// errNoWorker is why nobody is asked: the slip waits for a worker.
var errNoWorker = errors.New("no worker lives")

// trust is how long a worker that was seen alive needs no further look.
const trust = time.Second

// presence knows whether there is a worker that could answer. Only what is known
// spares a person the wait: when the last heartbeat is recent, or cannot be read, the
// workflow is asked as always.
type presence struct {
	mu   sync.Mutex
	seen time.Time // when a worker was last found alive, by this computer's time
}

// gone says that no worker lives, as the register knows for certain.
func (p *presence) gone(ctx context.Context, register *store.Store) bool {
	now := register.Clock().Machine()
	p.mu.Lock()
	known := !p.seen.IsZero() && now.Sub(p.seen) < trust
	p.mu.Unlock()
	if known {
		return false
	}
	var workers store.Workers
	err := register.InScope(ctx, store.Scope{}, func(tx *store.Tx) (err error) {
		workers, err = tx.Workers()
		return err
	})
	if err != nil {
		return false
	}
	if workers.Live {
		p.mu.Lock()
		p.seen = now
		p.mu.Unlock()
	}
	return !workers.Live
}
