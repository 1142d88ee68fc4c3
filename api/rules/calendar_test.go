package rules_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rules"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// holidays is an invented notice of a year in which the law's days are off, and those
// that are named.
func holidays(year, basedOn int, off ...string) m {
	days := []m{}
	for _, d := range append([]string{"01-01", "02-05", "04-05", "05-01", "05-02", "06-09", "10-01", "10-02", "10-03"}, off...) {
		days = append(days, m{"date": fmt.Sprintf("%d-%s", year, d), "kind": "OFF", "occasion": "节"})
	}
	return m{"year": year, "days": days, "based_on": basedOn}
}

func with(body m, more ...m) m {
	days, _ := body["days"].([]m)
	body["days"] = append(days, more...)
	return body
}

func reasoned(body m) m {
	body["reason"] = "国办发明电〔2026〕1号"
	return body
}

func loading(key string, body m) apitest.Call {
	return apitest.Call{Method: "POST", Path: "/v1/calendar", Body: reasoned(body), Key: key}
}

func TestTheNationLoadsTheHolidaysOfAYear(t *testing.T) {
	w := apitest.New(t)
	clerk, admin := w.LogIn(storetest.SchoolA, org.SchoolRegistrar), w.LogIn(storetest.Nation, org.BureauSysadmin)
	var year rules.CalendarYear
	w.Must(200, clerk.Token, apitest.Get("/v1/calendar/2027"), &year)
	require.False(t, year.Published)
	require.Empty(t, year.Days)
	w.Must(200, clerk.Token, apitest.Get("/v1/calendar/2026"), &year)
	require.True(t, year.Published)
	require.Len(t, year.Days, 39)
	require.Nil(t, year.Loaded)

	body := with(holidays(2027, 0, "01-04"), m{"date": "2027-01-09", "kind": "work", "occasion": "元旦"})
	var trial rules.CalendarCheck
	w.Must(200, admin.Token, apitest.Post("/v1/calendar/check", body), &trial)
	require.Equal(t, "2027-01-01", trial.Changes[0].Date.String())
	require.False(t, trial.Changes[0].Works)
	require.Equal(t, []any{"2027-01-09", true}, []any{trial.Changes[2].Date.String(), trial.Changes[2].Works})
	w.Must(200, clerk.Token, apitest.Get("/v1/calendar/2027"), &year)
	require.False(t, year.Published, "a trial stores nothing")

	key := uuid.NewString()
	var first, again rules.CalendarVersion
	w.Must(201, admin.Token, loading(key, body), &first)
	require.Equal(t, []any{1, 2027, "某人", "国办发明电〔2026〕1号"}, []any{first.Version, first.Year, first.Author, first.Comment})
	w.Must(201, admin.Token, loading(key, body), &again)
	require.Equal(t, first, again, "the same request again adds nothing")
	w.Refused("idempotency_key_reused", admin.Token, loading(key, holidays(2027, 0)))
	w.Refused("version_conflict", admin.Token, loading(uuid.NewString(), holidays(2027, 0)))
	w.Refused("calendar_same", admin.Token, loading(uuid.NewString(), m{"year": 2027, "days": body["days"], "based_on": 1}))
	w.Must(201, admin.Token, loading(uuid.NewString(), holidays(2027, 1, "01-04", "01-05")), nil)

	w.Must(200, clerk.Token, apitest.Get("/v1/calendar/2027"), &year)
	require.True(t, year.Published)
	require.Len(t, year.Days, 11)
	require.Equal(t, 2, year.Loaded.Version)
	require.Empty(t, year.Loaded.Author, "a name is for people of the national office")
	var list rules.CalendarVersions
	w.Must(200, admin.Token, apitest.Get("/v1/calendar"), &list)
	require.Equal(t, []int{2004, 2027, 2, 2}, []int{list.FirstYear, list.LastYear, list.Newest, len(list.Items)})
	require.Equal(t, 2, apitest.One[int](w, `SELECT count(*)::int FROM audit_entry WHERE action = 'calendar.add' AND account_id = $1 AND office_path = 'n'`, admin.Account))
}

func TestOnlyTheNationalOfficeLoadsHolidays(t *testing.T) {
	w := apitest.New(t)
	for _, office := range []string{storetest.Bureau, storetest.Province} {
		admin := w.LogIn(office, org.BureauSysadmin)
		w.Refused("calendar_office", admin.Token, loading(uuid.NewString(), holidays(2027, 0)))
		w.Refused("calendar_office", admin.Token, apitest.Post("/v1/calendar/check", holidays(2027, 0)))
	}
	for _, role := range []org.Role{org.BureauHead, org.BureauReviewer, org.BureauViewer} {
		w.Refused("forbidden", w.LogIn(storetest.Nation, role).Token, loading(uuid.NewString(), holidays(2027, 0)))
	}
	require.Zero(t, apitest.One[int](w, `SELECT count(*)::int FROM workday_year`))
}

func TestWhatIsWrongWithHolidaysIsToldAtOnceByRowAndField(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Nation, org.BureauSysadmin)
	body := with(holidays(2027, 0),
		m{"date": "2027-02-30", "kind": "OFF", "occasion": "春节"}, m{"date": "2026-12-31", "kind": "OFF", "occasion": "元旦"},
		m{"date": "2027-10-01", "kind": "OFF", "occasion": "国庆节"}, m{"date": "2027-10-08", "kind": "WORK", "occasion": "国庆节"},
		m{"date": "2027-10-05", "kind": "free", "occasion": "ㅤ"})
	p := w.Refused("calendar_date", admin.Token, loading(uuid.NewString(), body))
	var told []string
	for _, e := range p.Errors {
		told = append(told, e.Code+" "+e.Pointer)
	}
	require.Equal(t, []string{
		"calendar_date /days/9/date", "calendar_outside /days/10/date", "calendar_twice /days/11/date",
		"calendar_works_anyway /days/12/kind", "calendar_kind /days/13/kind", "calendar_occasion /days/13/occasion",
	}, told)
	require.Equal(t, "第13行的2027-10-08是星期五，本来就上班，不会是调休上班日。请对照通知改正日期或类别。", p.Errors[3].Detail)
	p = w.Refused("calendar_lacks", admin.Token, loading(uuid.NewString(), m{"year": 2027, "days": []m{}, "based_on": 0}))
	require.Len(t, p.Errors, 9)
	require.Contains(t, p.Errors[1].Detail, "2027-01-20 至 2027-02-22没有春节的放假日")
	w.Refused("calendar_year", admin.Token, loading(uuid.NewString(), holidays(2028, 0)))
	require.Zero(t, apitest.One[int](w, `SELECT count(*)::int FROM workday_year`))
}

// openChange is what the page of a change says about its open step.
type openChange struct {
	Open struct {
		TaskID      uuid.UUID  `json:"task_id"`
		DueDay      string     `json:"due_day"`
		Provisional bool       `json:"provisional"`
		OverdueAt   *time.Time `json:"overdue_at"`
	}
	Timeline []struct {
		Verb   string
		Params map[string]string
	}
}

// suspension files a suspension of a pupil of the school that begins on a day.
func suspension(w *apitest.World, from string) (id string) {
	w.T().Helper()
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	var page struct{ ID string }
	w.Must(http.StatusCreated, registrar.Token, apitest.File(uuid.NewString(), w.Suspension(registrar, w.Pupil(storetest.SchoolA), from)), &page)
	return page.ID
}

// upkeep does what a round of the worker does about the calendar, and says for how many changes.
func newCalendar(w *apitest.World) (moved int) {
	w.T().Helper()
	var stale []uuid.UUID
	require.NoError(w.T(), w.Worker.InScope(w.T().Context(), store.Scope{}, func(tx *change.Tx) (err error) {
		stale, err = tx.WithOldCalendar(100)
		return err
	}))
	for _, id := range stale {
		require.NoError(w.T(), w.Worker.InScope(w.T().Context(), store.Scope{}, func(tx *change.Tx) error { return tx.RecomputeDeadlines(id) }))
	}
	return len(stale)
}

func timePasses(w *apitest.World, one string) {
	w.T().Helper()
	require.NoError(w.T(), w.Worker.InScope(w.T().Context(), store.Scope{}, func(tx *change.Tx) error { return tx.SendDueReminders(uuid.MustParse(one)) }))
}

// A deadline that the holidays put ahead is not missed: the step is not overdue, the
// superior and the people are told when it is, at the new time.
func TestADeadlineThatHolidaysPutAheadIsNotMissed(t *testing.T) {
	w := apitest.New(t)
	shanghai := w.Now().Location()
	w.Hand.Set(time.Date(2026, 12, 25, 9, 0, 0, 0, shanghai))
	w.LogIn(storetest.SchoolA, org.SchoolLeader)
	change := suspension(w, "2026-12-25")
	page := func() (p openChange) {
		w.Must(200, w.LogIn(storetest.SchoolA, org.SchoolRegistrar).Token, apitest.Get("/v1/changes/"+change), &p)
		return p
	}
	require.Equal(t, "2027-01-08", page().Open.DueDay)
	require.True(t, page().Open.Provisional)

	w.Hand.Set(time.Date(2027, 1, 9, 9, 0, 0, 0, shanghai))
	timePasses(w, change)
	require.NotNil(t, page().Open.OverdueAt)
	w.Must(201, w.LogIn(storetest.Nation, org.BureauSysadmin).Token, loading(uuid.NewString(), holidays(2027, 0, "01-04")), nil)
	require.Equal(t, 1, newCalendar(w))
	require.Zero(t, newCalendar(w))
	open := page().Open
	require.Equal(t, "2027-01-12", open.DueDay)
	require.False(t, open.Provisional)
	require.Nil(t, open.OverdueAt)
	last := page().Timeline[len(page().Timeline)-1]
	require.Equal(t, "DEADLINE_MOVED", last.Verb)
	require.Equal(t, map[string]string{"before": "2027-01-08", "after": "2027-01-12"}, last.Params)
	timePasses(w, change)
	require.Nil(t, page().Open.OverdueAt)
	require.True(t, apitest.One[bool](w, `SELECT k.due_at = s.due_at FROM task k JOIN step s USING (change_id) WHERE change_id = $1`, change))
	require.True(t, apitest.One[bool](w, `SELECT due_total = '2027-01-13 00:00+08' AND total_warned_at IS NULL FROM change WHERE id = $1`, change), "the change as a whole, too")

	w.Hand.Set(time.Date(2027, 1, 13, 0, 0, 0, 0, shanghai))
	timePasses(w, change)
	timePasses(w, change)
	require.NotNil(t, page().Open.OverdueAt)
	told := func(kind string) int {
		return apitest.One[int](w, `SELECT count(*)::int FROM notice WHERE change_id = $1 AND kind = $2`, change, kind)
	}
	require.Equal(t, []int{2, 2, 2}, []int{told("OVERDUE"), told("ESCALATED_OVERDUE"), told("ESCALATED_TOTAL_WARNED")}, "once for each deadline")
}

// A change that was approved and waits for its day keeps the day, whatever a new calendar says.
func TestHolidaysDoNotMoveTheDayAChangeWaitsFor(t *testing.T) {
	w := apitest.New(t)
	for _, role := range []org.Role{org.BureauReviewer} {
		w.LogIn(storetest.Bureau, role)
	}
	leader := w.LogIn(storetest.SchoolA, org.SchoolLeader)
	changeRow := suspension(w, "2027-01-04")
	decide := func(who apitest.Caller) {
		var p openChange
		w.Must(200, who.Token, apitest.Get("/v1/changes/"+changeRow), &p)
		w.Must(200, who.Token, apitest.Call{Method: "POST", Path: "/v1/changes/" + changeRow + "/decisions", Key: uuid.NewString(),
			Body: m{"task_id": p.Open.TaskID, "verdict": "APPROVE", "opinion": "同意"}}, nil)
	}
	decide(leader)
	decide(w.LogIn(storetest.Bureau, org.BureauReviewer))
	before := apitest.One[string](w, `SELECT to_jsonb(s)::text || to_jsonb(c)::text FROM step s JOIN change c ON c.id = s.change_id WHERE c.id = $1 AND s.status = 'OPEN' AND s.act = 'AWAIT_DAY'`, changeRow)
	w.Must(201, w.LogIn(storetest.Nation, org.BureauSysadmin).Token, loading(uuid.NewString(), holidays(2027, 0, "01-04")), nil)
	require.Zero(t, newCalendar(w))
	require.NoError(t, w.Worker.InScope(t.Context(), store.Scope{}, func(tx *change.Tx) error { return tx.RecomputeDeadlines(uuid.MustParse(changeRow)) }), "it began to wait a moment ago")
	require.Equal(t, before, apitest.One[string](w, `SELECT to_jsonb(s)::text || to_jsonb(c)::text FROM step s JOIN change c ON c.id = s.change_id WHERE c.id = $1 AND s.status = 'OPEN'`, changeRow))
}
