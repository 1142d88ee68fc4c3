package registertest_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registertest"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

// An unknown verb is refused when it is handed in, and when it is counted. A failure
// there would hold up every other slip of the change.
func TestUnknownVerbIsRefused(t *testing.T) {
	r := storetest.New(t)
	for _, verb := range []change.Verb{"BOGUS", "", "approve"} {
		var e *refusal.Error
		r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
			_, err := tx.HandIn(change.NewSlip{Verb: verb})
			require.ErrorAs(t, err, &e)
			require.Equal(t, refusal.InvalidInput, e.Code)
			return nil
		})
		require.ErrorAs(t, registertest.Act(new(change.Tx), &change.Change{}, &change.Slip{Verb: verb}), &e, "counting settles the slip with a refusal")
	}
}

func TestRevealWithAnUnknownReasonIsRefused(t *testing.T) {
	r := storetest.New(t)
	for _, reason := range []student.RevealReason{"", "不说", "transfer"} {
		r.MustIn(r.App, storetest.SchoolA, func(tx *change.Tx) error {
			_, err := student.RevealSecret(tx.Tx, uuid.Must(uuid.NewV7()), student.SecretIDNumber, reason)
			var e *refusal.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, refusal.InvalidInput, e.Code)
			return nil
		})
	}
}
