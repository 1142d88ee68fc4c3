package placing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
)

// A sheet that may be read can still name more pupils than one list takes. The refusal says
// both numbers.
func TestASheetNamesNoMorePupilsThanAListTakes(t *testing.T) {
	out := Outcome{Filings: []change.Filing{{Lines: make([]change.ListedPupil, change.MaxLines+1)}}}
	err := out.judge(nil, nil)
	require.ErrorIs(t, err, refusal.New(refusal.PlacingListLong))
	var told *refusal.Error
	require.ErrorAs(t, err, &told)
	require.Equal(t, []string{"500", "501"}, []string{told.Params["max"], told.Params["count"]})
}
