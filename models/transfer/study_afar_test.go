package transfer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

// The sixth year of another province takes graduates of five years of primary school (KT22).
// What counts is how long the school was in the year of the graduation: a school that has
// become a five-year one since then sends no pupil into a sixth year twice.
func TestTheSixthYearAsksTheYearOfGraduation(t *testing.T) {
	r := storetest.New(t)
	pupil := r.PupilsOf(storetest.FarSchool, 2021, 1)[0]
	r.Graduated(storetest.FarSchool, pupil)
	r.At("2027-09-06")
	changed, err := r.TryFile(r.FilingAt(process.SchoolingLengthChange, storetest.FarSchool, map[string]string{"length": "FIVE_FOUR", "reason": "区政府决定"}))
	require.NoError(t, err)
	r.ApproveAll(changed.ID)
	r.At("2028-09-06")
	five := r.PupilsOf(storetest.FarSchool, 2024, 1)[0] // five years since 2024: graduates in 2029
	sixth := r.NewClass(storetest.SchoolA, 2023, 40)
	require.Equal(t, []string{"graduate_class /inputs/class_id"}, r.RefusedFiling(r.Receiving(process.PostGraduationStudy, storetest.SchoolA, pupil, sixth.ID)))

	r.Graduated(storetest.FarSchool, five)
	r.At("2029-08-20")
	back, err := r.TryFile(r.FilingAt(process.SchoolingLengthChange, storetest.FarSchool, map[string]string{"length": "SIX_THREE", "reason": "区政府决定"}))
	require.NoError(t, err)
	r.ApproveAll(back.ID)
	r.At("2030-09-06")
	sixth = r.NewClass(storetest.SchoolA, 2025, 40)
	r.ApproveAll(r.Received(process.PostGraduationStudy, storetest.SchoolA, five, sixth.ID))
	require.Equal(t, 1, r.Count(`SELECT count(*) FROM student WHERE id = $1 AND stage = 'PRIMARY' AND entry_year = 2025 AND enrol_status = 'ENROLLED'`, five))
}
