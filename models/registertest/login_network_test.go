package registertest

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// from logs in once and returns the refusal, nil after a success.
func (r *recordsRig) from(address, login, password string) *refusal.Error {
	r.t.Helper()
	_, err := account.LogIn(r.t.Context(), r.app.Store, account.Attempt{Login: login, Password: password, Address: address, RequestID: "test"})
	if err == nil {
		return nil
	}
	var e *refusal.Error
	require.ErrorAs(r.t, err, &e)
	return e
}

// refusedFrom expects a refusal and returns its parameters.
func (r *recordsRig) refusedFrom(code refusal.Code, address, login, password string) map[string]string {
	r.t.Helper()
	e := r.from(address, login, password)
	require.NotNil(r.t, e, "%s came in", address)
	require.Equal(r.t, code, e.Code)
	return e.Params
}

const outside = "203.0.113.9"

func TestWrongPasswordsLockOnlyTheirOwnNetwork(t *testing.T) {
	r := newRecordsRig(t)
	login, _ := r.loginAccount()
	for range lockAfter {
		r.refusedFrom(refusal.LoginFailed, outside, login, "Wrong#123")
	}
	r.refusedFrom(refusal.AccountLocked, outside, login, loginPassword)
	require.Nil(t, r.from(home, login, loginPassword), "the person is not locked out")
	require.Nil(t, r.from("203.0.113.10", login, loginPassword), "nor elsewhere")

	// One household has 2^64 addresses of IPv6, and one lock.
	for n := range lockAfter {
		r.refusedFrom(refusal.LoginFailed, fmt.Sprintf("2001:db8:0:1::%d", n+1), login, "Wrong#123")
	}
	r.refusedFrom(refusal.AccountLocked, "2001:db8:0:1:ffff::1", login, loginPassword)
	require.Nil(t, r.from("2001:db8:0:2::1", login, loginPassword))
	r.refusedFrom(refusal.AccountLocked, "::ffff:"+outside, login, loginPassword)
}

func TestWrongPasswordsFromManyNetworksLockAllUnknownNetworks(t *testing.T) {
	r := newRecordsRig(t)
	login, _ := r.loginAccount()
	require.Nil(t, r.from(home, login, loginPassword))
	for n := range account.NetworksPerLock {
		for range lockAfter {
			r.refusedFrom(refusal.LoginFailed, fmt.Sprintf("203.0.113.%d", n), login, "Wrong#123")
		}
	}
	r.refusedFrom(refusal.AccountLocked, "203.0.113.200", login, loginPassword)
	require.Nil(t, r.from(home, login, loginPassword))
	r.refusedFrom(refusal.LoginFailed, home, login, "Wrong#123")
	require.Nil(t, r.from(home, login, loginPassword))

	r.hand.Advance(lockTime)
	require.Nil(t, r.from("203.0.113.200", login, loginPassword))
}

func TestRefusalDoesNotTellWhetherTheLoginExists(t *testing.T) {
	r := newRecordsRig(t)
	r.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 1, '2026-01-01', '{"lock_after": 3, "lock_minutes": 10}', now())`)
	r.exec(`INSERT INTO organisation (id, path, kind, code, name, division_code, province_code, stages, created_at, parent_id)
		SELECT gen_random_uuid(), 'n.p11', 'PROVINCE', '110000', '另一省', '110000', '110000', '{}', now(), id FROM organisation WHERE kind = 'NATION'`)
	heard := func(login string, most int) []string {
		var list []string
		for range most {
			e := r.from(outside, login, "Wrong#123")
			list = append(list, fmt.Sprint(e.Code, e.Params))
		}
		return list
	}
	login, _ := r.loginAccount()
	registered := heard(login, 7)
	require.Contains(t, registered[3], refusal.AccountLocked)
	alike, other := 0, 0
	for n := range 40 {
		unknown := heard("nobody"+strconv.Itoa(n), 7)
		if unknown[0] == registered[0] {
			require.Equal(t, registered, unknown)
			alike++
		} else {
			require.Contains(t, unknown[5], refusal.AccountLocked, "by the rules of the other province")
			other++
		}
	}
	require.Positive(t, alike, "logins without an account follow the rules of either province")
	require.Positive(t, other)
}

func TestLockRuleComesFromTheProvincePolicy(t *testing.T) {
	r := newRecordsRig(t)
	r.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 1, '2026-01-01', '{"lock_after": 2, "lock_minutes": 10}', now())`)
	r.exec(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 2, '2027-01-01', '{"lock_after": 4}', now())`)
	login, _ := r.loginAccount()
	told := r.refusedFrom(refusal.LoginFailed, home, login, "Wrong#123")
	require.Equal(t, map[string]string{"max": "2", "minutes": "10"}, told)
	r.refusedFrom(refusal.LoginFailed, home, login, "Wrong#123")
	require.Equal(t, "10", r.refusedFrom(refusal.AccountLocked, home, login, loginPassword)["minutes"])
	r.hand.Advance(10 * time.Minute)
	require.Nil(t, r.from(home, login, loginPassword))

	r.hand.Advance(60 * 24 * time.Hour) // the second version, whose minutes are the built-in ones
	for range 4 {
		told = r.refusedFrom(refusal.LoginFailed, home, login, "Wrong#123")
	}
	require.Equal(t, map[string]string{"max": "4", "minutes": "30"}, told)
	r.refusedFrom(refusal.AccountLocked, home, login, loginPassword)
}

func TestOldLoginFailuresNoLongerCountAndAreDeleted(t *testing.T) {
	r := newRecordsRig(t)
	login, accountID := r.loginAccount()
	for range lockAfter - 1 {
		r.refusedFrom(refusal.LoginFailed, home, login, "Wrong#123")
	}
	r.hand.Advance(25 * time.Hour)
	r.refusedFrom(refusal.LoginFailed, home, login, "Wrong#123")
	require.Equal(t, 1, r.failures(accountID), "a slip of yesterday does not count today")
	r.hand.Advance(account.NetworkMemory + time.Hour)
	require.NoError(t, r.worker.Store.InScope(t.Context(), store.Scope{}, account.SweepLogins))
	require.Zero(t, r.count(`SELECT count(*) FROM login_attempt`))
}
