package registration_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// A sheet that is uploaded again doubles no pupil, whether its pupils have a number or not,
// and however often it comes: every row is "already here, unchanged" and no error.
func TestASheetThatComesAgainDoublesNoOne(t *testing.T) {
	rig := storetest.New(t)
	all := rig.Read("roster-clean.xlsx")[:60]
	for i := range all {
		if i%2 == 0 && all[i]["member1_id_number"] != "" { // one document of the family must be known
			all[i] = storetest.Unnumbered()(all[i])
		}
	}
	rig.Enrol(storetest.SchoolA, rig.Written(all...), "first")
	require.Equal(t, len(all), rig.Count(`SELECT count(*) FROM student`))
	for i := range 2 {
		again := rig.Upload(storetest.SchoolA, rig.Written(all...), "again"+strconv.Itoa(i))
		require.Equal(t, registration.RosterCounts{Read: len(all), Present: len(all)}, again.RosterCounts)
		for _, row := range rig.Rows(again) {
			require.Empty(t, row.Findings)
			require.NotNil(t, row.StudentID)
		}
		_, err := rig.FileRoster(again)
		require.ErrorIs(t, err, refusal.New(refusal.RosterNothingNew))
	}
	require.Equal(t, len(all), rig.Count(`SELECT count(*) FROM student`))
}

// A corrected sheet gives the pupil another birth date or sex. Without a number the name
// and the whole family still say who the pupil is; half a family is not enough.
func TestACorrectedSheetDoublesNoOne(t *testing.T) {
	rig := storetest.New(t)
	all := rig.Read("roster-no-au.xlsx")
	bare, other := storetest.Unnumbered()(all[1]), all[2]
	rig.Enrol(storetest.SchoolA, rig.Written(bare), "first")
	record := rig.Text(`SELECT id::text FROM student`)
	sex := map[string]string{"1": "2", "2": "1"}[bare[roster.Sex]]
	day := bare[roster.BirthDate][:6] + map[bool]string{true: "11", false: "10"}[bare[roster.BirthDate][6:] == "10"]
	up := rig.Upload(storetest.SchoolA, rig.Written(
		storetest.With("birth_date", day)(bare),
		storetest.With("sex", sex)(bare),
	), "second")
	rows := rig.Rows(up)
	for row, items := range map[int]string{3: "出生日期", 4: "性别"} {
		require.Equal(t, registration.RowDiffers, rows[row].Verdict, rows[row].Findings)
		require.Equal(t, record, rows[row].StudentID.String())
		require.Equal(t, refusal.RosterDiffersUnnumbered, rows[row].Findings[0].Code)
		require.Equal(t, items, rows[row].Findings[0].Params["items"])
	}
	up = rig.Upload(storetest.SchoolA, rig.Written(storetest.With("birth_date", day, "member2_name", other["member2_name"],
		"member2_id_type", other["member2_id_type"], "member2_id_number", other["member2_id_number"])(bare)), "third")
	require.Equal(t, registration.RowAccepted, rig.Rows(up)[3].Verdict, rig.Rows(up)[3].Findings)
}
