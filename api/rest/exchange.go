package rest

import (
	"context"
	"regexp"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
	"golang.org/x/text/language"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// exchange is what is known of one call while it runs: filled by the
// middleware in order, read by handlers, the log and the metrics.
type exchange struct {
	requestID string
	lang      refusal.Language
	catalogue *refusal.Catalogue
	labels    *Labels
	address   string // of the caller: for limits, the log and the audit trail
	op        Operation
	// credential holds the bearer token and the cookie of the request.
	credential credential
	principal  authz.Principal
	key        string
	cause      error // what went wrong behind a refusal, for the log
	reading    bool  // the framework reads and checks what was sent
}

type exchangeKey struct{}

// exchangeOf gives the exchange of the context; outside a call it is empty.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{}
}

// PrincipalOf gives who calls. Only operations with Action Public have none.
func PrincipalOf(ctx context.Context) authz.Principal { return exchangeOf(ctx).principal }

// ScopeOf gives the data scope of the running operation for its principal:
// what the authorisation table says, for the database to enforce again.
func ScopeOf(ctx context.Context) store.Scope {
	x := exchangeOf(ctx)
	return x.scope(x.op.Action)
}

// ScopeFor gives the data scope of another action for the caller; false when the caller
// may not do it anywhere.
func ScopeFor(ctx context.Context, action authz.Action) (store.Scope, bool) {
	x := exchangeOf(ctx)
	return x.scope(action), x.principal.May(action)
}

func (x *exchange) scope(action authz.Action) store.Scope {
	return store.Scope{Paths: x.principal.Scope(action), Account: x.principal.Account, RequestID: x.requestID, Address: x.address}
}

// Allow refuses when the principal may not do the running operation at the office with this path.
func Allow(ctx context.Context, path string) error {
	x := exchangeOf(ctx)
	if x.principal.Allows(x.op.Action, path) {
		return nil
	}
	return refusal.New(refusal.Forbidden)
}

// LanguageOf is the language of the answer.
func LanguageOf(ctx context.Context) refusal.Language { return exchangeOf(ctx).lang }

// CatalogueOf gives the sentences of all refusals.
func CatalogueOf(ctx context.Context) *refusal.Catalogue { return exchangeOf(ctx).catalogue }

// OperationOf is the ID of the running operation.
func OperationOf(ctx context.Context) string { return exchangeOf(ctx).op.ID }

// InLanguage gives a text in the language of the answer.
func InLanguage(ctx context.Context, t process.Text) string {
	if LanguageOf(ctx) == refusal.English {
		return t.En
	}
	return t.Zh
}

// Sentence says a refusal in the language of the answer.
func Sentence(ctx context.Context, e *refusal.Error) string {
	x := exchangeOf(ctx)
	return x.catalogue.Sentence(e, x.lang)
}

// begin opens the exchange: request ID, language, caller.
func (s *Server) begin(c *gin.Context) {
	id := c.GetHeader("X-Request-Id")
	if !requestIDForm.MatchString(id) {
		id = uuid.NewString()
	}
	x := &exchange{requestID: id, lang: preferredLanguage(c.GetHeader("Accept-Language")), catalogue: s.catalogue, labels: s.labels, address: c.ClientIP(),
		credential: s.browsers.credentialOf(c.Request)}
	s.heedForwarded(c)
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), exchangeKey{}, x))
	c.Header("X-Request-Id", id)
	c.Header("Content-Language", string(x.lang))
	c.Header("Vary", "Accept-Language")
	c.Next()
}

// heedForwarded says once that a reverse proxy is not trusted: all callers behind it
// seem to be one, and share its limits and locks.
func (s *Server) heedForwarded(c *gin.Context) {
	if c.GetHeader("X-Forwarded-For") == "" || c.ClientIP() != c.RemoteIP() {
		return
	}
	s.forwarded.Do(func() {
		s.Log.Warn("a caller names other addresses in X-Forwarded-For and is no trusted proxy; if it is your reverse proxy, add its network to http.trusted_proxies",
			"address", c.RemoteIP())
	})
}

// requestIDForm is what a caller may choose: nothing that could forge a log line.
var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`) // never changes

// preferredLanguage picks the first of the two languages the caller names, best
// liked first; Chinese when neither is named.
func preferredLanguage(header string) refusal.Language {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return refusal.Chinese
	}
	for _, tag := range tags {
		switch base, _ := tag.Base(); base.String() {
		case "zh":
			return refusal.Chinese
		case "en":
			return refusal.English
		}
	}
	return refusal.Chinese
}
