package rest

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
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
