package calendar_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
)

// year2027 is an invented notice: Spring Festival 2027 begins on 6 February.
func year2027() []calendar.NoticeRow {
	var rows []calendar.NoticeRow
	add := func(kind, occasion string, days ...string) {
		for _, d := range days {
			rows = append(rows, calendar.NoticeRow{Date: "2027-" + d, Kind: kind, Occasion: occasion})
		}
	}
	add("OFF", "元旦", "01-01", "01-02", "01-03")
	add("OFF", "春节", "02-05", "02-06", "02-07", "02-08", "02-09", "02-10", "02-11")
	add("WORK", "春节", "01-30", "02-20")
	add("OFF", "清明节", "04-03", "04-04", "04-05")
	add("OFF", "劳动节", "05-01", "05-02", "05-03")
	add("OFF", "端午节", "06-09")
	add("OFF", "中秋节", "09-15")
	add("OFF", "国庆节", "10-01", "10-02", "10-03", "10-04", "10-05", "10-06", "10-07")
	add("WORK", "国庆节", "10-09")
	return rows
}

func loaded(t require.TestingT, c *calendar.WorkCalendar, year int, rows []calendar.NoticeRow) *calendar.WorkCalendar {
	days, err := c.CheckYear(year, rows, 1, day(t, "2026-11-20"))
	require.NoError(t, err)
	return c.With(year, days)
}

func TestANewYearIsLaidOverTheCalendar(t *testing.T) {
	base := national(t)
	next := loaded(t, base, 2027, year2027())
	opening := day(t, "2026-12-25").At(9, 0)
	before, after := base.AddWorkdays(opening, 10), next.AddWorkdays(opening, 10)
	require.Equal(t, []any{"2027-01-08", true}, []any{before.LastDay().String(), before.Provisional})
	require.Equal(t, []any{"2027-01-11", false}, []any{after.LastDay().String(), after.Provisional})
	require.True(t, strings.HasPrefix(next.Version(), "2004-2027."), next.Version())
	require.True(t, next.IsWorkday(day(t, "2027-01-30")))
	require.True(t, next.Published(day(t, "2027-12-31")))
	require.False(t, next.Published(day(t, "2028-01-01")))
	require.Len(t, next.Year(2027), len(year2027()))
	require.Equal(t, calendar.NoticeDay{Day: day(t, "2027-01-01"), Kind: calendar.Off, Occasion: "元旦"}, next.Year(2027)[0])
	require.Equal(t, base.Year(2026), next.Year(2026))

	require.False(t, base.Published(day(t, "2027-01-01")), "the calendar it was laid over stays as it is")
	require.True(t, base.IsWorkday(day(t, "2027-01-01")))
	require.Empty(t, base.Year(2027))
	changes := base.Changes(next, 2027)
	require.Equal(t, calendar.DayChange{Day: day(t, "2027-01-01")}, changes[0])
	require.Contains(t, changes, calendar.DayChange{Day: day(t, "2027-10-09"), Works: true})
	require.NotContains(t, changes, calendar.DayChange{Day: day(t, "2027-01-02")}, "a Saturday is off anyway")
}

func TestACorrectedYearTakesThePlaceOfTheWholeYear(t *testing.T) {
	first := loaded(t, national(t), 2027, year2027())
	rows := year2027()
	fewer := loaded(t, first, 2027, append(rows[:2:2], rows[3:]...))
	require.Len(t, fewer.Year(2027), len(rows)-1, "what the first version named and the second does not is gone")
	_, err := first.CheckYear(2027, rows, 1, day(t, "2026-11-20"))
	require.Equal(t, refusal.CalendarSame, refusal.CodeOf(err))
}

func TestFaultsOfAYearNameRowAndField(t *testing.T) {
	type told struct {
		code  refusal.Code
		field string
		row   string
	}
	with := func(i int, row calendar.NoticeRow) []calendar.NoticeRow {
		rows := year2027()
		rows[i] = row
		return rows
	}
	more := func(rows ...calendar.NoticeRow) []calendar.NoticeRow { return append(year2027(), rows...) }
	end := strconv.Itoa(len(year2027()))
	row := func(n int) string { return strconv.Itoa(n + 2) }
	for name, c := range map[string]struct {
		year int
		rows []calendar.NoticeRow
		want []told
	}{
		"too early":       {2024, year2027(), []told{{refusal.CalendarYear, "/year", ""}}},
		"a gap":           {2028, year2027(), []told{{refusal.CalendarYear, "/year", ""}}},
		"no such day":     {2027, with(1, calendar.NoticeRow{"2027-02-30", "OFF", "春节"}), []told{{refusal.CalendarDate, "/days/1/date", row(1)}}},
		"a spreadsheet's": {2027, with(1, calendar.NoticeRow{"2027/1/2", "OFF", "元旦"}), []told{{refusal.CalendarDate, "/days/1/date", row(1)}}},
		"another year":    {2027, with(1, calendar.NoticeRow{"2026-12-31", "OFF", "元旦"}), []told{{refusal.CalendarOutside, "/days/1/date", row(1)}}},
		"twice":           {2027, more(calendar.NoticeRow{"2027-01-02", "WORK", "元旦"}), []told{{refusal.CalendarTwice, "/days/" + end + "/date", row(len(year2027()))}}},
		"unknown kind":    {2027, with(1, calendar.NoticeRow{"2027-01-02", "holiday", "元旦"}), []told{{refusal.CalendarKind, "/days/1/kind", row(1)}}},
		"works anyway":    {2027, more(calendar.NoticeRow{"2027-10-08", "WORK", "国庆节"}), []told{{refusal.CalendarWorksAnyway, "/days/" + end + "/kind", row(len(year2027()))}}},
		"no festival":     {2027, with(1, calendar.NoticeRow{"2027-01-02", "OFF", "  "}), []told{{refusal.CalendarOccasion, "/days/1/occasion", row(1)}}},
		"a long one":      {2027, with(1, calendar.NoticeRow{"2027-01-02", "OFF", strings.Repeat("节", 41)}), []told{{refusal.CalendarOccasion, "/days/1/occasion", row(1)}}},
		"half a notice":   {2027, year2027()[:12], []told{{refusal.CalendarLacks, "/days", ""}, {refusal.CalendarLacks, "/days", ""}, {refusal.CalendarLacks, "/days", ""}, {refusal.CalendarLacks, "/days", ""}, {refusal.CalendarLacks, "/days", ""}, {refusal.CalendarLacks, "/days", ""}, {refusal.CalendarLacks, "/days", ""}}},
		"worked by law":   {2027, with(0, calendar.NoticeRow{"2027-01-04", "OFF", "元旦"}), []told{{refusal.CalendarLacks, "/days", ""}}},
		"all of it at once": {2027, more(calendar.NoticeRow{"2026-10-08", "x", ""}), []told{
			{refusal.CalendarOutside, "/days/" + end + "/date", row(len(year2027()))}, {refusal.CalendarKind, "/days/" + end + "/kind", row(len(year2027()))},
			{refusal.CalendarOccasion, "/days/" + end + "/occasion", row(len(year2027()))},
		}},
	} {
		_, err := national(t).CheckYear(c.year, c.rows, 2, day(t, "2026-11-20"))
		var e *refusal.Error
		require.ErrorAs(t, err, &e, name)
		var have []told
		for _, one := range e.All() {
			have = append(have, told{one.Code, one.Field, one.Params["row"]})
		}
		require.Equal(t, c.want, have, name)
	}
}

// The law's holidays hold for every notice there was: what CheckYear asks for is no invention.
func TestEveryNoticeThatWasPublishedPasses(t *testing.T) {
	c := national(t)
	first, last := c.Years()
	for year := first; year <= last; year++ {
		var rows []calendar.NoticeRow
		for _, d := range c.Year(year) {
			rows = append(rows, calendar.NoticeRow{Date: d.Day.String(), Kind: string(d.Kind), Occasion: d.Occasion})
		}
		_, err := c.CheckYear(year, rows, 1, day(t, fmt.Sprintf("%d-11-20", year)))
		require.Equal(t, refusal.CalendarSame, refusal.CodeOf(err), year)
	}
}

func TestWhichYearsCanBeLoaded(t *testing.T) {
	c := loaded(t, national(t), 2027, year2027())
	for today, want := range map[string]string{
		"2026-11-20": "2025 2027", // 2028 is not published yet
		"2027-01-02": "2026 2028",
		"2031-01-01": "2028 2028", // nobody loaded any: the oldest first
	} {
		_, err := c.CheckYear(2100, nil, 1, day(t, today))
		var e *refusal.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, want, e.Params["from"]+" "+e.Params["until"], today)
	}
}

func TestTheNameOfAFestivalMovesNoDeadline(t *testing.T) {
	rows := year2027()
	first := loaded(t, national(t), 2027, rows)
	rows[0].Occasion = "新年"
	renamed := loaded(t, first, 2027, rows)
	require.Equal(t, first.Version(), renamed.Version())
	moved := loaded(t, first, 2027, append(rows, calendar.NoticeRow{Date: "2027-10-10", Kind: "WORK", Occasion: "国庆节"}))
	require.NotEqual(t, first.Version(), moved.Version())
	require.Equal(t, first.Version(), loaded(t, moved, 2027, rows).Version(), "the same days are the same calendar, whatever was between")
}

func TestAYearKeepsTheLawsOfTheCalendar(t *testing.T) {
	base := national(t)
	rapid.Check(t, func(t *rapid.T) {
		rows := year2027()
		for _, i := range rapid.SliceOfDistinct(rapid.IntRange(8, 350), func(i int) int { return i }).Draw(t, "days") {
			d := day(t, "2027-01-01").AddDays(i)
			kind := "OFF"
			if wd := d.Weekday(); (wd == 0 || wd == 6) && rapid.Bool().Draw(t, "works") {
				kind = "WORK"
			}
			rows = append(rows, calendar.NoticeRow{Date: d.String(), Kind: kind, Occasion: "节"})
		}
		days, err := base.CheckYear(2027, rows, 1, day(t, "2026-11-20"))
		if err != nil {
			require.Equal(t, refusal.CalendarTwice, refusal.CodeOf(err))
			return
		}
		next := base.With(2027, days)
		changed := map[calendar.Date]bool{}
		for _, c := range base.Changes(next, 2027) {
			changed[c.Day] = true
			require.Equal(t, c.Works, next.IsWorkday(c.Day))
		}
		for d := day(t, "2026-01-01"); d.Year() < 2029; d = d.AddDays(1) {
			require.Equal(t, changed[d], base.IsWorkday(d) != next.IsWorkday(d), d)
		}
	})
}

func TestReadingAFileOfHolidays(t *testing.T) {
	rows, err := calendar.ReadNotice(strings.NewReader("\ufeffdate,kind,occasion\r\n2027-01-01, off,元旦\r\n 2027-02-20 ,work,春节\r\n"))
	require.NoError(t, err)
	require.Equal(t, []calendar.NoticeRow{{"2027-01-01", " off", "元旦"}, {"2027-02-20", "work", "春节"}}, rows)
	for name, text := range map[string]string{
		"empty": "", "another header": "day,kind,occasion\n2027-01-01,off,a\n", "a column short": "date,kind,occasion\n2027-01-01,off\n",
		"not UTF-8": "date,kind,occasion\n2027-01-01,off,\xd4\xaa\xb5\xa9\n", "a workbook": "PK\x03\x04\x14\x00",
	} {
		_, err := calendar.ReadNotice(strings.NewReader(text))
		require.ErrorIs(t, err, calendar.ErrNoticeFile, name)
	}
}
