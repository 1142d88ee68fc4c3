package store

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// holidays is an invented notice for 2027 with an extra day off.
func holidays(extra string) []calendar.NoticeRow {
	rows := []calendar.NoticeRow{{Date: extra, Kind: "OFF", Occasion: "节"}}
	for _, d := range []string{"01-01", "02-05", "04-05", "05-01", "05-02", "06-09", "10-01", "10-02", "10-03"} {
		rows = append(rows, calendar.NoticeRow{Date: "2027-" + d, Kind: "OFF", Occasion: "节"})
	}
	return rows
}

func (r *recordsRig) loads(s *Store, scope Scope, n NewWorkdays) (version int, err error) {
	n.Year, n.FirstRow, n.Comment = 2027, 1, "国办发明电〔2026〕1号"
	err = s.InScope(r.t.Context(), scope, func(t *Tx) (err error) {
		version, err = t.AddWorkdays(n)
		return err
	})
	return version, err
}

// calendarOf returns the version of the calendar that a new transaction of a process
// uses.
func (r *recordsRig) calendarOf(s *Store) (version string) {
	r.t.Helper()
	r.mustIn(s, countyPath, func(t *Tx) error {
		version = t.Workdays().Version()
		return nil
	})
	return version
}

// The second wall: the database lets an administrator of the national office add a year
// in the own name, and the worker without a name.
func TestOnlyTheNationLoadsHolidays(t *testing.T) {
	r := newRecordsRig(t)
	admin := r.member("n", org.BureauSysadmin)
	province, head := r.member("n.p52", org.BureauSysadmin), r.member("n", org.BureauHead)
	version := 0
	add := func(s *Store, scope string, by uuid.UUID, author any) error {
		version++
		return s.InScope(t.Context(), Scope{Paths: []string{scope}, Account: by}, func(tx *Tx) error {
			key, hash := any(uuid.NewString()), any([]byte{0})
			if author == nil {
				key, hash = nil, nil
			}
			_, err := tx.exec(`INSERT INTO workday_year (version, year, days, author_id, created_at, comment, add_key, add_hash)
				VALUES (?, 2027, '[{"day": "2027-01-01", "kind": "OFF", "occasion": "元旦"}]', ?, now(), 'xx', ?, ?)`, version, author, key, hash)
			return err
		})
	}
	for name, err := range map[string]error{
		"a province":            add(r.app, "n.p52", province, province),
		"with a wider scope":    add(r.app, "n", province, province),
		"in another's name":     add(r.app, "n", admin, r.member("n", org.BureauSysadmin)),
		"in nobody's name":      add(r.app, "n", admin, nil),
		"the head":              add(r.app, "n", head, head),
		"outside of its scope":  add(r.app, "n.p52", admin, admin),
		"somebody who is none":  add(r.app, "n", uuid.New(), uuid.New()),
		"the worker for people": add(r.worker, "n", admin, admin),
	} {
		require.Equal(t, "42501", sqlState(err), name)
	}
	require.NoError(t, add(r.app, "n", admin, admin))
	require.NoError(t, add(r.worker, "n", uuid.Nil, nil))
	for _, statement := range []string{`UPDATE workday_year SET days = '[1]'`, `DELETE FROM workday_year`} {
		for _, s := range []*Store{r.app, r.worker} {
			err := s.InScope(t.Context(), Scope{Paths: []string{"n"}, Account: admin}, func(tx *Tx) error { _, err := tx.exec(statement); return err })
			require.Equal(t, "42501", sqlState(err), statement)
		}
		_, err := r.owner.Exec(t.Context(), statement)
		require.Equal(t, "42501", sqlState(err), "not even the owner: %s", statement)
	}
}

func TestHolidaysReachEveryProcessWithItsNextTransaction(t *testing.T) {
	r := newRecordsRig(t)
	base, err := calendar.Load()
	require.NoError(t, err)
	admin := Scope{Paths: []string{"n"}, Account: r.member("n", org.BureauSysadmin)}
	require.Equal(t, base.Version(), r.calendarOf(r.worker))

	version, err := r.loads(r.app, admin, NewWorkdays{Rows: holidays("2027-01-04"), Key: "12345678", Hash: []byte("a")})
	require.NoError(t, err)
	require.Equal(t, 1, version)
	first := r.calendarOf(r.app)
	require.NotEqual(t, base.Version(), first)
	require.Equal(t, first, r.calendarOf(r.worker))
	day, err := calendar.ParseDate("2027-01-04")
	require.NoError(t, err)
	require.False(t, r.worker.Workdays().IsWorkday(day))
	require.True(t, base.IsWorkday(day))

	version, err = r.loads(r.app, admin, NewWorkdays{Rows: holidays("2027-01-04"), Key: "12345678", Hash: []byte("a")})
	require.NoError(t, err)
	require.Equal(t, 1, version, "the same request again adds nothing")
	_, err = r.loads(r.app, admin, NewWorkdays{Rows: holidays("2027-01-05"), Key: "12345678", Hash: []byte("b")})
	require.Equal(t, refusal.KeyReused, refusal.CodeOf(err))
	_, err = r.loads(r.app, admin, NewWorkdays{Rows: holidays("2027-01-04"), Key: "22345678", Hash: []byte("c")})
	require.Equal(t, refusal.CalendarSame, refusal.CodeOf(err))
	none := 0
	_, err = r.loads(r.app, admin, NewWorkdays{Rows: holidays("2027-01-05"), Key: "32345678", Hash: []byte("d"), BasedOn: &none})
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))

	version, err = r.loads(r.worker, Scope{}, NewWorkdays{Rows: holidays("2027-01-05"), Operator: "ops"})
	require.NoError(t, err)
	require.Equal(t, 2, version)
	require.Equal(t, r.calendarOf(r.worker), r.calendarOf(r.app))
	require.True(t, r.app.Workdays().IsWorkday(day), "the newest version is the whole year")
	require.Equal(t, 2, r.count(`SELECT count(*) FROM audit_entry WHERE action = 'calendar.add' AND partition = '000000/2026-11'`))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM audit_entry WHERE action = 'calendar.add' AND account_id IS NULL AND detail ->> 'operator' = 'ops'`))
	r.mustIn(r.app, "n", func(t *Tx) error {
		list, err := t.WorkdayVersions()
		require.Len(r.t, list, 2)
		require.Empty(r.t, list[1].Author, "a name is for people of the national office")
		return err
	})
	require.NoError(t, r.app.InScope(t.Context(), admin, func(tx *Tx) error {
		list, err := tx.WorkdayVersions()
		require.Equal(t, []string{"", "测试"}, []string{list[0].Author, list[1].Author})
		return err
	}))
}

// No process uses a version whose transaction did not commit, even when another version
// takes its number.
func TestUncommittedHolidaysAreNotUsed(t *testing.T) {
	r := newRecordsRig(t)
	admin := Scope{Paths: []string{"n"}, Account: r.member("n", org.BureauSysadmin)}
	before := r.calendarOf(r.app)
	crash := errors.New("crash")
	require.ErrorIs(t, r.app.InScope(t.Context(), admin, func(tx *Tx) error {
		_, err := tx.AddWorkdays(NewWorkdays{Year: 2027, Rows: holidays("2027-01-04"), FirstRow: 1, Comment: "xx", Key: "12345678", Hash: []byte("a")})
		require.NoError(t, err)
		require.NotEqual(t, before, tx.Workdays().Version())
		return crash
	}), crash)
	require.Equal(t, before, r.calendarOf(r.app))
	version, err := r.loads(r.worker, Scope{}, NewWorkdays{Rows: holidays("2027-01-05")})
	require.NoError(t, err)
	require.Equal(t, 1, version)
	require.Equal(t, r.calendarOf(r.worker), r.calendarOf(r.app))
}

// When several load holidays at once, one wins. A process that computes meanwhile uses
// one calendar or the other.
func TestOneOfConcurrentHolidayVersionsWins(t *testing.T) {
	r := newRecordsRig(t)
	admin := r.member("n", org.BureauSysadmin)
	var wait sync.WaitGroup
	codes := make([]refusal.Code, 6)
	for i := range codes {
		wait.Go(func() {
			none := 0
			_, err := r.loads(r.app, Scope{Paths: []string{"n"}, Account: admin}, NewWorkdays{
				Rows: holidays("2027-03-0" + string(rune('1'+i))), Key: uuid.NewString(), Hash: []byte{byte(i)}, BasedOn: &none,
			})
			if err != nil {
				codes[i] = refusal.CodeOf(err)
			}
		})
		wait.Go(func() {
			_ = r.worker.InScope(t.Context(), Scope{}, func(tx *Tx) error { _ = tx.Workdays().Version(); return nil })
		})
	}
	wait.Wait()
	won := 0
	for _, code := range codes {
		if code == "" {
			won++
		} else {
			require.Equal(t, refusal.VersionConflict, code)
		}
	}
	require.Equal(t, 1, won)
	require.Equal(t, r.calendarOf(r.app), r.calendarOf(r.worker))
}
