package changes

import (
	"context"
	"net/http"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/desk"
)

// dismissalRoutes registers what an office does with cases that ended badly.
func (s *server) dismissalRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "dismiss-change", Method: http.MethodPost, Path: "/v1/changes/{id}/dismissal", Action: authz.ChangeWithdraw, Tag: "changes", Status: http.StatusNoContent,
		Summary: "Take an ended case off my office's list (删除未通过记录)",
		Detail:  "For a case that was refused, withdrawn or closed. It stays readable, listed with dismissed=true, and in the audit trail; it may be filed again.",
	}, s.dismissChange)
}

func (s *server) dismissChange(ctx context.Context, in *changeIDInput) (*struct{}, error) {
	return nil, s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error { return desk.Dismiss(tx, in.ID, officeOf(rest.PrincipalOf(ctx))) })
}
