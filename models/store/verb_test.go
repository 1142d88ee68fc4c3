package store

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
)

// An unknown verb is refused when it is handed in, and when it is counted. A failure
// there would hold up every other slip of the change.
func TestUnknownVerbIsRefused(t *testing.T) {
	r := newRecordsRig(t)
	for _, verb := range []Verb{"BOGUS", "", "approve"} {
		var e *refusal.Error
		r.mustIn(r.app, schoolAPath, func(tx *Tx) error {
			_, err := tx.HandIn(Word{Verb: verb})
			require.ErrorAs(t, err, &e)
			require.Equal(t, refusal.InvalidInput, e.Code)
			return nil
		})
		require.ErrorAs(t, new(Tx).act(&Change{}, &Slip{Verb: verb}), &e, "counting settles the slip with a refusal")
	}
}

func TestRevealWithAnUnknownReasonIsRefused(t *testing.T) {
	r := newRecordsRig(t)
	for _, reason := range []RevealReason{"", "不说", "transfer"} {
		r.mustIn(r.app, schoolAPath, func(tx *Tx) error {
			_, err := tx.RevealSecret(newID(), SecretIDNumber, reason)
			var e *refusal.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, refusal.InvalidInput, e.Code)
			return nil
		})
	}
}
