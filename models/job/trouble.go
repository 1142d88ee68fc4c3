package job

import (
	"fmt"
	"time"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/store"
)

// Trouble is why a job does not get on.
type Trouble string

// The troubles.
const (
	TroubleFailed  Trouble = "job_failed"  // a part cannot be done
	TroubleStopped Trouble = "job_stopped" // somebody stopped it, and its change is still open
	TroubleStuck   Trouble = "job_stuck"   // it runs, and no part was done for long
)

// Quiet is how long a running job may take for one part: longer than an attempt lasts.
const Quiet = 15 * time.Minute

// Trouble says why the job does not get on; empty when it does, or will in a moment because
// a word to it waits. A job that was stopped is in trouble only while its change is open.
func (j *Job) Trouble(now time.Time) Trouble {
	switch {
	case j.State == JobRunning && now.Sub(j.MovedAt) > Quiet:
		return TroubleStuck
	case j.ResumeAsked || j.CancelAsked:
		return ""
	case j.State == JobFailed:
		return TroubleFailed
	case j.State == JobCancelled && j.ChangeID != nil:
		return TroubleStopped
	}
	return ""
}

// Troubled lists the jobs in scope that do not get on, the oldest first, at most so many. The
// worker role has no scope of its own: it sees all of them.
func Troubled(t *store.Tx, most int) ([]Job, error) {
	var list []Job
	err := t.DB().Raw(`SELECT q.* FROM (SELECT `+jobColumns+`) q
		WHERE q.state = @failed OR q.state = @running AND q.moved_at < @quiet
			OR q.state = @cancelled AND EXISTS (SELECT 1 FROM change c WHERE c.id = q.change_id AND c.status = @open)
		ORDER BY q.moved_at, q.id LIMIT @most`, map[string]any{
		"quiet": t.Now().Add(-Quiet), "most": most, "failed": JobFailed, "running": JobRunning, "cancelled": JobCancelled, "open": change.StatusRunning,
	}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the jobs that do not get on: %w", err)
	}
	kept := list[:0]
	for i := range list {
		if list[i].Trouble(t.Now()) != "" {
			kept = append(kept, list[i])
		}
	}
	return kept, nil
}
