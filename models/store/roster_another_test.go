package store

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// A number of the register beside another name and birth date was typed for another
// pupil. The refusal does not advise a change of key data for the pupil who has the
// number.
func TestANumberOfAnotherPupilIsRefused(t *testing.T) {
	rig := newRecordsRig(t)
	all := rig.sheetPupils("roster-no-au.xlsx")
	p, other := with(all[0], "id_type", "A", "id_number", "E90817263"), with(all[1], "id_type", "A", "id_number", "E90817263")
	require.NotEqual(t, p[roster.BirthDate], other[roster.BirthDate])
	rig.enrolSheet(rig.write(p), "first")

	row := rig.rosterRows(rig.upload(rig.write(other), "second"))[3]
	require.Equal(t, RowRejected, row.Verdict)
	require.Nil(t, row.StudentID)
	last := row.Findings[len(row.Findings)-1]
	require.Equal(t, refusal.IdentityOfAnother, last.Code)
	require.Equal(t, roster.IDNumber, last.Field)
	require.NotContains(t, last.Params, "items")

	row = rig.rosterRows(rig.upload(rig.write(with(p, "name", "王改名")), "third"))[3]
	require.Equal(t, RowDiffers, row.Verdict, "a corrected name is the same pupil")
}
