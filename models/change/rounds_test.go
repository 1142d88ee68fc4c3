package change_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// New holidays move the deadline of an open step. The days of the change are frozen, the
// calendar is not; a reminder that is no longer due comes again.
func TestNewHolidaysMoveADeadline(t *testing.T) {
	c := newCounty(t)
	c.Hand.Set(time.Date(2026, 12, 25, 9, 0, 0, 0, calendar.Shanghai()))
	id, still := c.leaving(c.Pupil(storetest.SchoolA)), c.ahead(c.Pupil(storetest.SchoolA), "2027-02-10")
	old := c.Position(id).DueAt
	c.Hand.Set(old.Add(hour))
	c.worker(func(tx *change.Tx) error { return tx.SendDueReminders(id) })
	require.Equal(t, []string{"FILED", "REMINDED_50", "REMINDED_80", "OVERDUE", "TOTAL_WARNED"}, c.events(id))
	admin, _ := c.Hire(storetest.Nation, org.BureauSysadmin)
	rows := []calendar.NoticeRow{}
	for _, d := range []string{"01-01", "01-04", "01-05", "01-06", "01-07", "01-08", "02-05", "04-05", "05-01", "05-02", "06-09", "10-01", "10-02", "10-03"} {
		rows = append(rows, calendar.NoticeRow{Date: "2027-" + d, Kind: "OFF", Occasion: "节"})
	}
	zero := 0
	require.NoError(t, c.As(admin, func(tx *change.Tx) error {
		_, err := policy.AddWorkdays(tx.Tx, policy.NewWorkdays{Year: 2027, Rows: rows, FirstRow: 1, BasedOn: &zero, Comment: "国办发明电〔2026〕1号", Key: uuid.NewString(), Hash: []byte("h")})
		return err
	}))
	stale := func() (ids []uuid.UUID) {
		c.worker(func(tx *change.Tx) (err error) { ids, err = tx.WithOldCalendar(10); return err })
		return ids
	}
	require.Equal(t, []uuid.UUID{id}, stale(), "one that waits for its day keeps it")
	for range 2 {
		c.worker(func(tx *change.Tx) error { return tx.RecomputeDeadlines(id) })
	}
	c.worker(func(tx *change.Tx) error { return tx.RecomputeDeadlines(still) })
	require.Empty(t, stale())
	require.True(t, c.Position(id).DueAt.After(old))
	require.False(t, c.Position(id).Overdue)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'DEADLINE_MOVED'`, id))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM step WHERE change_id = $1 AND overdue_at IS NULL AND reminded_50 IS NULL`, id), "the marks are taken back")
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM task k JOIN step s USING (change_id) WHERE k.change_id = $1 AND k.due_at = s.due_at`, id))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND total_warned_at IS NULL`, id))
	require.Equal(t, "2027-02-10", c.Position(still).EffectiveOn.String())
	c.says(c.Who(storetest.SchoolA, org.SchoolRegistrar), about(id, change.VerbWithdraw))
	c.worker(func(tx *change.Tx) error { return tx.RecomputeDeadlines(id) })
}

// On 15 July, 0:00, the system ends running business of the graduating grade that was
// filed before. The records stay as they were, and it happens once (KT64).
func TestBusinessOfTheGraduatingGradeIsCleared(t *testing.T) {
	c := newCounty(t)
	graduates := c.PupilsOf(storetest.SchoolA, 2021, 3)
	lower := c.PupilsOf(storetest.SchoolA, 2022, 1)[0]
	far := c.PupilsOf(storetest.FarSchool, 2021, 1)[0]
	c.Policy(storetest.FarProvince, `{"clear_graduating": ""}`)
	c.Hand.Set(time.Date(2027, 6, 10, 12, 0, 0, 0, calendar.Shanghai()))
	cleared, other, off := c.leaving(graduates[0]), c.leaving(lower), c.leaving(far)
	identity := c.keyed(graduates[1], map[string]string{"name": "样例改"})
	clearable := func() (ids []uuid.UUID) {
		c.worker(func(tx *change.Tx) (err error) { ids, err = tx.Clearable(10); return err })
		return ids
	}
	c.Hand.Set(time.Date(2027, 7, 14, 23, 59, 59, 0, calendar.Shanghai()))
	require.Empty(t, clearable())
	c.worker(func(tx *change.Tx) error { return tx.Clear(cleared) })
	require.Equal(t, "RUNNING", c.status(cleared), "a second too early")
	c.Hand.Set(time.Date(2027, 7, 15, 0, 0, 0, 0, calendar.Shanghai()))
	require.Equal(t, []uuid.UUID{cleared}, clearable())
	for _, one := range []uuid.UUID{cleared, other, identity, off, cleared} {
		c.worker(func(tx *change.Tx) error { return tx.Clear(one) })
	}
	require.Equal(t, 3, c.Count(`SELECT count(*) FROM change WHERE status = 'RUNNING'`))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'CLOSED' AND close_code = 'CLEARED'`, cleared))
	require.Equal(t, "ENROLLED", c.enrolment(graduates[0]))
	require.Equal(t, []string{"FILED", "CLEARED"}, c.events(cleared))
	require.Equal(t, []string{storetest.SchoolA + " SCHOOL_REGISTRAR"}, c.heard(cleared, "ENDED_CLEARED"))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'change.ended'`))
	require.Zero(t, c.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, cleared), "the pupil is free")
	c.Hand.Set(time.Date(2027, 9, 1, 8, 0, 0, 0, calendar.Shanghai()))
	require.Empty(t, clearable(), "late, too, it is the grade of that day that counts")
}

// A filing waits in the outbox until its workflow has read its position.
func TestAStartWaitsInTheOutbox(t *testing.T) {
	c := newCounty(t)
	id := c.leaving(c.Pupil(storetest.SchoolA))
	row := c.Count(`SELECT id FROM outbox WHERE change_id = $1`, id)
	for range 2 {
		c.worker(func(tx *change.Tx) error { return tx.CountStartAttempt(int64(row)) })
	}
	require.Equal(t, 2, c.Count(`SELECT attempts FROM outbox WHERE change_id = $1 AND sent_at IS NULL`, id))
	c.Started(id)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM outbox WHERE change_id = $1 AND sent_at = $2`, id, c.Now()))
}

// An engine knows the Work of every kind of its catalogue, and of no other.
func TestAnEngineNeedsAWorkForEveryKind(t *testing.T) {
	c := newCounty(t)
	works := change.Works{}
	for _, kind := range c.Processes.Kinds() {
		works[kind] = change.RecordWork{}
	}
	_, err := change.NewEngine(c.App.Store, works, nil)
	require.NoError(t, err)
	delete(works, process.Death)
	works["BOGUS"] = change.RecordWork{}
	_, err = change.NewEngine(c.App.Store, works, nil)
	require.EqualError(t, err, "kinds of change: BOGUS is not in the catalogue, DEATH has no Work")
}
