package access

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Account is one person's account at one office.
type Account struct {
	ID          uuid.UUID   `json:"id"`
	Org         rest.OrgRef `json:"org"`
	Login       string      `json:"login"`
	Name        string      `json:"name"`
	Roles       []org.Role  `json:"roles"`
	RoleLabels  []string    `json:"role_labels" example:"[\"学籍管理员\"]"`
	Combined    bool        `json:"combined" doc:"One person manages the accounts and files or reviews for the pupils: small schools only, where the province's policy says small_school_roles."`
	MustChange  bool        `json:"must_change_password"`
	LockedUntil *time.Time  `json:"locked_until,omitempty" doc:"Wrong passwords from some network: until then nobody comes in from there. No other network is locked."`
	LastUsedAt  time.Time   `json:"last_used_at"`
	SealedAt    *time.Time  `json:"sealed_at,omitempty" doc:"Sealed (封存): unused for half a year, or by an administrator."`
	ClosedAt    *time.Time  `json:"closed_at,omitempty"`
	CreatedAt   time.Time   `json:"created_at"`
	Version     int64       `json:"version"`
}

// NewAccount is an account with its temporary password, told once.
type NewAccount struct {
	Account
	Password string `json:"temporary_password" doc:"Told only once; it must be changed at the first login."`
}

// Password is a temporary password, told once.
type Password struct {
	Password string `json:"temporary_password" doc:"Told only once; it must be changed at the next login."`
}

type accountOutput struct {
	ETag string `header:"ETag"`
	Body Account
}

type accountListInput struct {
	rest.PathID
	rest.Paging
}

type accountCreateInput struct {
	rest.PathID
	Body struct {
		Login string     `json:"login" pattern:"^[A-Za-z][A-Za-z0-9_.@-]{2,63}$" patternDescription:"a login" doc:"3 to 64 letters, digits or _.@-, beginning with a letter; upper and lower case are the same."`
		Name  string     `json:"name" minLength:"1" maxLength:"60" text:"required" named:"person" doc:"Name of the person; one account for one person (P2)."`
		Roles []org.Role `json:"roles" minItems:"1" maxItems:"10" nullable:"false" uniqueItems:"true"`
	}
}

type accountEditInput struct {
	rest.PathID
	rest.IfMatch
	Body struct {
		Name  string     `json:"name" minLength:"1" maxLength:"60" text:"required" named:"person"`
		Roles []org.Role `json:"roles" minItems:"1" maxItems:"10" nullable:"false" uniqueItems:"true"`
	}
}

func (s *server) accountRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-accounts", Method: http.MethodGet, Path: "/v1/orgs/{id}/accounts", Action: authz.AccountRead, Tag: "accounts",
		Summary: "Accounts of an office (账号)",
	}, s.listAccounts)
	rest.Register(s.rest, rest.Operation{
		ID: "create-account", Method: http.MethodPost, Path: "/v1/orgs/{id}/accounts", Action: authz.AccountCreate, Tag: "accounts", Status: http.StatusCreated,
		Summary: "Create an account at an office (开通账号)", Detail: "The login is unique, so a repeated call creates nothing twice.", PersonOnly: true,
	}, s.createAccount)
	rest.Register(s.rest, rest.Operation{
		ID: "get-account", Method: http.MethodGet, Path: "/v1/accounts/{id}", Action: authz.AccountRead, Tag: "accounts",
		Summary: "One account",
	}, s.getAccount)
	rest.Register(s.rest, rest.Operation{
		ID: "edit-account", Method: http.MethodPut, Path: "/v1/accounts/{id}", Action: authz.AccountUpdate, Tag: "accounts",
		Summary: "Change name and roles (角色委派)", PersonOnly: true,
	}, s.editAccount)
	rest.Register(s.rest, rest.Operation{
		ID: "list-people", Method: http.MethodGet, Path: "/v1/orgs/{id}/people", Action: authz.ColleagueRead, Tag: "accounts",
		Summary: "Who works at an office (本单位人员)", Detail: "Name, roles and absence of those who can work now; sealed and closed accounts are left out.",
	}, s.listPeople)
	s.accountStateRoutes()
}

func (s *server) listAccounts(ctx context.Context, in *accountListInput) (*rest.Body[*rest.Page[Account]], error) {
	return rest.List(ctx, s.Store, in.Paging, "", func(tx *store.Tx, after string, most int) ([]account.Account, error) {
		if _, err := reach.Office(ctx, tx, in.ID); err != nil {
			return nil, err
		}
		return account.List(tx, in.ID, after, most)
	}, func(a account.Account) Account { return showAccount(ctx, a) }, func(a account.Account) string { return a.Login })
}

func (s *server) createAccount(ctx context.Context, in *accountCreateInput) (*rest.Body[NewAccount], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (NewAccount, error) {
		at, err := reach.Office(ctx, tx, in.ID)
		if err != nil {
			return NewAccount{}, err
		}
		if err := assignable(tx, &at, in.Body.Roles); err != nil {
			return NewAccount{}, err
		}
		a, password, err := account.Create(tx, account.NewAccount{Org: in.ID, Login: in.Body.Login, Name: in.Body.Name, Roles: in.Body.Roles})
		return NewAccount{Account: showAccount(ctx, a), Password: password}, err
	})
}

func (s *server) getAccount(ctx context.Context, in *rest.PathID) (*accountOutput, error) {
	return s.withAccount(ctx, in.ID, func(_ *store.Tx, a account.Account) (account.Account, error) { return a, nil })
}

func (s *server) editAccount(ctx context.Context, in *accountEditInput) (*accountOutput, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	return s.withAccount(ctx, in.ID, func(tx *store.Tx, a account.Account) (account.Account, error) {
		at, err := office.Read(tx, a.OrgID)
		if err != nil {
			return a, err
		}
		if err := assignable(tx, &at, in.Body.Roles); err != nil {
			return a, err
		}
		return account.Update(tx, in.ID, version, in.Body.Name, in.Body.Roles)
	})
}

// withAccount runs something with one account after checking the right at its
// office. An account out of reach is not found: that it exists is not told.
func (s *server) withAccount(ctx context.Context, id uuid.UUID, fn func(*store.Tx, account.Account) (account.Account, error)) (*accountOutput, error) {
	a, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (account.Account, error) {
		a, err := account.Read(tx, id)
		if err != nil {
			return a, err
		}
		if rest.Allow(ctx, a.OrgPath) != nil {
			return a, refusal.New(refusal.NotFound)
		}
		return fn(tx, a)
	})
	if err != nil {
		return nil, err
	}
	return &accountOutput{ETag: rest.ETag(a.Version), Body: showAccount(ctx, a)}, nil
}

// assignable puts authz's verdict on a set of roles at an office into words.
func assignable(tx *store.Tx, at *office.Organisation, roles []org.Role) error {
	rules, err := policy.InForce(tx, at.ProvinceCode)
	if err != nil {
		return err
	}
	err = authz.Assignable(at.Kind, roles, rules.SmallSchoolRoles)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, authz.ErrSeparation):
		return refusal.New(refusal.RolesSeparated).At("/roles")
	case errors.Is(err, authz.ErrCombined):
		return refusal.New(refusal.RolesCombined).At("/roles")
	case errors.Is(err, authz.ErrWrongOffice):
		return refusal.New(refusal.RolesWrongOffice).At("/roles")
	}
	return refusal.New(refusal.RolesMissing).At("/roles")
}

func showAccount(ctx context.Context, a account.Account) Account {
	return Account{
		ID: a.ID, Org: rest.OrgRef{ID: a.OrgID, Kind: a.OrgKind, Name: a.OrgName, Path: a.OrgPath}, Login: a.Login, Name: a.Name, Roles: a.Roles, RoleLabels: rest.RoleLabels(ctx, a.Roles), Combined: authz.Combined(a.Roles),
		MustChange: a.MustChange, LockedUntil: a.LockedUntil, LastUsedAt: a.LastUsedAt, SealedAt: a.SealedAt, ClosedAt: a.ClosedAt,
		CreatedAt: a.CreatedAt, Version: a.Version,
	}
}
