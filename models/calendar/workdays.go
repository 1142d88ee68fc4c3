package calendar

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// The days off and make-up days by State Council notice, 2004 to 2026.
//
//go:embed workdays.csv
var national []byte

// WorkCalendar knows which days are working days (工作日). It never changes
// once made, so it may be shared freely; a new yearly notice makes a new
// calendar with another version.
type WorkCalendar struct {
	version     string
	first, last int                // years for which a notice was published
	named       map[Date]NoticeDay // days that the notices name
}

// Load gives the national calendar that is built into the product. The notices of
// later years are laid over it, see With.
func Load() (*WorkCalendar, error) { return ReadCalendar(bytes.NewReader(national)) }

// ReadCalendar reads a calendar from a table with the columns date, kind (off or
// work) and occasion. Every year between the first and the last must occur:
// a missing year would silently count holidays as working days.
func ReadCalendar(r io.Reader) (*WorkCalendar, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("work calendar: %w", err)
	}
	rows := csv.NewReader(bytes.NewReader(text))
	rows.FieldsPerRecord = 3
	list, err := rows.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("work calendar: %w", err)
	}
	if len(list) < 2 || list[0][0] != "date" || list[0][1] != "kind" {
		return nil, errors.New("work calendar: the first row must be date,kind,occasion and days must follow")
	}
	c := &WorkCalendar{named: make(map[Date]NoticeDay, len(list))}
	for i, row := range list[1:] {
		if err := c.add(row[0], row[1], row[2]); err != nil {
			return nil, fmt.Errorf("work calendar: row %d: %w", i+2, err)
		}
	}
	if err := c.setYears(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	c.version = fmt.Sprintf("%d-%d.%s", c.first, c.last, hex.EncodeToString(sum[:4]))
	return c, nil
}

func (c *WorkCalendar) add(day, kind, occasion string) error {
	d, err := ParseDate(day)
	if err != nil {
		return err
	}
	if _, twice := c.named[d]; twice {
		return fmt.Errorf("%s stands twice", d)
	}
	k, ok := parseKind(kind)
	if !ok {
		return fmt.Errorf("kind %q is neither off nor work", kind)
	}
	c.named[d] = NoticeDay{Day: d, Kind: k, Occasion: occasion}
	return nil
}

func (c *WorkCalendar) setYears() error {
	years := map[int]bool{}
	for d := range c.named {
		if c.first == 0 || d.year < c.first {
			c.first = d.year
		}
		c.last = max(c.last, d.year)
		years[d.year] = true
	}
	for y := c.first; y <= c.last; y++ {
		if !years[y] {
			return fmt.Errorf("work calendar: the year %d is missing", y)
		}
	}
	return nil
}

// Version names the calendar; it changes whenever a day of it does. It is
// stored beside every due date so that the date can be explained later.
func (c *WorkCalendar) Version() string { return c.version }

// Published says whether a notice covers the year of the day. In other years
// only Saturdays and Sundays are off, and what depends on them is provisional.
// (A notice now and then moves a day at the end of the year before its own;
// such a day is corrected by loading that year once more.)
func (c *WorkCalendar) Published(d Date) bool { return d.year >= c.first && d.year <= c.last }

// Years gives the first and the last year for which a notice was published.
func (c *WorkCalendar) Years() (first, last int) { return c.first, c.last }

// IsWorkday says whether offices work on the day.
func (c *WorkCalendar) IsWorkday(d Date) bool {
	if day, named := c.named[d]; named {
		return day.Kind == Work
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// WorkdaysBetween counts the working days after from, up to and including to:
// the opening day is not counted. It is negative when to is the earlier day.
func (c *WorkCalendar) WorkdaysBetween(from, to Date) int {
	if to.Before(from) {
		return -c.WorkdaysBetween(to, from)
	}
	n := 0
	for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
		if c.IsWorkday(d) {
			n++
		}
	}
	return n
}

// nth finds the n-th working day after the day; n is at least 1. It also says
// whether a day on the way lies in a year without a notice.
func (c *WorkCalendar) nth(from Date, n int) (day Date, provisional bool) {
	day = from
	for n > 0 {
		day = day.AddDays(1)
		provisional = provisional || !c.Published(day)
		if c.IsWorkday(day) {
			n--
		}
	}
	return day, provisional
}
