package account_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// refusedFrom expects a refusal and returns its parameters.
func refusedFrom(c *storetest.County, code refusal.Code, address, login, password string) map[string]string {
	c.T().Helper()
	e := from(c, address, login, password)
	require.NotNil(c.T(), e, "%s came in", address)
	require.Equal(c.T(), code, e.Code)
	return e.Params
}

const outside = "203.0.113.9"

func TestWrongPasswordsLockOnlyTheirOwnNetwork(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	for range lockAfter {
		refusedFrom(c, refusal.LoginFailed, outside, who.Login, "Wrong#123")
	}
	refusedFrom(c, refusal.AccountLocked, outside, who.Login, who.password)
	require.Nil(t, from(c, home, who.Login, who.password), "the person is not locked out")
	require.Nil(t, from(c, "203.0.113.10", who.Login, who.password), "nor elsewhere")

	// One household has 2^64 addresses of IPv6, and one lock.
	for n := range lockAfter {
		refusedFrom(c, refusal.LoginFailed, fmt.Sprintf("2001:db8:0:1::%d", n+1), who.Login, "Wrong#123")
	}
	refusedFrom(c, refusal.AccountLocked, "2001:db8:0:1:ffff::1", who.Login, who.password)
	require.Nil(t, from(c, "2001:db8:0:2::1", who.Login, who.password))
	refusedFrom(c, refusal.AccountLocked, "::ffff:"+outside, who.Login, who.password)

	// Who hides the address is one network.
	for range lockAfter {
		refusedFrom(c, refusal.LoginFailed, "unix socket", who.Login, "Wrong#123")
	}
	refusedFrom(c, refusal.AccountLocked, "", who.Login, who.password)
}

func TestWrongPasswordsFromManyNetworksLockAllUnknownNetworks(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	require.Nil(t, from(c, home, who.Login, who.password))
	for n := range account.NetworksPerLock {
		for range lockAfter {
			refusedFrom(c, refusal.LoginFailed, fmt.Sprintf("203.0.113.%d", n), who.Login, "Wrong#123")
		}
	}
	refusedFrom(c, refusal.AccountLocked, "203.0.113.200", who.Login, who.password)
	require.Nil(t, from(c, home, who.Login, who.password))
	refusedFrom(c, refusal.LoginFailed, home, who.Login, "Wrong#123")
	require.Nil(t, from(c, home, who.Login, who.password))

	c.Advance(lockTime)
	require.Nil(t, from(c, "203.0.113.200", who.Login, who.password))
}

// A login without an account follows the rules of some province, always the same one. So
// its answers are those of an account there.
func TestRefusalDoesNotTellWhetherTheLoginExists(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `{"lock_after": 3, "lock_minutes": 10}`)
	heard := func(login string, most int) []string {
		var list []string
		for range most {
			e := from(c, outside, login, "Wrong#123")
			list = append(list, fmt.Sprint(e.Code, e.Params))
		}
		return list
	}
	registered := heard(hireAt(c, storetest.FarSchool, org.SchoolRegistrar).Login, 7)
	require.Contains(t, registered[5], refusal.AccountLocked)
	here := heard(hire(c).Login, 5)
	require.Contains(t, here[3], refusal.AccountLocked)
	alike, other := false, false
	for n := 0; !alike || !other; n++ { // one province of thirty-one has rules of its own
		require.Less(t, n, 2000, "logins without an account follow the rules of either province")
		login := "nobody" + strconv.Itoa(n)
		first := heard(login, 1)
		switch first[0] {
		case registered[0]:
			if !alike {
				require.Equal(t, registered, append(first, heard(login, 6)...))
			}
			alike = true
		case here[0]:
			require.Equal(t, here, append(first, heard(login, 4)...))
			other = true
		default:
			require.Fail(t, "no province has these rules", first[0])
		}
	}
	require.Zero(t, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'login.failed' AND account_id IS NULL`), "the trail is about accounts")
}

func TestLockRuleComesFromTheProvincePolicy(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `{"lock_after": 2, "lock_minutes": 10}`)
	later, err := calendar.ParseDate("2027-01-01")
	require.NoError(t, err)
	c.PolicyFrom(storetest.Province, later, `{"lock_after": 4}`)
	who := hire(c)
	told := refusedFrom(c, refusal.LoginFailed, home, who.Login, "Wrong#123")
	require.Equal(t, map[string]string{"max": "2", "minutes": "10"}, told)
	refusedFrom(c, refusal.LoginFailed, home, who.Login, "Wrong#123")
	require.Equal(t, "10", refusedFrom(c, refusal.AccountLocked, home, who.Login, who.password)["minutes"])
	c.Advance(10 * time.Minute)
	require.Nil(t, from(c, home, who.Login, who.password))

	c.Advance(60 * 24 * time.Hour) // the second version, whose minutes are the built-in ones
	for range 4 {
		told = refusedFrom(c, refusal.LoginFailed, home, who.Login, "Wrong#123")
	}
	require.Equal(t, map[string]string{"max": "4", "minutes": "30"}, told)
	refusedFrom(c, refusal.AccountLocked, home, who.Login, who.password)
}

func TestOldLoginFailuresNoLongerCountAndAreDeleted(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	for range lockAfter - 1 {
		refusedFrom(c, refusal.LoginFailed, home, who.Login, "Wrong#123")
	}
	c.Advance(25 * time.Hour)
	refusedFrom(c, refusal.LoginFailed, home, who.Login, "Wrong#123")
	require.Equal(t, 1, failures(c, who.ID), "a slip of yesterday does not count today")
	sweep := func(s *store.Store) error { return s.InScope(t.Context(), store.Scope{}, account.SweepLogins) }
	require.NoError(t, sweep(c.Worker.Store))
	require.Equal(t, 1, failures(c, who.ID), "it still counts")
	c.Advance(account.NetworkMemory + time.Hour)
	require.Equal(t, "42501", storetest.SQLState(sweep(c.App.Store)), "only the worker forgets attempts")
	require.NoError(t, sweep(c.Worker.Store))
	require.Zero(t, c.Count(`SELECT count(*) FROM login_attempt`))
}
