package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// OpenedSession is a new session. Its token is returned once and never stored.
type OpenedSession struct {
	Token     string
	Session   uuid.UUID
	Account   uuid.UUID
	ExpiresAt time.Time
	// IdleUntil is when the session ends unless it is used before.
	IdleUntil time.Time
}

// Caller is the account to which a token belongs.
type Caller struct {
	Session     uuid.UUID
	Machine     bool
	Account     uuid.UUID
	Login       string
	Name        string
	Roles       []org.Role
	PasswordDue bool
	// PasswordDays is the number of days a password lasts in the office's province (D28).
	PasswordDays int
	Org          uuid.UUID
	OrgPath      string
	OrgKind      org.Kind
	OrgName      string
	Province     string
}

// CallerOf returns the account to which a token belongs. The refusal is unauthenticated
// when the token is unknown, expired, idle or revoked, or when its account or office is
// closed.
func CallerOf(ctx context.Context, s *store.Store, token string) (Caller, error) {
	now := s.Clock().Now()
	var c Caller
	var kind, officeKind string
	var roles []org.Role
	var passwordSet time.Time
	var mustChange bool
	var days *int
	err := s.Pool().QueryRow(ctx, `SELECT session_id, kind, account_id, login, name, roles, password_set_at, must_change, password_days,
		org_id, org_path, org_kind, org_name, province_code FROM session_principal($1, $2, $3, $4)`, tokenHash(token), now, sessionIdle, calendar.DateOf(now).String()).
		Scan(&c.Session, &kind, &c.Account, &c.Login, &c.Name, &roles, &passwordSet, &mustChange, &days,
			&c.Org, &c.OrgPath, &officeKind, &c.OrgName, &c.Province)
	if errors.Is(err, pgx.ErrNoRows) {
		return Caller{}, refusal.New(refusal.Unauthenticated)
	}
	if err != nil {
		return Caller{}, fmt.Errorf("read the session: %w", err)
	}
	c.Machine, c.OrgKind, c.Roles = kind == kindToken, org.Kind(officeKind), sortedRoles(roles)
	c.PasswordDays = numberOr(days, s.Processes().Default().PasswordDays)
	c.PasswordDue = !c.Machine && (mustChange || now.Sub(passwordSet) >= time.Duration(c.PasswordDays)*24*time.Hour)
	return c, nil
}

// sortedRoles returns roles in the fixed order, without unknown ones.
func sortedRoles(roles []org.Role) store.Words[org.Role] {
	list := store.Words[org.Role]{}
	for _, role := range org.Roles() {
		if slices.Contains(roles, role) {
			list = append(list, role)
		}
	}
	return list
}
