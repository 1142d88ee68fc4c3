package access

import (
	"context"
	"net/http"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// Trial describes a trial to a visitor who has not logged in. A trial has made-up people only.
type Trial struct {
	// Password opens every login.
	Password string
	// Logins lists the logins it opens now; none while they are being made.
	Logins func() []string
}

// TrialLogins lists the demonstration logins and their password. With it a page logs a visitor
// in with one click.
type TrialLogins struct {
	Password string       `json:"password"`
	Logins   []TrialLogin `json:"logins" doc:"None while the demonstration is being loaded, and in a database with administrators of its own."`
}

// TrialLogin is one person of the demonstration.
type TrialLogin struct {
	Login      string     `json:"login"`
	Name       string     `json:"name"`
	Roles      []org.Role `json:"roles"`
	RoleLabels []string   `json:"role_labels"`
	Office     string     `json:"office"`
	OfficeKind org.Kind   `json:"office_kind"`
}

// trialRoutes registers the demonstration logins, in a trial only: everywhere else the
// path is unknown.
func (s *server) trialRoutes() {
	if s.Trial == nil {
		return
	}
	rest.Register(s.rest, rest.Operation{
		ID: "list-trial-logins", Method: http.MethodGet, Path: "/v1/trial", Action: authz.Public, Tag: "sessions",
		Summary: "The demonstration logins of a trial (演示账号)", Detail: "Served by xueji dev only.",
	}, s.listTrialLogins)
}

func (s *server) listTrialLogins(ctx context.Context, _ *rest.Empty) (*rest.Body[TrialLogins], error) {
	out := TrialLogins{Password: s.Trial.Password, Logins: []TrialLogin{}}
	// Nobody is known yet, so the scope is the root; only the logins of the trial are read.
	scope := rest.ScopeOf(ctx)
	scope.Paths = []string{"n"}
	err := s.Store.InScope(ctx, scope, func(tx *store.Tx) error {
		for _, login := range s.Trial.Logins() {
			a, open, err := account.OpenByLogin(tx, login)
			if err != nil {
				return err
			}
			if open {
				out.Logins = append(out.Logins, TrialLogin{
					Login: a.Login, Name: a.Name, Roles: a.Roles, RoleLabels: rest.RoleLabels(ctx, a.Roles), Office: a.OrgName, OfficeKind: a.OrgKind,
				})
			}
		}
		return nil
	})
	return rest.BodyOf(out), err
}
