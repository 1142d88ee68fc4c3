package registertest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// absent puts a suspension that ends on a day, and its change, into the register.
func (r *recordsRig) absent(path, until string) (suspension, change uuid.UUID) {
	r.t.Helper()
	change, suspension = r.waiting(path), store.NewID()
	r.exec(`UPDATE student SET enrol_status = 'SUSPENDED', on_campus = false WHERE id = (SELECT student_id FROM change WHERE id = $1)`, change)
	r.exec(`INSERT INTO suspension (id, student_id, org_path, change_id, reason_code, from_date, until_date)
		SELECT $2, student_id, org_path, id, '10', '2026-03-02', $3::date FROM change WHERE id = $1`, change, suspension, until)
	return suspension, change
}

func (r *recordsRig) at(day string) {
	r.t.Helper()
	d, err := calendar.ParseDate(day)
	require.NoError(r.t, err)
	r.hand.Set(d.At(0, 5))
}

// The registrar is reminded 30 and 15 days before a suspension ends and when it is over,
// each once for one end. An extension starts the reminders again, and a death stops them.
func TestSuspensionEndIsNotifiedOnce(t *testing.T) {
	r := newRecordsRig(t)
	suspension, changeID := r.absent(schoolAPath, "2026-12-31")
	late, lateChange := r.absent(schoolAPath, "2026-11-30")
	_, dead := r.absent(schoolAPath, "2026-11-30")
	r.exec(`UPDATE student SET enrol_status = 'DECEASED' WHERE id = (SELECT student_id FROM change WHERE id = $1)`, dead)
	told := func(of uuid.UUID) (kinds string) {
		r.mustIn(r.worker, "", func(tx *change.Tx) error { return student.RemindSuspensions(tx.Tx) })
		r.mustIn(r.worker, "", func(tx *change.Tx) error { return student.RemindSuspensions(tx.Tx) })
		require.NoError(t, r.owner.QueryRow(t.Context(), `SELECT coalesce(string_agg(replace(kind, 'SUSPENSION_', ''), ' ' ORDER BY created_at, kind), '') FROM notice
			WHERE change_id = $1 AND role = 'SCHOOL_REGISTRAR'`, of).Scan(&kinds))
		return kinds
	}
	for _, step := range []struct{ day, first, second string }{
		{"2026-11-30", "", "ENDS_15"}, // nobody looked before: only the most urgent
		{"2026-12-01", "ENDS_30", "ENDS_15 EXPIRED"},
		{"2026-12-15", "ENDS_30", "ENDS_15 EXPIRED"},
		{"2026-12-16", "ENDS_30 ENDS_15", "ENDS_15 EXPIRED"},
		{"2026-12-31", "ENDS_30 ENDS_15", "ENDS_15 EXPIRED"},
		{"2027-01-01", "ENDS_30 ENDS_15 EXPIRED", "ENDS_15 EXPIRED"},
	} {
		r.at(step.day)
		require.Equal(t, step.first, told(changeID), step.day)
		require.Equal(t, step.second, told(lateChange), step.day)
	}
	require.Empty(t, told(dead))

	extension := r.waiting(schoolAPath)
	r.exec(`UPDATE suspension SET until_date = '2027-01-20', extended = 1, extended_by = $2, reminded_30 = NULL, reminded_15 = NULL, expired_at = NULL WHERE id = $1`, suspension, extension)
	require.Equal(t, "ENDS_30", told(extension), "of the new end")
	r.exec(`UPDATE suspension SET ended_on = until_date, ended_by = $2 WHERE id = $1`, late, extension)

	list := func(path string) (ends []string) {
		r.mustIn(r.app, path, func(tx *change.Tx) error {
			rows, err := student.ExpiringSuspensions(tx.Tx, path, tx.Today().AddDays(30), tx.Today().AddDays(-999), uuid.Nil, 10)
			for _, row := range rows {
				ends = append(ends, row.UntilDate.String())
			}
			return err
		})
		return ends
	}
	require.Equal(t, []string{"2027-01-20"}, list(schoolAPath), "neither who is back nor who died")
	require.Equal(t, []string{"2027-01-20"}, list(countyPath))
	require.Empty(t, list(schoolBPath))
}

// freeze freezes the built-in rules of a kind into a change.
func (r *recordsRig) freeze(change uuid.UUID, kind process.Kind, filed string, year int) {
	r.t.Helper()
	d, known := r.app.Processes().Define(kind, org.Primary, r.app.Processes().Default())
	require.True(r.t, known)
	text, err := json.Marshal(d)
	require.NoError(r.t, err)
	r.exec(`UPDATE change SET kind = $2, definition = $3, filed_at = $4 WHERE id = $1`, change, kind, string(text), filed)
	r.exec(`UPDATE student SET entry_year = $2 WHERE id = $1`, r.pupilOf(change), year)
	r.holds(student.StudentSlot(r.pupilOf(change)), change)
}

// On 15 July, 0:00, the system ends running business of the graduating grade that was
// filed before. The records stay as they were, and it happens once (KT64).
func TestBusinessOfTheGraduatingGradeIsCleared(t *testing.T) {
	r := newRecordsRig(t)
	const before, after = "2027-06-30T12:00:00+08:00", "2027-07-15T00:00:00+08:00"
	cleared, lower, identity, young, off := r.waiting(schoolAPath), r.waiting(schoolAPath), r.waiting(schoolAPath), r.waiting(schoolAPath), r.waiting(schoolAPath)
	r.freeze(cleared, process.OtherLeaving, before, 2021)
	r.freeze(lower, process.OtherLeaving, before, 2022)
	r.freeze(identity, process.KeyDataChange, before, 2021)
	r.freeze(young, process.OtherLeaving, after, 2021)
	r.freeze(off, process.OtherLeaving, before, 2021)
	r.exec(`UPDATE change SET definition = jsonb_set(definition, '{policy,clear_graduating}', '""') WHERE id = $1`, off)
	clearable := func() (ids []uuid.UUID) {
		r.mustIn(r.worker, "", func(tx *change.Tx) (err error) {
			ids, err = tx.Clearable(10)
			return err
		})
		return ids
	}
	r.hand.Set(time.Date(2027, 7, 14, 23, 59, 59, 0, calendar.Shanghai()))
	require.Empty(t, clearable())
	r.hand.Set(time.Date(2027, 7, 15, 0, 0, 0, 0, calendar.Shanghai()))
	require.Equal(t, []uuid.UUID{cleared}, clearable())
	for _, one := range []uuid.UUID{cleared, lower, identity, young, off, cleared} {
		r.mustIn(r.worker, "", func(tx *change.Tx) error { return tx.Clear(one) })
	}
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change WHERE status <> 'RUNNING'`))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change WHERE id = $1 AND status = 'CLOSED' AND close_code = 'CLEARED'`, cleared))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM student WHERE id = $1 AND enrol_status = 'ENROLLED' AND version = 1`, r.pupilOf(cleared)))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'CLEARED'`, cleared))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'ENDED_CLEARED'`, cleared))
	require.Equal(t, 1, r.count(`SELECT count(*) FROM audit_entry WHERE action = 'change.ended'`))
	require.Equal(t, 4, r.count(`SELECT count(*) FROM slot`), "the pupil is free")
	r.hand.Set(time.Date(2027, 9, 1, 8, 0, 0, 0, calendar.Shanghai()))
	require.Empty(t, clearable(), "late, too, it is the grade of that day that counts")
}
