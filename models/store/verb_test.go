package store_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// An unknown verb is refused when it is handed in, and when it is counted. A failure
// there would hold up every other slip of the change.
func TestUnknownVerbIsRefused(t *testing.T) {
	r := storetest.New(t)
	for _, verb := range []store.Verb{"BOGUS", "", "approve"} {
		var e *refusal.Error
		r.MustIn(r.App, storetest.SchoolA, func(tx *store.Tx) error {
			_, err := tx.HandIn(store.Word{Verb: verb})
			require.ErrorAs(t, err, &e)
			require.Equal(t, refusal.InvalidInput, e.Code)
			return nil
		})
		require.ErrorAs(t, store.Act(new(store.Tx), &store.Change{}, &store.Slip{Verb: verb}), &e, "counting settles the slip with a refusal")
	}
}

func TestRevealWithAnUnknownReasonIsRefused(t *testing.T) {
	r := storetest.New(t)
	for _, reason := range []store.RevealReason{"", "不说", "transfer"} {
		r.MustIn(r.App, storetest.SchoolA, func(tx *store.Tx) error {
			_, err := tx.RevealSecret(uuid.Must(uuid.NewV7()), store.SecretIDNumber, reason)
			var e *refusal.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, refusal.InvalidInput, e.Code)
			return nil
		})
	}
}
