package calendar

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind says what a notice makes of a day.
type Kind string

// The kinds of days that a notice names.
const (
	Off  Kind = "OFF"  // 放假
	Work Kind = "WORK" // 调休上班: a Saturday or Sunday on which offices work
)

func parseKind(text string) (Kind, bool) {
	k := Kind(strings.ToUpper(strings.TrimSpace(text)))
	return k, k == Off || k == Work
}

// NoticeDay is one day that the yearly notice on public holidays names.
type NoticeDay struct {
	Day      Date   `json:"day"`
	Kind     Kind   `json:"kind"`
	Occasion string `json:"occasion"`
}

// NoticeRow is one day of a notice as somebody hands it in; nothing of it is checked.
type NoticeRow struct{ Date, Kind, Occasion string }

// ErrNoticeFile says that a file is no table of the days of a notice.
var ErrNoticeFile = errors.New("the file is not a table of holidays: it takes CSV in UTF-8 with the columns date,kind,occasion, " +
	"for example 2027-10-01,off,国庆节 (a day off) or 2027-10-09,work,国庆节 (a make-up working day)")

// NoticeFirstRow is the number of the first day's row in a file that ReadNotice reads.
const NoticeFirstRow = 2

// ReadNotice reads the days of a notice from a table with the columns date, kind
// (off or work) and occasion. What the cells say is not checked: CheckYear does that.
func ReadNotice(r io.Reader) ([]NoticeRow, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read the holidays: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // a spreadsheet writes it before the table
	if !utf8.Valid(text) {
		return nil, ErrNoticeFile
	}
	table := csv.NewReader(bytes.NewReader(text))
	table.FieldsPerRecord = 3
	list, err := table.ReadAll()
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return nil, fmt.Errorf("%w; line %d is not: %w", ErrNoticeFile, bad.Line, bad.Err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the holidays: %w", err)
	}
	if len(list) == 0 || !slices.Equal(list[0], []string{"date", "kind", "occasion"}) {
		return nil, ErrNoticeFile
	}
	rows := make([]NoticeRow, len(list)-1)
	for i, cells := range list[1:] {
		rows[i] = NoticeRow{Date: strings.TrimSpace(cells[0]), Kind: cells[1], Occasion: strings.TrimSpace(cells[2])}
	}
	return rows, nil
}

// Year gives the days that the notice of a year names, in order; none for a year
// without a notice.
func (c *WorkCalendar) Year(year int) []NoticeDay {
	list := []NoticeDay{}
	for d, day := range c.named {
		if d.year == year {
			list = append(list, day)
		}
	}
	slices.SortFunc(list, func(a, b NoticeDay) int { return a.Day.Compare(b.Day) })
	return list
}

// With gives the calendar in which the days of a year are these instead of those it
// has. The calendar itself stays as it is.
func (c *WorkCalendar) With(year int, days []NoticeDay) *WorkCalendar {
	next := &WorkCalendar{first: c.first, last: c.last, named: maps.Clone(c.named)}
	maps.DeleteFunc(next.named, func(d Date, _ NoticeDay) bool { return d.year == year })
	for _, day := range days {
		next.named[day.Day] = day
	}
	if year == c.last+1 { // a year after a gap stays provisional: the years between have no notice
		next.last = year
	}
	next.version = fmt.Sprintf("%d-%d.%s", next.first, next.last, next.digest())
	return next
}

// digest is that of the days and what they are: another name of a festival moves no deadline.
func (c *WorkCalendar) digest() string {
	days := slices.SortedFunc(maps.Values(c.named), func(a, b NoticeDay) int { return a.Day.Compare(b.Day) })
	sum := sha256.New()
	for _, day := range days {
		_, _ = fmt.Fprintln(sum, day.Day, day.Kind) // a hash never fails
	}
	return hex.EncodeToString(sum.Sum(nil)[:4])
}

// DayChange is one day that another calendar treats otherwise.
type DayChange struct {
	Day Date
	// Works says what the day is in the other calendar.
	Works bool
}

// Changes lists the days of a year that are working days in one of two calendars only.
func (c *WorkCalendar) Changes(other *WorkCalendar, year int) []DayChange {
	list := []DayChange{}
	for d := (Date{year, 1, 1}); d.year == year; d = d.AddDays(1) {
		if works := other.IsWorkday(d); works != c.IsWorkday(d) {
			list = append(list, DayChange{Day: d, Works: works})
		}
	}
	return list
}

// sameDays says whether two lists of days name the same.
func sameDays(a, b []NoticeDay) bool {
	byDay := func(x, y NoticeDay) int { return x.Day.Compare(y.Day) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), byDay), slices.SortedFunc(slices.Values(b), byDay))
}
