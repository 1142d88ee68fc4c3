package transfer_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// A pupil who had left is received again, by the own school or by another one. The old
// school keeps the state in which the pupil left.
func TestAPupilWhoLeftIsReceivedAgain(t *testing.T) {
	r := storetest.New(t)
	pupils := r.Pupils(storetest.SchoolA, 3)
	for _, pupil := range pupils[:2] {
		r.Leaves(pupil)
	}
	own, other := r.NewClass(storetest.SchoolA, 2024, 40), r.NewClass(storetest.SchoolB, 2024, 40)
	require.Equal(t, []string{"restore_not_left /pupil"}, r.RefusedFiling(r.Receiving(process.RestoreAdmission, storetest.SchoolB, pupils[2], other.ID)))
	require.Equal(t, []string{"class_ahead /inputs/class_id"},
		r.RefusedFiling(r.Receiving(process.RestoreAdmission, storetest.SchoolB, pupils[0], r.NewClass(storetest.SchoolB, 2023, 40).ID)))
	for i, class := range []office.Class{own, other} {
		path := []string{storetest.SchoolA, storetest.SchoolB}[i]
		id := r.Received(process.RestoreAdmission, path, pupils[i], class.ID)
		r.ApproveAll(id)
		require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND org_path = $2::text::ltree AND class_id = $3 AND enrol_status = 'ENROLLED' AND in_register`,
			pupils[i], path, class.ID))
	}
	left := departures(r, storetest.SchoolA)
	require.Len(t, left, 1, "who came back did not depart")
	require.Equal(t, pupils[1], left[0].StudentID)
	record, err := backup(r, storetest.SchoolA, pupils[1])
	require.NoError(t, err)
	require.Equal(t, "OTHER_LEFT", record.EnrolStatus)
}

// The own school may not receive again a pupil for whom another change waits.
func TestAReturnWaitsForTheChangeThatHoldsThePupil(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	r.Leaves(pupil)
	class := r.NewClass(storetest.SchoolA, 2024, 40)
	id := r.Received(process.RestoreAdmission, storetest.SchoolA, pupil, class.ID)
	require.Equal(t, []string{"transfer_business_running /pupil"}, r.RefusedFiling(r.Receiving(process.RestoreAdmission, storetest.SchoolA, pupil, class.ID)))
	r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbWithdraw, Step: -1})
	r.ApproveAll(r.Received(process.RestoreAdmission, storetest.SchoolA, pupil, class.ID))
}

// A pupil who went abroad comes back into the own grade, or one year later on request.
func TestAPupilComesBackFromAbroad(t *testing.T) {
	r := storetest.New(t)
	pupil := r.Pupil(storetest.SchoolA)
	class := r.NewClass(storetest.SchoolB, 2024, 40)
	require.Equal(t, []string{"not_abroad /pupil"}, r.RefusedFiling(r.Receiving(process.ReturnFromAbroad, storetest.SchoolB, pupil, class.ID)))
	r.ApproveAll(r.File(process.GoneAbroad, pupil, map[string]string{"leaves_on": "2026-11-20", "destination": "法国"}))
	later := r.NewClass(storetest.SchoolB, 2025, 40)
	require.Equal(t, []string{"class_wrong_grade /inputs/class_id"}, r.RefusedFiling(r.Receiving(process.ReturnFromAbroad, storetest.SchoolB, pupil, later.ID)))
	f := r.Receiving(process.ReturnFromAbroad, storetest.SchoolB, pupil, later.ID)
	f.Inputs["cohort"] = process.CohortOneBehind
	one, err := r.TryFile(f)
	require.NoError(t, err)
	r.ApproveAll(one.ID)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND entry_year = 2025 AND enrol_status = 'ENROLLED' AND school_id = $2`, pupil, r.ID(storetest.SchoolB)))
}

// A graduate is received by a school of the next stage in another province, once.
func TestAGraduateStudiesInAnotherProvince(t *testing.T) {
	r := storetest.New(t)
	pupils := r.PupilsOf(storetest.SchoolA, 2021, 3)
	pupil, second := pupils[0], pupils[1]
	r.Graduated(storetest.SchoolA, pupil, second)
	r.At("2027-09-06")
	junior := r.NewSchool(storetest.FarBureau, "3111000777", office.NewGrade{Stage: org.Junior, EntryYear: 2027, Classes: 1, Capacity: 55})
	near := r.NewSchool(storetest.Bureau, "3152000777", office.NewGrade{Stage: org.Junior, EntryYear: 2027, Classes: 1, Capacity: 55})
	class := r.NewClass(junior, 2027, 40)
	require.Contains(t, r.RefusedFiling(r.Receiving(process.PostGraduationStudy, junior, pupils[2], class.ID)), "not_graduated /pupil")
	require.Contains(t, r.RefusedFiling(r.Receiving(process.PostGraduationStudy, near, pupil, r.NewClass(near, 2027, 40).ID)), "same_province_graduate /pupil")
	one, err := r.TryFile(r.Receiving(process.PostGraduationStudy, junior, pupil, class.ID))
	require.NoError(t, err)
	require.Equal(t, change.SlipCounted, r.Decide(one.ID, r.Position(one.ID).Tasks[0], change.VerbReject).Outcome)
	r.Policy(storetest.FarProvince, `{"post_graduation_once": true}`)
	require.Equal(t, []string{"applied_before /pupil"}, r.RefusedFiling(r.Receiving(process.PostGraduationStudy, junior, pupil, class.ID)))
	r.ApproveAll(r.Received(process.PostGraduationStudy, junior, second, class.ID))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND org_path = $2::text::ltree AND stage = 'JUNIOR' AND entry_year = 2027`, second, junior))
	record, err := backup(r, storetest.SchoolA, second)
	require.NoError(t, err)
	require.Equal(t, "GRADUATED", record.EnrolStatus)
}

// senior founds two senior high schools of one county, of which the releasing one files
// (D5), and enrols a pupil in the first.
func senior(r *storetest.County) (from, to string, pupil uuid.UUID) {
	r.T().Helper()
	grade := office.NewGrade{Stage: org.Senior, EntryYear: 2026, Classes: 1, Capacity: 55}
	from, to = r.NewSchool(storetest.Bureau, "3452000111", grade), r.NewSchool(storetest.Bureau, "3452000222", grade)
	r.Policy(storetest.Province, `{"senior_transfer_by": "RELEASING"}`)
	return from, to, r.EnrolPupils(from, r.Items(from, 2026))[0]
}

// sending is what the releasing school hands in for a senior pupil.
func sending(r *storetest.County, from, to string, pupil uuid.UUID) change.Filing {
	return change.Filing{Kind: process.SeniorTransfer, StudentID: pupil, Office: r.Office(from), Key: uuid.NewString(), BodyHash: []byte("send"),
		Inputs:   map[string]string{"to_school": to, "reason": "随迁"},
		Evidence: []evidence.Ref{r.Paper(from, "GUARDIAN_APPLICATION"), r.Paper(from, "RESIDENCE_PROOF")}}
}

// consent is the word of the receiving school, which names the class.
func consent(r *storetest.County, path string, id uuid.UUID, class string) *change.Slip {
	at := r.Position(id)
	return r.Say(r.Who(path, org.SchoolLeader), change.NewSlip{ChangeID: id, TaskID: at.Tasks[0], Step: at.Step, Round: at.Round, Verb: change.VerbApprove, Opinion: "同意",
		Body: change.SlipBody{Inputs: map[string]string{"class_id": class}}})
}

// The releasing school files for a senior pupil, and the receiving school names the class.
func TestTheReleasingSchoolSendsASeniorPupil(t *testing.T) {
	r := storetest.New(t)
	from, to, pupil := senior(r)
	id, err := r.TryFile(sending(r, from, "3452000222", pupil))
	require.NoError(t, err)
	class := r.NewClass(to, 2026, 40)
	require.Equal(t, change.SlipRefused, consent(r, to, id.ID, r.Class(from, "2026301").ID.String()).Outcome, "a class of another school")
	s := consent(r, to, id.ID, class.ID.String())
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	r.ApproveAll(id.ID)
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND org_path = $2::text::ltree AND class_id = $3`, pupil, to, class.ID))
	require.Len(t, departures(r, from), 1)
}

// The form names a school of the stage that exists; the receiving school that was asked
// stays the one.
func TestTheReceivingSchoolIsFixed(t *testing.T) {
	r := storetest.New(t)
	from, to, pupil := senior(r)
	for _, wrong := range []string{"3452009999", "2152000456"} {
		require.Equal(t, []string{"receiving_unknown /inputs/to_school"}, r.RefusedFiling(sending(r, from, wrong, pupil)), wrong)
	}
	require.Equal(t, []string{"transfer_same_school /inputs/to_school"}, r.RefusedFiling(sending(r, from, "3452000111", pupil)))
	id, err := r.TryFile(sending(r, from, r.ID(to).String(), pupil))
	require.NoError(t, err, "a school may be named by its ID")
	require.Equal(t, change.SlipCounted, r.Decide(id.ID, r.Position(id.ID).Tasks[0], change.VerbSendBack).Outcome)
	resubmit := func(school string) string {
		at := r.Position(id.ID)
		return r.Say(r.Who(from, org.SchoolRegistrar), change.NewSlip{ChangeID: id.ID, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round,
			Body: change.SlipBody{Form: true, Inputs: map[string]string{"to_school": school, "reason": "更正"}}}).OutcomeCode
	}
	require.Equal(t, "receiving_fixed", resubmit("3452000111"))
	require.Empty(t, resubmit("3452000222"))
}
