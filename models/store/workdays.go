package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
)

// workdays is the calendar of a process: the built-in calendar, with the years loaded
// into the register laid over it. Every transaction begins by reading the newest version
// number, so that no process needs a restart, and keeps its calendar to its end.
type workdays struct {
	base   *calendar.WorkCalendar // version 0; nil in a process that computes no deadline
	latest atomic.Pointer[workdayVersion]
}

type workdayVersion struct {
	version  int
	calendar *calendar.WorkCalendar
}

// Workdays returns the calendar that the last transaction of this process used.
func (s *Store) Workdays() *calendar.WorkCalendar {
	if v := s.workdays.latest.Load(); v != nil {
		return v.calendar
	}
	return s.workdays.base
}

// useWorkdays sets the calendar of this transaction to the given newest version, 0 for
// none, and reads it when this process does not have it yet.
func (t *Tx) useWorkdays(newest int) error {
	w := t.store.workdays
	if t.workdays = w.base; newest == 0 || w.base == nil {
		return nil
	}
	known := w.latest.Load()
	if known == nil || known.version != newest {
		var err error
		if known, err = t.readWorkdays(); err != nil {
			return err
		}
		w.latest.Store(known)
	}
	t.workdays = known.calendar
	return nil
}

func (t *Tx) readWorkdays() (*workdayVersion, error) {
	var rows []struct {
		Version, Year int
		Days          string
	}
	if err := t.db.Raw(`SELECT version, year, days::text AS days FROM workday_year ORDER BY version`).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the calendar: %w", err)
	}
	v := &workdayVersion{calendar: t.store.workdays.base}
	for _, row := range rows {
		var days []calendar.NoticeDay
		if err := json.Unmarshal([]byte(row.Days), &days); err != nil {
			return nil, fmt.Errorf("read version %d of the calendar: %w", row.Version, err)
		}
		v.version, v.calendar = row.Version, v.calendar.With(row.Year, days)
	}
	return v, nil
}

// computeWith makes this transaction compute with a calendar that it loads itself.
func (t *Tx) computeWith(next *calendar.WorkCalendar) { t.workdays = next }

// Workdays returns the calendar with which this transaction computes.
func (t *Tx) Workdays() *calendar.WorkCalendar { return t.workdays }

// WorkdayVersion is one version of a year's holidays.
type WorkdayVersion struct {
	Version   int
	Year      int
	Author    string // empty for people of other offices and for the command line
	Comment   string
	CreatedAt time.Time
}

// WorkdayVersions lists the loaded versions, the newest first.
func (t *Tx) WorkdayVersions() ([]WorkdayVersion, error) {
	var list []WorkdayVersion
	err := t.db.Raw(`SELECT version, year, coalesce(workday_author(version), '') AS author, comment, created_at FROM workday_year ORDER BY version DESC`).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the versions of the calendar: %w", err)
	}
	return list, nil
}

// NewWorkdays are the holidays of a year that an account or an operator hands in.
type NewWorkdays struct {
	Year     int
	Rows     []calendar.NoticeRow
	FirstRow int // the number of the first row, as the reader of the refusal counts
	BasedOn  *int
	Comment  string
	Key      string // Idempotency-Key; empty for the command line
	Hash     []byte // of the request
	Operator string // the user of the command line
}

// CheckWorkdays judges the holidays of a year and returns all refusals at once, the
// newest version that exists, and the calendar that would follow.
func (t *Tx) CheckWorkdays(n NewWorkdays) (newest int, next *calendar.WorkCalendar, err error) {
	if err := t.db.Raw(`SELECT coalesce(max(version), 0) FROM workday_year`).Scan(&newest).Error; err != nil {
		return 0, nil, fmt.Errorf("read the versions of the calendar: %w", err)
	}
	if n.BasedOn != nil && *n.BasedOn != newest {
		return newest, nil, refusal.New(refusal.VersionConflict).At("/based_on")
	}
	if err := t.useWorkdays(newest); err != nil { // the version against which the rows are judged
		return newest, nil, err
	}
	days, err := t.workdays.CheckYear(n.Year, n.Rows, n.FirstRow, t.today())
	if err != nil {
		return newest, nil, err
	}
	return newest, t.workdays.With(n.Year, days), nil
}

// AddWorkdays adds a version of a year's holidays. The same key and request return the
// version that exists already. A version that was added meanwhile is a conflict.
func (t *Tx) AddWorkdays(n NewWorkdays) (int, error) {
	if version, err := t.sameWorkdays(n); version > 0 || err != nil {
		return version, err
	}
	newest, next, err := t.CheckWorkdays(n)
	if err != nil {
		return 0, err
	}
	days, err := json.Marshal(next.Year(n.Year))
	if err != nil {
		return 0, fmt.Errorf("store the calendar: %w", err)
	}
	var key, hash any
	if n.Key != "" {
		key, hash = n.Key, n.Hash
	}
	// Of two at once the second waits here for the first, and adds nothing.
	rows, err := t.exec(`INSERT INTO workday_year (version, year, days, author_id, created_at, comment, add_key, add_hash)
		VALUES (?, ?, ?::jsonb, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, newest+1, n.Year, string(days), orNull(t.scope.Account), t.now, n.Comment, key, hash)
	if err != nil {
		return 0, fmt.Errorf("store the calendar: %w", err)
	}
	if rows == 0 {
		version, err := t.sameWorkdays(n)
		if version == 0 && err == nil {
			err = refusal.New(refusal.VersionConflict).At("/based_on")
		}
		return version, err
	}
	t.computeWith(next) // this transaction only: it may not commit
	detail := map[string]string{"year": strconv.Itoa(n.Year), "based_on": strconv.Itoa(newest), "calendar": next.Version()}
	if n.Operator != "" {
		detail["operator"] = n.Operator
	}
	return newest + 1, t.Audit("calendar.add", "calendar", strconv.Itoa(newest+1), detail)
}

// sameWorkdays returns the version that the account added before with the same key, 0
// when there is none. Another request under the same key is refused.
func (t *Tx) sameWorkdays(n NewWorkdays) (int, error) {
	if n.Key == "" {
		return 0, nil
	}
	var row struct {
		Version int
		AddHash []byte
	}
	err := t.db.Raw(`SELECT version, add_hash FROM workday_year WHERE author_id = ? AND add_key = ?`, t.scope.Account, n.Key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the versions of the calendar: %w", err)
	}
	if !bytes.Equal(row.AddHash, n.Hash) {
		return 0, refusal.New(refusal.KeyReused)
	}
	return row.Version, nil
}
