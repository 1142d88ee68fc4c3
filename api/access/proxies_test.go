package access_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/access"
	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A person names a proxy for themselves, the head for everybody; either of the two ends it.
func TestAProxyIsNamedAndEnded(t *testing.T) {
	w := apitest.New(t)
	away, proxy, third := w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.SchoolA, org.SchoolLeader), w.LogIn(storetest.SchoolA, org.SchoolLeader)
	head := w.LogIn(storetest.SchoolA, org.Principal)
	name := func(body m) apitest.Call { return apitest.Post("/v1/proxies", body) }
	until := func(d time.Duration) time.Time { return w.Now().Add(d) }
	w.Refused("proxy_not_yours", third.Token, name(m{"account": away.Account, "proxy": third.Account, "until": until(time.Hour), "reason": "出差"}))
	w.Refused("required", away.Token, name(m{"proxy": proxy.Account, "until": until(time.Hour), "reason": " "}))
	var now, later access.ProxyView
	w.Must(http.StatusCreated, away.Token, name(m{"proxy": proxy.Account, "until": until(time.Hour), "reason": "出差"}), &now)
	require.Equal(t, "IN_FORCE", now.State)
	require.Equal(t, away.Account, now.AccountID)
	w.Must(http.StatusCreated, head.Token, name(m{"account": third.Account, "proxy": proxy.Account, "from": until(2 * time.Hour), "until": until(3 * time.Hour), "reason": "病假"}), &later)
	require.Equal(t, "TO_COME", later.State)

	states := func() map[uuid.UUID]string {
		var list []access.ProxyView
		w.Must(http.StatusOK, head.Token, apitest.Get("/v1/proxies"), &list)
		found := map[uuid.UUID]string{}
		for _, p := range list {
			found[p.ID] = p.State
		}
		return found
	}
	end := func(p access.ProxyView) apitest.Call {
		return apitest.Post("/v1/proxies/"+p.ID.String()+"/revocation", nil)
	}
	w.Refused("proxy_not_yours", third.Token, end(now))
	w.Refused("not_found", w.LogIn(storetest.SchoolB, org.Principal).Token, end(now))
	w.Must(http.StatusOK, proxy.Token, end(later), nil)
	w.Hand.Advance(time.Hour)
	require.Equal(t, map[uuid.UUID]string{now.ID: "OVER", later.ID: "REVOKED"}, states())
}

// An account that is sealed lets nobody in, and is opened again by the administrator above.
func TestAnAccountIsSealedAndUnsealed(t *testing.T) {
	w := apitest.New(t)
	c := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	admin := w.LogIn(storetest.Bureau, org.BureauSysadmin)
	path := "/v1/accounts/" + c.Account.String()
	w.Refused("not_found", w.LogIn(storetest.SchoolB, org.SchoolSysadmin).Token, apitest.Post(path+"/seal", nil))
	var shown access.Account
	w.Must(http.StatusOK, admin.Token, apitest.Post(path+"/seal", nil), &shown)
	require.NotNil(t, shown.SealedAt)
	w.Refused("unauthenticated", c.Token, apitest.Get("/v1/me"))
	w.Refused("account_sealed", "", apitest.LogInWith(c.Login, apitest.Password))
	w.Must(http.StatusOK, admin.Token, apitest.Post(path+"/unseal", nil), nil)
	w.Must(http.StatusCreated, "", apitest.LogInWith(c.Login, apitest.Password), nil)
}
