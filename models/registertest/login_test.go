package registertest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/refusal"
)

const loginPassword = "Guiyang#2026"

// The built-in rules of locking, and where the clerk sits.
const (
	lockAfter = 5
	lockTime  = 30 * time.Minute
	home      = "192.0.2.1"
)

// loginAccount makes an account of school A and returns its login.
func (r *recordsRig) loginAccount() (string, uuid.UUID) {
	id := uuid.Must(uuid.NewV7())
	login := "clerk" + id.String()
	r.exec(`INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
		VALUES ($1, $2, $3::text::ltree, $4, '某人', '{SCHOOL_REGISTRAR}', $5, $6, false, $6, $6)`,
		id, r.school[schoolAPath], schoolAPath, login, account.HashPassword(loginPassword), r.app.Clock().Now())
	return login, id
}

// together runs n logins at once and counts their answers by code, "" for a session.
func (r *recordsRig) together(n int, login, password string) map[refusal.Code]int {
	var mu sync.Mutex
	var group sync.WaitGroup
	answers := map[refusal.Code]int{}
	for range n {
		group.Go(func() {
			_, err := account.LogIn(context.Background(), r.app.Store, account.Attempt{Login: login, Password: password, Address: home, RequestID: "test"})
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

func (r *recordsRig) failures(account uuid.UUID) int {
	return r.count(`SELECT coalesce((SELECT failures FROM login_attempt WHERE network = $2 AND login_hash = login_hash(a.login)), 0) FROM account a WHERE a.id = $1`, account, home)
}

func TestConcurrentRightPasswordsAllSucceed(t *testing.T) {
	r := newRecordsRig(t)
	login, account := r.loginAccount()
	require.Equal(t, map[refusal.Code]int{"": 30}, r.together(30, login, loginPassword))
	for range lockAfter - 1 {
		require.Equal(t, map[refusal.Code]int{refusal.LoginFailed: 1}, r.together(1, login, "Wrong#123"))
	}
	require.Equal(t, lockAfter-1, r.failures(account))
	require.Equal(t, map[refusal.Code]int{"": 4}, r.together(4, login, loginPassword))
	require.Zero(t, r.failures(account))
}

func TestConcurrentWrongPasswordsAreAllCounted(t *testing.T) {
	r := newRecordsRig(t)
	login, account := r.loginAccount()
	want := map[refusal.Code]int{refusal.LoginFailed: lockAfter, refusal.AccountLocked: 20 - lockAfter}
	require.Equal(t, want, r.together(20, login, "Wrong#123"))
	require.Equal(t, lockAfter, r.failures(account))
	require.Equal(t, map[refusal.Code]int{refusal.AccountLocked: 1}, r.together(1, login, loginPassword))
	require.Equal(t, lockAfter, r.count(`SELECT count(*) FROM audit_entry WHERE action = 'login.failed' AND subject_id = $1`, account.String()))

	r.hand.Advance(lockTime)
	require.Equal(t, map[refusal.Code]int{refusal.LoginFailed: 1}, r.together(1, login, "Wrong#123"))
	require.Equal(t, 1, r.failures(account), "a lock that ran out takes its failures along")
}

func TestAbortedLoginNeitherAddsNorUndoesAFailure(t *testing.T) {
	r := newRecordsRig(t)
	login, accountID := r.loginAccount()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 * lockAfter { // has its turn or not: select takes either
		_, err := account.LogIn(gone, r.app.Store, account.Attempt{Login: login, Password: loginPassword, Address: home, RequestID: "test"})
		if err != nil {
			var e *refusal.Error
			require.ErrorAs(t, err, &e, "no error of the server's")
			require.Equal(t, refusal.TooManyRequests, e.Code)
		}
	}
	require.Zero(t, r.failures(accountID))

	// Somebody holds the account while the guess is on its way and hangs up.
	tx, err := r.owner.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `SELECT 1 FROM account WHERE id = $1 FOR UPDATE`, accountID)
	require.NoError(t, err)
	ctx, hangUp := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := account.LogIn(ctx, r.app.Store, account.Attempt{Login: login, Password: "Wrong#123", Address: home, RequestID: "test"})
		done <- err
	}()
	require.Eventually(t, func() bool { return len(account.DoorOf(r.app.Store).Slots) == 1 }, 10*time.Second, time.Millisecond)
	hangUp()
	require.NoError(t, tx.Rollback(t.Context()))
	require.Error(t, <-done)
	require.Equal(t, 1, r.failures(accountID), "hanging up does not undo a guess")
}

func TestLoginQueueIsBounded(t *testing.T) {
	door := account.NewLoginDoor(4)
	leave, refused := door.Enter(t.Context(), "a")
	require.Nil(t, refused)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range account.MaxWaitingLogins {
		group.Go(func() { _, _ = door.Enter(ctx, "a") })
	}
	full := func() bool {
		door.Mu.Lock()
		defer door.Mu.Unlock()
		return door.Queues["a"].Count == account.MaxWaitingLogins+1
	}
	require.Eventually(t, full, 10*time.Second, time.Millisecond)
	_, refused = door.Enter(t.Context(), "a")
	require.Equal(t, refusal.TooManyRequests, refused.Code)
	cancel()
	group.Wait()
	leave()
	require.Empty(t, door.Queues)
	require.Empty(t, door.Slots)
}
