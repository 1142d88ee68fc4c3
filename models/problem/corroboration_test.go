package problem_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/storetest"
)

// doubles are two records of school A and of another school that the register takes for
// one pupil.
func doubles(r *storetest.County, path string) (a, b uuid.UUID) {
	r.T().Helper()
	p := r.Items(storetest.SchoolA, 2024)
	b = r.Pupil(path, storetest.Unnumbered(), storetest.With("name", p["name"], "sex", p["sex"], "birth_date", p["birth_date"]))
	r.Dedupe() // the older record is looked through before the newer one comes
	a = r.EnrolPupils(storetest.SchoolA, p)[0]
	r.Dedupe()
	return a, b
}

// problemOf is the problem of a record.
func problemOf(r *storetest.County, pupil uuid.UUID) string {
	r.T().Helper()
	return r.Text(`SELECT id::text FROM student_problem WHERE student_id = $1`, pupil)
}

func stateOf(r *storetest.County, pupil uuid.UUID) string {
	r.T().Helper()
	return r.Text(`SELECT state FROM student_problem WHERE student_id = $1`, pupil)
}

// corroborate files that a record is right.
func corroborate(r *storetest.County, pupil uuid.UUID) uuid.UUID {
	r.T().Helper()
	return r.File(process.ProblemCorroboration, pupil, map[string]string{"problem_id": problemOf(r, pupil), "reason": "两名学生"})
}

// open lists the open problems that an office sees.
func open(r *storetest.County, path string) (list []problem.OpenProblem) {
	r.T().Helper()
	r.MustIn(r.App, path, func(tx *change.Tx) (err error) {
		list, err = problem.OpenProblems(tx.Tx, problem.Filter{}, time.Time{}, uuid.Nil, 10)
		return err
	})
	return list
}

// One side of a double is found right, and its flag goes. The other side keeps its own
// until it is found right as well.
func TestEachSideOfADoubleIsFoundRightByItself(t *testing.T) {
	r := storetest.New(t)
	a, b := doubles(r, storetest.SchoolB)
	id := corroborate(r, a)
	require.Equal(t, []bool{true, false}, []bool{open(r, storetest.SchoolA)[0].Busy, open(r, storetest.SchoolB)[0].Busy})
	require.True(t, open(r, storetest.SchoolB)[0].OtherFiled)
	require.Empty(t, open(r, storetest.SchoolA)[0].May(), "a change of the record runs")
	r.ApproveAll(id)
	require.Equal(t, []string{problem.StateCorroborated, problem.StateOpen}, []string{stateOf(r, a), stateOf(r, b)})
	require.Empty(t, r.Flags(a))
	require.Equal(t, []string{status.DupWithoutID}, r.Flags(b))
	require.Equal(t, id.String(), r.Text(`SELECT corroborated_by::text FROM student_problem WHERE student_id = $1`, a))
	require.Empty(t, open(r, storetest.SchoolA))
	other := open(r, storetest.SchoolB)[0]
	require.True(t, other.OtherPassed)
	require.Equal(t, []process.Kind{process.ProblemCorroboration, process.KeyDataChange, process.ProblemDeletion}, other.May())
	r.ApproveAll(corroborate(r, b))
	require.Empty(t, r.Flags(b))
	r.Dedupe()
	require.Empty(t, append(r.Flags(a), r.Flags(b)...), "what was found right is not found again")
}

// What a form names must be an open problem of that record.
func TestOnlyAnOpenProblemOfTheRecordIsCorroborated(t *testing.T) {
	r := storetest.New(t)
	a, b := doubles(r, storetest.SchoolB)
	for named, want := range map[string]string{
		"什么": "problem_unknown /inputs/problem_id", uuid.NewString(): "problem_unknown /inputs/problem_id", problemOf(r, b): "problem_unknown /inputs/problem_id",
		"": "required /inputs/problem_id",
	} {
		_, err := r.TryFile(r.Filing(process.ProblemCorroboration, a, map[string]string{"problem_id": named, "reason": "两名学生"}))
		require.Equal(t, []string{want}, storetest.Refusals(t, err), named)
	}
	r.ApproveAll(corroborate(r, a))
	_, err := r.TryFile(r.Filing(process.ProblemCorroboration, a, map[string]string{"problem_id": problemOf(r, a), "reason": "两名学生"}))
	require.Equal(t, []string{"problem_settled /inputs/problem_id"}, storetest.Refusals(t, err))
}

// A problem of another pupil of one's own school is no problem of this record.
func TestTheProblemOfASchoolmateIsNotCorroborated(t *testing.T) {
	r := storetest.New(t)
	a, b := doubles(r, storetest.SchoolA)
	_, err := r.TryFile(r.Filing(process.ProblemCorroboration, a, map[string]string{"problem_id": problemOf(r, b), "reason": "两名学生"}))
	require.Equal(t, []string{"problem_unknown /inputs/problem_id"}, storetest.Refusals(t, err))
}

// A rejected corroboration leaves the problem as it is, and it may be filed again.
func TestARejectedCorroborationLeavesTheProblem(t *testing.T) {
	r := storetest.New(t)
	a, _ := doubles(r, storetest.SchoolB)
	id := corroborate(r, a)
	require.Equal(t, change.SlipCounted, r.Decide(id, r.Position(id).Tasks[0], change.VerbReject).Outcome)
	require.Equal(t, problem.StateOpen, stateOf(r, a))
	require.Equal(t, []string{status.DupWithoutID}, r.Flags(a))
	id = corroborate(r, a)
	require.Equal(t, change.SlipCounted, r.Decide(id, r.Position(id).Tasks[0], change.VerbSendBack).Outcome)
	at := r.Position(id)
	again := func(named string) string {
		return r.Say(r.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: id, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round,
			Body: change.SlipBody{Form: true, Inputs: map[string]string{"problem_id": named, "reason": "补充说明"}}}).OutcomeCode
	}
	require.Empty(t, again(problemOf(r, a)))
	r.ApproveAll(id)
	require.Equal(t, problem.StateCorroborated, stateOf(r, a))
}

// A problem that is gone before the last decision cannot be found right any more.
func TestAProblemThatIsGoneIsNotCorroborated(t *testing.T) {
	r := storetest.New(t)
	a, b := doubles(r, storetest.SchoolB)
	id := corroborate(r, a)
	last := r.HandInLast(id)
	r.ApproveAll(r.File(process.ProblemDeletion, b, map[string]string{"confirm_name": r.Text(`SELECT name FROM student WHERE id = $1`, b)}))
	require.Equal(t, problem.StateCleared, stateOf(r, a))
	s := r.Commit(last)
	require.Equal(t, []string{change.SlipRefused, string(refusal.ProblemSettled)}, []string{s.Outcome, s.OutcomeCode})
	require.Equal(t, problem.StateCleared, stateOf(r, a))
}

// Both sides may be found right at the same moment: they wait for each other in one
// direction only.
func TestBothSidesAreFoundRightAtOnce(t *testing.T) {
	r := storetest.New(t)
	a, b := doubles(r, storetest.SchoolB)
	last := []*change.Slip{r.HandInLast(corroborate(r, a)), r.HandInLast(corroborate(r, b))}
	errs := make(chan error, 2)
	for _, slip := range last {
		go func() {
			errs <- r.In(r.Worker, "", func(tx *change.Tx) error {
				_, err := tx.CommitSlip(slip.ChangeID, slip.ID)
				return err
			})
		}()
	}
	require.NoError(t, errors.Join(<-errs, <-errs))
	require.Equal(t, 2, r.Count(`SELECT count(*) FROM student_problem WHERE state = 'CORROBORATED'`))
	require.Empty(t, append(r.Flags(a), r.Flags(b)...))
}

// Who approves depends on the school of the other record: the bureau above both.
func TestTheChainDependsOnTheOtherSchool(t *testing.T) {
	r := storetest.New(t)
	near, _ := doubles(r, storetest.SchoolB)
	far, _ := doubles(r, storetest.FarSchool)
	for pupil, want := range map[uuid.UUID][]string{
		near: {storetest.SchoolA, storetest.Bureau}, far: {storetest.SchoolA, storetest.Bureau, storetest.Province, storetest.Nation},
	} {
		id := corroborate(r, pupil)
		r.ApproveAll(id)
		require.Equal(t, want, r.Texts(`SELECT office_path::text FROM step WHERE change_id = $1 ORDER BY no`, id))
		require.Equal(t, problem.StateCorroborated, stateOf(r, pupil))
	}
}

// Of two records with one number only one can be right.
func TestOfOneNumberOnlyOneSideIsRight(t *testing.T) {
	r := storetest.New(t)
	a, b := r.Pupil(storetest.SchoolA), r.Pupil(storetest.SchoolB)
	// A register that was loaded may hold doubles. The issue on doubles among the entries
	// opens the door to them.
	r.Legacy(`UPDATE student s SET id_type = a.id_type, id_cipher = a.id_cipher, id_hash = a.id_hash, id_double = true FROM student a WHERE s.id = $2 AND a.id = $1`, a, b)
	r.Dedupe()
	r.ApproveAll(corroborate(r, a))
	_, err := r.TryFile(r.Filing(process.ProblemCorroboration, b, map[string]string{"problem_id": problemOf(r, b), "reason": "示例"}))
	require.Equal(t, []string{"problem_one_side_only /inputs/problem_id"}, storetest.Refusals(t, err))
	require.Equal(t, []process.Kind{process.KeyDataChange, process.ProblemDeletion}, open(r, storetest.SchoolB)[0].May())
}

// A record without a problem is not deleted, and the clerk types the name again.
func TestADeletionNeedsAProblemAndTheName(t *testing.T) {
	r := storetest.New(t)
	a, b := doubles(r, storetest.SchoolB)
	for name, row := range map[string]struct {
		pupil uuid.UUID
		want  string
	}{
		r.Text(`SELECT name FROM student WHERE id = $1`, a): {r.Pupil(storetest.SchoolA), ""}, "别的名字": {a, "confirmation_wrong /inputs/confirm_name"}, "": {a, "required /inputs/confirm_name"},
	} {
		_, err := r.TryFile(r.Filing(process.ProblemDeletion, row.pupil, map[string]string{"confirm_name": name, "reason": "重复"}))
		if row.want == "" {
			require.Contains(t, storetest.Refusals(t, err), "problem_none /student_id")
			continue
		}
		require.Equal(t, []string{row.want}, storetest.Refusals(t, err), name)
	}
	id := r.File(process.ProblemDeletion, b, map[string]string{"confirm_name": r.Text(`SELECT name FROM student WHERE id = $1`, b)})
	require.Empty(t, r.Texts(`SELECT inputs ->> 'confirm_name' FROM change WHERE id = $1 AND inputs ? 'confirm_name'`, id), "the confirmation is kept nowhere")
	r.ApproveAll(id)
	require.Equal(t, "DELETED", r.Text(`SELECT enrol_status FROM student WHERE id = $1`, b))
	require.Empty(t, r.Flags(a), "the other side's problem is gone with it")
	require.Equal(t, id.String(), r.Text(`SELECT cleared_by::text FROM student_problem WHERE student_id = $1`, a))
	require.Zero(t, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND holds_seat`, b))
}

// A record with a number of the nation is deleted by the province only.
func TestARecordWithANationalNumberIsDeletedByTheProvince(t *testing.T) {
	r := storetest.New(t)
	_, b := doubles(r, storetest.SchoolB)
	r.Legacy(`UPDATE student SET number_class = 'G' WHERE id = $1`, b) // the issue on student numbers opens the door to it
	id := r.File(process.ProblemDeletion, b, map[string]string{"confirm_name": r.Text(`SELECT name FROM student WHERE id = $1`, b)})
	require.Equal(t, storetest.Province, r.Text(`SELECT office_path::text FROM step WHERE change_id = $1 AND no = 1`, id))
	r.ApproveAll(id)
	require.Equal(t, "DELETED", r.Text(`SELECT enrol_status FROM student WHERE id = $1`, b))
}

// Problems are listed the newest first, page by page, and each office sees its own side.
func TestProblemsAreListedPageByPage(t *testing.T) {
	r := storetest.New(t)
	first, _ := doubles(r, storetest.SchoolB)
	r.Advance(time.Minute)
	second, _ := doubles(r, storetest.SchoolB)
	list := open(r, storetest.SchoolA)
	require.Equal(t, []uuid.UUID{second, first}, []uuid.UUID{list[0].StudentID, list[1].StudentID})
	require.Len(t, open(r, storetest.Bureau), 4)
	require.Empty(t, open(r, storetest.FarSchool))
	r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
		next, err := problem.OpenProblems(tx.Tx, problem.Filter{}, list[0].FoundAt, list[0].ID, 1)
		require.Len(t, next, 1)
		require.Equal(t, first, next[0].StudentID)
		return err
	})
}
