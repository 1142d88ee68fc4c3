package refusal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
)

// A stored refusal reads as it was written; a line without a code was not refused.
func TestAStoredRefusalReadsAsItWasWritten(t *testing.T) {
	e, err := refusal.Stored(refusal.ClassFull, `{"capacity":"55"}`)
	require.NoError(t, err)
	require.Equal(t, refusal.New(refusal.ClassFull).With("capacity", "55"), e)
	e, err = refusal.Stored("", `{}`)
	require.NoError(t, err)
	require.Nil(t, e)
	_, err = refusal.Stored(refusal.ClassFull, `[`)
	require.Error(t, err)
}
