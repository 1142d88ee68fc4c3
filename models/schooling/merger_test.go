package schooling_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

const codeA, codeB = "2152000123", "2152000456"

// mergerFiling lets school A absorb school B.
func mergerFiling(c *storetest.County) change.Filing {
	return c.FilingAt(process.SchoolMerger, storetest.Bureau, map[string]string{"from": codeB, "into": codeA, "reason": "布局调整"})
}

// decided files a merger and lets the head of the bureau approve it. It returns the job.
func decided(c *storetest.County) (one *change.Change, id uuid.UUID) {
	c.T().Helper()
	one, err := c.TryFile(mergerFiling(c))
	require.NoError(c.T(), err)
	c.Approve(one.ID)
	c.MustIn(c.Worker, "", func(tx *change.Tx) error {
		j, err := job.JobOf(tx.Tx, one.ID)
		id = j.ID
		return err
	})
	return one, id
}

// A school is absorbed in parts, one of which is killed: classes with new codes where they
// are taken, then records of every state, each once. The absorbed school is closed at once.
func TestASchoolIsAbsorbedInParts(t *testing.T) {
	c := storetest.New(t)
	c.Bulk(store.Bulk{PartRows: 2})
	first := c.PupilsOf(storetest.SchoolB, 2023, 3)
	left := c.PupilsOf(storetest.SchoolB, 2024, 2)
	gone := c.File(process.OtherLeaving, left[0], nil)
	c.ApproveAll(gone)
	c.ApproveAll(c.File(process.Suspension, left[1], nil))
	number := c.Text(`SELECT number_masked FROM student WHERE id = $1`, first[0])
	class := c.ClassOf(first[0])
	classes := `SELECT string_agg(k.code || k.name, ' ' ORDER BY k.code) FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE k.school_id = $1 AND g.entry_year = 2023`
	require.Equal(t, "20231012023级1班 20231022023级2班", c.Text(classes, c.ID(storetest.SchoolA)))
	require.Equal(t, "20231012023级1班 20231022023级2班 20231032023级3班", c.Text(classes, c.ID(storetest.SchoolB)))
	one, id := decided(c)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM organisation WHERE id = $1 AND closed_at IS NOT NULL`, c.ID(storetest.SchoolB)))
	require.Zero(t, c.Count(`SELECT count(*) FROM account WHERE org_id = $1 AND closed_at IS NULL`, c.ID(storetest.SchoolB)))
	require.Equal(t, "RUNNING", c.Text(`SELECT status FROM change WHERE id = $1`, one.ID))
	require.Equal(t, 5, c.Count(`SELECT count(*) FROM slot WHERE change_id = $1 AND key LIKE 'student/%'`, one.ID))

	runner := c.Runner(nil)
	at, err := runner.Stand(t.Context(), c.Worker.Store, id)
	require.NoError(t, err)
	at, err = runner.Do(t.Context(), c.Worker, id, at.NextPart)
	require.NoError(t, err)
	moved := `SELECT count(*) FROM student WHERE school_id = $1`
	require.Equal(t, 2, c.Count(moved, c.ID(storetest.SchoolA)))
	release := c.Held(`SELECT 1 FROM student WHERE school_id = $1 FOR UPDATE`, c.ID(storetest.SchoolB))
	ctx, kill := context.WithTimeout(t.Context(), 300*time.Millisecond)
	_, err = runner.Do(ctx, c.Worker, id, at.NextPart)
	kill()
	require.Error(t, err, "the part waits for a lock and is killed")
	release()
	require.Equal(t, 2, c.Count(moved, c.ID(storetest.SchoolA)))
	_, err = runner.Do(t.Context(), c.Worker, id, 1)
	require.NoError(t, err, "a part that is done moves nothing")
	require.Equal(t, 2, c.Count(moved, c.ID(storetest.SchoolA)))
	require.Equal(t, job.JobDone, c.RunJob(runner, id).State)

	require.Equal(t, 5, c.Count(moved, c.ID(storetest.SchoolA)))
	require.Equal(t, 5, c.Count(`SELECT count(*) FROM student WHERE org_path = $1::text::ltree`, storetest.SchoolA))
	for _, kind := range []string{"SCHOOL_MERGER_OUT", "SCHOOL_MERGER_IN"} {
		require.Equal(t, []int{5, 5}, []int{c.Count(`SELECT count(*) FROM student_history WHERE kind = $1`, kind),
			c.Count(`SELECT count(DISTINCT student_id) FROM student_history WHERE kind = $1`, kind)}, kind)
	}
	require.Equal(t, "SUSPENDED 1", c.Text(`SELECT s.enrol_status || ' ' || count(p.id) FROM student s JOIN suspension p ON p.student_id = s.id AND p.org_path = s.org_path AND p.ended_on IS NULL
		WHERE s.id = $1 GROUP BY s.enrol_status`, left[1]), "the suspension goes with its pupil")
	require.Equal(t, "OTHER_LEFT", c.Text(`SELECT enrol_status FROM student WHERE id = $1`, left[0]), "every state stays")
	require.Equal(t, number, c.Text(`SELECT number_masked FROM student WHERE id = $1`, first[0]), "one number for life")
	require.Equal(t, class, c.ClassOf(first[0]), "the class goes with its pupils")
	require.Equal(t, "20231012023级1班 20231022023级2班 20231032023级3班 20231042023级4班 20231052023级5班", c.Text(classes, c.ID(storetest.SchoolA)))
	require.Equal(t, "2023103", c.Text(`SELECT code FROM school_class WHERE id = (SELECT class_id FROM student WHERE id = $1)`, first[0]), "a code that is free stays")
	require.Zero(t, c.Count(`SELECT count(*) FROM school_class WHERE school_id = $1`, c.ID(storetest.SchoolB)))
	require.Zero(t, c.Count(`SELECT count(*) FROM school_class k WHERE occupied <> (SELECT count(*) FROM student s WHERE s.class_id = k.id AND s.holds_seat)`))
	require.Zero(t, c.Count(`SELECT count(*) FROM guardian WHERE org_path = $1::text::ltree`, storetest.SchoolB), "what follows a record")
	require.Equal(t, "EFFECTIVE", c.Text(`SELECT status FROM change WHERE id = $1`, one.ID))
	require.Zero(t, c.Count(`SELECT count(*) FROM slot`))
	suspended := c.File(process.Suspension, first[0], nil)
	c.ApproveAll(suspended)
	require.Equal(t, "SUSPENDED", c.Text(`SELECT enrol_status FROM student WHERE id = $1`, first[0]), "the new school has the pupil")
}

// A year group that only the absorbed school has moves with its classes and their codes.
func TestAnEmptySchoolIsAbsorbedAtOnce(t *testing.T) {
	c := storetest.New(t)
	const code = "2152000777"
	path := c.NewSchool(storetest.Bureau, code, office.NewGrade{Stage: org.Primary, EntryYear: 2020, Classes: 1, Capacity: 40})
	f := mergerFiling(c)
	f.Inputs["from"] = code
	one, err := c.TryFile(f)
	require.NoError(t, err)
	c.ApproveAll(one.ID)
	require.Equal(t, "EFFECTIVE", c.Text(`SELECT status FROM change WHERE id = $1`, one.ID))
	require.Equal(t, "2020101 "+storetest.SchoolA, c.Text(`SELECT k.code || ' ' || g.org_path::text FROM school_class k JOIN school_grade g ON g.id = k.grade_id
		WHERE g.school_id = $1 AND k.school_id = g.school_id AND g.entry_year = 2020`, c.ID(storetest.SchoolA)))
	require.Zero(t, c.Count(`SELECT count(*) FROM school_grade WHERE school_id = $1`, c.ID(path)))
}

// All that stands against a merger is told at once, and two mergers of one school are kept
// apart.
func TestAMergerIsRefused(t *testing.T) {
	c := storetest.New(t)
	pupil := c.Pupil(storetest.SchoolB)
	for _, row := range []struct {
		from, into string
		want       []string
	}{
		{codeB, codeB, []string{"merger_same /inputs/into"}},
		{"2111000123", "", []string{"merger_school /inputs/from", "merger_school /inputs/into"}},
	} {
		f := mergerFiling(c)
		f.Inputs["from"], f.Inputs["into"] = row.from, row.into
		require.Equal(t, row.want, c.RefusedFiling(f))
	}
	junior := c.NewSchool(storetest.Bureau, "2152000888", office.NewGrade{Stage: org.Junior, EntryYear: 2026, Classes: 1, Capacity: 40})
	f := mergerFiling(c)
	f.Inputs["into"], f.Evidence = "2152000888", nil
	running := c.File(process.Suspension, pupil, nil)
	require.Equal(t, []string{"evidence_missing /evidence", "merger_stages /inputs/into", "merger_running /inputs/from"}, c.RefusedFiling(f))
	c.ApproveAll(running)
	require.Equal(t, []string{"merger_bureau "}, c.RefusedFiling(c.FilingAt(process.SchoolMerger, junior, map[string]string{"from": codeB, "into": codeA, "reason": "布局调整"})))
	_, err := c.TryFile(mergerFiling(c))
	require.NoError(t, err)
	f = mergerFiling(c)
	f.Inputs["from"], f.Inputs["into"] = codeA, codeB
	require.Contains(t, c.RefusedFiling(f), "office_case_running ")
	require.Equal(t, []string{"office_case_running "}, c.RefusedFiling(lengthFiling(c, storetest.SchoolA, "FIVE_FOUR")), "other business about either school waits")
}

// Enrolments and paper files that are open at the absorbed school stand against a merger,
// with their numbers.
func TestOpenEnrolmentsAndPaperFilesStandAgainstAMerger(t *testing.T) {
	c := storetest.New(t)
	moved, err := c.TryFile(c.Receiving(process.Transfer, storetest.SchoolA, c.Pupil(storetest.SchoolB), c.NewClass(storetest.SchoolA, 2024, 40).ID))
	require.NoError(t, err)
	c.ApproveAll(moved.ID)
	require.Equal(t, []string{"merger_papers /inputs/from"}, c.RefusedFiling(mergerFiling(c)))
	graduates := c.Graduates(storetest.SchoolB, 2)
	c.Claim(c.JuniorSchool(storetest.Bureau, "2152000888", 10), graduates...)
	require.Equal(t, []string{"merger_claims /inputs/from", "merger_papers /inputs/from"}, c.RefusedFiling(mergerFiling(c)))
	c.MustIn(c.App, storetest.SchoolB, func(tx *change.Tx) error {
		_, err := schoolyear.Receive(tx.Tx, schoolyear.NewReceived{School: c.ID(storetest.SchoolB), Name: "样例来", Stage: org.Primary, Grade: 1, ReceivedOn: tx.Today(), Key: "received", Hash: []byte("r")})
		return err
	})
	require.Equal(t, []string{"merger_claims /inputs/from", "merger_papers /inputs/from", "merger_received /inputs/from"}, c.RefusedFiling(mergerFiling(c)))
}

// Schools with another schooling length are not merged: year groups would miss a grade.
func TestSchoolsOfAnotherLengthAreNotMerged(t *testing.T) {
	c := storetest.New(t)
	one, err := c.TryFile(lengthFiling(c, storetest.SchoolA, "FIVE_FOUR"))
	require.NoError(t, err)
	c.ApproveAll(one.ID)
	require.Equal(t, []string{"merger_length /inputs/into"}, c.RefusedFiling(mergerFiling(c)))
}

// Business that begins while the merger is decided stands against the decision, and the
// school stays open with its accounts.
func TestTheDecisionOnAMergerJudgesAgain(t *testing.T) {
	c := storetest.New(t)
	pupil := c.Pupil(storetest.SchoolB)
	one, err := c.TryFile(mergerFiling(c))
	require.NoError(t, err)
	last := c.HandInLast(one.ID)
	c.File(process.Suspension, pupil, nil)
	s := c.Commit(last)
	require.Equal(t, []string{change.SlipRefused, string(refusal.MergerRunning)}, []string{s.Outcome, s.OutcomeCode})
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM organisation WHERE id = $1 AND closed_at IS NULL`, c.ID(storetest.SchoolB)))
	require.Zero(t, c.Count(`SELECT count(*) FROM account WHERE org_id = $1 AND closed_at IS NOT NULL`, c.ID(storetest.SchoolB)))
	require.Zero(t, c.Count(`SELECT count(*) FROM slot WHERE change_id = $1 AND key LIKE 'student/%'`, one.ID))
}

// A correction never names another school, because the slots are those of the first two.
func TestAMergerIsCorrected(t *testing.T) {
	c := storetest.New(t)
	one, err := c.TryFile(mergerFiling(c))
	require.NoError(t, err)
	require.Equal(t, change.SlipCounted, c.Decide(one.ID, c.Position(one.ID).Tasks[0], change.VerbSendBack).Outcome)
	again := func(from string) *change.Slip {
		at := c.Position(one.ID)
		return c.Say(c.Who(storetest.Bureau, org.BureauReviewer), change.NewSlip{ChangeID: one.ID, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round,
			Body: change.SlipBody{Inputs: map[string]string{"from": from, "into": codeA, "reason": "布局调整"}}})
	}
	require.Equal(t, "merger_fixed", again(codeA).OutcomeCode)
	require.Equal(t, change.SlipCounted, again(codeB).Outcome)
}
