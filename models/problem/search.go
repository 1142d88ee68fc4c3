package problem

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/store"
)

// searchRules is the number of the rules by which doubles are found. A search through the
// whole register that was interrupted goes on only under the same rules.
const searchRules = 2

// Search is the progress of a search for doubles through the whole register.
type Search struct {
	Rules   int
	AfterID uuid.UUID // the last record that was looked at
	Looked  int64
	DoneAt  *time.Time
}

// searchFresh is how long an interrupted search may go on: what was loaded after its beginning
// may lie before the place where it stopped.
const searchFresh = 24 * time.Hour

// BeginSearch begins a search through the whole register (worker), unless one was
// interrupted less than a day after its beginning, which then goes on. It is needed after a
// change of rules or data that no change of a record shows.
func BeginSearch(t *store.Tx) error {
	_, err := t.Exec(`INSERT INTO double_search AS s (rules, after_id, looked, begun_at) VALUES (@rules, @none, 0, @now)
		ON CONFLICT (rules) DO UPDATE SET after_id = @none, looked = 0, begun_at = @now, done_at = NULL WHERE s.done_at IS NOT NULL OR s.begun_at < @old`,
		map[string]any{"rules": searchRules, "none": uuid.Nil, "now": t.Now(), "old": t.Now().Add(-searchFresh)})
	if err != nil {
		return fmt.Errorf("begin a search for doubles: %w", err)
	}
	return nil
}

// SearchOn looks at the next batch of records of the search through the whole register
// (worker) and returns its progress. It writes only records whose marks change. Two
// processes take turns.
func SearchOn(t *store.Tx, most int) (*Search, error) {
	if err := lockProblems(t); err != nil {
		return nil, err
	}
	s, err := readSearch(t)
	if err != nil || s.DoneAt != nil {
		return s, err
	}
	var ids []uuid.UUID
	if err := t.DB().Raw(`SELECT id FROM student WHERE id > ? ORDER BY id LIMIT ?`, s.AfterID, most).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("look for records to dedupe: %w", err)
	}
	if err := updateProblems(t, ids, uuid.Nil); err != nil {
		return nil, err
	}
	if s.Looked += int64(len(ids)); len(ids) > 0 {
		s.AfterID = ids[len(ids)-1]
	}
	if len(ids) < most {
		s.DoneAt = new(t.Now())
	}
	if _, err := t.Exec(`UPDATE double_search SET after_id = ?, looked = ?, done_at = ? WHERE rules = ?`, s.AfterID, s.Looked, s.DoneAt, s.Rules); err != nil {
		return nil, fmt.Errorf("note how far the search for doubles is: %w", err)
	}
	return s, nil
}

// readSearch reads the progress under today's rules; a search that was not begun is done.
func readSearch(t *store.Tx) (*Search, error) {
	var s Search
	err := t.DB().Raw(`SELECT rules, after_id, looked, done_at FROM double_search WHERE rules = ? FOR UPDATE`, searchRules).Take(&s).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return &Search{Rules: searchRules, DoneAt: new(t.Now())}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read how far the search for doubles is: %w", err)
	}
	return &s, nil
}
