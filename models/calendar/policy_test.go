package calendar_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/models/calendar"
)

func TestTermsAreWrittenShortly(t *testing.T) {
	type policy struct {
		Review calendar.Term `yaml:"review" json:"review"`
	}
	for text, want := range map[string]calendar.Term{
		"10wd": {Workdays: 10},
		"5s":   {Seconds: 5},
		"":     {},
	} {
		var p policy
		require.NoError(t, yaml.Unmarshal([]byte(`review: "`+text+`"`), &p))
		require.Equal(t, want, p.Review)
		back, err := json.Marshal(p)
		require.NoError(t, err)
		require.JSONEq(t, `{"review":"`+text+`"}`, string(back))
		back, err = yaml.Marshal(p)
		require.NoError(t, err)
		var again policy
		require.NoError(t, yaml.Unmarshal(back, &again))
		require.Equal(t, p, again)
	}
}

func TestTermsThatMeanNothingAreRefused(t *testing.T) {
	for _, text := range []string{"10", "wd", "s", "0wd", "-1wd", "+5wd", "05wd", "1.5wd", "1001wd", "86401s", "5 s", "10wds", "99999999999999999999s"} {
		_, err := calendar.ParseTerm(text)
		require.ErrorIs(t, err, calendar.ErrTerm, text)
	}
	require.ErrorIs(t, calendar.Term{Workdays: 1, Seconds: 1}.Validate(), calendar.ErrTerm)
	_, err := json.Marshal(calendar.Term{Workdays: 1, Seconds: 1})
	require.ErrorIs(t, err, calendar.ErrTerm)
}

func FuzzParseTerm(f *testing.F) {
	f.Add("10wd")
	f.Add("5s")
	f.Fuzz(func(t *testing.T, text string) {
		if term, err := calendar.ParseTerm(text); err == nil && term.String() != text {
			t.Fatalf("%q came back as %q", text, term)
		}
	})
}

func window(t require.TestingT, from, to string) calendar.Window {
	f, err := calendar.ParseMonthDay(from)
	require.NoError(t, err)
	u, err := calendar.ParseMonthDay(to)
	require.NoError(t, err)
	return calendar.Window{From: f, To: u}
}

func TestFreezeOfTheGraduatingGrades(t *testing.T) {
	freeze := calendar.Windows{window(t, "07-01", "08-14")}
	for text, frozen := range map[string]bool{
		"2026-06-30": false, "2026-07-01": true, "2026-08-14": true, "2026-08-15": false, "2027-07-20": true,
	} {
		require.Equal(t, frozen, freeze.Contains(day(t, text)), text)
	}
	reopens, ok := freeze.NextOutside(day(t, "2026-07-20"))
	require.True(t, ok)
	require.Equal(t, "2026-08-15", reopens.String())
	reopens, ok = freeze.NextOutside(day(t, "2026-06-01"))
	require.True(t, ok)
	require.Equal(t, "2026-06-01", reopens.String())
}

func TestWindowsOfPostGraduationTransfers(t *testing.T) {
	open := calendar.Windows{window(t, "08-15", "12-14"), window(t, "03-01", "05-31")}
	for from, want := range map[string]string{
		"2026-12-15": "2027-03-01", "2026-06-01": "2026-08-15", "2026-09-01": "2026-09-01", "2027-05-31": "2027-05-31",
	} {
		next, ok := open.NextInside(day(t, from))
		require.True(t, ok)
		require.Equal(t, want, next.String(), from)
	}
}

func TestWindowOverTheTurnOfTheYear(t *testing.T) {
	w := window(t, "12-15", "02-29")
	for text, inside := range map[string]bool{
		"2026-12-14": false, "2026-12-15": true, "2026-12-31": true, "2027-01-01": true,
		"2027-02-28": true, "2027-03-01": false, "2028-02-29": true, "2028-03-01": false,
	} {
		require.Equal(t, inside, w.Contains(day(t, text)), text)
	}
}

func TestWindowsThatNeverOpenOrClose(t *testing.T) {
	_, ok := calendar.Windows{}.NextInside(day(t, "2026-01-01"))
	require.False(t, ok)
	_, ok = calendar.Windows{window(t, "01-01", "12-31")}.NextOutside(day(t, "2026-01-01"))
	require.False(t, ok)
	leap, ok := calendar.Windows{window(t, "02-29", "02-29")}.NextInside(day(t, "2096-03-01"))
	require.True(t, ok)
	require.Equal(t, "2104-02-29", leap.String())
}

func TestWindowsAreReadFromPolicy(t *testing.T) {
	var ws calendar.Windows
	require.NoError(t, yaml.Unmarshal([]byte(`[{from: "07-01", to: "08-14"}]`), &ws))
	require.Equal(t, calendar.Windows{window(t, "07-01", "08-14")}, ws)
	text, err := json.Marshal(ws)
	require.NoError(t, err)
	require.JSONEq(t, `[{"from":"07-01","to":"08-14"}]`, string(text))
	require.Error(t, yaml.Unmarshal([]byte(`[{from: "02-30", to: "08-14"}]`), &ws))
}

func TestNextDayLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, a, b := someDay().Draw(t, "day"), someDay().Draw(t, "from"), someDay().Draw(t, "to")
		ws := calendar.Windows{window(t, a.String()[5:], b.String()[5:])}
		if next, ok := ws.NextInside(d); ok {
			require.True(t, ws.Contains(next))
			require.False(t, next.Before(d))
			for between := d; between.Before(next); between = between.AddDays(1) {
				require.False(t, ws.Contains(between), "the first such day")
			}
		}
		if next, ok := ws.NextOutside(d); ok {
			require.False(t, ws.Contains(next))
			require.False(t, next.Before(d))
		}
	})
}

func FuzzParseMonthDay(f *testing.F) {
	f.Add("07-01")
	f.Add("02-29")
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := calendar.ParseMonthDay(text); err == nil && m.String() != text {
			t.Fatalf("%q came back as %q", text, m)
		}
	})
}

// A window of one year stands in the place of the yearly ones that begin in it.
func TestAWindowOfOneYear(t *testing.T) {
	var ws calendar.Windows
	require.NoError(t, yaml.Unmarshal([]byte(`[{from: "07-01", to: "08-14"}, {year: 2027, from: "07-10", to: "07-20"}, {year: 2027, from: "12-20", to: "01-05"}, {year: 2028}]`), &ws))
	require.NoError(t, ws.Validate())
	for text, inside := range map[string]bool{
		"2026-07-01": true, "2026-07-10": true, "2026-12-25": false,
		"2027-07-01": false, "2027-07-10": true, "2027-07-20": true, "2027-07-21": false, "2027-12-20": true,
		"2028-01-05": true, "2028-01-06": false, "2028-07-10": false, "2029-07-01": true, "2029-01-01": false,
	} {
		require.Equal(t, inside, ws.Contains(day(t, text)), text)
	}
	next, ok := ws.NextInside(day(t, "2028-01-06"))
	require.True(t, ok)
	require.Equal(t, "2029-07-01", next.String(), "none in 2028")
	text, err := json.Marshal(ws)
	require.NoError(t, err)
	var again calendar.Windows
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, ws, again, "as it is frozen into a change")
	for _, wrong := range []string{`[{from: "07-01"}]`, `[{}]`, `[{year: 2027, to: "07-01"}]`, `[{year: 27, from: "07-01", to: "07-02"}]`} {
		var ws calendar.Windows
		require.NoError(t, yaml.Unmarshal([]byte(wrong), &ws))
		require.Error(t, ws.Validate(), wrong)
	}
}

// Windows without a year are what they were before there were years.
func TestYearlyWindowsComeBackEveryYear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, a, b := someDay().Draw(t, "day"), someDay().Draw(t, "from"), someDay().Draw(t, "to")
		from, to, at := a.String()[5:], b.String()[5:], d.String()[5:]
		want := from <= at && at <= to
		if from > to {
			want = from <= at || at <= to
		}
		require.Equal(t, want, window(t, from, to).Contains(d))
		require.Equal(t, want, calendar.Windows{window(t, from, to)}.Contains(d))
	})
}

func TestADayOfTheYearInAYear(t *testing.T) {
	m, err := calendar.ParseMonthDay("02-29")
	require.NoError(t, err)
	require.Equal(t, "2028-02-29", m.In(2028).String())
	require.Equal(t, "2027-02-28", m.In(2027).String())
	require.True(t, calendar.MonthDay{}.IsZero())
}
