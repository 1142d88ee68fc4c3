package registration

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/store"
)

// RosterLifetime is how long an uploaded sheet, and a roster that was not filed, is kept.
const RosterLifetime = 30 * 24 * time.Hour

// BlobDeleter removes a stored file. A file that is gone already is no error.
type BlobDeleter func(ctx context.Context, key string) error

// SweepRosterFiles deletes uploaded sheets after thirty days, and discards rosters that
// were not filed in that time, with their rows. The worker calls it. It is safe to repeat
// and to be cut off, because the file goes first and its key after it. It returns the
// number of deleted files.
func SweepRosterFiles(ctx context.Context, s *store.Store, remove BlobDeleter) (int, error) {
	const most = 100 // a round; the next one goes on
	var due []struct {
		ID      uuid.UUID
		BlobKey string
	}
	before := s.Clock().Now().Add(-RosterLifetime)
	err := s.InScope(ctx, store.Scope{}, func(t *store.Tx) error {
		return t.DB().Raw(`SELECT id, blob_key FROM roster WHERE blob_key <> '' AND created_at < ? ORDER BY created_at LIMIT ?`, before, most).Scan(&due).Error
	})
	if err != nil {
		return 0, fmt.Errorf("look for old rosters: %w", err)
	}
	for n, r := range due {
		if err := remove(ctx, r.BlobKey); err != nil {
			return n, fmt.Errorf("delete the file of a roster: %w", err)
		}
		if err := s.InScope(ctx, store.Scope{}, func(t *store.Tx) error { return discardOldRoster(t, r.ID) }); err != nil {
			return n, err
		}
	}
	return len(due), nil
}

func discardOldRoster(t *store.Tx, id uuid.UUID) error {
	if err := job.StopUnfinished(t, job.JobRosterCheck, id); err != nil {
		return err
	}
	_, err := t.Exec(`UPDATE roster SET blob_key = '', version = version + 1,
		state = CASE WHEN state IN ? THEN ? ELSE state END WHERE id = ?`, []RosterState{RosterUploaded, RosterChecked, RosterUnfit}, RosterDiscarded, id)
	if err != nil {
		return fmt.Errorf("give an old roster up: %w", err)
	}
	// A decided roster keeps its rows, without the items, as proof of what was handed in.
	_, err = t.Exec(`DELETE FROM roster_row WHERE roster_id IN (SELECT id FROM roster WHERE id = ? AND state = ?)`, id, RosterDiscarded)
	if err != nil {
		return fmt.Errorf("give an old roster up: %w", err)
	}
	_, err = t.Exec(`UPDATE roster_row SET payload = NULL WHERE roster_id IN (SELECT id FROM roster WHERE id = ? AND state = ?)`, id, RosterRefused)
	if err != nil {
		return fmt.Errorf("give an old roster up: %w", err)
	}
	return nil
}
