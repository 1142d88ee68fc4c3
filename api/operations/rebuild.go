package operations

import (
	"context"
	"net/http"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
)

// rebuildRoutes registers what those who keep the service running may do.
func (s *server) rebuildRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "rebuild-change", Method: http.MethodPost, Path: "/v1/changes/{id}/rebuild", Action: authz.OperationsAct, Tag: "operations", Status: http.StatusNoContent,
		Summary: "Set a running change going again (恢复流程)",
		Detail: "As the command `xueji case rebuild` without --force: the workflow reads its position from the register again, or is started where there is none. " +
			"Safe at any time, and written into the audit trail.",
		PersonOnly: true,
	}, s.rebuildChange)
}

func (s *server) rebuildChange(ctx context.Context, in *rest.PathID) (*rest.Empty, error) {
	return &rest.Empty{}, s.Desk.Rebuild(ctx, rest.ScopeOf(ctx), in.ID)
}
