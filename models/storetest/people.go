package storetest

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// Person is somebody who works at an office, in one role.
type Person struct {
	ID     uuid.UUID
	Office uuid.UUID
	Path   string
	Login  string
	Role   org.Role
}

// Scope is what the person sees.
func (p Person) Scope() store.Scope {
	return store.Scope{Paths: []string{p.Path}, Account: p.ID, RequestID: "test"}
}

// staff are the roles that are filled at every office where people work.
func staff() map[string][]org.Role {
	ofSchool := []org.Role{org.SchoolRegistrar, org.SchoolLeader, org.Principal, org.SchoolSysadmin}
	ofBureau := []org.Role{org.BureauReviewer, org.BureauHead, org.BureauSysadmin}
	return map[string][]org.Role{
		SchoolA: ofSchool, SchoolB: ofSchool, FarSchool: ofSchool,
		Province: ofBureau, City: ofBureau, Bureau: ofBureau, FarProvince: ofBureau, FarBureau: ofBureau,
	}
}

// files says whether a role files changes for its office.
func files(role org.Role) bool { return role == org.SchoolRegistrar || role == org.BureauReviewer }

// hireAll fills the roles of every office.
func (c *County) hireAll(tx *store.Tx) error {
	for path, roles := range staff() {
		for _, role := range roles {
			if _, _, err := c.hire(tx, path, role); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *County) hire(tx *store.Tx, path string, role org.Role) (Person, string, error) {
	office, known := c.office[path]
	if !known {
		return Person{}, "", fmt.Errorf("there is no office %s", path)
	}
	a, password, err := account.Create(tx, account.NewAccount{Org: office.ID, Login: "user" + uuid.NewString(), Name: "测试", Roles: []org.Role{role}})
	if err != nil {
		return Person{}, "", fmt.Errorf("hire %s at %s: %w", role, path, err)
	}
	return Person{ID: a.ID, Office: office.ID, Path: path, Login: a.Login, Role: role}, password, nil
}

// Hire brings one more person into an office and gives the password of the first login.
func (c *County) Hire(path string, role org.Role) (p Person, password string) {
	c.t.Helper()
	c.MustIn(c.App, Nation, func(tx *change.Tx) (err error) {
		p, password, err = c.hire(tx.Tx, path, role)
		return err
	})
	c.people = append(c.people, p)
	return p, password
}

// Dismiss closes the account of a person.
func (c *County) Dismiss(p Person) {
	c.t.Helper()
	require.NoError(c.t, c.App.Store.InScope(c.t.Context(), c.Who(Nation, org.BureauSysadmin).Scope(), func(tx *store.Tx) error { return account.Close(tx, p.ID) }))
	for i, one := range c.people {
		if one.ID == p.ID {
			c.people = append(c.people[:i:i], c.people[i+1:]...)
			return
		}
	}
}

// Who is the first person with a role at an office.
func (c *County) Who(path string, role org.Role) Person {
	c.t.Helper()
	for _, p := range c.people {
		if p.Path == path && p.Role == role {
			return p
		}
	}
	require.Fail(c.t, "nobody", "there is no %s at %s", role, path)
	return Person{}
}

// As runs a transaction of the application role for a person.
func (c *County) As(p Person, fn func(*change.Tx) error) error {
	return c.App.InScope(c.t.Context(), p.Scope(), fn)
}
