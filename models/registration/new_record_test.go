package registration_test

import (
	"maps"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// newcomer is what school A hands in for a pupil without a record, for a class.
func newcomer(rig *storetest.County, p roster.Pupil, class uuid.UUID) change.Filing {
	values := map[string]string{}
	for field, value := range p {
		if field != roster.SchoolCode && field != roster.ClassCode { // the form names the class
			values[string(field)] = value
		}
	}
	return change.Filing{Kind: process.NewRecordImmigrant, Values: values, Inputs: map[string]string{"class_id": class.String(), "reason": "随父母来华"},
		Evidence: []evidence.Ref{rig.Paper(storetest.SchoolA, "IDENTITY_PROOF"), rig.Paper(storetest.SchoolA, "IMMIGRATION_PROOF")},
		Office:   rig.Office(storetest.SchoolA), Key: uuid.NewString(), BodyHash: []byte("new")}
}

// A new record has a number of its own, its family, a seat and a line of the history; a
// pupil without a document gets a substitute number.
func TestANewRecordIsMadeByTheLastDecision(t *testing.T) {
	rig := storetest.New(t)
	class := rig.NewClass(storetest.SchoolA, 2024, 10)
	for i, p := range []roster.Pupil{rig.Items(storetest.SchoolA, 2024), storetest.Unnumbered()(rig.Items(storetest.SchoolA, 2024))} {
		one, err := rig.TryFile(newcomer(rig, p, class.ID))
		require.NoError(t, err)
		require.Equal(t, 1-i, rig.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, one.ID), "the document is held where there is one")
		require.Equal(t, i, rig.Count(`SELECT count(*) FROM student`))
		rig.ApproveAll(one.ID)
		require.Equal(t, change.StatusEffective, rig.Position(one.ID).Status)
		id := rig.PupilOf(one.ID)
		require.Equal(t, []string{"L", "J"}[i], rig.Text(`SELECT number_class FROM student WHERE id = $1 AND enrol_status = 'ENROLLED' AND holds_seat AND class_id = $2`, id, class.ID))
		require.Equal(t, p[roster.Name], rig.Text(`SELECT name FROM student WHERE id = $1`, id))
		require.Equal(t, p[roster.IDNumber], rig.ItemsOf(id)[roster.IDNumber])
		require.Equal(t, 2, rig.Count(`SELECT count(*) FROM guardian WHERE student_id = $1`, id))
		require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student_history WHERE student_id = $1 AND change_id = $2 AND kind = 'NEW_RECORD_IMMIGRANT'`, id, one.ID))
		require.Equal(t, 1, rig.Count(`SELECT count(*) FROM audit_entry WHERE action = 'student.create' AND subject_id = $1`, id.String()))
		require.Equal(t, i+1, rig.Count(`SELECT occupied FROM school_class WHERE id = $1`, class.ID))
		require.Zero(t, rig.Count(`SELECT count(*) FROM slot`))
	}
}

// Everything wrong with a new record is told at its item, in one answer.
func TestANewRecordIsJudgedItemByItem(t *testing.T) {
	rig := storetest.New(t)
	class, full := rig.NewClass(storetest.SchoolA, 2024, 10), rig.NewClass(storetest.SchoolA, 2024, 1)
	rig.ApproveAll(file(rig, newcomer(rig, rig.Items(storetest.SchoolA, 2024), full.ID)))
	registered := rig.Items(storetest.SchoolB, 2024)
	rig.EnrolPupils(storetest.SchoolB, registered)
	bare := storetest.Unnumbered()(rig.Items(storetest.SchoolA, 2024))
	rig.EnrolPupils(storetest.SchoolA, bare)
	left := rig.Items(storetest.SchoolA, 2024)
	rig.Leaves(rig.EnrolPupils(storetest.SchoolA, left)[0])
	good := rig.Items(storetest.SchoolA, 2024)
	for _, row := range []struct {
		want []string
		p    roster.Pupil
		more func(*change.Filing)
	}{
		{[]string{"sheet_bad_phone /values/phone"}, storetest.With("phone", "1")(good), nil},
		{[]string{"class_full /inputs/class_id"}, good, func(f *change.Filing) { f.Inputs["class_id"] = full.ID.String() }},
		{[]string{"class_unknown /inputs/class_id"}, good, func(f *change.Filing) { f.Inputs["class_id"] = rig.Class(storetest.SchoolB, "2024101").ID.String() }},
		{[]string{"required /inputs/reason", "evidence_missing /evidence", "unknown_field /values/class_code", "unknown_field /values/nonsense"}, good, func(f *change.Filing) {
			delete(f.Inputs, "reason")
			f.Evidence = f.Evidence[:1]
			f.Values["nonsense"], f.Values["class_code"] = "1", "2024101"
		}},
		{[]string{"subject_new /student_id"}, good, func(f *change.Filing) { f.StudentID = uuid.New() }},
		{[]string{"identity_taken /values/id_number"}, registered, nil},
		{[]string{"pupil_present /values/name"}, bare, nil},
		{[]string{"identity_own_left /values/name"}, left, nil},
	} {
		f := newcomer(rig, row.p, class.ID)
		if row.more != nil {
			row.more(&f)
		}
		_, err := rig.TryFile(f)
		require.Equal(t, row.want, storetest.Refusals(t, err))
	}
	f := newcomer(rig, good, class.ID)
	f.Values = nil
	_, err := rig.TryFile(f)
	require.Greater(t, len(storetest.Refusals(t, err)), 10, "every missing item is named")
	require.Zero(t, rig.Count(`SELECT count(*) FROM change WHERE kind = 'NEW_RECORD_IMMIGRANT' AND status = 'RUNNING'`))
}

func file(rig *storetest.County, f change.Filing) uuid.UUID {
	rig.T().Helper()
	one, err := rig.TryFile(f)
	require.NoError(rig.T(), err)
	return one.ID
}

// One document is handed in once, also at the same moment; a rejected or withdrawn record
// makes it free again.
func TestADocumentIsHandedInOnce(t *testing.T) {
	rig := storetest.New(t)
	class, p := rig.NewClass(storetest.SchoolA, 2024, 10), rig.Items(storetest.SchoolA, 2024)
	first, second := newcomer(rig, p, class.ID), newcomer(rig, p, class.ID)
	answers := make(chan error, 2)
	for _, f := range []change.Filing{first, second} {
		go func() {
			_, err := rig.TryFile(f)
			answers <- err
		}()
	}
	one, other := <-answers, <-answers
	if one != nil {
		one, other = other, one
	}
	require.NoError(t, one)
	require.Equal(t, []string{"identity_taken /values/id_number"}, storetest.Refusals(t, other))
	running := uuid.MustParse(rig.Text(`SELECT id::text FROM change WHERE kind = 'NEW_RECORD_IMMIGRANT'`))
	require.Equal(t, change.SlipCounted, rig.Decide(running, rig.Position(running).Tasks[0], change.VerbReject).Outcome)
	again := file(rig, newcomer(rig, p, class.ID))
	rig.Say(rig.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: again, Verb: change.VerbWithdraw, Step: -1})
	require.Zero(t, rig.Count(`SELECT count(*) FROM slot`))
	rig.ApproveAll(file(rig, newcomer(rig, p, class.ID)))
	require.Equal(t, 1, rig.Count(`SELECT count(*) FROM student`))
}

// What was sent back is judged again, with the items that were corrected; without new ones
// the old ones stay.
func TestANewRecordIsHandedInAgain(t *testing.T) {
	rig := storetest.New(t)
	class, p := rig.NewClass(storetest.SchoolA, 2024, 10), rig.Items(storetest.SchoolA, 2024)
	id := file(rig, newcomer(rig, p, class.ID))
	sendBack := func() {
		require.Equal(t, change.SlipCounted, rig.Decide(id, rig.Position(id).Tasks[0], change.VerbSendBack).Outcome)
	}
	resubmit := func(values map[string]string, class uuid.UUID) *change.Slip {
		at := rig.Position(id)
		return rig.Say(rig.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round, Values: values,
			Body: change.SlipBody{Form: true, Inputs: map[string]string{"class_id": class.String(), "reason": "更正"}, Valued: values != nil}})
	}
	sendBack()
	values := newcomer(rig, p, class.ID).Values
	wrong := maps.Clone(values)
	wrong["phone"] = "1"
	require.Equal(t, string(refusal.SheetBadPhone), resubmit(wrong, class.ID).OutcomeCode)
	require.Equal(t, "class_unknown", resubmit(nil, uuid.New()).OutcomeCode)
	right := maps.Clone(values)
	right["phone"], right["talent"] = "16316048782", "围棋"
	s := resubmit(right, class.ID)
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	sendBack()
	s = resubmit(nil, class.ID)
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	rig.ApproveAll(id)
	items := rig.ItemsOf(rig.PupilOf(id))
	require.Equal(t, []string{"16316048782", "围棋", p[roster.IDNumber]}, []string{items["phone"], items["talent"], items[roster.IDNumber]})
}

// The last decision sees the class and the register of the day. It is refused with the
// reason, and can be said again when the reason is gone.
func TestTheLastDecisionOnANewRecordIsRefused(t *testing.T) {
	rig := storetest.New(t)
	class := rig.NewClass(storetest.SchoolA, 2024, 1)
	id := file(rig, newcomer(rig, rig.Items(storetest.SchoolA, 2024), class.ID))
	last := rig.HandInLast(id)
	rig.ApproveAll(file(rig, newcomer(rig, rig.Items(storetest.SchoolA, 2024), class.ID)))
	s := rig.Commit(last)
	require.Equal(t, []string{change.SlipRefused, "class_full"}, []string{s.Outcome, s.OutcomeCode})
	require.Equal(t, change.StatusRunning, rig.Position(id).Status)
	rig.Resize(class.ID, 5)
	rig.ApproveAll(id)
	require.Equal(t, 2, rig.Count(`SELECT occupied FROM school_class WHERE id = $1`, class.ID))

	// A pupil without a document comes by a roster meanwhile: nothing held the pupil.
	bare := storetest.Unnumbered()(rig.Items(storetest.SchoolA, 2024))
	id = file(rig, newcomer(rig, bare, class.ID))
	rig.EnrolPupils(storetest.SchoolA, bare)
	last = rig.HandInLast(id)
	s = rig.Commit(last)
	require.Equal(t, []string{change.SlipRefused, "pupil_present"}, []string{s.Outcome, s.OutcomeCode})
	require.Equal(t, 3, rig.Count(`SELECT count(*) FROM student`))
}
