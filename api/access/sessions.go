package access

import (
	"context"
	"errors"
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

// CallerOf finds out whose the token of a call is.
func CallerOf(register *store.Store) func(context.Context, string) (authz.Principal, error) {
	return func(ctx context.Context, token string) (authz.Principal, error) {
		c, err := account.CallerOf(ctx, register, token)
		if err != nil {
			return authz.Principal{}, err
		}
		return authz.Principal{
			Account: c.Account, Session: c.Session, Roles: c.Roles, Machine: c.Machine, PasswordDue: c.PasswordDue, PasswordDays: c.PasswordDays,
			Office: authz.Office{ID: c.Org, Path: c.OrgPath, Kind: c.OrgKind, Province: c.Province},
		}, nil
	}
}

// Session is a login as the person sees it.
type Session struct {
	ID        uuid.UUID `json:"id"`
	Token     string    `json:"token" doc:"Send it as Authorization: Bearer …; it is told only once."`
	ExpiresAt time.Time `json:"expires_at"`
}

// Me is who calls, and what they may do: a page shows only what works.
type Me struct {
	Account     uuid.UUID   `json:"account"`
	Login       string      `json:"login"`
	Name        string      `json:"name"`
	Roles       []org.Role  `json:"roles"`
	Machine     bool        `json:"machine"`
	PasswordDue bool        `json:"password_due" doc:"The password must be changed before anything else works."`
	Org         rest.OrgRef `json:"org"`
	Actions     []string    `json:"actions" doc:"What this account may do somewhere."`
}

type loginInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
	}
}

type passwordInput struct {
	Body struct {
		Present string `json:"present" minLength:"1" maxLength:"256" doc:"The password you log in with now."`
		New     string `json:"new" minLength:"1" maxLength:"256" doc:"At least 8 characters: upper case, lower case, digit, special (P1)."`
	}
}

// sessionRoutes registers logins, the own account and its API tokens.
func (s *server) sessionRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "log-in", Method: http.MethodPost, Path: "/v1/sessions", Action: authz.Public, Tag: "sessions", Status: http.StatusCreated,
		Summary: "Log in (登录)", Detail: "Wrong passwords lock the login for the network they came from (P1): five for 30 minutes, unless the province's policy has other numbers (lock_after, lock_minutes); no other network is locked. A session ends after 12 hours, or 2 hours without use.",
		MaxBody: 4 << 10,
	}, s.logIn)
	rest.Register(s.rest, rest.Operation{
		ID: "who-am-i", Method: http.MethodGet, Path: "/v1/me", Action: authz.AccountOwn, Tag: "sessions",
		Summary: "Who am I and what may I do (当前账号)", PasswordMayBeDue: true,
	}, s.whoAmI)
	rest.Register(s.rest, rest.Operation{
		ID: "log-out", Method: http.MethodDelete, Path: "/v1/sessions/current", Action: authz.AccountOwn, Tag: "sessions", Status: http.StatusNoContent,
		Summary: "Log out (注销登录)", PasswordMayBeDue: true,
	}, s.logOut)
	rest.Register(s.rest, rest.Operation{
		ID: "change-password", Method: http.MethodPost, Path: "/v1/me/password", Action: authz.AccountOwn, Tag: "sessions", Status: http.StatusNoContent,
		Summary: "Change the own password (修改密码)", Detail: "Ends every other session of the account (P2). The last five passwords are refused.",
		PasswordMayBeDue: true, PersonOnly: true, MaxBody: 4 << 10,
	}, s.changePassword)
	s.tokenRoutes()
}

func (s *server) logIn(ctx context.Context, in *loginInput) (*rest.Body[Session], error) {
	from := rest.ScopeOf(ctx)
	if e := s.rest.Logins().Left(from.Address, s.Store.Clock().Now()); e != nil {
		return nil, e
	}
	l, err := account.LogIn(ctx, s.Store, account.Attempt{Login: in.Body.Login, Password: in.Body.Password, Address: from.Address, RequestID: from.RequestID})
	if errors.Is(err, refusal.New(refusal.LoginFailed)) {
		s.rest.Logins().Owe(from.Address, s.Store.Clock().Now())
	}
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(Session{ID: l.Session, Token: l.Token, ExpiresAt: l.ExpiresAt}), nil
}

func (s *server) whoAmI(ctx context.Context, _ *rest.Empty) (*rest.Body[Me], error) {
	p := rest.PrincipalOf(ctx)
	holder, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (account.Account, error) { return account.Read(tx, p.Account) })
	if err != nil {
		return nil, err
	}
	me := Me{
		Account: p.Account, Login: holder.Login, Name: holder.Name, Roles: p.Roles, Machine: p.Machine, PasswordDue: p.PasswordDue,
		Org:     rest.OrgRef{ID: p.Office.ID, Kind: p.Office.Kind, Name: holder.OrgName, Path: p.Office.Path},
		Actions: []string{},
	}
	for _, action := range authz.Actions() {
		if p.May(action) {
			me.Actions = append(me.Actions, string(action))
		}
	}
	return rest.BodyOf(me), nil
}

func (s *server) logOut(ctx context.Context, _ *rest.Empty) (*rest.Empty, error) {
	return &rest.Empty{}, s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		return account.RevokeSession(tx, rest.PrincipalOf(ctx).Session)
	})
}

func (s *server) changePassword(ctx context.Context, in *passwordInput) (*rest.Empty, error) {
	return &rest.Empty{}, s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		return account.ChangePassword(tx, in.Body.Present, in.Body.New, rest.PrincipalOf(ctx).Session)
	})
}
