package schooling_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

func lengthFiling(c *storetest.County, path, length string) change.Filing {
	return c.FilingAt(process.SchoolingLengthChange, path, map[string]string{"length": length, "reason": "区政府决定"})
}

func primaryYears(c *storetest.County, path string) (years int) {
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		rules, err := office.PolicyOf(tx.Tx, c.ID(path), c.Processes.Default())
		years = rules.StageYears[org.Primary]
		return err
	})
	return years
}

// A school becomes five-four from the next school year on: everything that judges a last
// grade follows then, and not before. Its sibling stays as the province has it.
func TestASchoolBecomesFiveFour(t *testing.T) {
	c := storetest.New(t)
	pupil := c.PupilsOf(storetest.SchoolA, 2023, 1)[0] // grade 4, next year grade 5
	one, err := c.TryFile(lengthFiling(c, storetest.SchoolA, "FIVE_FOUR"))
	require.NoError(t, err)
	c.ApproveAll(one.ID)
	require.Equal(t, "EFFECTIVE 2027-08-11", c.Text(`SELECT status || ' ' || effective_on FROM change WHERE id = $1`, one.ID))
	require.Equal(t, 6, primaryYears(c, storetest.SchoolA), "this school year stays")
	require.Equal(t, []string{"length_same /inputs/length"}, c.RefusedFiling(lengthFiling(c, storetest.SchoolA, "FIVE_FOUR")))
	c.At("2028-05-10")
	require.Equal(t, 5, primaryYears(c, storetest.SchoolA))
	require.Equal(t, 6, primaryYears(c, storetest.SchoolB))
	require.Equal(t, 5, c.Count(`SELECT stage_years($1, 'PRIMARY', 2027, 6)`, c.ID(storetest.SchoolA)))
	require.Equal(t, 6, c.Count(`SELECT stage_years($1, 'PRIMARY', 2026, 6)`, c.ID(storetest.SchoolA)))
	suspension := c.Filing(process.Suspension, pupil, map[string]string{"reason_code": "10", "from_date": "2028-05-10", "until_date": "2028-12-31"})
	require.Equal(t, []string{"last_term_closed "}, c.RefusedFiling(suspension), "grade 5 is the last one now")
	require.Equal(t, []string{"transfer_graduating /pupil"}, received(c, pupil), "for the school that receives as well")
	c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
		list, err := graduation.Candidates(tx.Tx, c.Office(storetest.SchoolA), org.Primary, uuid.Nil, 9)
		require.Len(t, list, 1, "grade 5 graduates")
		return err
	})
}

// received returns the refusals for a six-year school that wants to receive a pupil.
func received(c *storetest.County, pupil uuid.UUID) []string {
	return c.RefusedFiling(c.Receiving(process.Transfer, storetest.SchoolB, pupil, c.NewClass(storetest.SchoolB, 2023, 40).ID))
}

// A shorter stage is refused while a year group would be past its last grade, a longer one
// while the last year group has not graduated. The refusal names the year groups.
func TestNoYearGroupMissesItsGraduation(t *testing.T) {
	c := storetest.New(t)
	c.PupilsOf(storetest.SchoolA, 2022, 1) // grade 5
	c.PupilsOf(storetest.SchoolA, 2021, 1) // grade 6 graduates in time
	f := lengthFiling(c, storetest.SchoolA, "FIVE_FOUR")
	require.Equal(t, []string{"length_skips /inputs/length"}, c.RefusedFiling(f))
	_, err := c.TryFile(f)
	require.Contains(t, groupsOf(t, err), "小学2022级")
	require.NotContains(t, groupsOf(t, err), "2021")

	other, err := c.TryFile(lengthFiling(c, storetest.SchoolB, "FIVE_FOUR"))
	require.NoError(t, err)
	c.ApproveAll(other.ID)
	c.At("2027-11-20")
	c.PupilsOf(storetest.SchoolB, 2023, 1) // grade 5, the last one now
	require.Equal(t, []string{"length_repeats /inputs/length"}, c.RefusedFiling(lengthFiling(c, storetest.SchoolB, "SIX_THREE")))
}

// Pupils who come while the case runs stand against the last decision.
func TestTheLastDecisionJudgesTheYearGroupsAgain(t *testing.T) {
	c := storetest.New(t)
	one, err := c.TryFile(lengthFiling(c, storetest.SchoolA, "FIVE_FOUR"))
	require.NoError(t, err)
	require.Equal(t, []string{"office_case_running "}, c.RefusedFiling(lengthFiling(c, storetest.SchoolA, "FIVE_FOUR")))
	last := c.HandInLast(one.ID)
	c.PupilsOf(storetest.SchoolA, 2022, 1)
	s := c.Commit(last)
	require.Equal(t, []string{change.SlipRefused, "length_skips"}, []string{s.Outcome, s.OutcomeCode})
	require.Zero(t, c.Count(`SELECT count(*) FROM schooling_length`))
}

// Where the province lets bureaus file, the managing bureau names one of its schools and a
// second person of it decides.
func TestABureauChangesTheLengthOfItsSchool(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `{"bureau_files": ["SCHOOLING_LENGTH_CHANGE"]}`)
	f := lengthFiling(c, storetest.Bureau, "FIVE_FOUR")
	require.Equal(t, []string{"length_school /inputs/school"}, c.RefusedFiling(f))
	f.Inputs["school"] = "2111000123"
	require.Equal(t, []string{"length_school /inputs/school"}, c.RefusedFiling(f), "a school of another bureau")
	f.Inputs["school"] = "2152000123"
	one, err := c.TryFile(f)
	require.NoError(t, err)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM change_party WHERE side = 'SCHOOL' AND org_id = $1`, c.ID(storetest.SchoolA)), "the school is told")
	c.ApproveAll(one.ID)
	require.Equal(t, 5, c.Count(`SELECT years FROM schooling_length WHERE school_id = $1`, c.ID(storetest.SchoolA)))
}
