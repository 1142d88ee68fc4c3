package enrolment_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// Pupils of a primary school of five years come into six-three (五四制转六三制, P69): a primary
// school of six years takes a graduate into its sixth grade, without a place of the plan; a
// junior school takes another one into its first. The length that counts is that of the
// year of the graduation, at the school of graduation and at no other.
func TestGraduatesOfFiveYearsComeIntoSixThree(t *testing.T) {
	r := storetest.New(t)
	five := r.NewSchool(storetest.Bureau, "2152000555", office.NewGrade{Stage: org.Primary, EntryYear: 2023, Classes: 1, Capacity: 40})
	pupils := r.PupilsOf(five, 2023, 3)
	changed, err := r.TryFile(r.FilingAt(process.SchoolingLengthChange, five, map[string]string{"length": "FIVE_FOUR", "reason": "区政府决定"}))
	require.NoError(t, err)
	r.ApproveAll(changed.ID) // from August 2027 on
	r.At("2028-06-20")
	r.Graduated(five, pupils...) // after grade 5
	junior := r.NewSchool(storetest.Bureau, juniorCode, office.NewGrade{Stage: org.Junior, EntryYear: 2028, Classes: 1, Capacity: 40})
	r.Planned(junior, org.Junior, 2028, 5)

	sixth := r.Claim(storetest.SchoolA, pupils[0]) // of six years, without a plan of the first grade
	r.ApproveAll(sixth)
	seventh := r.Claim(junior, pupils[1])
	r.ApproveAll(seventh)
	place := func(id uuid.UUID) string {
		return r.Text(`SELECT enrol_status || ' ' || stage || ' ' || entry_year FROM student WHERE id = $1`, id)
	}
	require.Equal(t, []string{"ENROLLED PRIMARY 2023", "ENROLLED JUNIOR 2028"}, []string{place(pupils[0]), place(pupils[1])})
	require.Equal(t, 1, r.Used(junior, org.Junior, 2028))

	// The same school is six-three again: who graduated from five years still did.
	back, err := r.TryFile(r.FilingAt(process.SchoolingLengthChange, five, map[string]string{"length": "SIX_THREE", "reason": "区政府决定"}))
	require.NoError(t, err)
	r.ApproveAll(back.ID)
	r.At("2028-09-20")
	late := r.Enrolment(storetest.SchoolA, pupils[2])
	late.Year = 2028
	ids, err := r.TryEnrol(late)
	require.NoError(t, err)
	r.ApproveAll(ids[0])
	require.Equal(t, "ENROLLED PRIMARY 2023", place(pupils[2]))
}

// A graduate of six years has no sixth grade to go to, and a school of five years has none.
func TestNobodyComesIntoASixthGradeThatIsNone(t *testing.T) {
	r := storetest.New(t)
	changed, err := r.TryFile(r.FilingAt(process.SchoolingLengthChange, storetest.SchoolB, map[string]string{"length": "FIVE_FOUR", "reason": "区政府决定"}))
	require.NoError(t, err)
	r.ApproveAll(changed.ID)
	graduate := r.Graduates(storetest.SchoolA, 1)[0]
	_, err = r.TryEnrol(r.Enrolment(storetest.SchoolB, graduate))
	require.Equal(t, []string{"enrol_stage /lines/0/stage"}, storetest.Refusals(t, err))

	five := r.NewSchool(storetest.Bureau, "2152000555", office.NewGrade{Stage: org.Primary, EntryYear: 2023, Classes: 1, Capacity: 40})
	pupil := r.PupilsOf(five, 2023, 1)[0]
	changed, err = r.TryFile(r.FilingAt(process.SchoolingLengthChange, five, map[string]string{"length": "FIVE_FOUR", "reason": "区政府决定"}))
	require.NoError(t, err)
	r.ApproveAll(changed.ID)
	r.At("2028-06-20")
	r.Graduated(five, pupil)
	_, err = r.TryEnrol(r.Enrolment(storetest.SchoolB, pupil))
	require.Equal(t, []string{"enrol_stage /lines/0/stage"}, storetest.Refusals(t, err))
}
