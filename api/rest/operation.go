package rest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/refusal"
)

// Operation is one call of the API. ID, Method, Path, Action and Summary are mandatory.
type Operation struct {
	ID     string // kebab-case and for ever, for example "create-school"
	Method string
	// Path has named parts {id}; personal data never stands in a path or a
	// query, so reading or searching persons by anything but an opaque ID is a POST.
	Path string
	// Action is the row of the authorisation table this call needs.
	Action  authz.Action
	Summary string // English with the Chinese term in brackets
	Detail  string
	Tag     string
	Status  int // of success; 200 when zero
	// Keyed calls need an Idempotency-Key; the handler gets it from IdempotencyKey.
	Keyed bool
	// KeyedAtWill calls may have an Idempotency-Key and need none.
	KeyedAtWill bool
	// MaxBody in bytes; 1 MB when zero.
	MaxBody int64
	// Timeout of the whole call; 30 seconds when zero.
	Timeout time.Duration
	// PasswordMayBeDue lets the call through before a due password was changed.
	PasswordMayBeDue bool
	// PersonOnly refuses API tokens.
	PersonOnly bool
	// Stream answers go on: how long they took says nothing about the server.
	Stream bool
}

const (
	defaultMaxBody = 1 << 20
	defaultTimeout = 30 * time.Second
)

// Register adds a typed operation. It panics on a wrong one, because a server
// with an operation without a rule must not start.
func Register[I, O any](s *Server, op Operation, handler func(context.Context, *I) (*O, error)) {
	op = s.checked(op)
	s.list = append(s.list, op)
	huma.Register(s.huma, s.describe(op), func(ctx context.Context, in *I) (*O, error) {
		exchangeOf(ctx).reading = false
		if err := tidier(s.Names).input(in); err != nil {
			return nil, s.refusal(ctx, err)
		}
		out, err := handler(ctx, in)
		if err != nil {
			return nil, s.refusal(ctx, err)
		}
		return out, nil
	})
}

func (s *Server) checked(op Operation) Operation {
	switch {
	case op.ID == "" || op.Method == "" || op.Path == "" || op.Summary == "" || op.Tag == "":
		panic(fmt.Sprintf("api: operation %q is incomplete", op.ID))
	case !authz.Known(op.Action):
		panic(fmt.Sprintf("api: operation %q has no rule: action %q", op.ID, op.Action))
	}
	if op.MaxBody == 0 {
		op.MaxBody = defaultMaxBody
	}
	if op.Timeout == 0 {
		op.Timeout = defaultTimeout
	}
	return op
}

// describe turns the operation into huma's, with the checks that run before
// the body is read: whoever may not call costs no parsing.
func (s *Server) describe(op Operation) huma.Operation {
	h := huma.Operation{
		OperationID:     op.ID,
		Method:          op.Method,
		Path:            op.Path,
		Summary:         op.Summary,
		Description:     op.Detail,
		Tags:            []string{op.Tag},
		DefaultStatus:   op.Status,
		MaxBodyBytes:    op.MaxBody + 1, // huma refuses at exactly the limit
		BodyReadTimeout: op.Timeout,
		Errors:          []int{http.StatusBadRequest, http.StatusTooManyRequests},
		Extensions:      map[string]any{"x-action": string(op.Action)},
		Middlewares:     huma.Middlewares{s.bounded(op)},
	}
	if op.Action != authz.Public {
		h.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
		h.Errors = append(h.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound)
		h.Extensions["x-roles"] = roleNames(op.Action)
		h.Middlewares = append(h.Middlewares, s.authenticate(op))
	}
	if op.Keyed || op.KeyedAtWill {
		h.Parameters = append(h.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Required: op.Keyed,
			Description: "A unique key of this submission (幂等键); keep it when you retry.",
			Schema:      &huma.Schema{Type: "string", Pattern: keyPattern},
		})
		h.Middlewares = append(h.Middlewares, s.keyed(op.KeyedAtWill))
	}
	h.Middlewares = append(h.Middlewares, s.readable)
	return h
}

// readable refuses a body that says it is in another encoding than UTF-8, and marks
// the time in which the framework reads and checks what was sent: see recoverPanic.
func (s *Server) readable(ctx huma.Context, next func(huma.Context)) {
	_, params, err := mime.ParseMediaType(ctx.Header("Content-Type"))
	if charset := params["charset"]; err == nil && charset != "" && !strings.EqualFold(charset, "utf-8") {
		s.writeRefusal(ctx, refusal.New(refusal.MediaType).With("expected", "charset=utf-8"))
		return
	}
	exchangeOf(ctx.Context()).reading = true
	next(ctx)
}

func roleNames(action authz.Action) []string {
	var names []string
	for _, grant := range authz.RolesFor(action) {
		names = append(names, string(grant.Role))
	}
	return names
}

// bounded ends the call after its time and puts the operation into the exchange.
func (s *Server) bounded(op Operation) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		bounded, cancel := context.WithTimeout(ctx.Context(), op.Timeout)
		defer cancel()
		exchangeOf(bounded).op = op
		next(huma.WithContext(ctx, bounded))
	}
}

const keyPattern = `^[A-Za-z0-9_.:-]{8,128}$`

// keyed refuses a call without a well-formed Idempotency-Key; a call that is keyed at will
// may have none.
func (s *Server) keyed(atWill bool) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		key := ctx.Header("Idempotency-Key")
		switch {
		case key == "" && !atWill:
			s.writeRefusal(ctx, refusal.New(refusal.KeyMissing))
		case key != "" && !keyForm().MatchString(key):
			s.writeRefusal(ctx, refusal.New(refusal.KeyMalformed))
		default:
			exchangeOf(ctx.Context()).key = key
			next(ctx)
		}
	}
}

// IdempotencyKey gives the key of a keyed operation; empty when the call has none.
func IdempotencyKey(ctx context.Context) string { return exchangeOf(ctx).key }

func keyForm() *regexp.Regexp { return compiledKeyForm }

var compiledKeyForm = regexp.MustCompile(keyPattern) // never changes

// BodyHash makes "the same request" comparable: JSON writes maps in order.
func BodyHash(body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("hash a request: %w", err)
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}
