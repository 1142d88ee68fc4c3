package access

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/store"
)

// OwnSession is one login of the own account that still lasts.
type OwnSession struct {
	ID         uuid.UUID `json:"id"`
	Current    bool      `json:"current" doc:"This call was made with it."`
	Address    string    `json:"address,omitempty" doc:"The network address it was opened from."`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at" doc:"To about a minute."`
	ExpiresAt  time.Time `json:"expires_at"`
}

// EndedSessions says how many logins were ended.
type EndedSessions struct {
	Ended int `json:"ended"`
}

// ownSessionRoutes registers the logins of the own account: a person who forgot to log out at
// another computer ends that session from here.
func (s *server) ownSessionRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-sessions", Method: http.MethodGet, Path: "/v1/me/sessions", Action: authz.AccountOwn, Tag: "sessions",
		Summary: "Where I am logged in (我的登录)", PersonOnly: true,
	}, s.listSessions)
	rest.Register(s.rest, rest.Operation{
		ID: "revoke-session", Method: http.MethodDelete, Path: "/v1/me/sessions/{id}", Action: authz.AccountOwn, Tag: "sessions", Status: http.StatusNoContent,
		Summary: "End one of my logins (结束一处登录)", PersonOnly: true,
	}, s.revokeSession)
	rest.Register(s.rest, rest.Operation{
		ID: "revoke-other-sessions", Method: http.MethodDelete, Path: "/v1/me/sessions", Action: authz.AccountOwn, Tag: "sessions",
		Summary: "End all my logins but this one (结束其他登录)", Detail: "API tokens stay: they are revoked one by one.", PersonOnly: true,
	}, s.revokeOtherSessions)
}

func (s *server) listSessions(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Page[OwnSession]], error) {
	own := rest.PrincipalOf(ctx).Session
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (rest.Page[OwnSession], error) {
		page := rest.Page[OwnSession]{Items: []OwnSession{}}
		list, err := account.OwnSessions(tx)
		for _, one := range list {
			page.Items = append(page.Items, OwnSession{
				ID: one.ID, Current: one.ID == own, Address: one.Address, CreatedAt: one.CreatedAt, LastUsedAt: one.LastUsedAt, ExpiresAt: one.ExpiresAt,
			})
		}
		return page, err
	})
}

func (s *server) revokeSession(ctx context.Context, in *rest.PathID) (*rest.Empty, error) {
	return &rest.Empty{}, s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error { return account.RevokeOwnLogin(tx, in.ID) })
}

func (s *server) revokeOtherSessions(ctx context.Context, _ *rest.Empty) (*rest.Body[EndedSessions], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (ended EndedSessions, err error) {
		ended.Ended, err = account.RevokeOtherLogins(tx, rest.PrincipalOf(ctx).Session)
		return ended, err
	})
}
