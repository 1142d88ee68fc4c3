package workflows_test

import (
	"context"
	"sync"

	"go.temporal.io/sdk/activity"

	"github.com/xueji/xueji/workflows/contract"
)

const (
	jobDone      = "DONE"
	jobFailed    = "FAILED"
	jobCancelled = "CANCELLED"
)

// jobs stands in for PostgreSQL and the activities of jobs on it. It keeps book of what
// must never happen: a part that is written twice.
type jobs struct {
	mu       sync.Mutex
	status   string
	parts    int
	done     map[int]int // how often a part was written
	rows     int         // of one part
	change   string
	word     string  // CANCEL or RESUME, not yet counted
	failures []error // given back by the next parts, one each
	refused  int     // the part that cannot be done, until resumed
	calls    map[string]int
	// whileParting is called in a part, before its transaction.
	whileParting func(ctx context.Context, part int)
	// afterPart is called when a part is written and not yet answered.
	afterPart func(ctx context.Context, part int)
}

func newJobs(parts int) *jobs {
	return &jobs{status: running, parts: parts, rows: 500, done: map[int]int{}, calls: map[string]int{}}
}

var _ contract.JobActivities = (*jobs)(nil)

func (j *jobs) provide(to interface {
	RegisterActivityWithOptions(a any, options activity.RegisterOptions)
},
) {
	to.RegisterActivityWithOptions(j.JobStand, activity.RegisterOptions{Name: contract.ActivityJobStand})
	to.RegisterActivityWithOptions(j.JobPart, activity.RegisterOptions{Name: contract.ActivityJobPart})
}

// say hands a word in.
func (j *jobs) say(word string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.word = word
}

func (j *jobs) called(name string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.calls[name]
}

// written gives how often each part was written, in order.
func (j *jobs) written() []int {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := make([]int, j.parts)
	for i := range list {
		list[i] = j.done[i+1]
	}
	return list
}

// settle counts what was said; the lock is held.
func (j *jobs) settle() {
	switch {
	case j.word == "CANCEL" && j.status == running:
		j.status = jobCancelled
	case j.word == "RESUME" && j.status != running && j.status != jobDone:
		j.status, j.refused = running, 0
	}
	j.word = ""
}

func (j *jobs) position() contract.JobPosition {
	at := contract.JobPosition{Closed: j.status != running, Status: j.status, Parts: j.parts, Rows: j.parts * j.rows, ChangeID: j.change}
	for no := j.parts; no > 0; no-- {
		if j.done[no] == 0 {
			at.Part = no
		} else {
			at.PartsDone++
		}
	}
	at.RowsDone = at.PartsDone * j.rows
	return at
}

// JobStand counts what was said and reads the position.
func (j *jobs) JobStand(context.Context, contract.JobRequest) (contract.JobPosition, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls[contract.ActivityJobStand]++
	j.settle()
	return j.position(), nil
}

// JobPart writes a part, once.
func (j *jobs) JobPart(ctx context.Context, r contract.JobPartRequest) (contract.JobPosition, error) {
	if j.whileParting != nil {
		j.whileParting(ctx, r.Part)
	}
	at, err := j.part(r.Part)
	if j.afterPart != nil && err == nil {
		j.afterPart(ctx, r.Part)
	}
	return at, err
}

func (j *jobs) part(no int) (contract.JobPosition, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls[contract.ActivityJobPart]++
	if len(j.failures) > 0 {
		err := j.failures[0]
		j.failures = j.failures[1:]
		return contract.JobPosition{}, err
	}
	j.settle()
	switch {
	case j.status != running || j.done[no] > 0:
	case no == j.refused:
		j.status = jobFailed
	default:
		if j.done[no]++; j.position().PartsDone == j.parts {
			j.status = jobDone
		}
	}
	return j.position(), nil
}
