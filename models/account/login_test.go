package account_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// The built-in rules of locking, and where the clerk sits.
const (
	lockAfter = 5
	lockTime  = 30 * time.Minute
	home      = "192.0.2.1"
)

// clerk is a registrar of school A with the password of the account.
type clerk struct {
	storetest.Person

	password string
}

// hire brings a registrar into school A.
func hire(c *storetest.County) clerk { return hireAt(c, storetest.SchoolA, org.SchoolRegistrar) }

func hireAt(c *storetest.County, path string, role org.Role) clerk {
	c.T().Helper()
	p, password := c.Hire(path, role)
	return clerk{Person: p, password: password}
}

// from logs in once from an address and returns the refusal, nil after a success.
func from(c *storetest.County, address, login, password string) *refusal.Error {
	c.T().Helper()
	_, err := account.LogIn(c.T().Context(), c.App.Store, account.Attempt{Login: login, Password: password, Address: address, RequestID: "test"})
	if err == nil {
		return nil
	}
	var e *refusal.Error
	require.ErrorAs(c.T(), err, &e)
	return e
}

// together runs n logins at once and counts their answers by code, "" for a session.
func together(c *storetest.County, n int, login, password string) map[refusal.Code]int {
	var mu sync.Mutex
	var group sync.WaitGroup
	answers := map[refusal.Code]int{}
	for range n {
		group.Go(func() {
			_, err := account.LogIn(context.Background(), c.App.Store, account.Attempt{Login: login, Password: password, Address: home, RequestID: "test"})
			code := refusal.Code("")
			if err != nil {
				code = refusal.Internal
				var e *refusal.Error
				if errors.As(err, &e) {
					code = e.Code
				}
			}
			mu.Lock()
			defer mu.Unlock()
			answers[code]++
		})
	}
	group.Wait()
	return answers
}

// failures is the number of wrong passwords that count against an account at home.
func failures(c *storetest.County, account uuid.UUID) int {
	return c.Count(`SELECT coalesce((SELECT failures FROM login_attempt WHERE network = $2 AND login_hash = login_hash(a.login)), 0) FROM account a WHERE a.id = $1`, account, home)
}

func TestConcurrentRightPasswordsAllSucceed(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	require.Equal(t, map[refusal.Code]int{"": 30}, together(c, 30, who.Login, who.password))
	for range lockAfter - 1 {
		require.Equal(t, map[refusal.Code]int{refusal.LoginFailed: 1}, together(c, 1, who.Login, "Wrong#123"))
	}
	require.Equal(t, lockAfter-1, failures(c, who.ID))
	require.Equal(t, map[refusal.Code]int{"": 4}, together(c, 4, who.Login, who.password))
	require.Zero(t, failures(c, who.ID))
	require.Equal(t, 34, c.Count(`SELECT count(*) FROM audit_entry e JOIN session s ON s.id::text = e.subject_id WHERE e.action = 'session.open' AND s.account_id = $1`, who.ID))
}

func TestConcurrentWrongPasswordsAreAllCounted(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	want := map[refusal.Code]int{refusal.LoginFailed: lockAfter, refusal.AccountLocked: 20 - lockAfter}
	require.Equal(t, want, together(c, 20, who.Login, "Wrong#123"))
	require.Equal(t, lockAfter, failures(c, who.ID))
	require.Equal(t, map[refusal.Code]int{refusal.AccountLocked: 1}, together(c, 1, who.Login, who.password))
	require.Equal(t, lockAfter, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'login.failed' AND subject_id = $1`, who.ID.String()))

	c.Advance(lockTime)
	require.Equal(t, map[refusal.Code]int{refusal.LoginFailed: 1}, together(c, 1, who.Login, "Wrong#123"))
	require.Equal(t, 1, failures(c, who.ID), "a lock that ran out takes its failures along")
}

func TestAbortedLoginNeitherAddsNorUndoesAFailure(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 * lockAfter { // has its turn or not: select takes either
		_, err := account.LogIn(gone, c.App.Store, account.Attempt{Login: who.Login, Password: who.password, Address: home, RequestID: "test"})
		if err != nil {
			var e *refusal.Error
			require.ErrorAs(t, err, &e, "no error of the server's")
			require.Equal(t, refusal.TooManyRequests, e.Code)
		}
	}
	require.Zero(t, failures(c, who.ID))

	// Somebody holds the account while the guess is on its way and hangs up.
	release := c.Held(`SELECT 1 FROM account WHERE id = $1 FOR UPDATE`, who.ID)
	ctx, hangUp := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := account.LogIn(ctx, c.App.Store, account.Attempt{Login: who.Login, Password: "Wrong#123", Address: home, RequestID: "test"})
		done <- err
	}()
	require.Eventually(t, func() bool { return account.Admitted(c.App.Store) == 1 }, 10*time.Second, time.Millisecond)
	hangUp()
	release()
	require.Error(t, <-done)
	require.Equal(t, 1, failures(c, who.ID), "hanging up does not undo a guess")
}

func TestLoginQueueIsBounded(t *testing.T) {
	door := account.NewLoginDoor(4)
	leave, refused := account.Enter(door, t.Context(), "a")
	require.Nil(t, refused)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range account.MaxWaitingLogins {
		group.Go(func() { _, _ = account.Enter(door, ctx, "a") })
	}
	require.Eventually(t, func() bool { return door.Queued("a") == account.MaxWaitingLogins+1 }, 10*time.Second, time.Millisecond)
	_, refused = account.Enter(door, t.Context(), "a")
	require.Equal(t, refusal.TooManyRequests, refused.Code)
	cancel()
	group.Wait()
	leave()
	require.True(t, door.Empty())
}

// Different logins share the places of the door. Who gives up waiting for a place leaves
// the queue of the login as well.
func TestTheDoorHasNoMorePlacesThanHalfTheConnections(t *testing.T) {
	door := account.NewLoginDoor(2) // one place
	leave, refused := account.Enter(door, t.Context(), "a")
	require.Nil(t, refused)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan *refusal.Error, 1)
	go func() {
		_, refused := account.Enter(door, ctx, "b")
		gone <- refused
	}()
	require.Eventually(t, func() bool { return door.Queued("b") == 1 }, 10*time.Second, time.Millisecond)
	cancel()
	require.Equal(t, refusal.TooManyRequests, (<-gone).Code)
	require.Zero(t, door.Queued("b"))
	leave()
	leave, refused = account.Enter(door, t.Context(), "b")
	require.Nil(t, refused)
	leave()
	require.True(t, door.Empty())
}

// Who knows the password learns what is wrong with the account; who does not, learns
// nothing.
func TestOnlyWhoKnowsThePasswordLearnsTheStateOfTheAccount(t *testing.T) {
	c := storetest.New(t)
	sealed, closed, idle := hire(c), hire(c), hire(c)
	admin := c.Who(storetest.Bureau, org.BureauSysadmin)
	require.NoError(t, act(c, admin, account.Seal, sealed.ID))
	require.NoError(t, act(c, admin, account.Close, closed.ID))
	for who, code := range map[clerk]refusal.Code{sealed: refusal.AccountSealed, closed: refusal.AccountClosed} {
		require.Equal(t, refusal.LoginFailed, from(c, home, who.Login, "Wrong#123").Code)
		require.Equal(t, code, from(c, home, who.Login, who.password).Code)
	}

	last := c.Now()
	c.Hand.Set(last.AddDate(0, account.IdleMonths, 0))
	require.Nil(t, from(c, home, idle.Login, idle.password), "half a year to the day")
	c.Hand.Set(c.Now().AddDate(0, account.IdleMonths, 1))
	require.Equal(t, refusal.AccountSealed, from(c, home, idle.Login, idle.password).Code)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM account WHERE id = $1 AND sealed_at = $2`, idle.ID, c.Now()))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'account.seal' AND subject_id = $1 AND detail ->> 'cause' = 'idle'`, idle.ID.String()))
}
