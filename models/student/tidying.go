package student

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/store"
)

// Tidying is the progress of the register in bringing old records in line with today's
// rules for names and numbers.
type Tidying struct {
	Rules   int
	AfterID uuid.UUID // the last record that was compared
	Looked  int64
	Changed int64 // records with a difference that a person can see
	Rekeyed int64 // records of which only the keys changed
	Doubles int64 // records whose document another record has too
	// Unreadable are records of which a number cannot be decrypted; the number stays as it is.
	Unreadable int64
	DoneAt     *time.Time
}

// Tidy brings one batch of records in line with today's rules (worker): names, numbers,
// their keys, and those of the families. It continues after the last batch of any process
// and returns the progress; when all is done it writes nothing. Every changed record gets
// a line in the audit trail, and a line in its history when a person can see a
// difference. The search for doubles then looks at it again.
//
// When the document of a record turns out to belong to another record, the record keeps
// its number and becomes a double; the search for doubles tells both schools.
func Tidy(t *store.Tx, most int) (*Tidying, error) {
	job, err := readTidying(t, false)
	if err != nil {
		return nil, err
	}
	if job == nil {
		if _, err := t.Exec(`INSERT INTO tidying (rules, begun_at) VALUES (?, ?) ON CONFLICT DO NOTHING`, ident.TidyRules, t.Now()); err != nil {
			return nil, fmt.Errorf("begin to tidy the register: %w", err)
		}
	}
	if job != nil && job.DoneAt != nil {
		return job, nil
	}
	// One batch at a time: a second process waits and continues after the first.
	if job, err = readTidying(t, true); err != nil || job == nil || job.DoneAt != nil {
		return job, err
	}
	list, err := readUntidyRecords(t, `s.id > ?`, job.AfterID, most)
	if err != nil {
		return nil, err
	}
	for _, u := range list {
		job.AfterID = u.ID
		if job.Looked++; u.unreadable {
			job.Unreadable++
		}
	}
	if err := tidyRecords(t, job, slices.DeleteFunc(list, func(u *untidyRecord) bool { return !u.changes() })); err != nil {
		return nil, err
	}
	if len(list) < most {
		job.DoneAt = new(t.Now())
	}
	t.Later("note how far the register is tidied", 1, `UPDATE tidying SET after_id = ?, looked = ?, changed = ?, rekeyed = ?, doubles = ?, unreadable = ?, done_at = ? WHERE rules = ?`,
		job.AfterID, job.Looked, job.Changed, job.Rekeyed, job.Doubles, job.Unreadable, job.DoneAt, job.Rules)
	return job, nil
}

// readTidying reads the progress under today's rules, nil before the first batch; with lock
// it locks the row.
func readTidying(t *store.Tx, lock bool) (*Tidying, error) {
	query := `SELECT rules, after_id, looked, changed, rekeyed, doubles, unreadable, done_at FROM tidying WHERE rules = ?`
	if lock {
		query += ` FOR UPDATE`
	}
	var job Tidying
	err := t.DB().Raw(query, ident.TidyRules).Take(&job).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil //nolint:nilnil // nobody has begun
	}
	if err != nil {
		return nil, fmt.Errorf("read how far the register is tidied: %w", err)
	}
	return &job, nil
}

// tidyRecords writes the records that need tidying. It locks them first, in the order of
// their IDs, and reads them again, because another transaction may have written them
// meanwhile.
func tidyRecords(t *store.Tx, job *Tidying, found []*untidyRecord) error {
	if len(found) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(found))
	for i, u := range found {
		ids[i] = u.ID
	}
	if err := LockStudents(t, ids); err != nil {
		return err
	}
	found, err := readUntidyRecords(t, `s.id = ANY (?::uuid[])`, IdArray(ids), len(ids))
	if err != nil {
		return err
	}
	for _, u := range found {
		if !u.changes() {
			continue
		}
		double, err := writeTidied(t, u)
		if err != nil {
			return err
		}
		if double {
			job.Doubles++
		}
		if len(u.after) > 0 {
			job.Changed++
		} else {
			job.Rekeyed++
		}
	}
	return nil
}

// RestartTidying makes the register begin again with its first record (worker), after data
// came in from outside.
func RestartTidying(t *store.Tx) error {
	if _, err := t.Exec(`DELETE FROM tidying WHERE rules = ?`, ident.TidyRules); err != nil {
		return fmt.Errorf("forget how far the register is tidied: %w", err)
	}
	return nil
}
