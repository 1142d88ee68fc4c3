package kinds_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
	"github.com/xueji/xueji/models/worklist"
)

// correction is what the managing bureau hands in to strike a change of a pupil.
func correction(r *storetest.County, pupil, mistake uuid.UUID) change.Filing {
	return r.Filing(process.ChangeCorrection, pupil, map[string]string{"case_no": r.Text(`SELECT case_no FROM change WHERE id = $1`, mistake), "reason": "误办"})
}

func correct(r *storetest.County, pupil, mistake uuid.UUID) uuid.UUID {
	r.T().Helper()
	one, err := r.TryFile(correction(r, pupil, mistake))
	require.NoError(r.T(), err)
	return one.ID
}

// left are the things that a correction names as left to do.
func left(r *storetest.County, correction uuid.UUID) []string {
	r.T().Helper()
	return r.Texts(`SELECT params ->> 'what' FROM change_event WHERE change_id = $1 AND verb = 'LEAVES' ORDER BY id`, correction)
}

// A struck death gives the record its former state back. Its line is kept for bureaus,
// and it cannot be struck twice.
func TestStruckDeathRestoresTheRecord(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	death := r.File(process.Death, pupil, map[string]string{"event_date": "2026-11-20"})
	r.ApproveAll(death)
	require.Equal(t, "DECEASED", r.Text(`SELECT enrol_status FROM student WHERE id = $1`, pupil))
	correct := func() (*change.Change, error) {
		caseNo := r.Text(`SELECT case_no FROM change WHERE id = $1`, death)
		return r.TryFile(r.Filing(process.ChangeCorrection, pupil, map[string]string{"case_no": caseNo, "reason": "误办"}))
	}
	filed, err := correct()
	require.NoError(t, err)
	correction := filed.ID
	r.ApproveAll(correction)
	_, err = correct()
	require.ErrorIs(t, err, refusal.New(refusal.CorrectionNotInForce))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND enrol_status = 'ENROLLED' AND in_register AND holds_seat AND class_id IS NOT NULL`, pupil), "with its class and seat")
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student_history WHERE change_id = $1 AND struck_by = $2`, death, correction))
	for struck, want := range map[bool]int{true: 3, false: 1} {
		r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
			list, err := student.History(tx.Tx, pupil, uuid.Nil, struck, 10)
			require.Len(t, list, want)
			return err
		})
	}
	err = r.OwnerTries(`UPDATE student_history SET struck_at = NULL, struck_by = NULL WHERE change_id = $1`, death)
	require.Equal(t, "42501", storetest.SQLState(err), "what was struck stays struck, for the owner too")
}

// A mistaken suspension is struck together with the return that undid it. The record stays
// as it is, both cases name the correction, and the school is told.
func TestASuspensionAndItsEndAreStruckTogether(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
	mistake := r.Suspended(pupil, "2027-08-31")
	require.Equal(t, []string{"correction_not_undone /inputs/case_no"}, r.RefusedFiling(correction(r, pupil, mistake)))
	back := r.File(process.Reinstatement, pupil, map[string]string{"class_id": class, "cohort": "ORIGINAL"})
	r.ApproveAll(back)
	id := correct(r, pupil, mistake)
	require.Equal(t, []string{storetest.Bureau}, r.Texts(`SELECT office_path::text FROM task WHERE change_id = $1`, id), "a second person of the bureau")
	r.ApproveAll(id)
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM change WHERE id IN ($1, $2) AND struck_at IS NOT NULL AND struck_by = $3`, mistake, back, id))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student_history WHERE struck_by = $1`, id))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM suspension WHERE student_id = $1 AND struck_at IS NOT NULL`, pupil))
	require.Equal(t, "ENROLLED", enrol(r, pupil))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM change_event WHERE verb = 'STRUCK_BY' AND params ->> 'case' = (SELECT case_no FROM change WHERE id = $1)`, id))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'CASE_STRUCK'`, id))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM notice WHERE kind = 'CASE_STRUCK' AND role = 'SCHOOL_REGISTRAR' AND org_path = $1::text::ltree`, storetest.SchoolA))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM audit_entry WHERE action = 'change.struck'`))
	require.Empty(t, left(r, id), "nothing is left to do")
	require.Equal(t, []string{"correction_not_in_force /inputs/case_no"}, r.RefusedFiling(correction(r, pupil, mistake)), "twice")
}

// Only a change of the pupil that is in force, that was undone and on which nothing depends
// is struck, and only the managing bureau asks for it.
func TestWhatCannotBeStruckIsRefused(t *testing.T) {
	r := storetest.New(t)
	pupils := r.Pupils(storetest.SchoolA, 3)
	pupil := pupils[0]
	other := r.Suspended(pupils[1], "2027-08-31")
	key := r.Filing(process.KeyDataChange, pupils[2], map[string]string{"reason": "更名"})
	key.Values = map[string]string{"name": "样例新名"}
	renamed, err := r.TryFile(key)
	require.NoError(t, err)
	r.ApproveAll(renamed.ID)
	rejected := r.File(process.OtherLeaving, pupil, nil)
	sayDecide(r, rejected, change.VerbReject)
	suspension := r.Suspended(pupil, "2027-08-31")
	for mistake, want := range map[uuid.UUID]string{
		other: "correction_unknown", rejected: "correction_not_in_force", suspension: "correction_not_undone",
	} {
		require.Equal(t, []string{want + " /inputs/case_no"}, r.RefusedFiling(correction(r, pupil, mistake)), want)
	}
	require.Equal(t, []string{"correction_no_opposite /inputs/case_no"}, r.RefusedFiling(correction(r, pupils[2], renamed.ID)))
	f := correction(r, pupil, suspension)
	f.Office = r.Office(storetest.SchoolA)
	f.Evidence = []evidence.Ref{r.Paper(storetest.SchoolA, "CORRECTION_PROOF")}
	require.Contains(t, r.RefusedFiling(f), "filed_by_managing_bureau /student_id")
}

// A pupil moved by mistake and moved back: both moves are struck, and so are backups and a
// paper file that was never sent. A file that travelled is tracked until it is back.
func TestAMoveThereAndBackIsStruck(t *testing.T) {
	for sent, want := range map[bool][]string{false: {}, true: {"PAPER_UNDERWAY", "PAPER_TO_SEND"}} {
		r := storetest.New(t)
		pupil := r.Pupil(storetest.SchoolA)
		class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
		there := r.Received(process.Transfer, storetest.SchoolB, pupil, r.NewClass(storetest.SchoolB, 2024, 40).ID)
		r.ApproveAll(there)
		if sent {
			r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
				list, err := transfer.PaperFiles(tx.Tx, storetest.SchoolA, tx.Today(), uuid.Nil, 10)
				require.NoError(t, err)
				_, err = transfer.NotePaperFileSent(tx.Tx, list[0].ID, list[0].Version, "机要")
				return err
			})
		}
		back := r.Received(process.Transfer, storetest.SchoolA, pupil, uuid.MustParse(class))
		r.ApproveAll(back)
		id := correct(r, pupil, there)
		r.ApproveAll(id)
		require.Equal(t, want, left(r, id))
		require.Equal(t, 2, r.Count(`SELECT count(*) FROM departure WHERE struck_by = $1`, id))
		require.Equal(t, map[bool]int{false: 2, true: 0}[sent], r.Count(`SELECT count(*) FROM handover WHERE struck_by = $1`, id))
		require.Equal(t, 2, r.Count(`SELECT count(*) FROM change WHERE struck_by = $1`, id))
		require.Equal(t, storetest.SchoolA, r.Text(`SELECT org_path::text FROM student WHERE id = $1`, pupil))
		r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
			list, err := transfer.Departures(tx.Tx, r.ID(storetest.SchoolA), nil, 10)
			require.Empty(t, list, "who was moved by mistake did not depart")
			return err
		})
		if !sent {
			r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
				f, err := transfer.ReadPaperFile(tx.Tx, uuid.MustParse(r.Text(`SELECT id::text FROM handover WHERE change_id = $1`, there)))
				require.NoError(t, err)
				require.Equal(t, transfer.PaperFileStruck, f.State())
				_, err = transfer.NotePaperFileSent(tx.Tx, f.ID, f.Version, "机要")
				require.ErrorIs(t, err, refusal.New(refusal.HandoverStruck))
				return nil
			})
		}
	}
}

// Of a list only the pupil's line is struck. A pupil who came back into another class
// stays there, and the correction names the difference.
func TestALineOfAListIsStruck(t *testing.T) {
	r := storetest.New(t)
	pupils, class := r.Pupils(storetest.SchoolA, 2), r.NewClass(storetest.SchoolB, 2024, 40)
	var lines []change.ListedPupil
	for _, pupil := range pupils {
		lines = append(lines, change.ListedPupil{StudentID: pupil, ClassID: class.ID})
	}
	one, err := r.TryFile(change.Filing{Kind: process.BatchTransfer, Lines: lines, Inputs: map[string]string{"from_school": "2152000123", "to_school": "2152000456", "reason": "撤并"},
		Office: r.Office(storetest.Bureau), Key: uuid.NewString(), BodyHash: []byte("list")})
	require.NoError(t, err)
	r.ApproveAll(one.ID)
	require.Equal(t, []string{"correction_not_undone /inputs/case_no"}, r.RefusedFiling(correction(r, pupils[0], one.ID)))
	r.ApproveAll(r.Received(process.Transfer, storetest.SchoolA, pupils[0], r.NewClass(storetest.SchoolA, 2024, 40).ID))
	id := correct(r, pupils[0], one.ID)
	r.ApproveAll(id)
	require.Equal(t, []string{pupils[0].String()}, r.Texts(`SELECT student_id::text FROM change_line WHERE struck_by = $1`, id))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change WHERE id = $1 AND struck_at IS NULL`, one.ID))
	require.Equal(t, []string{"PLACE"}, left(r, id))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student_history WHERE change_id = $1 AND before ->> 'class_id' <> after ->> 'class_id'`, id))
}

// A pupil who left by mistake and was received by another school belongs to that school:
// the leaving cannot be struck.
func TestALeavingThatAnotherSchoolEndedIsNotStruck(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	mistake := r.File(process.OtherLeaving, pupil, nil)
	r.ApproveAll(mistake)
	r.ApproveAll(r.Received(process.RestoreAdmission, storetest.SchoolB, pupil, r.NewClass(storetest.SchoolB, 2024, 40).ID))
	require.Equal(t, []string{"correction_elsewhere /inputs/case_no"}, r.RefusedFiling(correction(r, pupil, mistake)))
}

// A later change that depends on the mistake stands in the way.
func TestAChangeOnWhichAnotherDependsIsNotStruck(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	mistake := r.Received(process.Transfer, storetest.SchoolB, pupil, r.NewClass(storetest.SchoolB, 2024, 40).ID)
	r.ApproveAll(mistake)
	r.Suspended(pupil, "2027-08-31")
	require.Equal(t, []string{"correction_depends /inputs/case_no"}, r.RefusedFiling(correction(r, pupil, mistake)))
}

// A return by mistake that a new suspension undid is struck with it. The old suspension
// runs on, with the end and the extension of the new one.
func TestTheOldSuspensionRunsOnWhenItsEndIsStruck(t *testing.T) {
	r := storetest.New(t)
	r.Policy(storetest.Province, `{"suspensions_per_stage": 4}`)
	pupil := r.Pupil(storetest.SchoolA)
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
	old := r.Suspended(pupil, "2027-08-31")
	mistake := r.File(process.Reinstatement, pupil, map[string]string{"class_id": class, "cohort": "ORIGINAL"})
	r.ApproveAll(mistake)
	again := r.Suspended(pupil, "2027-01-31")
	r.At("2027-01-10")
	r.ApproveAll(r.File(process.SuspensionExtension, pupil, map[string]string{"until_date": "2027-06-30"}))
	r.ApproveAll(correct(r, pupil, mistake))
	require.Equal(t, "SUSPENDED", enrol(r, pupil))
	require.Equal(t, "2027-06-30 1", r.Text(`SELECT until_date || ' ' || extended FROM suspension WHERE change_id = $1 AND ended_on IS NULL AND struck_at IS NULL`, old))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM suspension WHERE change_id = $1 AND struck_at IS NOT NULL AND ended_on = from_date`, again))
}

// A mistaken suspension is struck with its extension.
func TestAnExtensionIsStruckWithItsSuspension(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	class := r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil)
	mistake := r.Suspended(pupil, "2027-01-31")
	r.At("2027-01-10")
	extension := r.File(process.SuspensionExtension, pupil, map[string]string{"until_date": "2027-06-30"})
	r.ApproveAll(extension)
	r.ApproveAll(r.File(process.Reinstatement, pupil, map[string]string{"class_id": class, "cohort": "ORIGINAL"}))
	id := correct(r, pupil, mistake)
	r.ApproveAll(id)
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM change WHERE struck_by = $1`, id))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change WHERE id = $1 AND struck_by = $2`, extension, id))
}

// changesOf returns the changes that the list of changes finds for a pupil.
func changesOf(r *storetest.County, pupil uuid.UUID) (ids []uuid.UUID) {
	r.MustIn(r.App, storetest.Bureau, func(tx *change.Tx) error {
		lines, err := worklist.Changes(tx.Tx, worklist.ChangeFilter{StudentID: pupil}, time.Time{}, uuid.Nil, 10)
		for _, l := range lines {
			ids = append(ids, l.ID)
		}
		return err
	})
	return ids
}

// A struck death names a claim on a graduate that it had ended, and the list of changes
// finds the claim by the graduate.
func TestAStruckDeathNamesTheClaimsItEnded(t *testing.T) {
	r := storetest.New(t)
	graduate := r.Graduates(storetest.SchoolA, 1)[0]
	claim := r.Claim(r.JuniorSchool(storetest.Bureau, "3152000111", 5), graduate)
	require.Contains(t, changesOf(r, graduate), claim)
	death := r.File(process.Death, graduate, map[string]string{"event_date": r.App.Clock().Today().String()})
	r.ApproveAll(death)
	id := correct(r, graduate, death)
	r.ApproveAll(id)
	require.Equal(t, r.Text(`SELECT case_no FROM change WHERE id = $1`, claim), r.Text(`SELECT params ->> 'case' FROM change_event WHERE change_id = $1 AND verb = 'LEAVES'`, id))
}

// A struck death names the changes that it had ended, so that their office can file them
// again: a pupil's own and a line of a list.
func TestAStruckDeathNamesTheChangesItEnded(t *testing.T) {
	r := storetest.New(t)
	pupils := r.Pupils(storetest.SchoolA, 3)
	suspension := r.File(process.Suspension, pupils[0], nil)
	placing, err := r.TryFile(change.Filing{Kind: process.ClassChange, Lines: []change.ListedPupil{{StudentID: pupils[2], ClassID: r.NewClass(storetest.SchoolA, 2024, 40).ID}},
		Inputs: map[string]string{"reason": "调整"}, Office: r.Office(storetest.SchoolA), Key: uuid.NewString(), BodyHash: []byte("placing")})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{placing.ID}, changesOf(r, pupils[2]))
	list, err := r.TryFile(change.Filing{Kind: process.BatchTransfer, Lines: []change.ListedPupil{{StudentID: pupils[1], ClassID: r.NewClass(storetest.SchoolB, 2024, 40).ID}},
		Inputs: map[string]string{"from_school": "2152000123", "to_school": "2152000456", "reason": "撤并"}, Office: r.Office(storetest.Bureau), Key: uuid.NewString(), BodyHash: []byte("list")})
	require.NoError(t, err)
	for i, ended := range []uuid.UUID{suspension, list.ID, placing.ID} {
		death := r.File(process.Death, pupils[i], map[string]string{"event_date": "2026-11-20"})
		r.ApproveAll(death)
		id := correct(r, pupils[i], death)
		r.ApproveAll(id)
		require.Equal(t, []string{"ENDED"}, left(r, id))
		require.Equal(t, r.Text(`SELECT case_no FROM change WHERE id = $1`, ended), r.Text(`SELECT params ->> 'case' FROM change_event WHERE change_id = $1 AND verb = 'LEAVES'`, id))
		require.Equal(t, 1, r.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'LEAVES'`, ended))
		require.Equal(t, "ENROLLED", enrol(r, pupils[i]))
	}
}

// A correction that the second person rejects strikes nothing.
func TestARejectedCorrectionStrikesNothing(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	death := r.File(process.Death, pupil, map[string]string{"event_date": "2026-11-20"})
	r.ApproveAll(death)
	id := correct(r, pupil, death)
	sayDecide(r, id, change.VerbReject)
	require.Zero(t, r.Count(`SELECT count(*) FROM change WHERE struck_at IS NOT NULL`)+r.Count(`SELECT count(*) FROM student_history WHERE struck_at IS NOT NULL`))
	require.Equal(t, "DECEASED", enrol(r, pupil))
}
