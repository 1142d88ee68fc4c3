package registration_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// Every file of the collection goes through check, filing and registration, one after the
// other into one register, with the expected result.
func TestAllRosterFilesComeOutAsExpected(t *testing.T) {
	rig := storetest.New(t)
	var book struct {
		Files []struct {
			File      string
			PupilRows int `json:"pupil_rows"`
			Action    string
		}
	}
	text, err := os.ReadFile("../roster/testdata/files.expected.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &book))
	require.Len(t, book.Files, 11)
	total := 0
	for _, f := range book.Files {
		r := rig.Upload(storetest.SchoolA, rig.Sheet(f.File), f.File)
		switch f.Action {
		case "reject":
			require.Equal(t, registration.RosterUnfit, r.State, f.File)
			require.Len(t, r.Findings, 1, f.File)
			require.Zero(t, rig.Count(`SELECT count(*) FROM roster_row WHERE roster_id = $1`, r.ID), f.File)
			_, err := rig.FileRoster(r)
			require.ErrorIs(t, err, refusal.New(refusal.RosterState), f.File)
			continue
		case "row_by_row":
			require.Equal(t, 117, r.Good, f.File)
		default:
			require.Equal(t, f.PupilRows, r.Good, f.File)
			require.Zero(t, r.Rejected, f.File)
		}
		require.Equal(t, registration.RosterChecked, r.State, f.File)
		require.Equal(t, f.PupilRows, r.Read, f.File)
		change, err := rig.FileRoster(r)
		require.NoError(t, err, f.File)
		rig.ApproveAll(change.ID)
		total += r.Good
		require.Equal(t, total, rig.Count(`SELECT count(*) FROM student`), f.File)
	}
	require.Equal(t, total, rig.Count(`SELECT sum(occupied) FROM school_class`))
	require.Equal(t, total, rig.Count(`SELECT count(*) FROM student_history WHERE kind = 'ROSTER_IMPORT'`))
	require.Equal(t, 2*total, rig.Count(`SELECT count(*) FROM guardian`))
	require.Zero(t, rig.Count(`SELECT count(*) FROM roster_row WHERE payload IS NOT NULL AND student_id IS NOT NULL`))
	require.Zero(t, rig.Count(`SELECT count(*) FROM student WHERE (number_class = 'J') <> (id_hash IS NULL)`))
	require.Positive(t, rig.Count(`SELECT count(*) FROM student WHERE number_class = 'J'`))
}

func TestRegisteringARosterTwiceChangesNothing(t *testing.T) {
	rig := storetest.New(t)
	r := rig.Upload(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "a")
	change, err := rig.FileRoster(r)
	require.NoError(t, err)
	rig.ApproveAll(change.ID)
	rig.ApproveAll(change.ID)
	require.Equal(t, 12, rig.Count(`SELECT count(*) FROM student`))
	require.Equal(t, 12, rig.Count(`SELECT occupied FROM school_class WHERE code = '2026105'`))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'roster.enrol'`))
}

func TestTheSameFileTwiceIsTheSameRoster(t *testing.T) {
	rig := storetest.New(t)
	first := rig.Upload(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "a")
	rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
		again, fresh, err := registration.BeginRoster(t2.Tx, registration.NewRoster{ID: uuid.Must(uuid.NewV7()), School: rig.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, FileSHA256: []byte("a")})
		require.False(t, fresh)
		require.Equal(t, first.ID, again.ID)
		return err
	})
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM roster`))
	require.Equal(t, 12, rig.Count(`SELECT count(*) FROM roster_row`))
}

// A registered file may be uploaded again, for the rows that were left out. Until that
// roster is done, further uploads of the file give the same roster.
func TestRegisteredFileIsUploadedAgainForRowsLeftOut(t *testing.T) {
	rig := storetest.New(t)
	all := rig.Read("roster-no-au.xlsx")
	sheet := rig.Written(all[0], storetest.With("class_code", all[0][roster.ClassCode])(all[1]))
	first := rig.Upload(storetest.SchoolA, sheet, "a")
	require.Equal(t, 2, first.Good)
	one, err := rig.FileRoster(first)
	require.NoError(t, err)
	rig.Resize(rig.Class(storetest.SchoolA, all[0][roster.ClassCode]).ID, 1)
	rig.ApproveAll(one.ID)
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student`))
	rig.Resize(rig.Class(storetest.SchoolA, all[0][roster.ClassCode]).ID, 10)

	second := rig.Upload(storetest.SchoolA, sheet, "a")
	require.NotEqual(t, first.ID, second.ID)
	require.Equal(t, registration.RosterCounts{Read: 2, Good: 1, Present: 1}, second.RosterCounts)
	rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
		again, fresh, err := registration.BeginRoster(t2.Tx, registration.NewRoster{ID: uuid.Must(uuid.NewV7()), School: rig.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, FileSHA256: []byte("a")})
		require.False(t, fresh)
		require.Equal(t, second.ID, again.ID)
		return err
	})
	one, err = rig.FileRoster(second)
	require.NoError(t, err)
	rig.ApproveAll(one.ID)
	require.Equal(t, 2, rig.Count(`SELECT count(*) FROM student`))
	require.Equal(t, registration.RosterCounts{Read: 2, Present: 2}, rig.Upload(storetest.SchoolA, sheet, "a").RosterCounts, "and once more")
}

func TestTwoRunningImportsOfOnePupilAreRefusedByRow(t *testing.T) {
	rig := storetest.New(t)
	first := rig.Upload(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "a")
	second := rig.Upload(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "b")
	one, err := rig.FileRoster(first)
	require.NoError(t, err)
	_, err = rig.FileRoster(second)
	var told *refusal.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, refusal.RosterInFlight, told.Code)
	require.Equal(t, "3、4、5、6、7、8、9、10、11、12、13、14", told.Params["rows"])

	// Withdrawn and filed again, then refused: the file may come once more.
	rig.Say(rig.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: one.ID, Verb: change.VerbWithdraw, Step: -1})
	one, err = rig.FileRoster(second)
	require.NoError(t, err)
	rig.Decide(one.ID, rig.Position(one.ID).Tasks[0], change.VerbReject)
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM roster WHERE state = 'CHECKED' AND change_id IS NULL`))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM roster WHERE state = 'REFUSED'`))
}

func TestRowsThatCanNoLongerGoInAreLeftOut(t *testing.T) {
	rig := storetest.New(t)
	r := rig.Upload(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "a")
	one, err := rig.FileRoster(r)
	require.NoError(t, err)
	// Meanwhile the class was made smaller.
	rig.Resize(rig.Class(storetest.SchoolA, "2026105").ID, 10)
	rig.ApproveAll(one.ID)
	rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
		done, err := registration.ReadRoster(t2.Tx, r.ID)
		require.Equal(t, registration.RosterRegistered, done.State)
		require.Equal(t, 10, done.RowsEnrolled)
		require.Equal(t, 2, done.RowsLeftOut)
		page, err2 := casepage.Read(t2, *done.ChangeID)
		require.NoError(t, err2)
		require.Equal(t, 2, page.LeftOut, "the page says so")
		rows, err2 := registration.ReadRosterRows(t2.Tx, r.ID, registration.RowFilter{Verdict: registration.RowLeftOut}, 0, 10)
		require.NoError(t, err2)
		require.Equal(t, []int{13, 14}, []int{rows[0].RowNo, rows[1].RowNo})
		for _, row := range rows {
			require.Equal(t, refusal.RosterClassFull, row.Findings[len(row.Findings)-1].Code)
		}
		return err
	})
	require.Equal(t, 10, rig.Count(`SELECT occupied FROM school_class WHERE code = '2026105'`))
}

func TestADryRunKeepsNothing(t *testing.T) {
	rig := storetest.New(t)
	dry, err := registration.TryRoster(t.Context(), rig.App.Store, rig.Scope(storetest.SchoolA), rig.ID(storetest.SchoolA), rig.Sheet("roster-messy.xlsx"))
	require.NoError(t, err)
	require.Equal(t, 117, dry.Good)
	require.Equal(t, 147, dry.Read)
	require.NotEmpty(t, dry.Rows)
	require.Zero(t, rig.Count(`SELECT count(*) FROM roster`)+rig.Count(`SELECT count(*) FROM roster_row`))
}

func TestStalledCheckIsTakenOver(t *testing.T) {
	rig := storetest.New(t)
	sheet := rig.Sheet("roster-no-au.xlsx")
	var begun *registration.Roster
	rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
		var err error
		begun, _, err = registration.BeginRoster(t2.Tx, registration.NewRoster{ID: uuid.Must(uuid.NewV7()), School: rig.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, FileSHA256: []byte("a"), BlobKey: "k"})
		require.NoError(t, err)
		return registration.SaveCheckedRows(t2.Tx, begun.ID, 1, []registration.CheckedRow{{RowNo: 3, Verdict: registration.RowAccepted, ClassID: rig.Class(storetest.SchoolA, "2026105").ID,
			Values: map[roster.Field]string{roster.Name: "甲乙"}}})
	})
	restart := func() error {
		return rig.In(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
			begun, _ = registration.ReadRoster(t2.Tx, begun.ID)
			r, err := registration.RestartRosterCheck(t2.Tx, begun.ID)
			if err == nil {
				begun = r
			}
			return err
		})
	}
	require.ErrorIs(t, restart(), refusal.New(refusal.RosterChecking))
	rig.Hand.Advance(2 * registration.RosterStalled)
	require.NoError(t, restart())
	require.Zero(t, rig.Count(`SELECT count(*) FROM roster_row`))
	// The first attempt wakes up: it may not write any more.
	err := rig.In(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
		return registration.SaveCheckedRows(t2.Tx, begun.ID, 1, []registration.CheckedRow{{RowNo: 4, Verdict: registration.RowRejected}})
	})
	require.ErrorIs(t, err, registration.ErrSuperseded)
	done, err := registration.CheckRoster(t.Context(), rig.App.Store, rig.Scope(storetest.SchoolA), begun, sheet)
	require.NoError(t, err)
	require.Equal(t, 12, done.Good)
}

func TestSiblingSchoolSeesNoRoster(t *testing.T) {
	rig := storetest.New(t)
	r := rig.Upload(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "a")
	err := rig.In(rig.App, storetest.SchoolB, func(t2 *change.Tx) error {
		rows, err := registration.ReadRosterRows(t2.Tx, r.ID, registration.RowFilter{}, 0, 10)
		require.NoError(t, err)
		require.Empty(t, rows)
		_, err = registration.ReadRoster(t2.Tx, r.ID)
		return err
	})
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	rig.MustIn(rig.App, storetest.Bureau, func(t2 *change.Tx) error { _, err := registration.ReadRoster(t2.Tx, r.ID); return err })
}

// The application role can no longer change a filed roster; only the worker can.
func TestSchoolCannotChangeAFiledRoster(t *testing.T) {
	rig := storetest.New(t)
	r := rig.Upload(storetest.SchoolA, rig.Sheet("roster-no-au.xlsx"), "a")
	_, err := rig.FileRoster(r)
	require.NoError(t, err)
	for _, statement := range []string{
		`UPDATE roster SET state = 'DISCARDED', change_id = NULL WHERE id = ?`,
		`UPDATE roster_row SET verdict = 'REJECT' WHERE roster_id = ?`,
		`DELETE FROM roster_row WHERE roster_id = ?`,
	} {
		rig.MustIn(rig.App, storetest.SchoolA, func(t2 *change.Tx) error {
			n, err := storetest.Exec(t2.Tx, statement, r.ID)
			require.Zero(t, n, statement)
			return err
		})
	}
	for _, statement := range []string{
		`UPDATE roster SET rows_enrolled = 12 WHERE id = ?`,
		`UPDATE roster_row SET student_id = NULL WHERE roster_id = ?`,
		`INSERT INTO roster_row (roster_id, row_no, org_path, verdict) SELECT id, 99, org_path, 'ACCEPT' FROM roster WHERE id = ?`,
		`DELETE FROM roster WHERE id = ?`,
	} {
		err := rig.In(rig.App, storetest.SchoolA, func(t2 *change.Tx) error { _, err := storetest.Exec(t2.Tx, statement, r.ID); return err })
		require.ErrorContains(t, err, "42501", statement)
	}
	err = rig.In(rig.App, storetest.SchoolA, func(t2 *change.Tx) error { return registration.DiscardRoster(t2.Tx, r.ID) })
	require.ErrorIs(t, err, refusal.New(refusal.RosterState))
	err = rig.In(rig.App, storetest.SchoolA, func(t2 *change.Tx) error { _, err := registration.RestartRosterCheck(t2.Tx, r.ID); return err })
	require.ErrorIs(t, err, refusal.New(refusal.RosterState))
}
