package access

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// PersonView is a person who works at an office.
type PersonView struct {
	Account    uuid.UUID  `json:"account"`
	Name       string     `json:"name"`
	Roles      []org.Role `json:"roles"`
	RoleLabels []string   `json:"role_labels" example:"[\"学籍管理员\"]"`
	AwayUntil  *time.Time `json:"away_until,omitempty" doc:"A colleague acts for this person until then."`
}

func (s *server) listPeople(ctx context.Context, in *accountListInput) (*rest.Body[*rest.Page[PersonView]], error) {
	return rest.List(ctx, s.Store, in.Paging, "", func(tx *store.Tx, after string, most int) ([]account.Person, error) {
		if _, err := reach.Office(ctx, tx, in.ID); err != nil {
			return nil, err
		}
		return account.People(tx, in.ID, after, most)
	}, func(p account.Person) PersonView {
		return PersonView{Account: p.ID, Name: p.Name, Roles: p.Roles, RoleLabels: rest.RoleLabels(ctx, p.Roles), AwayUntil: p.AwayUntil}
	}, func(p account.Person) string { return p.Login })
}
