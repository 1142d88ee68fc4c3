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

// CallerOf finds out whose the token of a call is. The session of a browser is good in its
// cookie only, and every other token is not: what a page could read is never a cookie.
func CallerOf(register *store.Store) func(context.Context, string, bool) (authz.Principal, error) {
	return func(ctx context.Context, token string, byCookie bool) (authz.Principal, error) {
		if account.OfBrowser(token) != byCookie {
			return authz.Principal{}, refusal.New(refusal.Unauthenticated)
		}
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
	Token     string    `json:"token,omitempty" doc:"Send it as Authorization: Bearer …; it is told only once. Absent when a cookie holds it."`
	ExpiresAt time.Time `json:"expires_at" doc:"The session ends then, whatever happens."`
	IdleUntil time.Time `json:"idle_until" doc:"The session ends then unless it is used before."`
}

// openedSession is the answer to a login: a token in the body, or the cookie of a browser.
type openedSession struct {
	Cookie string `header:"Set-Cookie" doc:"The session of a browser, when it was asked for: HttpOnly, SameSite=Strict, Secure."`
	Body   Session
}

// closedSession is the answer to logging out: the browser keeps nothing.
type closedSession struct {
	Cookie string `header:"Set-Cookie" doc:"Ends the cookie, when the session was a browser's."`
	Clear  string `header:"Clear-Site-Data" doc:"Takes from the browser what pages have kept, when the session was a browser's."`
}

// renewedSession is the answer to a change of the password.
type renewedSession struct {
	Cookie string `header:"Set-Cookie" doc:"The new session of a browser; the one it held has ended."`
}

// siteData lists the kinds of data that the browser deletes at a log-out. Cookies are not in
// the list, because the browser would delete the cookies of every other site under the same
// domain too. The answer ends the session's own cookie by itself.
const siteData = `"cache", "storage"`

// Me is who calls, and what they may do: a page shows only what works.
type Me struct {
	Account     uuid.UUID   `json:"account"`
	Login       string      `json:"login"`
	Name        string      `json:"name"`
	Roles       []org.Role  `json:"roles"`
	RoleLabels  []string    `json:"role_labels" doc:"What the roles are called, in the same order."`
	Machine     bool        `json:"machine"`
	PasswordDue bool        `json:"password_due" doc:"The password must be changed before anything else works."`
	Org         rest.OrgRef `json:"org"`
	Actions     []string    `json:"actions" doc:"What this account may do somewhere."`
	ExpiresAt   time.Time   `json:"expires_at" doc:"This session or token ends then, whatever happens."`
	IdleUntil   *time.Time  `json:"idle_until,omitempty" doc:"This session ends then unless it is used before; a token of a machine may be idle."`
}

type loginInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
		Cookie   bool   `json:"cookie,omitempty" doc:"For a browser: the session comes as a cookie that no script can read, not as a token. A session that the browser holds already ends."`
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
		Summary: "Log in (登录)", Detail: "Wrong passwords lock the login for the network they came from (P1): five for 30 minutes, unless the province's policy has other numbers (lock_after, lock_minutes); no other network is locked. A session ends after 12 hours, or 2 hours without use. " +
			"A program gets a token. A page asks with \"cookie\": true and gets the cookie __Host-xueji instead (HttpOnly, SameSite=Strict), over plain http on this computer the cookie xueji; " +
			"calls that other sites make with it are refused (cross_origin). A page may send the account it shows in the header Xueji-Account: when another tab has logged in as somebody else, its calls are refused (other_account).",
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
		Summary: "Change the own password (修改密码)", Detail: "Ends every other session of the account (P2), and a browser gets a new cookie. The last five passwords are refused.",
		PasswordMayBeDue: true, PersonOnly: true, MaxBody: 4 << 10,
	}, s.changePassword)
	s.ownSessionRoutes()
	s.tokenRoutes()
}

func (s *server) logIn(ctx context.Context, in *loginInput) (*openedSession, error) {
	// Wrong passwords of a foreign page would lock the login for the network of its reader.
	if err := rest.RefuseOtherSites(ctx); err != nil {
		return nil, err
	}
	var cookie rest.SessionCookie
	if in.Body.Cookie {
		var err error
		if cookie, err = rest.NewSessionCookie(ctx); err != nil {
			return nil, err
		}
	}
	from := rest.ScopeOf(ctx)
	if e := s.rest.Logins().Left(from.Address, s.Store.Clock().Now()); e != nil {
		return nil, e
	}
	l, err := account.LogIn(ctx, s.Store, account.Attempt{
		Login: in.Body.Login, Password: in.Body.Password, Address: from.Address, RequestID: from.RequestID,
		Browser: in.Body.Cookie, Replaces: cookie.Token(),
	})
	if errors.Is(err, refusal.New(refusal.LoginFailed)) {
		s.rest.Logins().Owe(from.Address, s.Store.Clock().Now())
	}
	if err != nil {
		return nil, err
	}
	session := Session{ID: l.Session, ExpiresAt: l.ExpiresAt, IdleUntil: l.IdleUntil}
	if in.Body.Cookie {
		return &openedSession{Cookie: cookie.With(l.Token), Body: session}, nil
	}
	session.Token = l.Token
	return &openedSession{Body: session}, nil
}

func (s *server) whoAmI(ctx context.Context, _ *rest.Empty) (*rest.Body[Me], error) {
	p := rest.PrincipalOf(ctx)
	var expires time.Time
	var idle *time.Time
	holder, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (account.Account, error) {
		var err error
		if expires, idle, err = account.Ends(tx, p.Session); err != nil {
			return account.Account{}, err
		}
		return account.Read(tx, p.Account)
	})
	if err != nil {
		return nil, err
	}
	me := Me{
		Account: p.Account, Login: holder.Login, Name: holder.Name, Roles: p.Roles, RoleLabels: rest.RoleLabels(ctx, p.Roles), Machine: p.Machine, PasswordDue: p.PasswordDue,
		Org:     rest.OrgRef{ID: p.Office.ID, Kind: p.Office.Kind, Name: holder.OrgName, Path: p.Office.Path},
		Actions: []string{}, ExpiresAt: expires, IdleUntil: idle,
	}
	for _, action := range authz.Actions() {
		if p.May(action) {
			me.Actions = append(me.Actions, string(action))
		}
	}
	return rest.BodyOf(me), nil
}

func (s *server) logOut(ctx context.Context, _ *rest.Empty) (*closedSession, error) {
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		return account.RevokeSession(tx, rest.PrincipalOf(ctx).Session)
	})
	if err != nil {
		return nil, err
	}
	if cookie, held := rest.SessionCookieOf(ctx); held {
		return &closedSession{Cookie: cookie.End(), Clear: siteData}, nil
	}
	return &closedSession{}, nil
}

func (s *server) changePassword(ctx context.Context, in *passwordInput) (*renewedSession, error) {
	cookie, byBrowser := rest.SessionCookieOf(ctx)
	own := rest.PrincipalOf(ctx).Session
	return rest.InScope(ctx, s.Store, func(tx *store.Tx) (*renewedSession, error) {
		if err := account.ChangePassword(tx, in.Body.Present, in.Body.New, own); err != nil || !byBrowser {
			return &renewedSession{}, err
		}
		l, err := account.RenewBrowser(tx, own)
		return &renewedSession{Cookie: cookie.With(l.Token)}, err
	})
}
