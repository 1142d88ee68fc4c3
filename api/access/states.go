package access

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/store"
)

// The states of an account are changed by name, not by editing fields: each is
// a right of its own and stands in the audit trail as what it was.
func (s *server) accountStateRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "reset-password", Method: http.MethodPost, Path: "/v1/accounts/{id}/password-reset", Action: authz.AccountReset, Tag: "accounts",
		Summary: "Reset the password (重置密码)", Detail: "Gives a temporary password once, unlocks, and ends every session and token.", PersonOnly: true,
	}, s.resetPassword)
	rest.Register(s.rest, rest.Operation{
		ID: "unlock-account", Method: http.MethodPost, Path: "/v1/accounts/{id}/unlock", Action: authz.AccountReset, Tag: "accounts",
		Summary: "Unlock after wrong passwords (解锁)", PersonOnly: true,
	}, s.accountState(account.Unlock))
	rest.Register(s.rest, rest.Operation{
		ID: "seal-account", Method: http.MethodPost, Path: "/v1/accounts/{id}/seal", Action: authz.AccountSeal, Tag: "accounts",
		Summary: "Seal an account (封存)", PersonOnly: true,
	}, s.accountState(account.Seal))
	rest.Register(s.rest, rest.Operation{
		ID: "unseal-account", Method: http.MethodPost, Path: "/v1/accounts/{id}/unseal", Action: authz.AccountSeal, Tag: "accounts",
		Summary: "Unseal an account (启封)", PersonOnly: true,
	}, s.accountState(account.Unseal))
	rest.Register(s.rest, rest.Operation{
		ID: "close-account", Method: http.MethodPost, Path: "/v1/accounts/{id}/closure", Action: authz.AccountClose, Tag: "accounts",
		Summary: "Close an account for ever (注销账号)", PersonOnly: true,
	}, s.accountState(account.Close))
}

func (s *server) resetPassword(ctx context.Context, in *rest.PathID) (*rest.Body[Password], error) {
	var password string
	_, err := s.withAccount(ctx, in.ID, func(tx *store.Tx, a account.Account) (account.Account, error) {
		var err error
		password, err = account.ResetPassword(tx, in.ID)
		return a, err
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(Password{Password: password}), nil
}

func (s *server) accountState(change func(*store.Tx, uuid.UUID) error) func(context.Context, *rest.PathID) (*accountOutput, error) {
	return func(ctx context.Context, in *rest.PathID) (*accountOutput, error) {
		return s.withAccount(ctx, in.ID, func(tx *store.Tx, a account.Account) (account.Account, error) {
			if err := change(tx, in.ID); err != nil {
				return a, err
			}
			return account.Read(tx, in.ID)
		})
	}
}
