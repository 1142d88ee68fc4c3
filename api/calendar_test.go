package api

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/api/rules"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
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

func loading(key string, body m) call {
	return call{method: "POST", path: "/v1/calendar", body: reasoned(body), key: key}
}

func TestTheNationLoadsTheHolidaysOfAYear(t *testing.T) {
	w := newWorld(t)
	clerk, admin := w.login(w.places["school"], org.SchoolRegistrar), w.login(w.places["nation"], org.BureauSysadmin)
	var year rules.CalendarYear
	w.must(200, clerk.token, get("/v1/calendar/2027"), &year)
	require.False(t, year.Published)
	require.Empty(t, year.Days)
	w.must(200, clerk.token, get("/v1/calendar/2026"), &year)
	require.True(t, year.Published)
	require.Len(t, year.Days, 39)
	require.Nil(t, year.Loaded)

	body := with(holidays(2027, 0, "01-04"), m{"date": "2027-01-09", "kind": "work", "occasion": "元旦"})
	var trial rules.CalendarCheck
	w.must(200, admin.token, call{method: "POST", path: "/v1/calendar/check", body: body}, &trial)
	require.Equal(t, "2027-01-01", trial.Changes[0].Date.String())
	require.False(t, trial.Changes[0].Works)
	require.Equal(t, []any{"2027-01-09", true}, []any{trial.Changes[2].Date.String(), trial.Changes[2].Works})
	w.must(200, clerk.token, get("/v1/calendar/2027"), &year)
	require.False(t, year.Published, "a trial stores nothing")

	key := uuid.NewString()
	var first, again rules.CalendarVersion
	w.must(201, admin.token, loading(key, body), &first)
	require.Equal(t, []any{1, 2027, "某人", "国办发明电〔2026〕1号"}, []any{first.Version, first.Year, first.Author, first.Comment})
	w.must(201, admin.token, loading(key, body), &again)
	require.Equal(t, first, again, "the same request again adds nothing")
	w.refused("idempotency_key_reused", admin.token, loading(key, holidays(2027, 0)))
	w.refused("version_conflict", admin.token, loading(uuid.NewString(), holidays(2027, 0)))
	w.refused("calendar_same", admin.token, loading(uuid.NewString(), m{"year": 2027, "days": body["days"], "based_on": 1}))
	w.must(201, admin.token, loading(uuid.NewString(), holidays(2027, 1, "01-04", "01-05")), nil)

	w.must(200, clerk.token, get("/v1/calendar/2027"), &year)
	require.True(t, year.Published)
	require.Len(t, year.Days, 11)
	require.Equal(t, 2, year.Loaded.Version)
	require.Empty(t, year.Loaded.Author, "a name is for people of the national office")
	var list rules.CalendarVersions
	w.must(200, admin.token, get("/v1/calendar"), &list)
	require.Equal(t, []int{2004, 2027, 2, 2}, []int{list.FirstYear, list.LastYear, list.Newest, len(list.Items)})
	require.Equal(t, 2, one[int](w, `SELECT count(*)::int FROM audit_entry WHERE action = 'calendar.add' AND account_id = $1 AND office_path = 'n'`, admin.account))
}

func TestOnlyTheNationalOfficeLoadsHolidays(t *testing.T) {
	w := newWorld(t)
	for _, office := range []string{"county", "province"} {
		admin := w.login(w.places[office], org.BureauSysadmin)
		w.refused("calendar_office", admin.token, loading(uuid.NewString(), holidays(2027, 0)))
		w.refused("calendar_office", admin.token, call{method: "POST", path: "/v1/calendar/check", body: holidays(2027, 0)})
	}
	for _, role := range []org.Role{org.BureauHead, org.BureauReviewer, org.BureauViewer} {
		w.refused("forbidden", w.login(w.places["nation"], role).token, loading(uuid.NewString(), holidays(2027, 0)))
	}
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM workday_year`))
}

func TestWhatIsWrongWithHolidaysIsToldAtOnceByRowAndField(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["nation"], org.BureauSysadmin)
	body := with(holidays(2027, 0),
		m{"date": "2027-02-30", "kind": "OFF", "occasion": "春节"}, m{"date": "2026-12-31", "kind": "OFF", "occasion": "元旦"},
		m{"date": "2027-10-01", "kind": "OFF", "occasion": "国庆节"}, m{"date": "2027-10-08", "kind": "WORK", "occasion": "国庆节"},
		m{"date": "2027-10-05", "kind": "free", "occasion": "ㅤ"})
	p := w.refused("calendar_date", admin.token, loading(uuid.NewString(), body))
	var told []string
	for _, e := range p.Errors {
		told = append(told, e.Code+" "+e.Pointer)
	}
	require.Equal(t, []string{
		"calendar_date /days/9/date", "calendar_outside /days/10/date", "calendar_twice /days/11/date",
		"calendar_works_anyway /days/12/kind", "calendar_kind /days/13/kind", "calendar_occasion /days/13/occasion",
	}, told)
	require.Equal(t, "第13行的2027-10-08是星期五，本来就上班，不会是调休上班日。请对照通知改正日期或类别。", p.Errors[3].Detail)
	p = w.refused("calendar_lacks", admin.token, loading(uuid.NewString(), m{"year": 2027, "days": []m{}, "based_on": 0}))
	require.Len(t, p.Errors, 9)
	require.Contains(t, p.Errors[1].Detail, "2027-01-20 至 2027-02-22没有春节的放假日")
	w.refused("calendar_year", admin.token, loading(uuid.NewString(), holidays(2028, 0)))
	require.Zero(t, one[int](w, `SELECT count(*)::int FROM workday_year`))
}

// suspension files a suspension of a pupil of the school that begins on a day.
func (w *world) suspension(from string) (id string) {
	w.t.Helper()
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	var page struct{ ID string }
	w.must(http.StatusCreated, registrar.token, filing(uuid.NewString(), m{
		"kind": "SUSPENSION", "student_id": w.pupil(w.places["school"]),
		"inputs":   m{"reason_code": "10", "from_date": from, "until_date": "2027-08-31"},
		"evidence": []m{{"id": w.paper(registrar), "kind": "GUARDIAN_APPLICATION"}, {"id": w.paper(registrar), "kind": "SUSPENSION_PROOF"}},
	}), &page)
	return page.ID
}

// upkeep does what a round of the worker does about the calendar, and says for how many changes.
func (w *world) newCalendar() (moved int) {
	w.t.Helper()
	var stale []uuid.UUID
	require.NoError(w.t, w.worker.InScope(w.t.Context(), store.Scope{}, func(tx *change.Tx) (err error) {
		stale, err = tx.WithOldCalendar(100)
		return err
	}))
	for _, id := range stale {
		require.NoError(w.t, w.worker.InScope(w.t.Context(), store.Scope{}, func(tx *change.Tx) error { return tx.RecomputeDeadlines(id) }))
	}
	return len(stale)
}

func (w *world) timePasses(one string) {
	w.t.Helper()
	require.NoError(w.t, w.worker.InScope(w.t.Context(), store.Scope{}, func(tx *change.Tx) error { return tx.SendDueReminders(uuid.MustParse(one)) }))
}

// A deadline that the holidays put ahead is not missed: the step is not overdue, the
// superior and the people are told when it is, at the new time.
func TestADeadlineThatHolidaysPutAheadIsNotMissed(t *testing.T) {
	w := newWorld(t)
	shanghai := w.clock.Now().Location()
	w.hand.Set(time.Date(2026, 12, 25, 9, 0, 0, 0, shanghai))
	w.login(w.places["school"], org.SchoolLeader)
	change := w.suspension("2026-12-25")
	page := func() (p changes.ChangePage) {
		w.must(200, w.login(w.places["school"], org.SchoolRegistrar).token, get("/v1/changes/"+change), &p)
		return p
	}
	require.Equal(t, "2027-01-08", page().Open.DueDay)
	require.True(t, page().Open.Provisional)

	w.hand.Set(time.Date(2027, 1, 9, 9, 0, 0, 0, shanghai))
	w.timePasses(change)
	require.NotNil(t, page().Open.OverdueAt)
	w.must(201, w.login(w.places["nation"], org.BureauSysadmin).token, loading(uuid.NewString(), holidays(2027, 0, "01-04")), nil)
	require.Equal(t, 1, w.newCalendar())
	require.Zero(t, w.newCalendar())
	open := page().Open
	require.Equal(t, "2027-01-12", open.DueDay)
	require.False(t, open.Provisional)
	require.Nil(t, open.OverdueAt)
	last := page().Timeline[len(page().Timeline)-1]
	require.Equal(t, "DEADLINE_MOVED", last.Verb)
	require.Equal(t, map[string]string{"before": "2027-01-08", "after": "2027-01-12"}, last.Params)
	w.timePasses(change)
	require.Nil(t, page().Open.OverdueAt)
	require.True(t, one[bool](w, `SELECT k.due_at = s.due_at FROM task k JOIN step s USING (change_id) WHERE change_id = $1`, change))
	require.True(t, one[bool](w, `SELECT due_total = '2027-01-13 00:00+08' AND total_warned_at IS NULL FROM change WHERE id = $1`, change), "the change as a whole, too")

	w.hand.Set(time.Date(2027, 1, 13, 0, 0, 0, 0, shanghai))
	w.timePasses(change)
	w.timePasses(change)
	require.NotNil(t, page().Open.OverdueAt)
	told := func(kind string) int {
		return one[int](w, `SELECT count(*)::int FROM notice WHERE change_id = $1 AND kind = $2`, change, kind)
	}
	require.Equal(t, []int{2, 2, 2}, []int{told("OVERDUE"), told("ESCALATED_OVERDUE"), told("ESCALATED_TOTAL_WARNED")}, "once for each deadline")
}

// A change that was approved and waits for its day keeps the day, whatever a new calendar says.
func TestHolidaysDoNotMoveTheDayAChangeWaitsFor(t *testing.T) {
	w := newWorld(t)
	for _, role := range []org.Role{org.BureauReviewer} {
		w.login(w.places["county"], role)
	}
	leader := w.login(w.places["school"], org.SchoolLeader)
	changeRow := w.suspension("2027-01-04")
	decide := func(who caller) {
		var p changes.ChangePage
		w.must(200, who.token, get("/v1/changes/"+changeRow), &p)
		w.must(200, who.token, call{method: "POST", path: "/v1/changes/" + changeRow + "/decisions", key: uuid.NewString(),
			body: m{"task_id": p.Open.TaskID, "verdict": "APPROVE", "opinion": "同意"}}, nil)
	}
	decide(leader)
	decide(w.login(w.places["county"], org.BureauReviewer))
	before := one[string](w, `SELECT to_jsonb(s)::text || to_jsonb(c)::text FROM step s JOIN change c ON c.id = s.change_id WHERE c.id = $1 AND s.status = 'OPEN' AND s.act = 'AWAIT_DAY'`, changeRow)
	w.must(201, w.login(w.places["nation"], org.BureauSysadmin).token, loading(uuid.NewString(), holidays(2027, 0, "01-04")), nil)
	require.Zero(t, w.newCalendar())
	require.NoError(t, w.worker.InScope(t.Context(), store.Scope{}, func(tx *change.Tx) error { return tx.RecomputeDeadlines(uuid.MustParse(changeRow)) }), "it began to wait a moment ago")
	require.Equal(t, before, one[string](w, `SELECT to_jsonb(s)::text || to_jsonb(c)::text FROM step s JOIN change c ON c.id = s.change_id WHERE c.id = $1 AND s.status = 'OPEN'`, changeRow))
}
