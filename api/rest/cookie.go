package rest

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/xueji/xueji/models/refusal"
)

// The names of the cookie that holds a browser's session.
const (
	// secureCookie is a name that a browser takes from an https page of this very host
	// alone: no other host of the domain can put a session in its place.
	secureCookie = "__Host-xueji"
	// plainCookie is the name on this computer, where there is no https: a browser
	// refuses the other name there.
	plainCookie = "xueji"
)

// browsers says how browsers reach the API. The settings say it, because a header can be
// sent by anybody: behind a reverse proxy that ends TLS every call looks like plain http.
type browsers struct {
	always   string // the cookie's name, when the settings name the address people open
	loopback bool   // plain http is good enough on this computer
	origins  *http.CrossOriginProtection
}

// newBrowsers reads the settings about browsers.
func newBrowsers(publicURL string, loopback bool) (browsers, error) {
	b := browsers{loopback: loopback, origins: http.NewCrossOriginProtection()}
	if publicURL == "" {
		return b, nil
	}
	u, err := url.Parse(publicURL)
	if err != nil {
		return b, err
	}
	b.always = secureCookie
	if u.Scheme == "http" {
		b.always = plainCookie
	}
	// A proxy may name the API another host than the one people open.
	return b, b.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host)
}

// cookieName returns the name of the cookie for a request, empty when the browser would
// have to send it unencrypted over a network.
func (b browsers) cookieName(r *http.Request) string {
	switch {
	case b.always == plainCookie: // people open it on this computer, and nowhere else
		if loopbackHost(r.Host) {
			return plainCookie
		}
		return ""
	case b.always != "":
		return b.always
	case r.TLS != nil:
		return secureCookie
	case b.loopback && loopbackHost(r.Host):
		return plainCookie
	}
	return ""
}

// loopbackHost reports whether a host, with or without a port, is this computer.
func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && address.IsLoopback()
}

// credential holds the bearer token and the cookie of a request.
type credential struct {
	bearer string // the token of the Authorization header
	cookie string // the token of the cookie
	held   bool   // there is a cookie
	name   string // of the cookie a browser may hold here; empty: none
	// foreign is why the request may not use a cookie: another site makes it.
	foreign error
	// account is the account that the page shows, as the page says; empty: it says nothing.
	account string
}

// accountHeader names the account that a page shows. Another tab of the same browser may
// have logged in as somebody else meanwhile.
const accountHeader = "Xueji-Account"

// credentialOf reads the bearer token and the cookie of a request.
func (b browsers) credentialOf(r *http.Request) credential {
	c := credential{name: b.cookieName(r), foreign: b.origins.Check(r), account: r.Header.Get(accountHeader)}
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		c.bearer = strings.TrimSpace(token)
	}
	// A browser holds one cookie of this name. With two of them nothing tells which one
	// counts, so neither does.
	sent := r.CookiesNamed(c.name)
	if c.held = len(sent) > 0; len(sent) == 1 {
		c.cookie = sent[0].Value
	}
	return c
}

// token returns the one token of a call and whether it came as a cookie.
func (c credential) token() (token string, byCookie bool, err error) {
	token = c.bearer
	if c.held {
		token = c.cookie
	}
	switch {
	case c.held && c.bearer != "":
		return "", false, refusal.New(refusal.CredentialsTwice)
	case c.held && c.foreign != nil:
		return "", false, refusal.New(refusal.CrossOrigin).Because(c.foreign)
	case token == "" || len(token) > 200:
		return "", false, refusal.New(refusal.Unauthenticated)
	}
	return token, c.held, nil
}

// RefuseOtherSites refuses a call that a page of another site makes. Programs send neither
// of the headers that tell it.
func RefuseOtherSites(ctx context.Context) error {
	if foreign := exchangeOf(ctx).credential.foreign; foreign != nil {
		return refusal.New(refusal.CrossOrigin).Because(foreign)
	}
	return nil
}

// SessionCookie is the cookie in which the calling browser holds its session.
type SessionCookie struct{ name, token string }

// NewSessionCookie returns the cookie that the calling browser may be given. It refuses a
// browser that would send the cookie unencrypted over a network. The caller has refused pages
// of other sites (RefuseOtherSites), which would log somebody in under a strange name.
func NewSessionCookie(ctx context.Context) (SessionCookie, error) {
	sent := exchangeOf(ctx).credential
	switch {
	case sent.bearer != "":
		return SessionCookie{}, refusal.New(refusal.CredentialsTwice)
	case sent.name == "":
		return SessionCookie{}, refusal.New(refusal.CookieNeedsHTTPS)
	}
	return SessionCookie{name: sent.name, token: sent.cookie}, nil
}

// SessionCookieOf returns the cookie with which the call was authorised; false when it
// was a bearer token.
func SessionCookieOf(ctx context.Context) (SessionCookie, bool) {
	sent := exchangeOf(ctx).credential
	return SessionCookie{name: sent.name, token: sent.cookie}, sent.held
}

// Token returns what the browser sent in the cookie; empty when it has none.
func (c SessionCookie) Token() string { return c.token }

// With returns the header that gives the browser a session. The browser forgets it when
// it is closed, and no script can read it.
func (c SessionCookie) With(token string) string { return c.header(token, 0) }

// End returns the header that takes the session from the browser.
func (c SessionCookie) End() string { return c.header("", -1) }

func (c SessionCookie) header(token string, maxAge int) string {
	return (&http.Cookie{ //nolint:gosec // plain http is for this computer alone
		Name: c.name, Value: token, Path: "/", MaxAge: maxAge, Secure: c.name == secureCookie, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}).String()
}
