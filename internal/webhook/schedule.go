package webhook

import (
	"time"

	"github.com/xueji/xueji/models/calendar"
)

// Backoff lists the pauses after the first, second, … attempt that failed: nearly
// three days in all.
func Backoff() []time.Duration {
	return []time.Duration{
		5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour,
	}
}

// longestWait is how long a receiver may ask to be left alone at once.
const longestWait = 24 * time.Hour

// Attempts is how often a message is sent before it is given up.
func Attempts() int { return len(Backoff()) + 1 }

// Next says when to send a message again that has failed so many times, the last
// time now; dead says that it is given up. A receiver that asks to wait longer is
// left alone so long.
func Next(now time.Time, failed int, retryAfter time.Duration) (at time.Time, dead bool) {
	pauses := Backoff()
	if failed > len(pauses) {
		return time.Time{}, true
	}
	return now.Add(max(pauses[max(failed, 1)-1], min(retryAfter, longestWait))), false
}

// Hours are the hours in which offices work, the same on every working day.
type Hours struct {
	from, to time.Duration // since midnight
	days     func() *calendar.WorkCalendar
}

// NewHours gives the hours between two times of a working day, since midnight. The
// calendar is asked for whenever it is needed: a new one comes while the process runs.
func NewHours(from, to time.Duration, days func() *calendar.WorkCalendar) Hours {
	return Hours{from: from, to: to, days: days}
}

// Open gives the first moment from now on at which offices work; now itself when
// they do.
func (h Hours) Open(now time.Time) time.Time {
	day, days := calendar.DateOf(now), h.days()
	if days.IsWorkday(day) {
		since := now.Sub(day.At(0, 0))
		if since >= h.from && since < h.to {
			return now
		}
		if since < h.from {
			return day.At(0, 0).Add(h.from)
		}
	}
	for {
		day = day.AddDays(1)
		if days.IsWorkday(day) {
			return day.At(0, 0).Add(h.from)
		}
	}
}
