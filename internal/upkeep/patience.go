package upkeep

import (
	"time"

	"github.com/google/uuid"
)

// patience knows since when this process has seen something wait: a slip, a job, a word to
// a job. The clock of the register may be set, and stands still in tests, so that what was
// handed in need not grow older by it; the time of this computer tells how long ago
// something happened in this process.
type patience struct {
	before, since map[uuid.UUID]time.Time
}

// begin begins a round: what does not wait in it any more is forgotten at the next one.
func (p *patience) begin() {
	p.before, p.since = p.since, make(map[uuid.UUID]time.Time)
}

// ended reports whether something has waited for so long at the given time of this computer.
func (p *patience) ended(id uuid.UUID, now time.Time, most time.Duration) bool {
	since, seen := p.before[id]
	if !seen {
		since = now
	}
	p.since[id] = since
	return now.Sub(since) >= most
}
