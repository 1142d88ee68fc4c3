package store

import (
	"encoding/json"
	"fmt"
	"sync/atomic"

	"github.com/xueji/xueji/models/calendar"
)

// workdays is the calendar of a process: the built-in calendar, with the years loaded
// into the register laid over it. Every transaction begins by reading the newest version
// number, so that no process needs a restart, and keeps its calendar to its end.
type workdays struct {
	base   *calendar.WorkCalendar // version 0; nil in a process that computes no deadline
	latest atomic.Pointer[loadedWorkdays]
}

type loadedWorkdays struct {
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

// UseWorkdays sets the calendar of this transaction to the given newest version, 0 for
// none, and reads it when this process does not have it yet.
func (t *Tx) UseWorkdays(newest int) error {
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

func (t *Tx) readWorkdays() (*loadedWorkdays, error) {
	var rows []struct {
		Version, Year int
		Days          string
	}
	if err := t.db.Raw(`SELECT version, year, days::text AS days FROM workday_year ORDER BY version`).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the calendar: %w", err)
	}
	v := &loadedWorkdays{calendar: t.store.workdays.base}
	for _, row := range rows {
		var days []calendar.NoticeDay
		if err := json.Unmarshal([]byte(row.Days), &days); err != nil {
			return nil, fmt.Errorf("read version %d of the calendar: %w", row.Version, err)
		}
		v.version, v.calendar = row.Version, v.calendar.With(row.Year, days)
	}
	return v, nil
}

// ComputeWith makes this transaction compute with a calendar that it loads itself.
func (t *Tx) ComputeWith(next *calendar.WorkCalendar) { t.workdays = next }

// Workdays returns the calendar with which this transaction computes.
func (t *Tx) Workdays() *calendar.WorkCalendar { return t.workdays }
