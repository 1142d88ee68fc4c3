package upkeep

import (
	"sync"

	"github.com/google/uuid"
)

// standing is a workflow that was at another step than the register, or slept, with the
// number of rounds in which it showed the same.
type standing struct {
	register, shown string
	rounds          int
}

// vain knows the workflows that were told to read their position, and how often in a row
// they went on to show the same.
type vain struct {
	mu          sync.Mutex
	before, now map[uuid.UUID]standing
}

// begin begins a new look at all workflows: what is not amiss in it any more is forgotten
// at the next one.
func (v *vain) begin() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.before, v.now = v.now, make(map[uuid.UUID]standing)
}

// note notes how a workflow stands and returns it with the number of rounds.
func (v *vain) note(id uuid.UUID, s standing) standing {
	v.mu.Lock()
	defer v.mu.Unlock()
	s.rounds = 1
	if last, seen := v.before[id]; seen && last.register == s.register && last.shown == s.shown {
		s.rounds += last.rounds
	}
	v.now[id] = s
	return s
}

// forget forgets a workflow.
func (v *vain) forget(id uuid.UUID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.now, id)
}

// any reports whether this look has noted a workflow.
func (v *vain) any() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.now) > 0
}
