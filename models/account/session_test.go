package account_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// makeToken makes a token of a clerk with these roles for so many days.
func makeToken(c *storetest.County, who clerk, days int, roles ...org.Role) (made account.Token, secret string, err error) {
	err = c.As(who.Person, func(tx *change.Tx) (err error) {
		made, secret, err = account.CreateToken(tx.Tx, "考勤机", roles, []org.Role{who.Role}, days)
		return err
	})
	return made, secret, err
}

// tokenOf makes a token of a clerk for a month.
func tokenOf(c *storetest.County, who clerk, roles ...org.Role) string {
	c.T().Helper()
	_, secret, err := makeToken(c, who, 30, roles...)
	require.NoError(c.T(), err)
	return secret
}

// ownTokens lists the valid tokens of a clerk.
func ownTokens(c *storetest.County, who clerk) (list []account.Token) {
	c.T().Helper()
	require.NoError(c.T(), c.As(who.Person, func(tx *change.Tx) (err error) {
		list, err = account.OwnTokens(tx.Tx)
		return err
	}))
	return list
}

// revoke ends a session in the name of a clerk.
func revoke(c *storetest.County, who clerk, id uuid.UUID) error {
	return c.As(who.Person, func(tx *change.Tx) error { return account.RevokeSession(tx.Tx, id) })
}

// known reports whether a token still stands for somebody.
func known(c *storetest.County, token string) bool {
	c.T().Helper()
	_, err := account.CallerOf(c.T().Context(), c.App.Store, token)
	if err != nil {
		require.Equal(c.T(), refusal.Unauthenticated, refusal.CodeOf(err))
	}
	return err == nil
}

func TestASessionTellsWhoCalls(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	opened := session(c, who)
	caller, err := account.CallerOf(t.Context(), c.App.Store, opened.Token)
	require.NoError(t, err)
	require.Equal(t, account.Caller{
		Session: opened.Session, Account: who.ID, Login: who.Login, Name: "测试", Roles: []org.Role{org.SchoolRegistrar}, PasswordDue: true, PasswordDays: 90,
		Org: c.ID(storetest.SchoolA), OrgPath: storetest.SchoolA, OrgKind: org.School, OrgName: "南明区示例小学", Province: "520000",
	}, caller)
	require.Equal(t, c.Now().Add(account.SessionLife), opened.ExpiresAt)
	require.False(t, known(c, "nobody's token"))
	require.Zero(t, c.Count(`SELECT count(*) FROM session WHERE token_hash = $1`, []byte(opened.Token)), "the token is not stored")
}

func TestASessionEndsAfterDisuseAndAfterADay(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	idle, busy := session(c, who), session(c, who)
	c.Advance(account.SessionIdle - time.Minute)
	require.True(t, known(c, busy.Token))
	c.Advance(time.Minute)
	require.False(t, known(c, idle.Token))
	for until := busy.ExpiresAt; c.Now().Add(account.SessionIdle / 2).Before(until); {
		c.Advance(account.SessionIdle / 2)
		require.True(t, known(c, busy.Token))
	}
	c.Hand.Set(busy.ExpiresAt)
	require.False(t, known(c, busy.Token))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM account WHERE id = $1 AND last_used_at > $2`, who.ID, c.Now().Add(-account.SessionIdle)), "use of a session is use of the account")
}

// The days of a password come from the policy of the province.
func TestAPasswordIsDueAfterTheDaysOfTheProvince(t *testing.T) {
	c := storetest.New(t)
	c.Policy(storetest.Province, `{"password_days": 30}`)
	who := hire(c)
	opened := session(c, who)
	require.NoError(t, newPassword(c, who, who.password, "Guiyang#2026", opened.Session))
	who.password = "Guiyang#2026"
	due := func() bool {
		caller, err := account.CallerOf(t.Context(), c.App.Store, session(c, who).Token)
		require.NoError(t, err)
		require.Equal(t, 30, caller.PasswordDays)
		return caller.PasswordDue
	}
	c.Advance(30*24*time.Hour - time.Second)
	require.False(t, due())
	c.Advance(time.Second)
	require.True(t, due())
}

// A token has no role that its account lost or never had, and lives a year at most.
func TestATokenHasSomeRolesOfItsAccount(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	_, _, err := makeToken(c, who, 30, org.SchoolRegistrar, org.SchoolLeader)
	require.Equal(t, refusal.RolesNotHeld, refusal.CodeOf(err))
	_, _, err = makeToken(c, who, 30)
	require.Equal(t, refusal.RolesMissing, refusal.CodeOf(err))
	made, secret, err := makeToken(c, who, 1000, org.SchoolRegistrar)
	require.NoError(t, err)
	require.Equal(t, c.Now().Add(366*24*time.Hour), made.ExpiresAt)
	caller, err := account.CallerOf(t.Context(), c.App.Store, secret)
	require.NoError(t, err)
	require.True(t, caller.Machine)
	require.False(t, caller.PasswordDue, "a machine changes no password")
	require.Equal(t, []org.Role{org.SchoolRegistrar}, caller.Roles)
	require.Equal(t, made, ownTokens(c, who)[0])
	require.Equal(t, 1, audits(c, "token.create", made.ID))

	require.NoError(t, c.As(c.Who(storetest.Bureau, org.BureauSysadmin), func(tx *change.Tx) error {
		_, err := account.Update(tx.Tx, who.ID, 1, "测试", []org.Role{org.SchoolLeader})
		return err
	}))
	caller, err = account.CallerOf(t.Context(), c.App.Store, secret)
	require.NoError(t, err)
	require.Empty(t, caller.Roles)
}

func TestAPersonEndsOnlyTheOwnSessions(t *testing.T) {
	c := storetest.New(t)
	who, other := hire(c), hire(c)
	_, secret, err := makeToken(c, who, 30, org.SchoolRegistrar)
	require.NoError(t, err)
	c.Advance(time.Minute)
	second, _, err := makeToken(c, who, 1, org.SchoolRegistrar)
	require.NoError(t, err)
	opened, list := session(c, who), ownTokens(c, who)
	require.Len(t, list, 2, "a login is no token")
	require.Equal(t, second.ID, list[0].ID, "newest first")
	require.Empty(t, ownTokens(c, other))
	require.Equal(t, refusal.NotFound, refusal.CodeOf(revoke(c, other, list[1].ID)))
	require.True(t, known(c, secret))
	require.NoError(t, revoke(c, who, list[1].ID))
	require.False(t, known(c, secret))
	require.Equal(t, refusal.NotFound, refusal.CodeOf(revoke(c, who, list[1].ID)), "it has ended")
	require.NoError(t, revoke(c, who, opened.Session))
	require.False(t, known(c, opened.Token))
	require.Equal(t, 1, audits(c, "session.revoke", opened.Session))
	c.Advance(24 * time.Hour)
	require.Empty(t, ownTokens(c, who), "the second one has run out")
}

// When an office closes, its people are shut out.
func TestAClosedOfficeShutsItsPeopleOut(t *testing.T) {
	c := storetest.New(t)
	who := hire(c)
	token := session(c, who).Token
	c.MustIn(c.App, storetest.Bureau, func(tx *change.Tx) error {
		_, err := office.Close(tx.Tx, c.ID(storetest.SchoolA), 1)
		return err
	})
	require.False(t, known(c, token))
	require.Equal(t, refusal.AccountClosed, from(c, home, who.Login, who.password).Code)
}
