package activities

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/workflows/contract"
)

// What does not exist is not asked for again; anything else may heal with time.
// Causes stay behind: they may hold what must not stand in a history.
func TestErrorsAreTranslatedOnce(t *testing.T) {
	cases := map[string]struct {
		err   error
		typ   string
		final bool
	}{
		"missing":             {refusal.New(refusal.NotFound), contract.ErrGone, true},
		"missing, wrapped":    {fmt.Errorf("commit: %w", refusal.New(refusal.NotFound)), contract.ErrGone, true},
		"another problem":     {refusal.New(refusal.ClassFull).With("capacity", "55"), string(refusal.ClassFull), false},
		"the database is off": {errors.New("dial 10.0.0.1: password=secret"), string(refusal.Internal), false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := outward(c.err)
			var app *temporal.ApplicationError
			require.ErrorAs(t, err, &app)
			require.Same(t, app, err, "the translated error is the outermost one") //nolint:testifylint // identity is the point
			require.Equal(t, c.typ, app.Type())
			require.Equal(t, c.final, app.NonRetryable())
			require.NotContains(t, app.Error(), "secret")
			require.NoError(t, errors.Unwrap(app))
		})
	}
	require.NoError(t, outward(nil))
}

// A message can name anything; an ID that is none must not be retried for ever.
func TestIDsThatAreNoneAreGone(t *testing.T) {
	a := NewChanges(nil, nil, nil) // the register is not asked
	_, err1 := a.Resume(t.Context(), contract.ResumeRequest{ChangeID: "no-uuid"})
	_, err2 := a.PassTime(t.Context(), contract.ResumeRequest{})
	_, err3 := a.CommitSlip(t.Context(), contract.CommitRequest{ChangeID: "018f0000-0000-7000-8000-000000000000", SlipID: "'; --"})
	for _, err := range []error{err1, err2, err3} {
		var app *temporal.ApplicationError
		require.ErrorAs(t, err, &app)
		require.Equal(t, contract.ErrGone, app.Type())
		require.True(t, app.NonRetryable())
	}
}
