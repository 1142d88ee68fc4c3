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

// take waits for a turn; the returned function gives it back. Waited says that
// others were before, so that much may have happened meanwhile.
func (t *turns) take(ctx context.Context, change uuid.UUID) (release func(), waited bool, err error) {
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
	giveBack := func() { <-mine.slots; leave() }
	select {
	case mine.slots <- struct{}{}:
		return giveBack, false, nil
	default:
	}
	select {
	case mine.slots <- struct{}{}:
		return giveBack, true, nil
	case <-ctx.Done():
		leave()
		return nil, true, ctx.Err()
	}
}
