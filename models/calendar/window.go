package calendar

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// MonthDay is a day that comes back every year, such as 07-01.
type MonthDay struct {
	month time.Month
	day   int
}

// ErrMonthDay says that a text names no day of a year.
var ErrMonthDay = errors.New("a day of the year is written as month-day, such as 07-01")

// A leap year, so that 02-29 can be named.
const someLeapYear = "2024-"

// ParseMonthDay reads the form 07-01.
func ParseMonthDay(text string) (MonthDay, error) {
	d, err := ParseDate(someLeapYear + text)
	if err != nil {
		return MonthDay{}, ErrMonthDay
	}
	return MonthDay{d.month, d.day}, nil
}

// Compare orders days of the year.
func (m MonthDay) Compare(other MonthDay) int {
	return cmp.Or(cmp.Compare(m.month, other.month), cmp.Compare(m.day, other.day))
}

// String gives the form 07-01, and an empty text for the zero value.
func (m MonthDay) String() string {
	if m == (MonthDay{}) {
		return ""
	}
	return Date{2024, m.month, m.day}.String()[len(someLeapYear):]
}

// MarshalText writes the form of String; JSON and YAML use it.
func (m MonthDay) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// IsZero says that no day is named.
func (m MonthDay) IsZero() bool { return m == MonthDay{} }

// In gives the day in one year; 02-29 is the last day of February there.
func (m MonthDay) In(year int) Date {
	d, err := NewDate(year, m.month, m.day)
	if err != nil {
		d = Date{year, m.month, m.day - 1}
	}
	return d
}

// UnmarshalText reads the form of String; an empty text names no day.
func (m *MonthDay) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = MonthDay{}
		return nil
	}
	parsed, err := ParseMonthDay(string(text))
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// Window is a span of days that comes back every year, both ends included. It
// may reach over the turn of the year: from 12-15 to 02-14. Policies use it both
// ways: business that is only possible inside (办理窗口) and freezes (冻结期).
//
// A window with a Year begins in that year only, and stands in the place of all
// windows without one that would begin in that year. Without From and To it says
// that in that year there is none.
type Window struct {
	Year int      `json:"year,omitempty" yaml:"year,omitempty"`
	From MonthDay `json:"from" yaml:"from"`
	To   MonthDay `json:"to" yaml:"to"`
}

// Contains says whether the day lies in the window. A window that ends on
// 02-29 ends with February in every year.
func (w Window) Contains(d Date) bool { return w.begun(d, d.year) || w.begun(d, d.year-1) }

// begun says whether the day lies in the window that begins in a year.
func (w Window) begun(d Date, year int) bool {
	if w.From.IsZero() || w.Year != 0 && w.Year != year {
		return false
	}
	day := MonthDay{d.month, d.day}
	afterFrom, beforeTo := w.From.Compare(day) <= 0, day.Compare(w.To) <= 0
	if w.From.Compare(w.To) <= 0 {
		return d.year == year && afterFrom && beforeTo
	}
	return d.year == year && afterFrom || d.year == year+1 && beforeTo
}

// Validate tells what is wrong with a window.
func (w Window) Validate() error {
	switch none := w.From.IsZero() && w.To.IsZero(); {
	case w.Year != 0 && (w.Year < 2000 || w.Year > 2100):
		return errors.New("the year of a window lies between 2000 and 2100")
	case none && w.Year != 0:
		return nil
	case w.From.IsZero() || w.To.IsZero():
		return errors.New("a window needs from and to; only one with a year may have neither, for none in that year")
	}
	return nil
}

// Windows is a set of windows; it contains what any of them contains.
type Windows []Window

// Contains says whether the day lies in one of the windows.
func (ws Windows) Contains(d Date) bool { return ws.begun(d, d.year) || ws.begun(d, d.year-1) }

// begun says whether the day lies in a window that begins in a year: one of that
// year's own, where there are any.
func (ws Windows) begun(d Date, year int) bool {
	own := slices.ContainsFunc(ws, func(w Window) bool { return w.Year == year })
	return slices.ContainsFunc(ws, func(w Window) bool { return (w.Year == year) == own && w.begun(d, year) })
}

// Validate tells what is wrong with the windows.
func (ws Windows) Validate() error {
	var list []error
	for _, w := range ws {
		list = append(list, w.Validate())
	}
	return errors.Join(list...)
}

// NextInside gives the first day, d or later, that lies in a window: the day on
// which business becomes possible. It is false when there is no such day.
func (ws Windows) NextInside(d Date) (Date, bool) { return ws.next(d, true) }

// NextOutside gives the first day, d or later, that lies in no window: the day
// on which a freeze has ended. It is false when there is no such day.
func (ws Windows) NextOutside(d Date) (Date, bool) { return ws.next(d, false) }

func (ws Windows) next(d Date, inside bool) (Date, bool) {
	// Eight years hold every day of the year, 02-29 too, even around 2100.
	const horizon = 8*366 + 1
	for range horizon {
		if ws.Contains(d) == inside {
			return d, true
		}
		d = d.AddDays(1)
	}
	return Date{}, false
}
