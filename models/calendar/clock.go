package calendar

import (
	"sync"
	"time"
	_ "time/tzdata" // a machine without zone files works too
)

// Shanghai gives the zone Asia/Shanghai, in which every day of the product lies.
func Shanghai() *time.Location { return shanghai() }

// shanghai is read once and never changes.
var shanghai = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		// The zone is compiled in: its absence is a broken build.
		panic("calendar: zone Asia/Shanghai is not compiled in: " + err.Error())
	}
	return zone
})

// Clock is the only thing that asks for the time. It is real time plus an
// offset that only development and tests may set. It is safe for concurrent use.
type Clock struct {
	source  func() time.Time
	offset  time.Duration
	machine func() time.Time
}

// NewClock makes the clock that runs offset ahead of real time; production uses 0.
// Processes that share a database must be given the same offset.
func NewClock(offset time.Duration) *Clock {
	return &Clock{source: time.Now, offset: offset, machine: time.Now}
}

// ClockAt makes a running clock that shows t now, for demonstrations.
// A second process gets the same time by NewClock(first.Offset()), not by another ClockAt.
func ClockAt(t time.Time) *Clock { return NewClock(time.Until(t)) }

// Now gives the present instant in Asia/Shanghai, in microseconds as the
// database keeps them, so that what was stored compares equal when read back.
func (c *Clock) Now() time.Time {
	return c.source().Add(c.offset).Truncate(time.Microsecond).In(Shanghai())
}

// Today gives the present day in Asia/Shanghai.
func (c *Clock) Today() Date { return DateOf(c.Now()) }

// Offset gives how far the clock runs ahead of real time.
func (c *Clock) Offset() time.Duration { return c.offset }

// Machine gives the time of this computer, without the offset. It is no time of the
// register: it says how far this computer is from others, and how long ago something
// happened in this process.
func (c *Clock) Machine() time.Time { return c.machine() }

// OffBy makes the clock of a computer whose time is wrong by d, for tests.
func OffBy(c *Clock, d time.Duration) *Clock {
	return &Clock{
		source: func() time.Time { return c.source().Add(d) }, offset: c.offset,
		machine: func() time.Time { return c.machine().Add(d) },
	}
}

// Hand moves a stopped clock. It is safe for concurrent use.
type Hand struct {
	mu  sync.Mutex
	now time.Time
}

// Stopped makes a clock for tests that stands at t until its Hand moves it.
func Stopped(t time.Time) (*Clock, *Hand) {
	h := &Hand{now: t}
	return &Clock{source: h.read, machine: time.Now}, h
}

// Advance moves the clock forward by d, or back when d is negative.
func (h *Hand) Advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// Set moves the clock to t.
func (h *Hand) Set(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = t
}

func (h *Hand) read() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}
