package account_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// An administrator who can log in makes the next one. Another one is made from the command
// line only when somebody asks for it, or when nobody is left.
func TestTheFirstAdministratorIsMadeOnce(t *testing.T) {
	c := storetest.New(t)
	dsn := c.OwnerDSN()
	first := func(login string, another bool) (string, error) {
		return account.CreateFirstAdmin(t.Context(), dsn, login, "国家管理员", another, c.Now())
	}
	_, err := first("second", false)
	require.Equal(t, refusal.AdminExists, refusal.CodeOf(err))
	password, err := first(" Second ", true)
	require.NoError(t, err)
	require.Nil(t, from(c, home, "second", password))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM account WHERE login = 'second' AND org_path = 'n' AND roles = '{BUREAU_SYSADMIN}' AND must_change`))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry e JOIN account a ON a.id::text = e.subject_id WHERE a.login = 'second' AND e.detail ->> 'by' = 'command line'`))
	_, err = first("second", true)
	require.Equal(t, refusal.LoginTaken, refusal.CodeOf(err))

	// Nobody is left: half a year of disuse has sealed everybody.
	c.Hand.Set(c.Now().AddDate(0, account.IdleMonths, 1))
	require.Positive(t, sealIdle(c))
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i, login := range []string{"third", "fourth"} {
		both.Go(func() { _, errs[i] = first(login, false) })
	}
	both.Wait()
	if errs[0] != nil {
		errs[0], errs[1] = errs[1], errs[0]
	}
	require.NoError(t, errs[0])
	require.Equal(t, refusal.AdminExists, refusal.CodeOf(errs[1]), "of two at once, one")
	_, err = account.CreateFirstAdmin(t.Context(), "postgres://nobody@127.0.0.1:1/none", "x", "x", true, c.Now())
	require.ErrorContains(t, err, "connect to the database")
}
