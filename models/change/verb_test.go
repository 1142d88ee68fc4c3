package change_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// An unknown verb is refused when it is handed in, and when it is counted. A failure
// there would hold up every other slip of the change.
func TestUnknownVerbIsRefused(t *testing.T) {
	c := newCounty(t)
	for _, verb := range []change.Verb{"BOGUS", "", "approve"} {
		c.MustIn(c.App, storetest.SchoolA, func(tx *change.Tx) error {
			_, err := tx.HandIn(change.NewSlip{Verb: verb})
			require.Equal(t, []string{"invalid_input /verdict"}, told(t, err))
			return nil
		})
		require.ErrorIs(t, change.Act(new(change.Tx), &change.Change{}, &change.Slip{Verb: verb}), refusal.New(refusal.InvalidInput), "counting settles the slip with a refusal")
		require.False(t, verb.OnTask() || verb.NeedsOpinion() || verb.Decides())
		require.Equal(t, string(verb), change.ShownName(verb))
	}
	for _, verb := range change.Verbs() {
		require.NotEqual(t, string(verb), change.ShownName(verb), "people read a word of their own")
	}
}
