package enrolment_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// contested brings about one graduate whom schools of two bureaus have admitted.
func contested(t *testing.T) (r *storetest.County, graduate uuid.UUID, near, far string, one, two uuid.UUID) {
	t.Helper()
	r = storetest.New(t)
	graduate = r.Graduates(storetest.SchoolA, 1)[0]
	near, far = r.JuniorSchool(storetest.Bureau, juniorCode, 5), r.JuniorSchool(storetest.OtherBureau, farCode, 5)
	one, two = r.Claim(near, graduate), r.Claim(far, graduate)
	for _, id := range []uuid.UUID{two, one} {
		r.Approve(id)
		r.Approve(id)
	}
	return r, graduate, near, far, one, two
}

// arbitration files the arbitration of a school and takes it to the decision of the bureau
// above both.
func arbitration(t *testing.T, r *storetest.County, school string, graduate uuid.UUID) uuid.UUID {
	t.Helper()
	id := r.Received(process.AdmissionArbitration, school, graduate, uuid.Nil)
	r.Approve(id) // the leader
	p := r.Position(id)
	other := r.Text(`SELECT o.path::text FROM change_party p JOIN organisation o ON o.id = p.org_id WHERE p.change_id = $1 AND p.side = 'OUT'`, id)
	s := r.Say(r.Somebody(other, org.SchoolRegistrar), change.NewSlip{ChangeID: id, TaskID: p.Tasks[0], Step: p.Step, Round: p.Round, Verb: change.VerbApprove,
		Opinion: "学生在我校就读", Body: change.SlipBody{Inputs: map[string]string{"position": "MAINTAIN"}}})
	require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
	return id
}

// Two bureaus admit one graduate (KT23): both admissions stay, neither file is retrieved,
// both schools are told, and the bureau above both decides.
func TestTwoAdmissionsAreArbitrated(t *testing.T) {
	r, graduate, near, far, one, two := contested(t)
	require.Equal(t, "ADMITTED enrol_contested", r.ClaimState(one, graduate), "the one that was admitted second finds the other one")
	require.Equal(t, 2, r.TellOfClaims())
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM notice WHERE kind = 'CLAIM_CONTESTED'`), "both schools are told")
	last := r.Decide(one, r.Position(one).Tasks[0], change.VerbApprove)
	require.Equal(t, []string{change.SlipRefused, "enrol_contested"}, []string{last.Outcome, last.OutcomeCode})

	id := arbitration(t, r, near, graduate)
	require.Equal(t, []string{"admission_arbitration_filed /pupil"}, r.RefusedFiling(r.Receiving(process.AdmissionArbitration, far, graduate, uuid.Nil)))
	require.Equal(t, storetest.City, r.Text(`SELECT office_path::text FROM step WHERE change_id = $1 AND status = 'OPEN'`, id), "the lowest bureau above both")
	r.Approve(id)
	require.Equal(t, change.StatusEffective, r.Position(id).Status)
	require.Equal(t, "ENDED enrol_arbitrated", r.ClaimState(two, graduate))
	require.Equal(t, change.StatusRefused, r.Position(two).Status, "its last claim is gone")
	require.Zero(t, r.Used(far, org.Junior, 2027))
	r.ApproveAll(one)
	require.Equal(t, "FINAL", r.ClaimState(one, graduate))
	require.Equal(t, []string{"admission_arbitration_nothing /pupil"}, r.RefusedFiling(r.Receiving(process.AdmissionArbitration, storetest.SchoolB, r.Graduates(storetest.SchoolA, 1)[0], uuid.Nil)))
}

// A file that was retrieved before the other bureau admitted is contested as any (KT23): the
// final approval waits, and both cases come to their end when the dispute is decided.
func TestARetrievedFileIsContested(t *testing.T) {
	r := storetest.New(t)
	graduate := r.Graduates(storetest.SchoolA, 1)[0]
	near, far := r.JuniorSchool(storetest.Bureau, juniorCode, 5), r.JuniorSchool(storetest.OtherBureau, farCode, 5)
	one, two := r.Claim(near, graduate), r.Claim(far, graduate)
	for _, id := range []uuid.UUID{one, two} {
		r.Approve(id)
		r.Approve(id)
	}
	require.Equal(t, []string{"RETRIEVED", "ADMITTED"}, []string{r.ClaimState(one, graduate), r.ClaimState(two, graduate)})
	last := r.Decide(one, r.Position(one).Tasks[0], change.VerbApprove)
	require.Equal(t, []string{change.SlipRefused, "enrol_contested"}, []string{last.Outcome, last.OutcomeCode})
	r.Approve(arbitration(t, r, far, graduate))
	require.Equal(t, "ENDED enrol_arbitrated", r.ClaimState(one, graduate))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, one))
	require.Zero(t, r.Used(near, org.Junior, 2027))
	r.ApproveAll(two)
	require.Equal(t, "FINAL", r.ClaimState(two, graduate))
}

// Claims of two plan years are rivals as those of one (KT26): the first approval wins.
func TestClaimsOfTwoYearsAreRivals(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	near, second, far := r.JuniorSchool(storetest.Bureau, juniorCode, 5), r.JuniorSchool(storetest.Bureau, secondCode, 5), r.JuniorSchool(storetest.OtherBureau, farCode, 5)
	r.At("2027-09-06")
	coming := func(school string, graduate uuid.UUID) uuid.UUID {
		r.Planned(school, org.Junior, 2028, 5)
		f := r.Enrolment(school, graduate)
		f.Year = 2028
		list, err := r.TryEnrol(f)
		require.NoError(t, err)
		return list[0]
	}
	one, other := r.Claim(near, graduates...), coming(far, graduates[1])
	two := coming(second, graduates[0])
	r.Approve(one)
	r.Approve(one)
	require.Equal(t, "ENDED enrol_taken", r.ClaimState(two, graduates[0]))
	r.Approve(other)
	r.Approve(other)
	require.Equal(t, "ADMITTED", r.ClaimState(other, graduates[1]))
	last := r.Decide(one, r.Position(one).Tasks[0], change.VerbApprove)
	require.Equal(t, []string{change.SlipRefused, "enrol_contested"}, []string{last.Outcome, last.OutcomeCode})
	_, err := r.TryEnrol(r.Enrolment(second, graduates[0]))
	require.Equal(t, []string{"enrol_taken /lines/0/student_number"}, storetest.Refusals(t, err))
	r.Approve(arbitration(t, r, near, graduates[1]))
	r.ApproveAll(one)
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM admission WHERE change_id = $1 AND state = 'FINAL'`, one))
}

// Refused, the admission of the school that asked goes; and an arbitration whose dispute was
// settled otherwise ends.
func TestARefusedArbitrationEndsTheOwnAdmission(t *testing.T) {
	r, graduate, near, _, one, two := contested(t)
	id := arbitration(t, r, near, graduate)
	require.Equal(t, change.SlipCounted, r.Decide(id, r.Position(id).Tasks[0], change.VerbReject).Outcome)
	require.Equal(t, "ENDED enrol_arbitrated", r.ClaimState(one, graduate))
	r.ApproveAll(two)
	require.Equal(t, "FINAL", r.ClaimState(two, graduate))
}

func TestAnArbitrationWithoutADisputeEnds(t *testing.T) {
	r, graduate, near, far, one, two := contested(t)
	id := r.Received(process.AdmissionArbitration, near, graduate, uuid.Nil)
	settled := func() (ids []uuid.UUID) {
		r.MustIn(r.Worker, "", func(tx *change.Tx) (err error) {
			ids, err = kinds.SettledDisputes(tx, 10)
			return err
		})
		return ids
	}
	require.Empty(t, settled())
	p := r.Position(two)
	s := r.Say(r.Somebody(far, org.SchoolRegistrar), change.NewSlip{ChangeID: two, Verb: change.VerbWithdraw, Step: p.Step, Round: p.Round, Opinion: "放弃"})
	require.Equal(t, change.SlipCounted, s.Outcome)
	require.Equal(t, []uuid.UUID{id}, settled())
	r.MustIn(r.Worker, "", func(tx *change.Tx) error { return kinds.EndArbitrationWithoutClaim(tx, id) })
	require.Equal(t, change.StatusClosed, r.Position(id).Status)
	r.ApproveAll(one)
	require.Equal(t, "FINAL", r.ClaimState(one, graduate))
}

// A graduate with a change in hand waits and says so; when that has ended, the final
// approval retrieves the file.
func TestARetrievalWaitsForAChangeInHand(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	junior := r.JuniorSchool(storetest.Bureau, juniorCode, 5)
	rollback := r.File(process.GraduationRollback, graduates[0], map[string]string{"class_id": r.Class(storetest.SchoolA, "2021101").ID.String(), "reason_code": "MISTAKE"})
	claim := r.Claim(junior, graduates...)
	r.Approve(claim)
	r.Approve(claim)
	require.Equal(t, "ADMITTED enrol_waits", r.ClaimState(claim, graduates[0]))
	require.Equal(t, "RETRIEVED", r.ClaimState(claim, graduates[1]))
	last := r.Decide(claim, r.Position(claim).Tasks[0], change.VerbApprove)
	require.Equal(t, []string{change.SlipRefused, "enrol_waits"}, []string{last.Outcome, last.OutcomeCode})
	p := r.Position(rollback)
	require.Equal(t, change.SlipCounted, r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: rollback, Verb: change.VerbWithdraw, Step: p.Step, Round: p.Round, Opinion: "误办"}).Outcome)
	r.ApproveAll(claim)
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM admission WHERE change_id = $1 AND state = 'FINAL'`, claim))
}

// A retrieved file is held: nothing else of the graduate begins.
func TestARetrievedFileIsHeld(t *testing.T) {
	r := storetest.New(t)
	graduate := r.Graduates(storetest.SchoolA, 1)[0]
	claim := r.Claim(r.JuniorSchool(storetest.Bureau, juniorCode, 5), graduate)
	r.Approve(claim)
	r.Approve(claim)
	f := r.Filing(process.GraduationRollback, graduate, map[string]string{"class_id": r.Class(storetest.SchoolA, "2021101").ID.String(), "reason_code": "MISTAKE", "reason": "误办"})
	require.Equal(t, []string{"change_in_progress /student_id"}, r.RefusedFiling(f))
}

// A roll-back of the graduation ends every claim on the graduate, and so does a death.
func TestClaimsEndWithTheGraduate(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 3)
	near, far := r.JuniorSchool(storetest.Bureau, juniorCode, 5), r.JuniorSchool(storetest.OtherBureau, farCode, 5)
	rollback := r.File(process.GraduationRollback, graduates[0], map[string]string{"class_id": r.Class(storetest.SchoolA, "2021101").ID.String(), "reason_code": "MISTAKE"})
	one, two := r.Claim(near, graduates...), r.Claim(far, graduates[0])
	r.Approve(one)
	r.Approve(one)
	require.Equal(t, 3, r.Used(near, org.Junior, 2027))
	r.ApproveAll(rollback)
	require.Equal(t, []string{"ENDED enrol_rolled_back", "ENDED enrol_rolled_back"}, []string{r.ClaimState(one, graduates[0]), r.ClaimState(two, graduates[0])})
	require.Equal(t, change.StatusRefused, r.Position(two).Status)
	require.Equal(t, 2, r.Used(near, org.Junior, 2027))
	r.ApproveAll(r.File(process.Death, graduates[1], map[string]string{"event_date": r.App.Clock().Today().String()}))
	require.Equal(t, "ENDED preempted", r.ClaimState(one, graduates[1]))
	r.ApproveAll(one)
	require.Equal(t, "FINAL", r.ClaimState(one, graduates[2]))
	require.Equal(t, 1, r.Used(near, org.Junior, 2027))
}

// A file that was taken by mistake goes back (退档, KT27), and the graduate may be enrolled
// elsewhere.
func TestAFileIsGivenBack(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	one, two := r.JuniorSchool(storetest.Bureau, juniorCode, 5), r.JuniorSchool(storetest.Bureau, secondCode, 5)
	entered := r.ItemsOf(graduates[0])[roster.EntryMonth]
	r.ApproveAll(r.Claim(one, graduates...))
	back := r.Filing(process.EnrolmentWithdrawal, graduates[0], map[string]string{"reason": "误抽取"})
	other := r.Filing(process.EnrolmentWithdrawal, r.Pupil(storetest.SchoolA), map[string]string{"reason": "误抽取"})
	require.Equal(t, []string{"withdrawal_no_enrolment /student_id"}, r.RefusedFiling(other))
	c, err := r.TryFile(back)
	require.NoError(t, err)
	r.ApproveAll(c.ID)
	require.Equal(t, entered, r.ItemsOf(graduates[0])[roster.EntryMonth], "the month of entry into the primary school")
	require.Equal(t, "GRADUATED PRIMARY 2021", r.Text(`SELECT enrol_status || ' ' || stage || ' ' || entry_year FROM student WHERE id = $1 AND school_id = $2`, graduates[0], r.ID(storetest.SchoolA)))
	require.Equal(t, 1, r.Used(one, org.Junior, 2027))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM admission WHERE student_id = $1 AND code = 'enrol_file_returned'`, graduates[0]))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'ENDED_EFFECTIVE' AND org_id = $2`, c.ID, r.ID(storetest.SchoolA)), "the school of graduation is told")
	r.ApproveAll(r.Claim(two, graduates[0]))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND school_id = $2`, graduates[0], r.ID(two)))
	r.At("2028-03-01")
	late := r.Filing(process.EnrolmentWithdrawal, graduates[1], map[string]string{"reason": "误抽取"})
	require.Equal(t, []string{"withdrawal_closed /student_id"}, r.RefusedFiling(late))
}

// A filing after the last day is noted or refused, as the province wants; graduates of
// earlier years likewise.
func TestLateAndPastGraduates(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	junior := r.JuniorSchool(storetest.Bureau, juniorCode, 5)
	r.At("2027-10-08")
	claim := r.Claim(junior, graduates[0])
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'FILED_LATE'`, claim))
	r.Policy(storetest.Province, `{"enrolment_late": "REFUSE", "past_graduates": false}`)
	_, err := r.TryEnrol(r.Enrolment(junior, graduates[1]))
	require.Equal(t, []string{"enrol_late /year"}, storetest.Refusals(t, err))
	r.At("2028-07-01")
	r.Planned(junior, org.Junior, 2028, 5)
	_, err = r.TryEnrol(r.Enrolment(junior, graduates[1]))
	require.Equal(t, []string{"enrol_past_graduate /lines/0/student_number"}, storetest.Refusals(t, err))
	f := r.Enrolment(junior, graduates[1])
	f.Year = 2030
	_, err = r.TryEnrol(f)
	require.Equal(t, []string{"enrol_year /year"}, storetest.Refusals(t, err))
}

// Bad sheets are told line by line, all at once, and nothing is filed.
func TestBadLinesAreToldOneByOne(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	pupil := r.PupilsOf(storetest.SchoolA, 2024, 1)[0]
	junior := r.JuniorSchool(storetest.Bureau, juniorCode, 9)
	r.Claim(junior, graduates[1])
	f := r.Enrolment(junior, graduates[0], graduates[0], graduates[1], pupil)
	f.Lines = append(f.Lines, enrolment.Line{Row: 9, Name: "查无此人", Number: f.Lines[0].Number}, enrolment.Line{Row: 10, Name: "样例生", Number: "G000000000000000000"},
		enrolment.Line{Row: 11, Number: "L1"}, enrolment.Line{Row: 12, Name: "样例生"}, enrolment.Line{Row: 13, Name: "样例生", Number: "L2", Stage: "幼儿园"})
	want := []string{"enrol_twice /lines/1/student_number", "enrol_claimed /lines/2/student_number", "enrol_not_graduated /lines/3/student_number",
		"enrol_twice /lines/4/student_number", "enrol_name_number /lines/5/student_number", "required /lines/6/name", "required /lines/7/student_number", "enrol_sheet_stage /lines/8/stage"}
	_, err := r.TryEnrol(f)
	require.Equal(t, want, storetest.Refusals(t, err))
	f.Sheet = true
	_, err = r.TryEnrol(f)
	require.Contains(t, storetest.Refusals(t, err), "enrol_name_number /rows/10/student_number")
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM change WHERE kind = 'SELF_ENROLMENT'`))
	far := r.NewSchool(storetest.FarBureau, "3111000111", junior2027())
	r.Planned(far, org.Junior, 2027, 5)
	_, err = r.TryEnrol(r.Enrolment(far, graduates[0]))
	require.Equal(t, []string{"enrol_other_province /lines/0/student_number"}, storetest.Refusals(t, err))
}

// Studies in another province (KT22) are filed beside claims of the own one. In force they
// end every claim on the graduate and free the places; refused they end none.
func TestStudiesInAnotherProvinceEndTheClaims(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	one, two := r.JuniorSchool(storetest.Bureau, juniorCode, 5), r.JuniorSchool(storetest.OtherBureau, farCode, 5)
	far := r.NewSchool(storetest.FarBureau, "3111000111", junior2027())
	r.At("2027-09-06")
	class := r.NewClass(far, 2027, 1)
	studies := []uuid.UUID{r.Received(process.PostGraduationStudy, far, graduates[0], class.ID), r.Received(process.PostGraduationStudy, far, graduates[1], class.ID)}
	alone, both := r.Claim(one, graduates[0]), r.Claim(two, graduates...)
	r.Approve(alone)
	r.Approve(alone)
	r.Approve(both)
	require.Equal(t, "ADMITTED enrol_waits", r.ClaimState(alone, graduates[0]), "the studies hold the pupil")
	require.Equal(t, 1, r.Used(one, org.Junior, 2027))
	r.ApproveAll(studies[0])
	require.Equal(t, []string{"ENDED enrol_studies_afar", "ENDED enrol_studies_afar"}, []string{r.ClaimState(alone, graduates[0]), r.ClaimState(both, graduates[0])})
	require.Zero(t, r.Used(one, org.Junior, 2027))
	require.Equal(t, []string{change.StatusRefused, change.StatusRunning}, []string{r.Position(alone).Status, r.Position(both).Status}, "the list goes on with the other graduate")

	last := r.HandInLast(studies[1])
	require.Equal(t, change.SlipRefused, r.Commit(last).Outcome, "the class is full")
	require.Equal(t, "CLAIMED", r.ClaimState(both, graduates[1]), "a decision that is refused ends nothing")
}

// commit counts a slip at the first try: two approvals never wait for each other in a
// circle, and no try of the activity is needed to come out of one.
func commit(t *testing.T, r *storetest.County, slip *change.Slip) (s *change.Slip) {
	t.Helper()
	err := r.In(r.Worker, "", func(tx *change.Tx) (err error) {
		s, err = tx.CommitSlip(slip.ChangeID, slip.ID)
		return err
	})
	if err != nil {
		t.Error(err)
		return nil
	}
	return s
}

// Two hundred approvals at once over few places and shared graduates: never over the plan,
// no graduate at two schools of a bureau, and every refusal is said.
func TestManyApprovalsAtOnce(t *testing.T) {
	r := storetest.New(t)
	const places, claims = 60, 100
	graduates := r.Graduates(storetest.SchoolA, claims)
	one, two := r.JuniorSchool(storetest.Bureau, juniorCode, places), r.JuniorSchool(storetest.Bureau, secondCode, places)
	var slips []*change.Slip
	for _, school := range []string{one, two} {
		for _, graduate := range graduates {
			id := r.Claim(school, graduate)
			r.Approve(id)
			p := r.Position(id)
			slips = append(slips, r.HandIn(r.Somebody(storetest.Bureau, org.BureauReviewer), change.NewSlip{ChangeID: id, TaskID: p.Tasks[0], Step: p.Step, Round: p.Round, Verb: change.VerbApprove, Opinion: "同意"}))
		}
	}
	var counted, refused atomic.Int32
	var at sync.WaitGroup
	begin := make(chan struct{})
	for _, slip := range slips {
		at.Go(func() {
			<-begin
			s := commit(t, r, slip)
			switch {
			case s == nil:
			case s.Outcome == change.SlipCounted:
				counted.Add(1)
			case s.OutcomeCode == "plan_exceeded":
				refused.Add(1)
			default:
				t.Errorf("%s %s", s.Outcome, s.OutcomeCode)
			}
		})
	}
	close(begin)
	at.Wait()
	require.EqualValues(t, len(slips), counted.Load()+refused.Load(), "every approval has an answer")
	require.LessOrEqual(t, r.Used(one, org.Junior, 2027), places)
	require.LessOrEqual(t, r.Used(two, org.Junior, 2027), places)
	require.Equal(t, r.Used(one, org.Junior, 2027)+r.Used(two, org.Junior, 2027), r.Count(`SELECT count(*) FROM admission WHERE placed`))
	require.Equal(t, claims, r.Count(`SELECT count(DISTINCT student_id) FROM admission WHERE state = 'RETRIEVED'`))
	require.Equal(t, claims, r.Count(`SELECT count(*) FROM admission WHERE state = 'RETRIEVED'`), "no graduate twice")
}
