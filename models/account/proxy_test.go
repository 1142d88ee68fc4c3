package account_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/storetest"
)

// colleagues are a bureau with a reviewer who goes away and a head who acts.
type colleagues struct {
	c          *storetest.County
	away, acts storetest.Person
}

func atTheBureau(t *testing.T) colleagues {
	t.Helper()
	c := storetest.New(t)
	return colleagues{c, c.Who(storetest.Bureau, org.BureauReviewer), c.Who(storetest.Bureau, org.BureauHead)}
}

// days is an absence that begins after so many days and lasts so many.
func (b colleagues) days(from, long int) account.Proxy {
	start := b.c.Now().AddDate(0, 0, from)
	return account.Proxy{AccountID: b.away.ID, ProxyID: b.acts.ID, From: start, Until: start.AddDate(0, 0, long), Reason: "出差"}
}

func (b colleagues) name(p account.Proxy) (made *account.Proxy, err error) {
	err = b.c.As(b.away, func(tx *change.Tx) (err error) {
		made, err = account.AddProxy(tx.Tx, p, b.c.Office(storetest.Bureau))
		return err
	})
	return made, err
}

func (b colleagues) list(path string) (list []account.Proxy) {
	b.c.MustIn(b.c.App, path, func(tx *change.Tx) (err error) {
		list, err = account.Proxies(tx.Tx, b.c.ID(storetest.Bureau), 10)
		return err
	})
	return list
}

func (b colleagues) end(by storetest.Person, id uuid.UUID) (p *account.Proxy, err error) {
	err = b.c.As(by, func(tx *change.Tx) (err error) {
		p, err = account.RevokeProxy(tx.Tx, id)
		return err
	})
	return p, err
}

func TestAProxyIsNamedForAnAbsence(t *testing.T) {
	b := atTheBureau(t)
	made, err := b.name(b.days(0, 10))
	require.NoError(t, err)
	require.Equal(t, account.Proxy{ID: made.ID, AccountID: b.away.ID, Account: "测试", ProxyID: b.acts.ID, Proxy: "测试", OrgID: b.c.ID(storetest.Bureau), OrgPath: storetest.Bureau, CreatedBy: b.away.ID,
		From: b.c.Now(), Until: b.c.Now().AddDate(0, 0, 10), Reason: "出差", CreatedAt: b.c.Now()}, *made)
	require.Equal(t, 1, audits(b.c, "proxy.add", b.away.ID))
	_, err = b.name(b.days(9, 5))
	require.Equal(t, refusal.ProxyPeriod, refusal.CodeOf(err), "two proxies for one day")
	next, err := b.name(b.days(10, 5))
	require.NoError(t, err, "from the hour on which the first one ends")

	ended, err := b.end(b.away, made.ID)
	require.NoError(t, err)
	require.Equal(t, b.c.Now(), *ended.RevokedAt)
	b.c.Advance(time.Minute)
	again, err := b.end(b.away, made.ID)
	require.NoError(t, err)
	require.Equal(t, ended, again, "ended once")
	require.Equal(t, 1, audits(b.c, "proxy.revoke", made.ID))
	require.Equal(t, []uuid.UUID{next.ID, made.ID}, []uuid.UUID{b.list(storetest.Bureau)[0].ID, b.list(storetest.Bureau)[1].ID}, "those to come first")
	_, err = b.name(b.days(0, 5))
	require.NoError(t, err, "an ended one takes no day")
}

func TestAnAbsenceLastsAsLongAsTheProvinceAllows(t *testing.T) {
	b := atTheBureau(t)
	b.c.Policy(storetest.Province, `{"proxy_days": 20}`)
	for what, p := range map[string]account.Proxy{"too long": b.days(0, 21), "too far ahead": b.days(21, 1), "past": b.days(-5, 5), "backwards": b.days(3, -1), "empty": b.days(3, 0)} {
		_, err := b.name(p)
		require.Equal(t, refusal.ProxyPeriod, refusal.CodeOf(err), what)
	}
	_, err := b.name(b.days(20, 20))
	require.NoError(t, err)
}

// A proxy is another person of the same office who judges changes and files none.
func TestWhoIsNoProxy(t *testing.T) {
	b := atTheBureau(t)
	sealed, _ := b.c.Hire(storetest.Bureau, org.BureauHead)
	require.NoError(t, act(b.c, b.c.Who(storetest.Bureau, org.BureauSysadmin), account.Seal, sealed.ID))
	for what, proxy := range map[string]uuid.UUID{
		"oneself": b.away.ID, "another bureau": b.c.Who(storetest.City, org.BureauHead).ID, "no judge": b.c.Who(storetest.Bureau, org.BureauSysadmin).ID,
		"sealed": sealed.ID, "nobody": uuid.New(),
	} {
		p := b.days(0, 1)
		p.ProxyID = proxy
		_, err := b.name(p)
		require.Equal(t, refusal.ProxyUnfit, refusal.CodeOf(err), what)
	}

	leader, registrar := b.c.Who(storetest.SchoolA, org.SchoolLeader), b.c.Who(storetest.SchoolA, org.SchoolRegistrar)
	admin := b.c.Who(storetest.Bureau, org.BureauSysadmin)
	_, err := update(b.c, admin, registrar.ID, 1, "测试", org.SchoolRegistrar, org.SchoolLeader)
	require.NoError(t, err)
	err = b.c.As(leader, func(tx *change.Tx) error {
		p := b.days(0, 1)
		p.AccountID, p.ProxyID = leader.ID, registrar.ID
		_, err := account.AddProxy(tx.Tx, p, b.c.Office(storetest.SchoolA))
		return err
	})
	require.Equal(t, refusal.ProxyUnfit, refusal.CodeOf(err), "who files does not decide, not even through a proxy")
}

func TestProxiesAreTheOfficesOwn(t *testing.T) {
	b := atTheBureau(t)
	made, err := b.name(b.days(0, 10))
	require.NoError(t, err)
	require.Empty(t, b.list(storetest.SchoolA))
	_, err = b.end(b.c.Who(storetest.FarBureau, org.BureauReviewer), made.ID)
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	require.Nil(t, b.list(storetest.Bureau)[0].RevokedAt)
	err = b.c.In(b.c.App, storetest.SchoolA, func(tx *change.Tx) error {
		_, err := account.ReadProxy(tx.Tx, made.ID)
		return err
	})
	require.Equal(t, refusal.NotFound, refusal.CodeOf(err))
	require.Equal(t, "42501", storetest.SQLState(b.c.In(b.c.Worker, "", func(tx *change.Tx) error {
		_, err := account.RevokeProxy(tx.Tx, made.ID)
		return err
	})), "the worker ends no proxy")
}

func TestOneOfTwoProxiesAtOnceIsNamed(t *testing.T) {
	b := atTheBureau(t)
	codes := make([]refusal.Code, 2)
	var both sync.WaitGroup
	for i := range codes {
		both.Go(func() {
			if _, err := b.name(b.days(0, 5)); err != nil {
				codes[i] = refusal.CodeOf(err)
			}
		})
	}
	both.Wait()
	require.ElementsMatch(t, []refusal.Code{"", refusal.ProxyPeriod}, codes)
	require.Len(t, b.list(storetest.Bureau), 1)
}
