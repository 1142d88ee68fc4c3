package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/storetest"
)

// word waits until a listener is told that something moved; false when it hears the end.
func word(t *testing.T, c chan struct{}) bool {
	t.Helper()
	select {
	case _, more := <-c:
		return more
	case <-time.After(10 * time.Second):
		require.FailNow(t, "the listener hears nothing")
		return false
	}
}

// Who listens hears of the own IDs, again after the connection broke, and the end of the
// process. The connection is given back when the last listener has gone.
func TestAListenerHearsOfItsOwnIDs(t *testing.T) {
	c := storetest.New(t)
	s := c.App.Store
	// The application sees and ends connections of its own role only.
	count := func(what string) (n int) {
		require.NoError(t, s.Pool().QueryRow(t.Context(), `SELECT count(`+what+`) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN xueji_moved'`).Scan(&n))
		return n
	}
	tell := func(id uuid.UUID) {
		_, err := c.Owner().Exec(t.Context(), `SELECT pg_notify('xueji_moved', $1)`, id.String())
		require.NoError(t, err)
	}
	mine, yours := uuid.New(), uuid.New()
	me := s.Hear(mine)
	require.True(t, word(t, me.C)) // the listening has begun
	you := s.Hear(yours, uuid.New())
	tell(mine)
	require.True(t, word(t, me.C))
	require.Empty(t, you.C)
	tell(yours)
	require.True(t, word(t, you.C))
	require.Empty(t, me.C)

	require.Equal(t, 1, count("pg_terminate_backend(pid)"))
	require.True(t, word(t, me.C), "something may have been missed")
	require.True(t, word(t, you.C))
	require.Equal(t, 1, count("*"))

	me.Close()
	you.Close()
	require.Eventually(t, func() bool { return count("*") == 0 }, 10*time.Second, 10*time.Millisecond)
	me = s.Hear(mine)
	require.True(t, word(t, me.C))
	s.Hush()
	require.False(t, word(t, me.C))
	require.False(t, word(t, s.Hear(mine).C), "after the end no word comes")
}
