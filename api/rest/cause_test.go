package rest

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
)

// A database that is away is "try again", not "something went wrong".
func TestADatabaseThatIsAwayIsTold(t *testing.T) {
	_, refused := pgx.Connect(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=2")
	require.Error(t, refused)
	for _, err := range []error{
		fmt.Errorf("take a connection: %w", refused), &pgconn.PgError{Code: "57P03"}, &pgconn.PgError{Code: "08006"}, fmt.Errorf("read: %w", syscall.ECONNRESET),
	} {
		require.True(t, databaseDown(err), "%v", err)
	}
	for _, err := range []error{errors.New("a mistake of ours"), &pgconn.PgError{Code: "23505"}} {
		require.False(t, databaseDown(err), "%v", err)
	}
}

func TestADatabasesNoToACharacterIsNoInternalError(t *testing.T) {
	require.True(t, unstorable(&pgconn.PgError{Code: "22021"}))
	require.False(t, unstorable(&pgconn.PgError{Code: "23514"}))
}

// A page that is left while it loads is no fault of the service.
func TestACallerWhoLeftIsNoInternalError(t *testing.T) {
	left, leave := context.WithCancel(t.Context())
	leave()
	err := fmt.Errorf("read the session: %w", context.Canceled)
	require.Equal(t, refusal.CallerGone, (&exchange{}).told(left, err).Code)
	require.Equal(t, refusal.Internal, (&exchange{}).told(t.Context(), err).Code, "the caller still waits")
	require.Equal(t, refusal.Internal, (&exchange{}).told(left, errors.New("a mistake of ours")).Code)
}
