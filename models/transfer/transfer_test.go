package transfer_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
	"github.com/xueji/xueji/models/transfer"
)

// departures are the pupils who moved away from a school.
func departures(r *storetest.County, path string) (list []transfer.Departure) {
	r.T().Helper()
	r.MustIn(r.App, path, func(tx *change.Tx) (err error) {
		list, err = transfer.Departures(tx.Tx, r.ID(path), nil, 10)
		return err
	})
	return list
}

// backup is the record that a school keeps of a pupil who moved away.
func backup(r *storetest.County, path string, pupil uuid.UUID) (record *student.Record, err error) {
	err = r.In(r.App, path, func(tx *change.Tx) (err error) {
		record, err = transfer.DepartedRecord(tx.Tx, pupil)
		return err
	})
	return record, err
}

// A transfer inside a county moves record, seat and history, keeps the number, and leaves
// the old school its backup. The pupil is free again.
func TestATransferMovesTheRecord(t *testing.T) {
	r := storetest.New(t)
	pupil, class := r.Pupil(storetest.SchoolA), r.NewClass(storetest.SchoolB, 2024, 40)
	number := r.Secret(pupil, student.SecretStudentNumber)
	id := r.Received(process.Transfer, storetest.SchoolB, pupil, class.ID)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1 AND key = $2`, id, student.StudentSlot(pupil)))
	r.ApproveAll(id)

	require.Equal(t, change.StatusEffective, r.Position(id).Status)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND school_id = $2 AND class_id = $3 AND org_path = $4::text::ltree AND enrol_status = 'ENROLLED' AND holds_seat`,
		pupil, r.ID(storetest.SchoolB), class.ID, storetest.SchoolB))
	require.Equal(t, number, r.Secret(pupil, student.SecretStudentNumber))
	require.Equal(t, 1, r.Count(`SELECT occupied FROM school_class WHERE id = $1`, class.ID))
	require.Zero(t, r.Count(`SELECT sum(occupied) FROM school_class WHERE school_id = $1`, r.ID(storetest.SchoolA)))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM guardian WHERE student_id = $1 AND org_path = $2::text::ltree`, pupil, storetest.SchoolB))
	require.Equal(t, []string{"TRANSFER_IN", "TRANSFER_OUT"}, r.Texts(`SELECT kind FROM student_history WHERE change_id = $1 ORDER BY kind`, id))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))

	left := departures(r, storetest.SchoolA)
	require.Len(t, left, 1)
	require.Equal(t, []string{"南明区第二示例小学", "2026-11-20"}, []string{left[0].ToSchool, left[0].LeftOn.String()})
	require.Empty(t, departures(r, storetest.SchoolB))
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		next, err := transfer.Departures(tx.Tx, r.ID(storetest.SchoolA), &left[0], 10)
		require.Empty(t, next, "the page after the last")
		return err
	})
	record, err := backup(r, storetest.SchoolA, pupil)
	require.NoError(t, err)
	require.Equal(t, []any{"TRANSFERRED_OUT", storetest.SchoolA, false, left[0].Name}, []any{record.EnrolStatus, record.OrgPath, record.InRegister, record.Name})
	for _, path := range []string{storetest.SchoolB, storetest.FarSchool} {
		_, err = backup(r, path, pupil)
		require.ErrorIs(t, err, refusal.New(refusal.NotFound), path)
	}
}

// A transfer between two provinces passes the national validation, and is approved by the
// receiving side first.
func TestATransferBetweenProvincesIsValidated(t *testing.T) {
	r := storetest.New(t)
	pupil, class := r.Pupil(storetest.SchoolA), r.NewClass(storetest.FarSchool, 2024, 40)
	id := r.Received(process.Transfer, storetest.FarSchool, pupil, class.ID)
	r.ApproveAll(id)
	require.Equal(t, change.StatusEffective, r.Position(id).Status)
	require.Equal(t, []string{storetest.FarSchool, storetest.FarBureau, storetest.FarSchool, storetest.SchoolA, storetest.Bureau},
		r.Texts(`SELECT office_path::text FROM step WHERE change_id = $1 ORDER BY no`, id))
	require.Equal(t, storetest.FarSchool, r.Text(`SELECT org_path::text FROM student WHERE id = $1`, pupil))
}

// The national validation asks the record of the day: what happened since the filing ends
// the transfer with the code, and both sides learn no more.
func TestTheValidationEndsATransferThatCanNoLongerBe(t *testing.T) {
	r := storetest.New(t)
	class := r.NewClass(storetest.FarSchool, 2024, 40)
	double := alike(r)
	punished := r.Pupil(storetest.SchoolA)
	for _, row := range []struct {
		pupil  uuid.UUID
		happen func()
		code   refusal.Code
	}{
		{double, func() { r.Dedupe() }, refusal.TransferProblemStatus},
		{punished, func() { r.Punished(storetest.SchoolA, punished) }, refusal.TransferNotEligible},
	} {
		id := r.Received(process.Transfer, storetest.FarSchool, row.pupil, class.ID)
		r.Approve(id)
		r.Approve(id)
		row.happen()
		r.Perform(id)
		require.Equal(t, change.StatusRefused, r.Position(id).Status, row.code)
		require.Equal(t, string(row.code), r.Text(`SELECT close_code FROM change WHERE id = $1`, id))
		require.Equal(t, storetest.SchoolA, r.Text(`SELECT org_path::text FROM student WHERE id = $1`, row.pupil))
		require.Zero(t, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, id))
	}
}

// What stands against a transfer is told at once, in words that another school may read.
func TestATransferIsRefusedInWordsAnotherSchoolMayRead(t *testing.T) {
	r := storetest.New(t)
	pupils := r.Pupils(storetest.SchoolA, 5)
	good, busy, suspended, punished, left := pupils[0], pupils[1], pupils[2], pupils[3], pupils[4]
	r.File(process.OtherLeaving, busy, nil)
	r.Suspended(suspended, "2027-08-31")
	r.Punished(storetest.SchoolA, punished)
	r.ApproveAll(r.File(process.Missing, left, map[string]string{"missing_since": "2026-11-01"}))
	double := alike(r)
	r.Dedupe()
	class, full, lower := r.NewClass(storetest.SchoolB, 2024, 40), r.NewClass(storetest.SchoolB, 2024, 1), r.NewClass(storetest.SchoolB, 2025, 40)
	r.ApproveAll(r.Received(process.Transfer, storetest.SchoolB, r.Pupil(storetest.SchoolA), full.ID))
	for pupil, want := range map[uuid.UUID]string{
		busy: "transfer_business_running /pupil", suspended: "transfer_not_eligible /pupil", punished: "transfer_not_eligible /pupil",
		left: "transfer_left /pupil", double: "transfer_problem_status /pupil",
	} {
		require.Equal(t, []string{want}, r.RefusedFiling(r.Receiving(process.Transfer, storetest.SchoolB, pupil, class.ID)))
	}
	for want, wrong := range map[string]func(*change.Filing){
		"transfer_data_wrong /pupil":         func(f *change.Filing) { f.Pupil.Name = "样例别人" },
		"pupil_missing /pupil":               func(f *change.Filing) { f.Pupil.Name = "" },
		"class_full /inputs/class_id":        func(f *change.Filing) { f.Inputs["class_id"] = full.ID.String() },
		"class_wrong_grade /inputs/class_id": func(f *change.Filing) { f.Inputs["class_id"] = lower.ID.String() },
		"class_unknown /inputs/class_id":     func(f *change.Filing) { f.Inputs["class_id"] = r.Class(storetest.SchoolA, "2024101").ID.String() },
		"required /inputs/reason":            func(f *change.Filing) { delete(f.Inputs, "reason") },
		"input_unknown /values":              func(f *change.Filing) { f.Values = map[string]string{"name": "样例改"} },
	} {
		f := r.Receiving(process.Transfer, storetest.SchoolB, good, class.ID)
		wrong(&f)
		require.Equal(t, []string{want}, r.RefusedFiling(f))
	}
	require.Equal(t, []string{"transfer_same_school /pupil"}, r.RefusedFiling(r.Receiving(process.Transfer, storetest.SchoolA, good, class.ID)))
	far := r.Receiving(process.Transfer, storetest.FarSchool, good, r.NewClass(storetest.FarSchool, 2024, 40).ID)
	far.Pupil.Number = ""
	require.Equal(t, []string{"transfer_number_required /pupil/student_number"}, r.RefusedFiling(far))
	require.Zero(t, r.Count(`SELECT count(*) FROM change WHERE kind = 'TRANSFER' AND status = 'RUNNING'`))
}

// A pupil whom one school asks for is held: another school learns that somebody else asks,
// and the same school learns of its own case.
func TestAPupilIsAskedForOnce(t *testing.T) {
	r := storetest.New(t)
	pupil, class := r.Pupil(storetest.SchoolA), r.NewClass(storetest.SchoolB, 2024, 40)
	r.Received(process.Transfer, storetest.SchoolB, pupil, class.ID)
	require.Equal(t, []string{"change_in_progress /pupil"}, r.RefusedFiling(r.Receiving(process.Transfer, storetest.SchoolB, pupil, class.ID)))
	require.Equal(t, []string{"transfer_claimed /pupil"},
		r.RefusedFiling(r.Receiving(process.Transfer, storetest.FarSchool, pupil, r.NewClass(storetest.FarSchool, 2024, 40).ID)))
}

// A transfer that was refused can be filed again by naming the old case instead of the
// pupil. A case of another pupil is none.
func TestARefusedTransferIsFiledAgain(t *testing.T) {
	r := storetest.New(t)
	pupils, class := r.Pupils(storetest.SchoolA, 2), r.NewClass(storetest.SchoolB, 2024, 40)
	old := r.Received(process.Transfer, storetest.SchoolB, pupils[0], class.ID)
	again := r.Receiving(process.Transfer, storetest.SchoolB, pupils[0], class.ID)
	again.Pupil, again.StudentID, again.RedoOf = change.PupilReference{}, pupils[0], old
	require.Equal(t, []string{"redo_unknown /redo_of"}, r.RefusedFiling(again), "it runs")
	s := r.Decide(old, r.Position(old).Tasks[0], change.VerbReject)
	require.Equal(t, change.SlipCounted, s.Outcome)
	require.Equal(t, change.StatusRefused, r.Position(old).Status)
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))

	other := r.Receiving(process.Transfer, storetest.SchoolB, pupils[1], class.ID)
	other.RedoOf = old
	require.Equal(t, []string{"redo_unknown /redo_of"}, r.RefusedFiling(other))
	one, err := r.TryFile(again)
	require.NoError(t, err)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change a JOIN change b ON b.id = a.redo_of WHERE a.id = $1 AND b.id = $2 AND a.found_by = b.found_by`, one.ID, old))
	r.ApproveAll(one.ID)
	require.Equal(t, storetest.SchoolB, r.Text(`SELECT org_path::text FROM student WHERE id = $1`, pupils[0]))
}

// What was sent back comes again with another class; a class that is full meanwhile
// refuses the last decision, which can be said again when a seat is free.
func TestATransferIsSentBackAndAppliedWhenThereIsASeat(t *testing.T) {
	r := storetest.New(t)
	pupil, class, small := r.Pupil(storetest.SchoolA), r.NewClass(storetest.SchoolB, 2024, 40), r.NewClass(storetest.SchoolB, 2024, 1)
	id := r.Received(process.Transfer, storetest.SchoolB, pupil, class.ID)
	require.Equal(t, change.SlipCounted, r.Decide(id, r.Position(id).Tasks[0], change.VerbSendBack).Outcome)
	at := r.Position(id)
	resubmit := func(class string) *change.Slip {
		return r.Say(r.Who(storetest.SchoolB, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round,
			Body: change.SlipBody{Form: true, Inputs: map[string]string{"class_id": class, "reason": "更正班级"}}})
	}
	require.Equal(t, "class_unknown", resubmit(uuid.NewString()).OutcomeCode)
	s := resubmit(small.ID.String())
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	last := r.HandInLast(id)
	r.ApproveAll(r.Received(process.Transfer, storetest.SchoolB, r.Pupil(storetest.SchoolA), small.ID))
	s = r.Commit(last)
	require.Equal(t, []string{change.SlipRefused, "class_full"}, []string{s.Outcome, s.OutcomeCode})
	require.Equal(t, change.StatusRunning, r.Position(id).Status)
	require.Equal(t, storetest.SchoolA, r.Text(`SELECT org_path::text FROM student WHERE id = $1`, pupil))
	r.Resize(small.ID, 2)
	r.ApproveAll(id)
	require.Equal(t, small.ID.String(), r.Text(`SELECT class_id::text FROM student WHERE id = $1`, pupil))
	require.Equal(t, 2, r.Count(`SELECT occupied FROM school_class WHERE id = $1`, small.ID))
}

// A paper of an emergency may not be older than the pupil's arrival at the old school.
func TestAPaperBeforeTheArrivalIsRefused(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	r.ApproveAll(r.Received(process.Transfer, storetest.SchoolB, pupil, r.NewClass(storetest.SchoolB, 2024, 40).ID))
	f := r.Receiving(process.Transfer, storetest.SchoolA, pupil, r.NewClass(storetest.SchoolA, 2024, 40).ID)
	f.Inputs["paper_date"] = "2026-11-16"
	f.Evidence = append(f.Evidence, r.Paper(storetest.SchoolA, "TRANSFER_FORM"))
	require.Equal(t, []string{"paper_before_arrival /inputs/paper_date"}, r.RefusedFiling(f))
	f.Inputs["paper_date"] = "2026-11-20"
	one, err := r.TryFile(f)
	require.NoError(t, err)
	r.ApproveAll(one.ID)
	require.Equal(t, "2026-11-20", r.Text(`SELECT effective_on::text FROM student_history WHERE change_id = $1 AND kind = 'TRANSFER_IN'`, one.ID))
}
