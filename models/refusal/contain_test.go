package refusal_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
)

func TestAPanicBecomesARefusal(t *testing.T) {
	err := refusal.Contain(refusal.EvidenceBroken, func() error {
		var list []int
		list[len(list)] = 1
		return nil
	})
	require.ErrorIs(t, err, refusal.New(refusal.EvidenceBroken))
	require.ErrorIs(t, err, refusal.ErrPanicked)
	require.ErrorContains(t, err, "index out of range")
	require.ErrorContains(t, err, "TestAPanicBecomesARefusal")

	err = refusal.Contain(refusal.EvidenceBroken, func() error { panic("520102201601014321") })
	require.ErrorIs(t, err, refusal.New(refusal.EvidenceBroken))
	require.NotContains(t, err.Error(), "520102", "the value of a panic may hold a person's number")
}

func TestErrorsGoThroughAsTheyAre(t *testing.T) {
	mine := errors.New("mine")
	require.Equal(t, mine, refusal.Contain(refusal.EvidenceBroken, func() error { return mine }))
	require.NoError(t, refusal.Contain(refusal.EvidenceBroken, func() error { return nil }))
}
