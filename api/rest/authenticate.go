package rest

import (
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/models/refusal"
)

// authenticate finds out who calls before the body is read, and refuses a caller who could
// not do this anywhere. Where it may be done is for the handler (Allow).
func (s *Server) authenticate(op Operation) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		x := exchangeOf(ctx.Context())
		principal, err := s.principal(ctx)
		if err == nil {
			x.principal = principal
			err = s.mayCall(principal, op)
		}
		if err != nil {
			s.writeRefusal(ctx, x.told(ctx.Context(), err))
			return
		}
		next(ctx)
	}
}

// principal reads the bearer token or the cookie of the call.
func (s *Server) principal(ctx huma.Context) (authz.Principal, error) {
	sent := exchangeOf(ctx.Context()).credential
	token, byCookie, err := sent.token()
	if err != nil {
		return authz.Principal{}, err
	}
	p, err := s.Caller(ctx.Context(), token, byCookie)
	if err == nil && byCookie && sent.account != "" && sent.account != p.Account.String() {
		return authz.Principal{}, refusal.New(refusal.OtherAccount)
	}
	return p, err
}

func (s *Server) mayCall(p authz.Principal, op Operation) error {
	if e := s.limits.account.Take(p.Account.String(), s.Clock.Now()); e != nil {
		return e
	}
	switch {
	case p.PasswordDue && !op.PasswordMayBeDue:
		return refusal.New(refusal.PasswordDue).With("days", strconv.Itoa(p.PasswordDays))
	case p.Machine && op.PersonOnly:
		return refusal.New(refusal.MachineForbidden)
	case !p.May(op.Action):
		return refusal.New(refusal.Forbidden)
	}
	return nil
}
