package casework

import (
	"context"
	"sync"

	"github.com/google/uuid"
)

// atOnce is how many callers of this process ask one workflow at the same time.
// Temporal lets ten updates be in flight per workflow; a crowd at one step
// would be refused beyond that, and one decision settles all the others anyway.
const atOnce = 2

// turns lets only a few callers at a time talk to one change.
type turns struct {
	mu   sync.Mutex
	open map[uuid.UUID]*turn
}

type turn struct {
	slots chan struct{}
	users int
}

func newTurns() *turns { return &turns{open: make(map[uuid.UUID]*turn)} }

// take waits for a turn; the returned function gives it back.
func (t *turns) take(ctx context.Context, change uuid.UUID) (func(), error) {
	t.mu.Lock()
	mine := t.open[change]
	if mine == nil {
		mine = &turn{slots: make(chan struct{}, atOnce)}
		t.open[change] = mine
	}
	mine.users++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if mine.users--; mine.users == 0 {
			delete(t.open, change)
		}
	}
	select {
	case mine.slots <- struct{}{}:
		return func() { <-mine.slots; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
