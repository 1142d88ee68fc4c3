package access

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// proxyRoutes registers who acts for whom while somebody is away.
func (s *server) proxyRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "add-proxy", Method: http.MethodPost, Path: "/v1/proxies", Action: authz.ProxyManage, Tag: "tasks", PersonOnly: true, Status: http.StatusCreated,
		Summary: "Let a colleague act for somebody who is away (设置代理)",
		Detail:  "For oneself, or for anybody of the office by its head. The proxy decides what the other could; both names stand in the record.",
	}, s.addProxy)
	rest.Register(s.rest, rest.Operation{
		ID: "list-proxies", Method: http.MethodGet, Path: "/v1/proxies", Action: authz.ProxyManage, Tag: "tasks",
		Summary: "Who acts for whom at my office (代理情况)",
	}, s.listProxies)
	rest.Register(s.rest, rest.Operation{
		ID: "revoke-proxy", Method: http.MethodPost, Path: "/v1/proxies/{id}/revocation", Action: authz.ProxyManage, Tag: "tasks", PersonOnly: true,
		Summary: "End a proxy at once (撤销代理)",
	}, s.revokeProxy)
}

// ProxyView says who acts for whom, and how long.
type ProxyView struct {
	ID        uuid.UUID  `json:"id"`
	AccountID uuid.UUID  `json:"account_id" doc:"Who is away."`
	Account   string     `json:"account"`
	ProxyID   uuid.UUID  `json:"proxy_id" doc:"Who acts."`
	Proxy     string     `json:"proxy"`
	From      time.Time  `json:"from"`
	Until     time.Time  `json:"until"`
	Reason    string     `json:"reason"`
	State     string     `json:"state" enum:"TO_COME,IN_FORCE,OVER,REVOKED"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

func showProxy(p account.Proxy, now time.Time) ProxyView {
	v := ProxyView{
		ID: p.ID, AccountID: p.AccountID, Account: p.Account, ProxyID: p.ProxyID, Proxy: p.Proxy, From: p.From, Until: p.Until, Reason: p.Reason,
		State: "IN_FORCE", RevokedAt: p.RevokedAt,
	}
	switch {
	case p.RevokedAt != nil:
		v.State = "REVOKED"
	case now.Before(p.From):
		v.State = "TO_COME"
	case !now.Before(p.Until):
		v.State = "OVER"
	}
	return v
}

type proxyInput struct {
	Body struct {
		Account uuid.UUID  `json:"account,omitempty" format:"uuid" doc:"Who is away; left out: I."`
		Proxy   uuid.UUID  `json:"proxy" format:"uuid" doc:"Who acts: a colleague who judges changes."`
		From    *time.Time `json:"from,omitempty" doc:"Left out: now."`
		Until   time.Time  `json:"until"`
		Reason  string     `json:"reason" minLength:"1" maxLength:"200" text:"required"`
	}
}

func (s *server) addProxy(ctx context.Context, in *proxyInput) (*rest.Body[ProxyView], error) {
	p := rest.PrincipalOf(ctx)
	away := in.Body.Account
	if away == uuid.Nil {
		away = p.Account
	}
	if err := mayNameProxy(ctx, away); err != nil {
		return nil, err
	}
	return s.proxy(ctx, func(tx *store.Tx) (*account.Proxy, error) {
		from := tx.Now()
		if in.Body.From != nil {
			from = *in.Body.From
		}
		return account.AddProxy(tx, account.Proxy{AccountID: away, ProxyID: in.Body.Proxy, From: from, Until: in.Body.Until, Reason: in.Body.Reason}, org.OfficeRef{ID: p.Office.ID, Path: p.Office.Path, Province: p.Office.Province})
	})
}

// mayNameProxy: everybody for themselves, the head and the administrator of an
// office for its people.
func mayNameProxy(ctx context.Context, away uuid.UUID) error {
	p := rest.PrincipalOf(ctx)
	for _, role := range append(org.Heads(true), org.Heads(false)...) {
		if p.Has(role) {
			return nil
		}
	}
	if away != p.Account {
		return refusal.New(refusal.ProxyNotYours)
	}
	return nil
}

func (s *server) revokeProxy(ctx context.Context, in *rest.PathID) (*rest.Body[ProxyView], error) {
	return s.proxy(ctx, func(tx *store.Tx) (*account.Proxy, error) {
		p, err := account.ReadProxy(tx, in.ID)
		if err != nil {
			return nil, err
		}
		if err := rest.Allow(ctx, p.OrgPath); err != nil {
			return nil, err
		}
		if rest.PrincipalOf(ctx).Account != p.ProxyID { // who acts may lay it down, too
			if err := mayNameProxy(ctx, p.AccountID); err != nil {
				return nil, err
			}
		}
		return account.RevokeProxy(tx, in.ID)
	})
}

func (s *server) proxy(ctx context.Context, do func(*store.Tx) (*account.Proxy, error)) (*rest.Body[ProxyView], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (ProxyView, error) {
		p, err := do(tx)
		if err != nil {
			return ProxyView{}, err
		}
		return showProxy(*p, tx.Now()), nil
	})
}

func (s *server) listProxies(ctx context.Context, _ *struct{}) (*rest.Body[[]ProxyView], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) ([]ProxyView, error) {
		list := []ProxyView{}
		rows, err := account.Proxies(tx, rest.PrincipalOf(ctx).Office.ID, 200)
		for _, p := range rows {
			list = append(list, showProxy(p, tx.Now()))
		}
		return list, err
	})
}
