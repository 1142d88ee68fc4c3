package policy_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// holidays is an invented notice for 2027 with an extra day off.
func holidays(extra string) []calendar.NoticeRow {
	rows := []calendar.NoticeRow{{Date: extra, Kind: "OFF", Occasion: "节"}}
	for _, d := range []string{"01-01", "02-05", "04-05", "05-01", "05-02", "06-09", "10-01", "10-02", "10-03"} {
		rows = append(rows, calendar.NoticeRow{Date: "2027-" + d, Kind: "OFF", Occasion: "节"})
	}
	return rows
}

func hired(r *storetest.County, path string, role org.Role) uuid.UUID {
	p, _ := r.Hire(path, role)
	return p.ID
}

func loads(r *storetest.County, s *store.Store, scope store.Scope, n policy.NewWorkdays) (version int, err error) {
	n.Year, n.FirstRow, n.Comment = 2027, 1, "国办发明电〔2026〕1号"
	err = s.InScope(r.T().Context(), scope, func(t *store.Tx) (err error) {
		version, err = policy.AddWorkdays(t, n)
		return err
	})
	return version, err
}

// calendarOf returns the version of the calendar that a new transaction of a process
// uses.
func calendarOf(r *storetest.County, s *change.Engine) (version string) {
	r.T().Helper()
	r.MustIn(s, storetest.Bureau, func(t *change.Tx) error {
		version = t.Workdays().Version()
		return nil
	})
	return version
}

// The second wall: the database lets an administrator of the national office add a year
// in the own name, and the worker without a name.
func TestOnlyTheNationLoadsHolidays(t *testing.T) {
	r := storetest.New(t)
	admin := hired(r, storetest.Nation, org.BureauSysadmin)
	province, head := hired(r, storetest.Province, org.BureauSysadmin), hired(r, storetest.Nation, org.BureauHead)
	version := 0
	add := func(s *store.Store, scope string, by uuid.UUID, author any) error {
		version++
		return s.InScope(t.Context(), store.Scope{Paths: []string{scope}, Account: by}, func(tx *store.Tx) error {
			key, hash := any(uuid.NewString()), any([]byte{0})
			if author == nil {
				key, hash = nil, nil
			}
			_, err := storetest.Exec(tx, `INSERT INTO workday_year (version, year, days, author_id, created_at, comment, add_key, add_hash)
				VALUES (?, 2027, '[{"day": "2027-01-01", "kind": "OFF", "occasion": "元旦"}]', ?, now(), 'xx', ?, ?)`, version, author, key, hash)
			return err
		})
	}
	for name, err := range map[string]error{
		"a province":            add(r.App.Store, storetest.Province, province, province),
		"with a wider scope":    add(r.App.Store, storetest.Nation, province, province),
		"in another's name":     add(r.App.Store, storetest.Nation, admin, hired(r, storetest.Nation, org.BureauSysadmin)),
		"in nobody's name":      add(r.App.Store, storetest.Nation, admin, nil),
		"the head":              add(r.App.Store, storetest.Nation, head, head),
		"outside of its scope":  add(r.App.Store, storetest.Province, admin, admin),
		"somebody who is none":  add(r.App.Store, storetest.Nation, uuid.New(), uuid.New()),
		"the worker for people": add(r.Worker.Store, storetest.Nation, admin, admin),
	} {
		require.Equal(t, "42501", storetest.SQLState(err), name)
	}
	require.NoError(t, add(r.App.Store, storetest.Nation, admin, admin))
	require.NoError(t, add(r.Worker.Store, storetest.Nation, uuid.Nil, nil))
	for _, statement := range []string{`UPDATE workday_year SET days = '[1]'`, `DELETE FROM workday_year`} {
		for _, s := range []*store.Store{r.App.Store, r.Worker.Store} {
			err := s.InScope(t.Context(), store.Scope{Paths: []string{storetest.Nation}, Account: admin}, func(tx *store.Tx) error { _, err := storetest.Exec(tx, statement); return err })
			require.Equal(t, "42501", storetest.SQLState(err), statement)
		}
		require.Equal(t, "42501", storetest.SQLState(r.OwnerTries(statement)), "not even the owner: %s", statement)
	}
}

func TestHolidaysReachEveryProcessWithItsNextTransaction(t *testing.T) {
	r := storetest.New(t)
	base, err := calendar.Load()
	require.NoError(t, err)
	admin := store.Scope{Paths: []string{storetest.Nation}, Account: hired(r, storetest.Nation, org.BureauSysadmin)}
	require.Equal(t, base.Version(), calendarOf(r, r.Worker))

	version, err := loads(r, r.App.Store, admin, policy.NewWorkdays{Rows: holidays("2027-01-04"), Key: "12345678", Hash: []byte("a")})
	require.NoError(t, err)
	require.Equal(t, 1, version)
	first := calendarOf(r, r.App)
	require.NotEqual(t, base.Version(), first)
	require.Equal(t, first, calendarOf(r, r.Worker))
	day, err := calendar.ParseDate("2027-01-04")
	require.NoError(t, err)
	require.False(t, r.Worker.Workdays().IsWorkday(day))
	require.True(t, base.IsWorkday(day))

	version, err = loads(r, r.App.Store, admin, policy.NewWorkdays{Rows: holidays("2027-01-04"), Key: "12345678", Hash: []byte("a")})
	require.NoError(t, err)
	require.Equal(t, 1, version, "the same request again adds nothing")
	_, err = loads(r, r.App.Store, admin, policy.NewWorkdays{Rows: holidays("2027-01-05"), Key: "12345678", Hash: []byte("b")})
	require.Equal(t, refusal.KeyReused, refusal.CodeOf(err))
	_, err = loads(r, r.App.Store, admin, policy.NewWorkdays{Rows: holidays("2027-01-04"), Key: "22345678", Hash: []byte("c")})
	require.Equal(t, refusal.CalendarSame, refusal.CodeOf(err))
	none := 0
	_, err = loads(r, r.App.Store, admin, policy.NewWorkdays{Rows: holidays("2027-01-05"), Key: "32345678", Hash: []byte("d"), BasedOn: &none})
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))

	version, err = loads(r, r.Worker.Store, store.Scope{}, policy.NewWorkdays{Rows: holidays("2027-01-05"), Operator: "ops"})
	require.NoError(t, err)
	require.Equal(t, 2, version)
	require.Equal(t, calendarOf(r, r.Worker), calendarOf(r, r.App))
	require.True(t, r.App.Workdays().IsWorkday(day), "the newest version is the whole year")
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'calendar.add' AND partition = '000000/2026-11'`))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'calendar.add' AND account_id IS NULL AND detail ->> 'operator' = 'ops'`))
	r.MustIn(r.App, storetest.Nation, func(t *change.Tx) error {
		list, err := policy.WorkdayVersions(t.Tx)
		require.Len(r.T(), list, 2)
		require.Empty(r.T(), list[1].Author, "a name is for people of the national office")
		return err
	})
	require.NoError(t, r.App.Store.InScope(t.Context(), admin, func(tx *store.Tx) error {
		list, err := policy.WorkdayVersions(tx)
		require.Equal(t, []string{"", "测试"}, []string{list[0].Author, list[1].Author})
		return err
	}))
}

// No process uses a version whose transaction did not commit, even when another version
// takes its number.
func TestUncommittedHolidaysAreNotUsed(t *testing.T) {
	r := storetest.New(t)
	admin := store.Scope{Paths: []string{storetest.Nation}, Account: hired(r, storetest.Nation, org.BureauSysadmin)}
	before := calendarOf(r, r.App)
	crash := errors.New("crash")
	require.ErrorIs(t, r.App.Store.InScope(t.Context(), admin, func(tx *store.Tx) error {
		_, err := policy.AddWorkdays(tx, policy.NewWorkdays{Year: 2027, Rows: holidays("2027-01-04"), FirstRow: 1, Comment: "xx", Key: "12345678", Hash: []byte("a")})
		require.NoError(t, err)
		require.NotEqual(t, before, tx.Workdays().Version())
		return crash
	}), crash)
	require.Equal(t, before, calendarOf(r, r.App))
	version, err := loads(r, r.Worker.Store, store.Scope{}, policy.NewWorkdays{Rows: holidays("2027-01-05")})
	require.NoError(t, err)
	require.Equal(t, 1, version)
	require.Equal(t, calendarOf(r, r.Worker), calendarOf(r, r.App))
}

// When several load holidays at once, one wins. A process that computes meanwhile uses
// one calendar or the other.
func TestOneOfConcurrentHolidayVersionsWins(t *testing.T) {
	r := storetest.New(t)
	admin := hired(r, storetest.Nation, org.BureauSysadmin)
	var wait sync.WaitGroup
	codes := make([]refusal.Code, 6)
	for i := range codes {
		wait.Go(func() {
			none := 0
			_, err := loads(r, r.App.Store, store.Scope{Paths: []string{storetest.Nation}, Account: admin}, policy.NewWorkdays{
				Rows: holidays("2027-03-0" + string(rune('1'+i))), Key: uuid.NewString(), Hash: []byte{byte(i)}, BasedOn: &none,
			})
			if err != nil {
				codes[i] = refusal.CodeOf(err)
			}
		})
		wait.Go(func() {
			_ = r.Worker.Store.InScope(t.Context(), store.Scope{}, func(tx *store.Tx) error { _ = tx.Workdays().Version(); return nil })
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
	require.Equal(t, calendarOf(r, r.App), calendarOf(r, r.Worker))
}
