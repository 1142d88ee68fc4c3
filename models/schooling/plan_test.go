package schooling_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/worklist"
)

// planInputs are the form of a change of the plan of 2026, with some answers replaced.
func planInputs(with map[string]string) map[string]string {
	all := map[string]string{"stage": "PRIMARY", "year": "2026", "size": "12", "reinstated": "1", "transferred": "1", "reason": "复学、转入各一人"}
	maps.Copy(all, with)
	return all
}

func planFiling(c *storetest.County, with map[string]string) change.Filing {
	return c.FilingAt(process.PlanChange, storetest.SchoolA, planInputs(with))
}

func take(c *storetest.County, n int) error {
	return c.In(c.Worker, "", func(tx *change.Tx) error {
		_, err := office.TakePlaces(tx.Tx, c.ID(storetest.SchoolA), org.Primary, 2026, n)
		return err
	})
}

// A plan that is used up gets more places through school, leader and bureau. The case names
// the school where others name a pupil.
func TestAPlanGetsMorePlaces(t *testing.T) {
	c := storetest.New(t)
	c.SetPlan(storetest.SchoolA, org.Primary, 2026, 10)
	require.NoError(t, take(c, 10))
	require.Error(t, take(c, 1))
	one, err := c.TryFile(planFiling(c, nil))
	require.NoError(t, err)
	require.Equal(t, []string{"office_case_running "}, c.RefusedFiling(planFiling(c, map[string]string{"size": "14"})))
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		page, err := casepage.Read(tx, one.ID)
		require.Equal(t, []string{"", "南明区示例小学"}, []string{page.StudentName, page.Subject.School})
		return err
	})
	c.Approve(one.ID)
	c.MustIn(c.App, storetest.Bureau, func(tx *change.Tx) error {
		list, err := worklist.Inbox(tx.Tx, worklist.InboxReader{Office: c.ID(storetest.Bureau), Roles: []org.Role{org.BureauReviewer}}, c.Now().AddDate(-1, 0, 0), one.ID, 5)
		require.Len(t, list, 1)
		require.Equal(t, []string{"", "南明区示例小学"}, []string{list[0].StudentName, list[0].About})
		return err
	})
	c.ApproveAll(one.ID)
	require.Equal(t, "12/10 EFFECTIVE", c.Text(`SELECT p.size || '/' || p.used || ' ' || c.status FROM enrolment_plan p, change c`))
	require.NoError(t, take(c, 2))
	require.Zero(t, c.Count(`SELECT count(*) FROM slot`))
}

// All that stands against a filing is told at once, by place.
func TestThePlanOfAnotherYearIsRefused(t *testing.T) {
	c := storetest.New(t)
	require.Equal(t, []string{"plan_missing /inputs/stage"}, c.RefusedFiling(planFiling(c, nil)))
	c.SetPlan(storetest.SchoolA, org.Primary, 2026, 10)
	require.NoError(t, take(c, 5))
	for _, row := range []struct {
		with map[string]string
		want []string
	}{
		{map[string]string{"year": "2027"}, []string{"plan_this_year /inputs/year"}},
		{map[string]string{"size": "10"}, []string{"plan_same /inputs/size"}},
		{map[string]string{"size": "4"}, []string{"plan_below_used /inputs/size"}},
		{map[string]string{"size": "viele", "reinstated": "-1"}, []string{"invalid_input /inputs/size", "invalid_input /inputs/reinstated"}},
		{map[string]string{"stage": "JUNIOR"}, []string{"grade_stage /inputs/stage"}},
		{map[string]string{"stage": "", "reason": ""}, []string{"required /inputs/stage", "required /inputs/reason"}},
	} {
		require.Equal(t, row.want, c.RefusedFiling(planFiling(c, row.with)), row.with)
	}
	paperless := planFiling(c, nil)
	paperless.Evidence = nil
	require.Equal(t, []string{"evidence_missing /evidence"}, c.RefusedFiling(paperless))
	pupil := planFiling(c, nil)
	pupil.StudentID = c.Pupil(storetest.SchoolA)
	require.Equal(t, []string{"subject_office /student_id"}, c.RefusedFiling(pupil))
}

// Places that are used while the case runs stand against the last decision, which is
// refused; the step stays open.
func TestAPlanIsNeverCutBelowItsUsedPlaces(t *testing.T) {
	c := storetest.New(t)
	c.SetPlan(storetest.SchoolA, org.Primary, 2026, 10)
	one, err := c.TryFile(planFiling(c, map[string]string{"size": "5"}))
	require.NoError(t, err)
	last := c.HandInLast(one.ID)
	require.NoError(t, take(c, 6))
	s := c.Commit(last)
	require.Equal(t, []string{change.SlipRefused, "plan_below_used"}, []string{s.Outcome, s.OutcomeCode})
	require.Equal(t, "10/6 RUNNING", c.Text(`SELECT p.size || '/' || p.used || ' ' || c.status FROM enrolment_plan p, change c`))
}

// A change that is sent back is handed in with another size, and never with another stage
// or year.
func TestAPlanChangeIsCorrected(t *testing.T) {
	c := storetest.New(t)
	c.SetPlan(storetest.SchoolA, org.Primary, 2026, 10)
	one, err := c.TryFile(planFiling(c, nil))
	require.NoError(t, err)
	again := func(inputs map[string]string) *change.Slip {
		at := c.Position(one.ID)
		return c.Say(c.Who(storetest.SchoolA, org.SchoolRegistrar), change.NewSlip{ChangeID: one.ID, Verb: change.VerbResubmit, Step: at.Step, Round: at.Round, Body: change.SlipBody{Inputs: inputs}})
	}
	require.Equal(t, change.SlipCounted, c.Decide(one.ID, c.Position(one.ID).Tasks[0], change.VerbSendBack).Outcome)
	require.Equal(t, "plan_fixed", again(planInputs(map[string]string{"stage": "JUNIOR"})).OutcomeCode)
	require.Equal(t, "plan_fixed", again(planInputs(map[string]string{"year": "2025"})).OutcomeCode)
	require.Equal(t, change.SlipCounted, again(planInputs(map[string]string{"size": "11"})).Outcome)
	c.ApproveAll(one.ID)
	require.Equal(t, "11", c.Text(`SELECT size::text FROM enrolment_plan`))
}
