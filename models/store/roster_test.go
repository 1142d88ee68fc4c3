package store

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// Every file of the collection goes through check, filing and registration, one after the
// other into one register, with the expected result.
func TestAllRosterFilesComeOutAsExpected(t *testing.T) {
	rig := newRecordsRig(t)
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
		r := rig.upload(rig.sheet(f.File), f.File)
		switch f.Action {
		case "reject":
			require.Equal(t, RosterUnfit, r.State, f.File)
			require.Len(t, r.Findings, 1, f.File)
			require.Zero(t, rig.count(`SELECT count(*) FROM roster_row WHERE roster_id = $1`, r.ID), f.File)
			_, err := rig.file(r.ID)
			require.ErrorIs(t, err, refusal.New(refusal.RosterState), f.File)
			continue
		case "row_by_row":
			require.Equal(t, 117, r.Good, f.File)
		default:
			require.Equal(t, f.PupilRows, r.Good, f.File)
			require.Zero(t, r.Rejected, f.File)
		}
		require.Equal(t, RosterChecked, r.State, f.File)
		require.Equal(t, f.PupilRows, r.Read, f.File)
		change, err := rig.file(r.ID)
		require.NoError(t, err, f.File)
		rig.enrol(r.ID, change)
		total += r.Good
		require.Equal(t, total, rig.count(`SELECT count(*) FROM student`), f.File)
	}
	require.Equal(t, total, rig.count(`SELECT sum(occupied) FROM school_class`))
	require.Equal(t, total, rig.count(`SELECT count(*) FROM student_history WHERE kind = 'ROSTER_IMPORT'`))
	require.Equal(t, 2*total, rig.count(`SELECT count(*) FROM guardian`))
	require.Zero(t, rig.count(`SELECT count(*) FROM roster_row WHERE payload IS NOT NULL AND student_id IS NOT NULL`))
	require.Zero(t, rig.count(`SELECT count(*) FROM student WHERE (number_class = 'J') <> (id_hash IS NULL)`))
	require.Positive(t, rig.count(`SELECT count(*) FROM student WHERE number_class = 'J'`))
}

func TestRegisteringARosterTwiceChangesNothing(t *testing.T) {
	rig := newRecordsRig(t)
	r := rig.upload(rig.sheet("roster-no-au.xlsx"), "a")
	change, err := rig.file(r.ID)
	require.NoError(t, err)
	rig.enrol(r.ID, change)
	rig.enrol(r.ID, change)
	require.Equal(t, 12, rig.count(`SELECT count(*) FROM student`))
	require.Equal(t, 12, rig.count(`SELECT occupied FROM school_class WHERE code = '2026105'`))
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM audit_entry WHERE action = 'roster.enrol'`))
}

func TestTheSameFileTwiceIsTheSameRoster(t *testing.T) {
	rig := newRecordsRig(t)
	first := rig.upload(rig.sheet("roster-no-au.xlsx"), "a")
	rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
		again, fresh, err := t2.BeginRoster(NewRoster{ID: newID(), School: rig.school[schoolAPath], OrgPath: schoolAPath, FileSHA256: []byte("a")})
		require.False(t, fresh)
		require.Equal(t, first.ID, again.ID)
		return err
	})
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM roster`))
	require.Equal(t, 12, rig.count(`SELECT count(*) FROM roster_row`))
}

// seats gives a class of school A so many seats, as the school does.
func (r *recordsRig) seats(code string, n int) {
	r.t.Helper()
	r.mustIn(r.app, schoolAPath, func(t *Tx) error {
		c, err := t.Class(r.classes[code])
		if err != nil {
			return err
		}
		_, err = t.EditClass(c.ID, c.Version, c.Name, n)
		return err
	})
}

// A file that was enrolled may come again, for the rows that were left out; while it is
// in hand again it is one roster however often it is uploaded.
func TestAnEnrolledFileComesAgainForTheRowsLeftOut(t *testing.T) {
	rig := newRecordsRig(t)
	all := rig.sheetPupils("roster-no-au.xlsx")
	sheet := rig.write(all[0], with(all[1], "class_code", all[0][roster.ClassCode]))
	first := rig.upload(sheet, "a")
	require.Equal(t, 2, first.Good)
	change, err := rig.file(first.ID)
	require.NoError(t, err)
	rig.seats(all[0][roster.ClassCode], 1)
	rig.enrol(first.ID, change)
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM student`))
	rig.seats(all[0][roster.ClassCode], 10)

	rig.exec(`DELETE FROM slot WHERE change_id = $1`, change) // as the end of the change does

	second := rig.upload(sheet, "a")
	require.NotEqual(t, first.ID, second.ID)
	require.Equal(t, RosterCounts{Read: 2, Good: 1, Present: 1}, second.RosterCounts)
	rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
		again, fresh, err := t2.BeginRoster(NewRoster{ID: newID(), School: rig.school[schoolAPath], OrgPath: schoolAPath, FileSHA256: []byte("a")})
		require.False(t, fresh)
		require.Equal(t, second.ID, again.ID)
		return err
	})
	change, err = rig.file(second.ID)
	require.NoError(t, err)
	rig.enrol(second.ID, change)
	require.Equal(t, 2, rig.count(`SELECT count(*) FROM student`))
	require.Equal(t, RosterCounts{Read: 2, Present: 2}, rig.upload(sheet, "a").RosterCounts, "and once more")
}

func TestTwoRunningImportsOfOnePupilAreRefusedByRow(t *testing.T) {
	rig := newRecordsRig(t)
	first := rig.upload(rig.sheet("roster-no-au.xlsx"), "a")
	second := rig.upload(rig.sheet("roster-no-au.xlsx"), "b")
	change, err := rig.file(first.ID)
	require.NoError(t, err)
	_, err = rig.file(second.ID)
	var told *refusal.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, refusal.RosterInFlight, told.Code)
	require.Equal(t, "3、4、5、6、7、8、9、10、11、12、13、14", told.Params["rows"])

	// Withdrawn and filed again, then refused: the file may come once more.
	rig.mustIn(rig.worker, "", func(t2 *Tx) error { return t2.rosterEnded(first.ID, false) })
	rig.exec(`DELETE FROM slot WHERE change_id = $1`, change)
	_, err = rig.file(second.ID)
	require.NoError(t, err)
	rig.mustIn(rig.worker, "", func(t2 *Tx) error { return t2.rosterEnded(second.ID, true) })
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM roster WHERE state = 'CHECKED' AND change_id IS NULL`))
	require.Equal(t, 1, rig.count(`SELECT count(*) FROM roster WHERE state = 'REFUSED'`))
}

func TestRowsThatCanNoLongerGoInAreLeftOut(t *testing.T) {
	rig := newRecordsRig(t)
	all := rig.sheetPupils("roster-no-au.xlsx")
	all[2] = with(all[2], "id_type", "A", "id_number", "E90817263")
	r := rig.upload(rig.write(all...), "a")
	require.Equal(t, 12, r.Good)
	// After the check another roster registers somebody else under the number of row 5.
	require.NotEqual(t, all[2][roster.BirthDate], all[3][roster.BirthDate])
	other := rig.enrolSheet(rig.write(with(all[2], "name", "样例另一", "birth_date", all[3][roster.BirthDate])), "b")
	require.Equal(t, 1, other.Good)
	rig.exec(`DELETE FROM slot`) // as the end of the change does
	change, err := rig.file(r.ID)
	require.NoError(t, err)
	// Meanwhile the class is made smaller.
	rig.seats("2026105", 11)
	rig.enrol(r.ID, change)
	rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
		done, err := t2.Roster(r.ID)
		require.Equal(t, RosterEnrolled, done.State)
		require.Equal(t, 10, done.RowsEnrolled)
		require.Equal(t, 2, done.RowsLeftOut)
		page, err2 := t2.ChangePage(*done.ChangeID)
		require.NoError(t, err2)
		require.Equal(t, 2, page.LeftOut, "the page says so")
		rows, err2 := t2.RosterRows(r.ID, RowLeftOut, 0, 10)
		require.NoError(t, err2)
		require.Equal(t, 5, rows[0].RowNo)
		require.Equal(t, refusal.IdentityOfAnother, rows[0].Findings[len(rows[0].Findings)-1].Code)
		require.Equal(t, 14, rows[1].RowNo)
		require.Equal(t, refusal.RosterClassFull, rows[1].Findings[len(rows[1].Findings)-1].Code)
		return err
	})
	require.Equal(t, 11, rig.count(`SELECT occupied FROM school_class WHERE code = '2026105'`))
}

func TestADryRunKeepsNothing(t *testing.T) {
	rig := newRecordsRig(t)
	dry, err := rig.app.TryRoster(t.Context(), rig.scopeA(), rig.school[schoolAPath], rig.sheet("roster-messy.xlsx"))
	require.NoError(t, err)
	require.Equal(t, 117, dry.Good)
	require.Equal(t, 147, dry.Read)
	require.NotEmpty(t, dry.Rows)
	require.Zero(t, rig.count(`SELECT count(*) FROM roster`)+rig.count(`SELECT count(*) FROM roster_row`))
}

func TestStalledCheckIsTakenOver(t *testing.T) {
	rig := newRecordsRig(t)
	sheet := rig.sheet("roster-no-au.xlsx")
	var begun *Roster
	rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
		var err error
		begun, _, err = t2.BeginRoster(NewRoster{ID: newID(), School: rig.school[schoolAPath], OrgPath: schoolAPath, FileSHA256: []byte("a"), BlobKey: "k"})
		require.NoError(t, err)
		return t2.StageRosterRows(begun.ID, 1, []StagedRow{{RowNo: 3, Verdict: RowAccepted, ClassID: rig.classes["2026105"],
			Values: map[roster.Field]string{roster.Name: "甲乙"}}})
	})
	restart := func() error {
		return rig.in(rig.app, schoolAPath, func(t2 *Tx) error {
			begun, _ = t2.Roster(begun.ID)
			r, err := t2.RestartRosterCheck(begun.ID)
			if err == nil {
				begun = r
			}
			return err
		})
	}
	require.ErrorIs(t, restart(), refusal.New(refusal.RosterChecking))
	rig.hand.Advance(2 * RosterStalled)
	require.NoError(t, restart())
	require.Zero(t, rig.count(`SELECT count(*) FROM roster_row`))
	// The first attempt wakes up: it may not write any more.
	err := rig.in(rig.app, schoolAPath, func(t2 *Tx) error {
		return t2.StageRosterRows(begun.ID, 1, []StagedRow{{RowNo: 4, Verdict: RowRejected}})
	})
	require.ErrorIs(t, err, ErrSuperseded)
	done, err := rig.app.CheckRoster(t.Context(), rig.scopeA(), begun, sheet)
	require.NoError(t, err)
	require.Equal(t, 12, done.Good)
}

func TestSiblingSchoolSeesNoRoster(t *testing.T) {
	rig := newRecordsRig(t)
	r := rig.upload(rig.sheet("roster-no-au.xlsx"), "a")
	err := rig.in(rig.app, schoolBPath, func(t2 *Tx) error {
		rows, err := t2.RosterRows(r.ID, "", 0, 10)
		require.NoError(t, err)
		require.Empty(t, rows)
		_, err = t2.Roster(r.ID)
		return err
	})
	require.ErrorIs(t, err, refusal.New(refusal.NotFound))
	rig.mustIn(rig.app, countyPath, func(t2 *Tx) error { _, err := t2.Roster(r.ID); return err })
}

// The application role can no longer change a filed roster; only the worker can.
func TestSchoolCannotChangeAFiledRoster(t *testing.T) {
	rig := newRecordsRig(t)
	r := rig.upload(rig.sheet("roster-no-au.xlsx"), "a")
	_, err := rig.file(r.ID)
	require.NoError(t, err)
	for _, statement := range []string{
		`UPDATE roster SET state = 'DISCARDED', change_id = NULL WHERE id = ?`,
		`UPDATE roster_row SET verdict = 'REJECT' WHERE roster_id = ?`,
		`DELETE FROM roster_row WHERE roster_id = ?`,
	} {
		rig.mustIn(rig.app, schoolAPath, func(t2 *Tx) error {
			n, err := t2.exec(statement, r.ID)
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
		err := rig.in(rig.app, schoolAPath, func(t2 *Tx) error { _, err := t2.exec(statement, r.ID); return err })
		require.ErrorContains(t, err, "42501", statement)
	}
	err = rig.in(rig.app, schoolAPath, func(t2 *Tx) error { return t2.DiscardRoster(r.ID) })
	require.ErrorIs(t, err, refusal.New(refusal.RosterState))
	err = rig.in(rig.app, schoolAPath, func(t2 *Tx) error { _, err := t2.RestartRosterCheck(r.ID); return err })
	require.ErrorIs(t, err, refusal.New(refusal.RosterState))
}
