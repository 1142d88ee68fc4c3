package enrolment_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

const (
	juniorCode = "3152000111"
	secondCode = "3152000222"
	farCode    = "3152000333"
)

// A school enrols graduates of its own bureau: the places are taken by the approval of the
// bureau, the records move with the final one, and the number stays.
func TestASchoolEnrolsGraduates(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 3)
	junior := r.JuniorSchool(storetest.Bureau, juniorCode, 3)
	number := r.ClaimOf(graduates[0]).Number
	claim := r.Claim(junior, graduates...)
	require.Equal(t, "CLAIMED", r.ClaimState(claim, graduates[0]))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, claim), "a claim holds no slot")
	r.Approve(claim) // the leader
	require.Zero(t, r.Used(junior, org.Junior, 2027))
	r.Approve(claim) // the bureau; the file is retrieved automatically (D4)
	require.Equal(t, 3, r.Used(junior, org.Junior, 2027))
	require.Equal(t, "RETRIEVED", r.ClaimState(claim, graduates[0]))
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, claim))
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM student WHERE school_id = $1 AND enrol_status = 'GRADUATED'`, r.ID(storetest.SchoolA)), "the register changes with the last decision")
	r.Approve(claim)
	require.Equal(t, change.StatusEffective, r.Position(claim).Status)
	for _, id := range graduates {
		require.Equal(t, "FINAL", r.ClaimState(claim, id))
		require.Equal(t, "ENROLLED JUNIOR 2027 true", r.Text(`SELECT enrol_status || ' ' || stage || ' ' || entry_year || ' ' || (class_id IS NULL) FROM student WHERE id = $1 AND school_id = $2`, id, r.ID(junior)))
		require.Equal(t, 2, r.Count(`SELECT count(*) FROM student_history WHERE student_id = $1 AND change_id = $2`, id, claim), "a line for each school")
	}
	require.Equal(t, number, r.ClaimOf(graduates[0]).Number, "the number stays for life")
	require.Equal(t, "202709", r.ItemsOf(graduates[0])[roster.EntryMonth], "the month of entry begins anew")
	require.Equal(t, []string{"202109 202709"}, r.Texts(`SELECT DISTINCT (before -> 'items' ->> 'entry_ym') || ' ' || (after -> 'items' ->> 'entry_ym') FROM student_history WHERE change_id = $1`, claim))
	require.Equal(t, "GRADUATED", r.Text(`SELECT after ->> 'enrol_status' FROM student_history WHERE student_id = $1 AND kind = 'SELF_ENROLMENT_OUT'`, graduates[0]), "to the old school the pupil is a graduate")
	require.Zero(t, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, claim))
	require.Equal(t, 3, r.Count(`SELECT count(*) FROM departure d JOIN handover h USING (change_id, student_id) WHERE d.change_id = $1`, claim))
}

// One sheet with graduates of two bureaus becomes two changes; that of the other bureau is
// decided there, too.
func TestASheetIsDividedByTheBureausOfTheSources(t *testing.T) {
	r := storetest.New(t)
	near, far := r.Graduates(storetest.SchoolA, 2), r.Graduates(storetest.SchoolB, 1)
	junior := r.JuniorSchool(storetest.OtherBureau, farCode, 5)
	home := r.JuniorSchool(storetest.Bureau, juniorCode, 5)
	other := r.NewSchool(storetest.OtherBureau, "2152000777", primary2021())
	there := r.PupilsOf(other, 2021, 1)
	r.Graduated(other, there...)
	f := r.Enrolment(junior, append(append(near, far...), there...)...)
	ids, err := r.TryEnrol(f)
	require.NoError(t, err)
	require.Len(t, ids, 2, "two schools of one bureau are one releasing side")
	again, err := r.TryEnrol(f)
	require.NoError(t, err)
	require.Equal(t, ids, again, "the same request is the same changes")
	steps := map[int]int{}
	for _, id := range ids {
		steps[r.Count(`SELECT jsonb_array_length((definition ->> 'steps')::jsonb) FROM change WHERE id = $1`, id)]++
		r.ApproveAll(id)
	}
	require.Equal(t, map[int]int{3: 1, 4: 1}, steps, "the source bureau is skipped where it is the same")
	require.Equal(t, 4, r.Count(`SELECT count(*) FROM admission WHERE state = 'FINAL'`))
	require.Equal(t, 4, r.Used(junior, org.Junior, 2027))
	require.Zero(t, r.Used(home, org.Junior, 2027))
}

// Of two schools of one bureau that claim a graduate the first approval wins (KT26), and
// the other school is told who got the pupil.
func TestTheFirstApprovalOfABureauWins(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	one, two := r.JuniorSchool(storetest.Bureau, juniorCode, 5), r.JuniorSchool(storetest.Bureau, secondCode, 5)
	first, second := r.Claim(one, graduates[0]), r.Claim(two, graduates...)
	r.Approve(second)
	r.Approve(first)
	r.Approve(first) // the bureau; the final approval is still to come
	require.Equal(t, "RETRIEVED", r.ClaimState(first, graduates[0]))
	require.Equal(t, "ENDED enrol_taken", r.ClaimState(second, graduates[0]))
	require.Equal(t, 1, r.TellOfClaims())
	require.Zero(t, r.TellOfClaims(), "once")
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM notice WHERE change_id = $1 AND kind = 'CLAIM_LOST'`, second))
	require.Equal(t, "示例学校"+juniorCode, r.Text(`SELECT params ->> 'school' FROM admission WHERE change_id = $1 AND state = 'ENDED'`, second))
	r.ApproveAll(first)
	r.ApproveAll(second)
	require.Equal(t, "FINAL", r.ClaimState(second, graduates[1]), "the others of the list go on")
	require.Equal(t, []int{1, 1}, []int{r.Used(one, org.Junior, 2027), r.Used(two, org.Junior, 2027)})
	_, err := r.TryEnrol(r.Enrolment(two, graduates[0]))
	require.Equal(t, []string{"enrol_taken /lines/0/student_number"}, storetest.Refusals(t, err))
}

// A list whose last claim another school won ends by itself.
func TestAListWithoutAClaimEnds(t *testing.T) {
	r := storetest.New(t)
	graduate := r.Graduates(storetest.SchoolA, 1)[0]
	one, two := r.JuniorSchool(storetest.Bureau, juniorCode, 5), r.JuniorSchool(storetest.Bureau, secondCode, 5)
	first, second := r.Claim(one, graduate), r.Claim(two, graduate)
	r.ApproveAll(first)
	r.TellOfClaims()
	require.Equal(t, []string{change.StatusRefused, "ALL_STRUCK"}, []string{r.Position(second).Status, r.Text(`SELECT close_code FROM change WHERE id = $1`, second)})
	require.Zero(t, r.Used(two, org.Junior, 2027))
}

// An approval over the plan is refused with the numbers, and passes when the plan is
// enlarged.
func TestAPlanIsNeverExceeded(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 3)
	junior := r.JuniorSchool(storetest.Bureau, juniorCode, 2)
	_, err := r.TryEnrol(r.Enrolment(junior, graduates...))
	require.Equal(t, []string{"plan_exceeded /lines"}, storetest.Refusals(t, err))
	one, two := r.Claim(junior, graduates[:2]...), r.Claim(junior, graduates[2])
	r.ApproveAll(one)
	r.Approve(two)
	p := r.Position(two)
	refused := r.Decide(two, p.Tasks[0], change.VerbApprove)
	require.Equal(t, []string{change.SlipRefused, "plan_exceeded"}, []string{refused.Outcome, refused.OutcomeCode})
	require.Equal(t, "2", refused.Params["used"])
	require.Equal(t, "CLAIMED", r.ClaimState(two, graduates[2]), "nothing of the refused decision stays")
	r.Planned(junior, org.Junior, 2027, 3)
	r.ApproveAll(two)
	require.Equal(t, 3, r.Used(junior, org.Junior, 2027))
}

// A refusal at the end leaves the graduates where they were and gives everything back.
func TestARefusalGivesEverythingBack(t *testing.T) {
	for name, verb := range map[string]change.Verb{"refused": change.VerbReject, "withdrawn": change.VerbWithdraw} {
		r := storetest.New(t)
		graduate := r.Graduates(storetest.SchoolA, 1)[0]
		junior := r.JuniorSchool(storetest.Bureau, juniorCode, 2)
		claim := r.Claim(junior, graduate)
		r.Approve(claim)
		r.Approve(claim)
		require.Equal(t, "RETRIEVED", r.ClaimState(claim, graduate), name)
		if verb == change.VerbReject {
			require.Equal(t, change.SlipCounted, r.Decide(claim, r.Position(claim).Tasks[0], verb).Outcome)
		} else {
			p := r.Position(claim)
			s := r.Say(r.Somebody(junior, org.SchoolRegistrar), change.NewSlip{ChangeID: claim, Verb: verb, Step: p.Step, Round: p.Round, Opinion: "家长改变主意"})
			require.Equal(t, change.SlipCounted, s.Outcome, s.OutcomeCode)
		}
		require.Equal(t, "ENDED enrol_case_ended", r.ClaimState(claim, graduate), name)
		require.Zero(t, r.Used(junior, org.Junior, 2027), name)
		require.Zero(t, r.Count(`SELECT count(*) FROM slot`), name)
		require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND enrol_status = 'GRADUATED'`, graduate), name)
		r.ApproveAll(r.Claim(junior, graduate))
	}
}

// Every step may strike single graduates, whose places and slots are free at once.
func TestSingleGraduatesAreStruckAtEveryStep(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 3)
	junior := r.JuniorSchool(storetest.Bureau, juniorCode, 3)
	claim := r.Claim(junior, graduates...)
	strike := func(id uuid.UUID) *change.Slip {
		p := r.Position(claim)
		by := r.Somebody(junior, org.SchoolLeader)
		if p.Step > 1 {
			by = r.Somebody(storetest.Bureau, org.BureauReviewer)
		}
		return r.Say(by, change.NewSlip{ChangeID: claim, TaskID: p.Tasks[0], Step: p.Step, Round: p.Round, Verb: change.VerbApprove,
			Body: change.SlipBody{Strike: []change.Strike{{StudentID: id, Reason: "未到校"}}}})
	}
	require.Equal(t, change.SlipCounted, strike(graduates[0]).Outcome)
	r.Approve(claim)
	require.Equal(t, 2, r.Used(junior, org.Junior, 2027))
	require.Equal(t, "line_unknown", strike(graduates[0]).OutcomeCode)
	require.Equal(t, change.SlipCounted, strike(graduates[1]).Outcome)
	require.Equal(t, 1, r.Used(junior, org.Junior, 2027))
	require.Equal(t, change.StatusEffective, r.Position(claim).Status)
	require.Equal(t, []string{"ENDED", "ENDED", "FINAL"}, r.Texts(`SELECT state FROM admission WHERE change_id = $1 ORDER BY line_no`, claim))
	require.Zero(t, r.Count(`SELECT count(*) FROM slot`))
}

// The bureau places graduates by its list (统一招生, KT20): the school admits, the bureau
// decides, and everything happens with its decision.
func TestABureauPlacesGraduates(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	junior := r.JuniorSchool(storetest.Bureau, juniorCode, 2)
	ids, err := r.TryEnrol(r.Placement(junior, graduates...))
	require.NoError(t, err)
	require.Len(t, ids, 1)
	require.Equal(t, process.UnifiedEnrolment, process.Kind(r.Text(`SELECT kind FROM change WHERE id = $1`, ids[0])))
	r.Approve(ids[0])
	require.Zero(t, r.Used(junior, org.Junior, 2027))
	r.Approve(ids[0])
	require.Equal(t, change.StatusEffective, r.Position(ids[0]).Status)
	require.Equal(t, 2, r.Used(junior, org.Junior, 2027))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student WHERE school_id = $1 AND enrol_status = 'ENROLLED'`, r.ID(junior)))
}

// Where the province wants it (D4), the school's registrar retrieves the files; and a
// decision that is counted twice, as after a crash of the worker, counts once.
func TestTheSchoolRetrievesTheFiles(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	junior := r.JuniorSchool(storetest.Bureau, juniorCode, 2)
	r.Policy(storetest.Province, `{"auto_retrieve": false}`)
	claim := r.Claim(junior, graduates...)
	r.Approve(claim)
	p := r.Position(claim)
	slip := r.HandIn(r.Somebody(storetest.Bureau, org.BureauReviewer), change.NewSlip{ChangeID: claim, TaskID: p.Tasks[0], Step: p.Step, Round: p.Round, Verb: change.VerbApprove, Opinion: "同意"})
	require.Equal(t, r.Commit(slip).SettledAt, r.Commit(slip).SettledAt)
	require.Equal(t, 2, r.Used(junior, org.Junior, 2027), "once")
	require.Equal(t, "ADMITTED", r.ClaimState(claim, graduates[0]), "the file is still to be retrieved")
	require.Zero(t, r.Count(`SELECT count(*) FROM slot WHERE change_id = $1`, claim))
	require.Equal(t, "RETRIEVAL", r.Text(`SELECT name FROM step WHERE change_id = $1 AND status = 'OPEN'`, claim))
	p = r.Position(claim)
	retrieved := r.Say(r.Somebody(junior, org.SchoolRegistrar), change.NewSlip{ChangeID: claim, TaskID: p.Tasks[0], Step: p.Step, Round: p.Round, Verb: change.VerbApprove})
	require.Equal(t, change.SlipCounted, retrieved.Outcome, retrieved.OutcomeCode)
	require.Equal(t, "RETRIEVED", r.ClaimState(claim, graduates[0]))
	last := r.HandInLast(claim)
	require.Equal(t, change.SlipCounted, r.Commit(last).Outcome)
	require.Equal(t, change.SlipCounted, r.Commit(last).Outcome)
	require.Equal(t, 4, r.Count(`SELECT count(*) FROM student_history WHERE change_id = $1`, claim), "two lines for each, once")
}

// Only the worker settles a claim, and no role rewrites one.
func TestOnlyTheWorkerSettlesClaims(t *testing.T) {
	r := storetest.New(t)
	graduates := r.Graduates(storetest.SchoolA, 2)
	junior := r.JuniorSchool(storetest.Bureau, juniorCode, 5)
	claim := r.Claim(junior, graduates[0])
	lost := r.Claim(junior, graduates[1])
	p := r.Position(lost)
	require.Equal(t, change.SlipCounted, r.Say(r.Somebody(junior, org.SchoolRegistrar), change.NewSlip{ChangeID: lost, Verb: change.VerbWithdraw, Step: p.Step, Round: p.Round, Opinion: "误报"}).Outcome)
	for name, try := range map[string]func() error{
		"the school admits": func() error {
			return r.In(r.App, junior, func(tx *change.Tx) error {
				_, err := storetest.Exec(tx.Tx, `UPDATE admission SET state = 'ADMITTED' WHERE change_id = ?`, claim)
				return err
			})
		},
		"another school claims in its name": func() error {
			return r.In(r.App, storetest.SchoolB, func(tx *change.Tx) error {
				_, err := storetest.Exec(tx.Tx, `INSERT INTO admission (change_id, line_no, student_id, school_id, plan_year, stage, entry_year, from_school, from_stage, from_entry_year, subject)
					VALUES (?, 9, ?, ?, 2027, 'JUNIOR', 2027, ?, 'PRIMARY', 2021, '{}')`, claim, graduates[1], r.ID(junior), r.ID(storetest.SchoolA))
				return err
			})
		},
		"the worker names another graduate": func() error {
			return r.In(r.Worker, "", func(tx *change.Tx) error {
				_, err := storetest.Exec(tx.Tx, `UPDATE admission SET student_id = ? WHERE change_id = ?`, graduates[1], claim)
				return err
			})
		},
		"the worker revives an ended claim": func() error {
			return r.In(r.Worker, "", func(tx *change.Tx) error {
				_, err := storetest.Exec(tx.Tx, `UPDATE admission SET state = 'ADMITTED', code = '', settled_at = NULL WHERE change_id = ?`, lost)
				return err
			})
		},
	} {
		require.Error(t, try(), name)
	}
	// The school of graduation is no side of the change; its list of open graduates says who claims them.
	for path, want := range map[string]int{junior: 1, storetest.Bureau: 1, storetest.SchoolA: 0, storetest.SchoolB: 0, storetest.FarProvince: 0} {
		r.MustIn(r.App, path, func(tx *change.Tx) error {
			list, err := enrolment.Claims(tx.Tx, enrolment.ClaimFilter{Year: 2027, State: enrolment.Claimed}, enrolment.ClaimKey{}, 10)
			require.Len(t, list, want, path)
			return err
		})
	}
}
