package casework

import (
	"context"
	"sync"

	"github.com/google/uuid"
)

// atOnce is how many callers of this process ask one workflow at the same time. Temporal
// takes ten updates in flight for one workflow and refuses more; and one decision at a
// step settles all the others anyway.
const atOnce = 2

// turns lets only a few callers at a time ask about one change.
type turns struct {
	mu   sync.Mutex
	open map[uuid.UUID]*turn
}

type turn struct {
	slots chan struct{}
	users int
}

func newTurns() *turns { return &turns{open: make(map[uuid.UUID]*turn)} }

// take waits for a turn and returns the function that ends it. Waited says that other
// callers were first, so that the slip may be settled by now.
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
