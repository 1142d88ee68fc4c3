package account_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/storetest"
)

// read reads an account as the nation sees it.
func read(c *storetest.County, id uuid.UUID) (a account.Account) {
	c.T().Helper()
	c.MustIn(c.App, storetest.Nation, func(tx *change.Tx) (err error) {
		a, err = account.Read(tx.Tx, id)
		return err
	})
	return a
}

// create makes an account in the name of a person.
func create(c *storetest.County, by storetest.Person, n account.NewAccount) (a account.Account, password string, err error) {
	err = c.As(by, func(tx *change.Tx) (err error) {
		a, password, err = account.Create(tx.Tx, n)
		return err
	})
	return a, password, err
}

// update changes name and roles of an account in the name of a person.
func update(c *storetest.County, by storetest.Person, id uuid.UUID, version int64, name string, roles ...org.Role) (a account.Account, err error) {
	err = c.As(by, func(tx *change.Tx) (err error) {
		a, err = account.Update(tx.Tx, id, version, name, roles)
		return err
	})
	return a, err
}

func TestAnAccountIsMadeOnce(t *testing.T) {
	c := storetest.New(t)
	admin := c.Who(storetest.Bureau, org.BureauSysadmin)
	n := account.NewAccount{Org: c.ID(storetest.SchoolA), Login: " Zhang.San ", Name: "张三", Roles: []org.Role{org.SchoolLeader, org.SchoolRegistrar}}
	made, password, err := create(c, admin, n)
	require.NoError(t, err)
	require.NoError(t, account.CheckPassword(password, made.Login))
	require.Equal(t, account.Account{
		ID: made.ID, OrgID: n.Org, OrgPath: storetest.SchoolA, OrgName: "南明区示例小学", OrgKind: org.School, Login: "zhang.san", Name: "张三",
		Roles: []org.Role{org.SchoolRegistrar, org.SchoolLeader}, PasswordSetAt: c.Now(), MustChange: true, LastUsedAt: c.Now(), CreatedAt: c.Now(), Version: 1,
	}, made)
	require.Nil(t, from(c, home, "ZHANG.SAN", password), "a login has no capitals")
	require.Equal(t, 1, audits(c, "account.create", made.ID))
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM account WHERE id = $1 AND created_by = $2`, made.ID, admin.ID))

	_, _, err = create(c, c.Who(storetest.FarBureau, org.BureauSysadmin), account.NewAccount{Org: c.ID(storetest.FarSchool), Login: "zhang.san", Name: "另一人", Roles: n.Roles})
	require.Equal(t, refusal.LoginTaken, refusal.CodeOf(err), "a login is one in the country")
	_, _, err = create(c, admin, account.NewAccount{Org: uuid.New(), Login: "b", Name: "某人", Roles: n.Roles})
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	_, _, err = create(c, c.Who(storetest.SchoolB, org.SchoolSysadmin), account.NewAccount{Org: n.Org, Login: "c", Name: "某人", Roles: n.Roles})
	require.Equal(t, "42501", storetest.SQLState(err), "another office's account")
	require.Equal(t, "42501", storetest.SQLState(c.In(c.Worker, storetest.Nation, func(tx *change.Tx) error {
		_, _, err := account.Create(tx.Tx, account.NewAccount{Org: n.Org, Login: "d", Name: "某人", Roles: n.Roles})
		return err
	})), "the worker hires nobody")
}

func TestOneOfTwoSameLoginsAtOnceIsMade(t *testing.T) {
	c := storetest.New(t)
	admin := c.Who(storetest.Bureau, org.BureauSysadmin)
	codes := make([]refusal.Code, 2)
	var both sync.WaitGroup
	for i := range codes {
		both.Go(func() {
			_, _, err := create(c, admin, account.NewAccount{Org: c.ID(storetest.SchoolA), Login: "li.si", Name: "李四", Roles: []org.Role{org.SchoolRegistrar}})
			if err != nil {
				codes[i] = refusal.CodeOf(err)
			}
		})
	}
	both.Wait()
	require.ElementsMatch(t, []refusal.Code{"", refusal.LoginTaken}, codes)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM account WHERE login = 'li.si'`))
}

func TestAClosedOfficeGetsNoAccount(t *testing.T) {
	c := storetest.New(t)
	c.MustIn(c.App, storetest.Bureau, func(tx *change.Tx) error {
		_, err := office.Close(tx.Tx, c.ID(storetest.SchoolB), 1)
		return err
	})
	_, _, err := create(c, c.Who(storetest.Bureau, org.BureauSysadmin), account.NewAccount{Org: c.ID(storetest.SchoolB), Login: "a", Name: "某人", Roles: []org.Role{org.SchoolRegistrar}})
	require.Equal(t, refusal.OrgClosed, refusal.CodeOf(err))
}

func TestNameAndRolesAreChangedByTheVersionThatWasRead(t *testing.T) {
	c := storetest.New(t)
	who, admin := hire(c), c.Who(storetest.Bureau, org.BureauSysadmin)
	done, err := update(c, admin, who.ID, 1, "新名", org.Principal, org.SchoolRegistrar)
	require.NoError(t, err)
	require.Equal(t, "新名", done.Name)
	require.Equal(t, store.Words[org.Role]{org.SchoolRegistrar, org.Principal}, done.Roles)
	require.EqualValues(t, 2, done.Version)
	require.Equal(t, 1, c.Count(`SELECT count(*) FROM audit_entry WHERE action = 'account.update' AND subject_id = $1 AND detail ->> 'before' = 'SCHOOL_REGISTRAR'`, who.ID.String()))
	_, err = update(c, admin, who.ID, 1, "旧名", org.SchoolRegistrar)
	require.Equal(t, refusal.VersionConflict, refusal.CodeOf(err))
	_, err = update(c, c.Who(storetest.SchoolB, org.SchoolSysadmin), who.ID, 2, "旧名", org.SchoolRegistrar)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))

	_, err = update(c, admin, admin.ID, 1, "我", org.BureauSysadmin, org.BureauReviewer)
	require.Equal(t, refusal.OwnAccount, refusal.CodeOf(err))
	own, err := update(c, admin, admin.ID, 1, "我", org.BureauSysadmin)
	require.NoError(t, err, "the own name is nobody's harm")
	require.Equal(t, "我", own.Name)

	require.NoError(t, act(c, admin, account.Close, who.ID))
	_, err = update(c, admin, who.ID, 3, "新名", org.SchoolRegistrar)
	require.Equal(t, refusal.AccountClosed, refusal.CodeOf(err))
}

func TestAccountsOfAnOfficeAreListedInPages(t *testing.T) {
	c := storetest.New(t)
	var logins []string
	list := func(path, after string) (page []account.Account) {
		c.MustIn(c.App, path, func(tx *change.Tx) (err error) {
			page, err = account.List(tx.Tx, c.ID(storetest.SchoolA), after, 3)
			return err
		})
		return page
	}
	for page := list(storetest.SchoolA, ""); len(page) > 0; page = list(storetest.SchoolA, logins[len(logins)-1]) {
		require.LessOrEqual(t, len(page), 3)
		for _, a := range page {
			require.NotEmpty(t, a.Roles)
			logins = append(logins, a.Login)
		}
	}
	require.Equal(t, c.Texts(`SELECT login FROM account WHERE org_id = $1 ORDER BY login COLLATE "C"`, c.ID(storetest.SchoolA)), logins)
	require.Empty(t, list(storetest.SchoolB, ""), "another school's people")
}
