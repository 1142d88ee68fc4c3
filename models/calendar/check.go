package calendar

import (
	"strconv"
	"time"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/typed"
)

// longestOccasion is how many characters the name of a festival may have.
const longestOccasion = 40

// CheckYear judges the days that somebody hands in as those of a year's notice, and
// tells everything that is wrong with them: the row counted from firstRow, and the field
// as a JSON pointer. A year is taken as a whole, so that it is replaced as a whole.
func (c *WorkCalendar) CheckYear(year int, rows []NoticeRow, firstRow int, today Date) ([]NoticeDay, error) {
	until := min(c.last, today.year) + 1
	from := max(c.first, min(today.year-1, until))
	if year < from || year > until {
		return nil, refusal.New(refusal.CalendarYear).At("/year").With("from", strconv.Itoa(from)).With("until", strconv.Itoa(until))
	}
	var days []NoticeDay
	var found []*refusal.Error
	seen := map[Date]int{}
	for i, row := range rows {
		day, wrong := checkRow(year, row)
		if first, twice := seen[day.Day]; twice && !day.Day.IsZero() {
			wrong = append(wrong, refusal.New(refusal.CalendarTwice).At("date").With("day", day.Day.String()).With("first", strconv.Itoa(first)))
		} else {
			seen[day.Day] = firstRow + i
		}
		for _, w := range wrong {
			found = append(found, w.At("/days/"+strconv.Itoa(i)+"/"+w.Field).With("row", strconv.Itoa(firstRow+i)))
		}
		days = append(days, day)
	}
	if len(found) == 0 { // a row that is wrong may be the one that seems to be missing
		found = lacking(year, days)
	}
	if err := refusal.Join(found...); err != nil {
		return nil, err
	}
	if c.Published(Date{year, 1, 1}) && sameDays(days, c.Year(year)) {
		return nil, refusal.New(refusal.CalendarSame).With("year", strconv.Itoa(year))
	}
	return days, nil
}

// checkRow reads one row and tells what is wrong with it by itself.
func checkRow(year int, row NoticeRow) (NoticeDay, []*refusal.Error) {
	var found []*refusal.Error
	wrong := func(field string, e *refusal.Error) {
		found = append(found, e.At(field).With("year", strconv.Itoa(year)))
	}
	day := NoticeDay{Occasion: typed.Tidy(row.Occasion)}
	var err error
	if day.Day, err = ParseDate(row.Date); err != nil {
		wrong("date", refusal.New(refusal.CalendarDate))
	} else if day.Day.year != year {
		wrong("date", refusal.New(refusal.CalendarOutside).With("day", day.Day.String()))
	}
	kind, ok := parseKind(row.Kind)
	day.Kind = kind
	weekday := day.Day.Weekday()
	switch {
	case !ok:
		wrong("kind", refusal.New(refusal.CalendarKind))
	case kind == Work && !day.Day.IsZero() && weekday != time.Saturday && weekday != time.Sunday:
		wrong("kind", refusal.New(refusal.CalendarWorksAnyway).With("day", day.Day.String()).WithText("weekday", inChinese(weekday), weekday.String()))
	}
	length := typed.Shown(day.Occasion)
	if length == 0 || length > longestOccasion || typed.Garbled(row.Occasion) || !typed.Storable(row.Occasion) {
		wrong("occasion", refusal.New(refusal.CalendarOccasion).With("limit", strconv.Itoa(longestOccasion)))
	}
	return day, found
}

func inChinese(day time.Weekday) string {
	return "星期" + string([]rune("日一二三四五六")[day])
}

// festival is a time of the year in which at least one day is off by law.
type festival struct {
	zh, en      string
	from, until MonthDay
	since       int // the first year in which it counts
}

// festivals are those of 《全国年节及纪念日放假办法》 Art. 2 whose days are fixed, and the
// time in which those of the lunar calendar lie. Mid-Autumn is not among them: it may lie
// in the National Day holiday.
func festivals() []festival {
	on := func(month time.Month, day int) MonthDay { return MonthDay{month, day} }
	return []festival{
		{"元旦", "New Year", on(1, 1), on(1, 1), 0},
		{"春节", "Spring Festival", on(1, 20), on(2, 22), 0},
		{"清明节", "Qingming", on(4, 4), on(4, 6), 2008},
		{"劳动节", "Labour Day", on(5, 1), on(5, 1), 0},
		{"劳动节", "Labour Day", on(5, 2), on(5, 2), 2025},
		{"端午节", "Dragon Boat Festival", on(5, 28), on(6, 26), 2008},
		{"国庆节", "National Day", on(10, 1), on(10, 1), 0},
		{"国庆节", "National Day", on(10, 2), on(10, 2), 0},
		{"国庆节", "National Day", on(10, 3), on(10, 3), 0},
	}
}

// lacking tells which holidays of the law a year's list leaves out: half a notice would
// make working days of the others.
func lacking(year int, days []NoticeDay) (found []*refusal.Error) {
	for _, f := range festivals() {
		from, until := Date{year, f.from.month, f.from.day}, Date{year, f.until.month, f.until.day}
		off := year < f.since
		for _, d := range days {
			off = off || d.Kind == Off && !d.Day.Before(from) && !d.Day.After(until)
		}
		if off {
			continue
		}
		zh, en := from.String(), "on "+from.String()
		if from != until {
			zh, en = from.String()+" 至 "+until.String(), "from "+from.String()+" to "+until.String()
		}
		found = append(found, refusal.New(refusal.CalendarLacks).At("/days").WithText("festival", f.zh, f.en).WithText("when", zh, en))
	}
	return found
}
