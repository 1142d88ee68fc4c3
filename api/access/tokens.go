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
	"github.com/xueji/xueji/models/store"
)

// Token is an API token (接口令牌) of a machine, without its secret.
type Token struct {
	ID         uuid.UUID  `json:"id"`
	Name       string     `json:"name"`
	Roles      []org.Role `json:"roles"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt time.Time  `json:"last_used_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
}

// NewToken is a token with its secret, told once.
type NewToken struct {
	Token
	Secret string `json:"secret" doc:"Send it as Authorization: Bearer …; it is told only once."`
}

type tokenInput struct {
	Body struct {
		Name  string     `json:"name" minLength:"1" maxLength:"60" text:"required"`
		Roles []org.Role `json:"roles" minItems:"1" maxItems:"10" nullable:"false" uniqueItems:"true" doc:"Only roles you hold; the token never has more than you have at the time of its use."`
		Days  int        `json:"days" minimum:"1" maximum:"366" doc:"Days until the token ends."`
	}
}

func (s *server) tokenRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "create-token", Method: http.MethodPost, Path: "/v1/me/tokens", Action: authz.AccountOwn, Tag: "sessions", Status: http.StatusCreated,
		Summary: "Make an API token for a machine (接口令牌)", PersonOnly: true,
	}, s.createToken)
	rest.Register(s.rest, rest.Operation{
		ID: "list-tokens", Method: http.MethodGet, Path: "/v1/me/tokens", Action: authz.AccountOwn, Tag: "sessions",
		Summary: "List the own API tokens", PersonOnly: true,
	}, s.listTokens)
	rest.Register(s.rest, rest.Operation{
		ID: "revoke-token", Method: http.MethodDelete, Path: "/v1/me/tokens/{id}", Action: authz.AccountOwn, Tag: "sessions", Status: http.StatusNoContent,
		Summary: "Revoke an own API token", PersonOnly: true,
	}, s.revokeToken)
}

func (s *server) createToken(ctx context.Context, in *tokenInput) (*rest.Body[NewToken], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (NewToken, error) {
		t, secret, err := account.CreateToken(tx, in.Body.Name, in.Body.Roles, rest.PrincipalOf(ctx).Roles, in.Body.Days)
		return NewToken{Token: showToken(t), Secret: secret}, err
	})
}

func (s *server) listTokens(ctx context.Context, _ *rest.Empty) (*rest.Body[rest.Page[Token]], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (rest.Page[Token], error) {
		page := rest.Page[Token]{Items: []Token{}}
		list, err := account.OwnTokens(tx)
		for _, t := range list {
			page.Items = append(page.Items, showToken(t))
		}
		return page, err
	})
}

func (s *server) revokeToken(ctx context.Context, in *rest.PathID) (*rest.Empty, error) {
	return &rest.Empty{}, s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error { return account.RevokeSession(tx, in.ID) })
}

func showToken(t account.Token) Token {
	return Token{ID: t.ID, Name: t.Name, Roles: t.Roles, CreatedAt: t.CreatedAt, LastUsedAt: t.LastUsedAt, ExpiresAt: t.ExpiresAt}
}
