package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/problem"
)

// Login is a fresh session; the token is told once and never stored.
type Login struct {
	Token     string
	Session   uuid.UUID
	Account   uuid.UUID
	ExpiresAt time.Time
}

// Caller is who a token belongs to.
type Caller struct {
	Session     uuid.UUID
	Machine     bool
	Account     uuid.UUID
	Login       string
	Name        string
	Roles       []org.Role
	PasswordDue bool
	Org         uuid.UUID
	OrgPath     string
	OrgKind     org.Kind
	OrgName     string
	Province    string
}

// unknownLogin is what a password is compared with when there is no such
// account, so that the answer takes as long as for an account.
var unknownLogin = sync.OnceValue(func() string { return HashPassword(TemporaryPassword()) })

// NormalLogin is the form logins are stored and looked up in.
func NormalLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// LogIn opens a session. The attempt is counted before the password is looked
// at; a wrong login, a wrong password and nothing else give the same refusal.
// What is wrong with the account itself is told only to who knows its password,
// except that it is locked.
func (s *Store) LogIn(ctx context.Context, login, password, requestID string) (Login, error) {
	now := s.clock.Now()
	var a struct {
		id                 uuid.UUID
		hash               string
		locked, used       *time.Time
		sealedAt, closedAt *time.Time
	}
	err := s.pool.QueryRow(ctx, `SELECT id, password_hash, locked_until, last_used_at, sealed_at, closed_at FROM login_attempt($1, $2, $3, $4)`,
		NormalLogin(login), now, LoginFailures, LoginLock).Scan(&a.id, &a.hash, &a.locked, &a.used, &a.sealedAt, &a.closedAt)
	unknown := errors.Is(err, pgx.ErrNoRows)
	if err != nil && !unknown {
		return Login{}, fmt.Errorf("log in: %w", err)
	}
	if unknown {
		a.hash = unknownLogin()
	}
	matches := PasswordMatches(a.hash, password)
	switch {
	case unknown:
		return Login{}, loginFailed()
	case a.locked != nil:
		minutes := int(math.Ceil(a.locked.Sub(now).Minutes()))
		return Login{}, problem.New(problem.AccountLocked).With("minutes", strconv.Itoa(minutes))
	case !matches:
		return Login{}, errors.Join(loginFailed(), s.auditLogin(ctx, a.id, requestID, "login.failed"))
	case a.closedAt != nil:
		return Login{}, problem.New(problem.AccountClosed)
	case a.sealedAt != nil:
		return Login{}, problem.New(problem.AccountSealed)
	case a.used.Before(now.AddDate(0, -IdleMonths, 0)):
		return Login{}, errors.Join(problem.New(problem.AccountSealed), s.sealAtLogin(ctx, a.id, now, requestID))
	}
	return s.openSession(ctx, a.id, now, requestID)
}

func loginFailed() *problem.Error {
	return problem.New(problem.LoginFailed).With("max", strconv.Itoa(LoginFailures)).
		With("minutes", strconv.Itoa(int(LoginLock.Minutes())))
}

func (s *Store) openSession(ctx context.Context, account uuid.UUID, now time.Time, requestID string) (Login, error) {
	token, hash := newToken()
	l := Login{Token: token, Session: newID(), Account: account, ExpiresAt: now.Add(SessionLife)}
	err := s.InScope(ctx, Scope{Paths: []string{"n"}, Account: account, RequestID: requestID}, func(tx *Tx) error {
		if _, err := tx.exec(`SELECT login_success(?, ?, ?, ?, ?)`, account, l.Session, hash, now, l.ExpiresAt); err != nil {
			return fmt.Errorf("log in: %w", err)
		}
		return tx.Audit("session.open", "session", l.Session.String(), nil)
	})
	if err != nil {
		return Login{}, err
	}
	return l, nil
}

func (s *Store) sealAtLogin(ctx context.Context, account uuid.UUID, now time.Time, requestID string) error {
	return s.InScope(ctx, Scope{Paths: []string{"n"}, Account: account, RequestID: requestID}, func(tx *Tx) error {
		if _, err := tx.exec(`SELECT login_seal(?, ?)`, account, now); err != nil {
			return fmt.Errorf("seal an idle account: %w", err)
		}
		return tx.Audit("account.seal", "account", account.String(), map[string]string{"cause": "idle"})
	})
}

// auditLogin writes an entry about an account that is not logged in. The scope
// is the root only for this one statement, which reads the account's office.
func (s *Store) auditLogin(ctx context.Context, account uuid.UUID, requestID, action string) error {
	return s.InScope(ctx, Scope{Paths: []string{"n"}, Account: account, RequestID: requestID}, func(tx *Tx) error {
		return tx.Audit(action, "account", account.String(), nil)
	})
}

// CallerOf says who calls with a token; a token that is unknown, run out, idle
// or revoked, or whose account or office is closed, is unauthenticated.
func (s *Store) CallerOf(ctx context.Context, token string) (Caller, error) {
	now := s.clock.Now()
	var c Caller
	var kind, officeKind string
	var roles []string
	var passwordSet time.Time
	var mustChange bool
	err := s.pool.QueryRow(ctx, `SELECT session_id, kind, account_id, login, name, roles, password_set_at, must_change,
		org_id, org_path, org_kind, org_name, province_code FROM session_principal($1, $2, $3)`, tokenHash(token), now, SessionIdle).
		Scan(&c.Session, &kind, &c.Account, &c.Login, &c.Name, &roles, &passwordSet, &mustChange,
			&c.Org, &c.OrgPath, &officeKind, &c.OrgName, &c.Province)
	if errors.Is(err, pgx.ErrNoRows) {
		return Caller{}, problem.New(problem.Unauthenticated)
	}
	if err != nil {
		return Caller{}, fmt.Errorf("read the session: %w", err)
	}
	c.Machine, c.OrgKind, c.Roles = kind == "TOKEN", org.Kind(officeKind), inOrder(roles)
	c.PasswordDue = !c.Machine && (mustChange || now.Sub(passwordSet) >= PasswordLife)
	return c, nil
}

// inOrder gives roles in the fixed order and drops unknown ones.
func inOrder(names []string) []org.Role {
	list := []org.Role{}
	for _, role := range org.Roles() {
		if slices.Contains(names, string(role)) {
			list = append(list, role)
		}
	}
	return list
}
