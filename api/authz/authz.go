// Package authz decides who may do what where.
//
// There is one table (table.go): action × role → reach. Everything else is
// derived from it: whether a call is let in, which offices it may touch, and
// the scope the database enforces a second time through row-level security.
package authz

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
)

// Reach says how far from the own office a role may act.
type Reach int

// The reaches, from nothing to everything.
const (
	// Nowhere is the absence of the right.
	Nowhere Reach = iota
	// Self reaches the caller's own account and sessions.
	Self
	// Own reaches the caller's office only.
	Own
	// Below reaches every office under the caller's, but not the own one.
	Below
	// Subtree reaches the own office and every office under it.
	Subtree
	// Anywhere reaches every office: for directories that everybody may read.
	Anywhere
)

// Office is where an account works.
type Office struct {
	ID       uuid.UUID
	Path     string
	Kind     org.Kind
	Province string // division code of the province, "000000" for the nation
}

// Principal is the one who calls: an account at one office with its roles.
type Principal struct {
	Account uuid.UUID
	Session uuid.UUID
	Office  Office
	Roles   []org.Role
	// Machine is set when the caller holds an API token: it may not touch
	// passwords, sessions or tokens.
	Machine bool
	// PasswordDue is set while the password must be changed before anything else.
	PasswordDue bool
	// PasswordDays is how long a password lasts for this account.
	PasswordDays int
}

// Has says whether the principal holds the role.
func (p Principal) Has(role org.Role) bool { return slices.Contains(p.Roles, role) }

// Reach gives the widest reach any of the principal's roles has for the action.
func (p Principal) Reach(action Action) Reach {
	widest := Nowhere
	for _, role := range p.Roles {
		widest = max(widest, reachOf(action, role))
	}
	return widest
}

// May says whether the principal may do the action at some office at all.
func (p Principal) May(action Action) bool { return p.Reach(action) != Nowhere }

// Allows says whether the principal may do the action at the office with this path.
func (p Principal) Allows(action Action, path string) bool {
	switch p.Reach(action) {
	case Nowhere, Self:
		return false
	case Own:
		return path == p.Office.Path
	case Below:
		return path != p.Office.Path && Within(p.Office.Path, path)
	case Subtree:
		return Within(p.Office.Path, path)
	case Anywhere:
		return path != ""
	}
	return false
}

// Scope gives the roots of the subtrees the action may see: the same rule as
// Allows, as the data scope of a transaction. It is empty when the action is
// not allowed anywhere; the database then shows nothing.
//
// Row-level security knows subtrees only. A school has nothing below it, so
// Own is exact there; at a bureau Own and Below are narrowed by Allows.
func (p Principal) Scope(action Action) []string {
	switch p.Reach(action) {
	case Nowhere:
		return nil
	case Self, Own, Below, Subtree, Anywhere:
		return []string{p.Office.Path}
	}
	return nil
}

// Within says whether path is root or lies under it.
func Within(root, path string) bool {
	return root != "" && (path == root || strings.HasPrefix(path, root+"."))
}

// reachOf looks one cell of the table up.
func reachOf(action Action, role org.Role) Reach { return table()[action][role] }

// RolesFor lists, in the fixed order of roles, who may do the action and how far.
func RolesFor(action Action) []Grant {
	var list []Grant
	for _, role := range org.Roles() {
		if reach := reachOf(action, role); reach != Nowhere {
			list = append(list, Grant{Role: role, Reach: reach})
		}
	}
	return list
}

// Grant is one cell of the table.
type Grant struct {
	Role  org.Role
	Reach Reach
}

// Assignable checks a set of roles for an account at an office of this kind: roles of
// the kind, at least one, and none that may not be held together. A small school, where
// its province says so, has one person for accounts and for pupils.
func Assignable(kind org.Kind, roles []org.Role, small bool) error {
	if len(roles) == 0 {
		return ErrNoRole
	}
	for _, role := range roles {
		if !slices.Contains(org.Roles(), role) || role.OfSchool() != (kind == org.School) {
			return ErrWrongOffice
		}
	}
	if holdsPair(roles, separated()) {
		return ErrSeparation
	}
	if Combined(roles) && !small {
		return ErrCombined
	}
	return nil
}

// Combined says whether a set of roles holds two that one person has only in a small
// school: accounts of the school, and filing or reviewing for its pupils.
func Combined(roles []org.Role) bool { return holdsPair(roles, combinable()) }

func holdsPair(roles []org.Role, pairs [][2]org.Role) bool {
	for _, pair := range pairs {
		if slices.Contains(roles, pair[0]) && slices.Contains(roles, pair[1]) {
			return true
		}
	}
	return false
}
