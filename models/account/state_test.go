package account_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// act does something to an account in the name of a person.
func act(c *storetest.County, by storetest.Person, what func(*store.Tx, uuid.UUID) error, id uuid.UUID) error {
	return c.As(by, func(tx *change.Tx) error { return what(tx.Tx, id) })
}

// session logs a clerk in and returns what came in.
func session(c *storetest.County, who clerk) account.OpenedSession {
	c.T().Helper()
	opened, err := account.LogIn(c.T().Context(), c.App.Store, account.Attempt{Login: who.Login, Password: who.password, Address: home, RequestID: "test"})
	require.NoError(c.T(), err)
	return opened
}

// reset gives an account a temporary password in the name of a person.
func reset(c *storetest.County, by storetest.Person, id uuid.UUID) (password string, err error) {
	err = c.As(by, func(tx *change.Tx) (err error) {
		password, err = account.ResetPassword(tx.Tx, id)
		return err
	})
	return password, err
}

// newPassword replaces the password of a clerk in one of the clerk's sessions.
func newPassword(c *storetest.County, who clerk, present, next string, session uuid.UUID) error {
	return c.As(who.Person, func(tx *change.Tx) error { return account.ChangePassword(tx.Tx, present, next, session) })
}

// audits is how many entries of the trail say that this was done to an account.
func audits(c *storetest.County, action string, id uuid.UUID) int {
	return c.Count(`SELECT count(*) FROM audit_entry WHERE action = $1 AND subject_id = $2`, action, id.String())
}

// sealIdle does the worker's round over idle accounts and returns how many it sealed.
func sealIdle(c *storetest.County) (n int) {
	c.T().Helper()
	require.NoError(c.T(), c.Worker.Store.InScope(c.T().Context(), store.Scope{}, func(tx *store.Tx) (err error) {
		n, err = account.SealIdle(tx)
		return err
	}))
	return n
}

// A reset ends every session and token of the account and every lock, and gives a
// password that must be changed at once.
func TestAResetShutsOutWhoHasTheOldPassword(t *testing.T) {
	c := storetest.New(t)
	who, admin := hire(c), c.Who(storetest.Bureau, org.BureauSysadmin)
	opened := session(c, who)
	token := tokenOf(c, who, org.SchoolRegistrar)
	for range lockAfter {
		refusedFrom(c, refusal.LoginFailed, outside, who.Login, "Wrong#123")
	}
	password, err := reset(c, admin, who.ID)
	require.NoError(t, err)
	require.NotEqual(t, who.password, password)
	for _, old := range []string{opened.Token, token} {
		_, err := account.CallerOf(t.Context(), c.App.Store, old)
		require.Equal(t, refusal.Unauthenticated, refusal.CodeOf(err))
	}
	require.Equal(t, refusal.LoginFailed, from(c, home, who.Login, who.password).Code)
	require.Nil(t, from(c, outside, who.Login, password), "the lock is gone")
	caller, err := account.CallerOf(t.Context(), c.App.Store, session(c, clerk{who.Person, password}).Token)
	require.NoError(t, err)
	require.True(t, caller.PasswordDue)
	require.Equal(t, 1, audits(c, "account.reset", who.ID))
}

func TestUnlockEndsTheLocksOfEveryNetwork(t *testing.T) {
	c := storetest.New(t)
	who, admin := hire(c), c.Who(storetest.Bureau, org.BureauSysadmin)
	for _, address := range []string{home, outside} {
		for range lockAfter {
			refusedFrom(c, refusal.LoginFailed, address, who.Login, "Wrong#123")
		}
		refusedFrom(c, refusal.AccountLocked, address, who.Login, who.password)
	}
	require.NotNil(t, read(c, who.ID).LockedUntil)
	require.NoError(t, act(c, admin, account.Unlock, who.ID))
	require.Nil(t, read(c, who.ID).LockedUntil)
	require.Nil(t, from(c, home, who.Login, who.password))
	require.Nil(t, from(c, outside, who.Login, who.password))
	require.Equal(t, 1, audits(c, "account.unlock", who.ID))
}

func TestASealedAccountComesBackOnlyWhenItIsUnsealed(t *testing.T) {
	c := storetest.New(t)
	who, admin := hire(c), c.Who(storetest.Bureau, org.BureauSysadmin)
	token := session(c, who).Token
	require.Equal(t, refusal.NotSealed, refusal.CodeOf(act(c, admin, account.Unseal, who.ID)))
	require.NoError(t, act(c, admin, account.Seal, who.ID))
	sealed := read(c, who.ID)
	require.Equal(t, c.Now(), *sealed.SealedAt)
	_, err := account.CallerOf(t.Context(), c.App.Store, token)
	require.Equal(t, refusal.Unauthenticated, refusal.CodeOf(err))
	c.Advance(time.Hour)
	require.NoError(t, act(c, admin, account.Seal, who.ID))
	require.Equal(t, sealed.SealedAt, read(c, who.ID).SealedAt, "sealed once more, it keeps its moment")
	require.NoError(t, act(c, admin, account.Unseal, who.ID))
	require.Nil(t, read(c, who.ID).SealedAt)
	require.Equal(t, c.Now(), read(c, who.ID).LastUsedAt, "the half year of disuse begins again")
	_, err = account.CallerOf(t.Context(), c.App.Store, token)
	require.Equal(t, refusal.Unauthenticated, refusal.CodeOf(err), "an ended session stays ended")
	require.Nil(t, from(c, home, who.Login, who.password))
}

// Nobody decides about the own access, about an account out of the scope, or about a
// closed one.
func TestWhoMayNotTouchAnAccount(t *testing.T) {
	c := storetest.New(t)
	who, admin := hire(c), c.Who(storetest.Bureau, org.BureauSysadmin)
	resets := func(tx *store.Tx, id uuid.UUID) error { _, err := account.ResetPassword(tx, id); return err }
	for what, do := range map[string]func(*store.Tx, uuid.UUID) error{"reset": resets, "unlock": account.Unlock, "seal": account.Seal, "unseal": account.Unseal, "close": account.Close} {
		require.Equal(t, refusal.OwnAccount, refusal.CodeOf(act(c, admin, do, admin.ID)), what)
		for _, path := range []string{storetest.SchoolB, storetest.FarBureau} {
			sibling := c.Who(path, map[string]org.Role{storetest.SchoolB: org.SchoolSysadmin, storetest.FarBureau: org.BureauSysadmin}[path])
			require.Equal(t, refusal.NotFound, refusal.CodeOf(act(c, sibling, do, who.ID)), what)
		}
		require.Equal(t, refusal.NotFound, refusal.CodeOf(act(c, admin, do, uuid.New())), what)
	}
	require.NoError(t, act(c, admin, account.Close, who.ID))
	for what, do := range map[string]func(*store.Tx, uuid.UUID) error{"reset": resets, "unlock": account.Unlock, "seal": account.Seal, "unseal": account.Unseal, "close": account.Close} {
		require.Equal(t, refusal.AccountClosed, refusal.CodeOf(act(c, admin, do, who.ID)), what)
	}
	require.Equal(t, 1, audits(c, "account.close", who.ID))
}

func TestAClosedAccountEndsItsSessions(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	opened, token := session(c, who), tokenOf(c, who, org.SchoolRegistrar)
	require.NoError(t, act(c, c.Who(storetest.Bureau, org.BureauSysadmin), account.Close, who.ID))
	for _, old := range []string{opened.Token, token} {
		_, err := account.CallerOf(t.Context(), c.App.Store, old)
		require.Equal(t, refusal.Unauthenticated, refusal.CodeOf(err))
	}
	require.Zero(t, c.Count(`SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`, who.ID))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM account WHERE id = $1 AND closed_at = $2 AND version = 2`, who.ID, c.Now()))
}

// Two administrators unseal an account at once: one of them is told that it is not sealed.
func TestOneOfTwoUnsealsAtOnceWins(t *testing.T) {
	c := storetest.New(t)
	who, admin := hire(c), c.Who(storetest.Bureau, org.BureauSysadmin)
	require.NoError(t, act(c, admin, account.Seal, who.ID))
	codes := make([]refusal.Code, 2)
	var both sync.WaitGroup
	for i := range codes {
		both.Go(func() {
			if err := act(c, admin, account.Unseal, who.ID); err != nil {
				codes[i] = refusal.CodeOf(err)
			}
		})
	}
	both.Wait()
	require.ElementsMatch(t, []refusal.Code{"", refusal.NotSealed}, codes)
	require.Equal(t, 1, audits(c, "account.unseal", who.ID))
}

// The worker seals accounts that nobody has used for half a year, and no other ones.
func TestTheWorkerSealsIdleAccounts(t *testing.T) {
	c := storetest.New(t)
	idle, closed, sealed := hire(c), hire(c), hire(c)
	admin := c.Who(storetest.Bureau, org.BureauSysadmin)
	require.NoError(t, act(c, admin, account.Close, closed.ID))
	require.NoError(t, act(c, admin, account.Seal, sealed.ID))
	before := c.Count(`SELECT count(*) FROM account WHERE sealed_at IS NULL AND closed_at IS NULL`)
	c.Hand.Set(c.Now().AddDate(0, account.IdleMonths, 0).Add(time.Minute))
	used := hire(c)
	require.Equal(t, before, sealIdle(c))
	require.Zero(t, sealIdle(c))
	require.Nil(t, read(c, used.ID).SealedAt)
	require.Nil(t, read(c, closed.ID).SealedAt)
	require.Equal(t, c.Now(), *read(c, idle.ID).SealedAt)
	require.NotEqual(t, c.Now(), *read(c, sealed.ID).SealedAt)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'account.seal' AND subject_id = $1 AND account_id IS NULL AND detail ->> 'cause' = 'idle'`, idle.ID.String()))
}

// A new password keeps the rule, differs from the last five, and ends all other sessions.
func TestAPersonChangesTheOwnPassword(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	here, there, token := session(c, who), session(c, who), tokenOf(c, who, org.SchoolRegistrar)
	require.Equal(t, refusal.PasswordWrong, refusal.CodeOf(newPassword(c, who, "Wrong#123", "Guiyang#2026", here.Session)))
	require.Equal(t, refusal.PasswordWeak, refusal.CodeOf(newPassword(c, who, who.password, "guiyang", here.Session)))
	require.Equal(t, refusal.PasswordUsed, refusal.CodeOf(newPassword(c, who, who.password, who.password, here.Session)))
	require.NoError(t, newPassword(c, who, who.password, "Guiyang#2026", here.Session))
	caller, err := account.CallerOf(t.Context(), c.App.Store, here.Token)
	require.NoError(t, err)
	require.False(t, caller.PasswordDue)
	_, err = account.CallerOf(t.Context(), c.App.Store, there.Token)
	require.Equal(t, refusal.Unauthenticated, refusal.CodeOf(err))
	_, err = account.CallerOf(t.Context(), c.App.Store, token)
	require.NoError(t, err, "a machine keeps its token")
	require.Equal(t, refusal.LoginFailed, from(c, home, who.Login, who.password).Code)
	require.Equal(t, 1, audits(c, "account.password", who.ID))

	present := "Guiyang#2026"
	for n := range account.PasswordsKept - 1 {
		c.Advance(time.Minute)
		next := "Guiyang#" + strconv.Itoa(3000+n)
		require.NoError(t, newPassword(c, who, present, next, here.Session))
		present = next
	}
	c.Advance(time.Minute)
	require.Equal(t, refusal.PasswordUsed, refusal.CodeOf(newPassword(c, who, present, "Guiyang#2026", here.Session)), "the fifth back")
	require.NoError(t, newPassword(c, who, present, who.password, here.Session), "the sixth back")
}
