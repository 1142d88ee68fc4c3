package calendar

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Date is a day of the civil calendar, without a time and without a zone.
// Birth dates, effective dates and holidays are Dates. The zero Date means
// "not given"; two Dates are equal when == says so.
type Date struct {
	year  int
	month time.Month
	day   int
}

// ErrNoSuchDay says that a text or a triple names no day of the calendar,
// such as 30 February. It never carries the text, which may be a birth date.
var ErrNoSuchDay = errors.New("no such day in the calendar")

const (
	dashed  = "2006-01-02"
	compact = "20060102"
)

// NewDate makes the day year-month-day, and refuses one that does not exist.
func NewDate(year int, month time.Month, day int) (Date, error) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if year < 1 || year > 9999 || t.Year() != year || t.Month() != month || t.Day() != day {
		return Date{}, ErrNoSuchDay
	}
	return Date{year, month, day}, nil
}

// ParseDate reads the form 2026-11-20.
func ParseDate(text string) (Date, error) { return parseDate(dashed, text) }

// ParseCompactDate reads the form 20261120, which the national student sheet
// and the citizen identity number use.
func ParseCompactDate(text string) (Date, error) { return parseDate(compact, text) }

func parseDate(layout, text string) (Date, error) {
	t, err := time.Parse(layout, text)
	if err != nil {
		return Date{}, ErrNoSuchDay
	}
	return NewDate(t.Year(), t.Month(), t.Day())
}

// DateOf gives the day in Asia/Shanghai on which the instant lies.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Shanghai()).Date()
	return Date{y, m, d}
}

// Year gives the year.
func (d Date) Year() int { return d.year }

// Month gives the month.
func (d Date) Month() time.Month { return d.month }

// Day gives the day of the month.
func (d Date) Day() int { return d.day }

// IsZero says that no day is given.
func (d Date) IsZero() bool { return d == Date{} }

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// Start gives the instant at which the day begins in Asia/Shanghai.
func (d Date) Start() time.Time { return d.At(0, 0) }

// End gives 24:00 of the day in Asia/Shanghai, the instant at which the next day begins.
func (d Date) End() time.Time { return d.AddDays(1).Start() }

// At gives a time of the day in Asia/Shanghai.
func (d Date) At(hour, minute int) time.Time {
	return time.Date(d.year, d.month, d.day, hour, minute, 0, 0, Shanghai())
}

// AddDays gives the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date {
	y, m, day := d.utc().AddDate(0, 0, n).Date()
	return Date{y, m, day}
}

// DaysUntil counts the days from d to the other day; it is negative when that is earlier.
func (d Date) DaysUntil(other Date) int {
	return int(other.utc().Sub(d.utc()) / (24 * time.Hour))
}

// Compare orders days: -1 when d is earlier, 0 when equal, 1 when later.
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.year, other.year), cmp.Compare(d.month, other.month), cmp.Compare(d.day, other.day))
}

// Before says that d is earlier than the other day.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After says that d is later than the other day.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

func (d Date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// String gives the form 2026-11-20, and an empty text for the zero Date.
func (d Date) String() string { return d.format(dashed) }

// Compact gives the form 20261120, and an empty text for the zero Date.
func (d Date) Compact() string { return d.format(compact) }

func (d Date) format(layout string) string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(layout)
}

// MarshalText writes the form of String; JSON and YAML use it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String; an empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value stores the Date in a date column; the zero Date is NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.utc(), nil
}

// Scan reads a date column; NULL is the zero Date.
func (d *Date) Scan(column any) error {
	switch v := column.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		// A date column carries no zone: its digits are the day.
		*d = Date{v.Year(), v.Month(), v.Day()}
	case string:
		return d.UnmarshalText([]byte(v))
	default:
		return fmt.Errorf("date column: cannot read a %T", column)
	}
	return nil
}
