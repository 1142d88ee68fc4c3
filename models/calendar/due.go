package calendar

import "time"

// Due says when a step must be done, and from what that was computed.
type Due struct {
	// Opened is the instant from which the term runs.
	Opened time.Time
	// Term is the time that is allowed.
	Term Term
	// At is the instant the step is due: for working days 24:00 of the last one.
	At time.Time
	// Provisional says that the term runs into a year whose holidays are not
	// published yet, so a new calendar may move At.
	Provisional bool
	// Version is that of the calendar; it is empty for a term in seconds.
	Version string
}

// LastDay gives the last day on which the step can be done in time. It is the
// day to show to people: "24:00 of 20 November", not "0:00 of 21 November".
func (d Due) LastDay() Date { return DateOf(d.At.Add(-time.Microsecond)) }

// Until writes a due moment as people say it, in Shanghai: "2026-12-04 24:00" where it
// is the end of a day, else the minute.
func Until(at time.Time) string {
	if day := DateOf(at.Add(-time.Microsecond)); day.End().Equal(at) {
		return day.String() + " 24:00"
	}
	return at.In(Shanghai()).Format("2006-01-02 15:04")
}

// AddWorkdays gives 24:00 of the n-th working day after the day of opening,
// which is itself not counted. With n below 1 the step is due at once.
func (c *WorkCalendar) AddWorkdays(opening time.Time, n int) Due {
	due := Due{Opened: opening, Term: Term{Workdays: n}, At: opening, Version: c.version}
	if n < 1 {
		return due
	}
	day, provisional := c.nth(DateOf(opening), n)
	due.At, due.Provisional = day.End(), provisional
	return due
}

// Deadline gives the moment at which a term that begins at opening ends.
func (c *WorkCalendar) Deadline(opening time.Time, term Term) Due {
	if term.Seconds > 0 {
		return Due{Opened: opening, Term: term, At: opening.Add(time.Duration(term.Seconds) * time.Second)}
	}
	return c.AddWorkdays(opening, term.Workdays)
}

// The hour at which a clerk finds a reminder: the beginning of office hours.
const reminderHour = 9

// Fraction gives the instant at which to remind that a share of the term is
// used up. Percent is kept between 0 and 100.
//
// For working days it is 09:00 of the working day on which the share is
// reached, a part of a day counting as a day: of ten days, 50 % is 09:00 of
// the 5th and 80 % is 09:00 of the 8th; of one day, both are 09:00 of that day,
// and the caller reminds once. For seconds it is the exact share.
//
// It is never before opening, never after the due moment, and never earlier for
// a larger percent.
func (c *WorkCalendar) Fraction(due Due, percent int) time.Time {
	percent = min(max(percent, 0), 100)
	if due.Term.Seconds > 0 {
		whole := time.Duration(due.Term.Seconds) * time.Second
		return due.Opened.Add(whole / 100 * time.Duration(percent))
	}
	k := (due.Term.Workdays*percent + 99) / 100
	if k < 1 {
		return due.Opened
	}
	day, _ := c.nth(DateOf(due.Opened), k)
	if at := day.At(reminderHour, 0); at.Before(due.At) {
		return at
	}
	return due.At
}
