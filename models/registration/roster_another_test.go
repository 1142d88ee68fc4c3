package registration_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/storetest"
)

// A number of the register beside another name and birth date was typed for another
// pupil. The refusal does not advise a change of key data for the pupil who has the
// number.
func TestANumberOfAnotherPupilIsRefused(t *testing.T) {
	rig := storetest.New(t)
	all := rig.Read("roster-no-au.xlsx")
	p, other := storetest.With("id_type", "A", "id_number", "E90817263")(all[0]), storetest.With("id_type", "A", "id_number", "E90817263")(all[1])
	require.NotEqual(t, p[roster.BirthDate], other[roster.BirthDate])
	rig.Enrol(storetest.SchoolA, rig.Written(p), "first")

	row := rig.Rows(rig.Upload(storetest.SchoolA, rig.Written(other), "second"))[3]
	require.Equal(t, registration.RowRejected, row.Verdict)
	require.Nil(t, row.StudentID)
	last := row.Findings[len(row.Findings)-1]
	require.Equal(t, refusal.IdentityOfAnother, last.Code)
	require.Equal(t, roster.IDNumber, last.Field)
	require.NotContains(t, last.Params, "items")

	row = rig.Rows(rig.Upload(storetest.SchoolA, rig.Written(storetest.With("name", "王改名")(p)), "third"))[3]
	require.Equal(t, registration.RowDiffers, row.Verdict, "a corrected name is the same pupil")
}
