package store

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/problem"
)

// loginTime is how long one attempt may take once it has its turn.
const loginTime = 10 * time.Second

// unknownLogin is what a password is compared with when there is no such
// account, so that the answer takes as long as for an account.
var unknownLogin = sync.OnceValue(func() string { return HashPassword(TemporaryPassword()) })

// NormalLogin is the form logins are stored and looked up in.
func NormalLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// LogIn opens a session. A wrong login, a wrong password and nothing else give
// the same refusal. What is wrong with the account itself is told only to who
// knows its password, except that it is locked.
//
// Only a password that was looked at and was wrong counts (P1). Attempts at one
// account are looked at one after the other, each in the transaction that holds
// the account: a right password is never refused because others are on their
// way, and many guesses at once are worth no more than one after the other. An
// attempt that has its turn is finished although the caller has gone away:
// hanging up must not undo a guess.
func (s *Store) LogIn(ctx context.Context, login, password, requestID string) (Login, error) {
	login = NormalLogin(login)
	leave, refused := s.door.enter(ctx, login)
	if refused != nil {
		return Login{}, refused
	}
	defer leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loginTime)
	defer cancel()
	var account *uuid.UUID
	if err := s.pool.QueryRow(ctx, `SELECT login_account($1)`, login).Scan(&account); err != nil {
		return Login{}, fmt.Errorf("log in: %w", err)
	}
	if account == nil {
		PasswordMatches(unknownLogin(), password)
		return Login{}, loginFailed()
	}
	var opened Login
	var refusal *problem.Error
	// The scope is the root only for the audit entry, which reads the account's office.
	err := s.InScope(ctx, Scope{Paths: []string{"n"}, Account: *account, RequestID: requestID}, func(tx *Tx) error {
		var err error
		opened, refusal, err = tx.logIn(*account, password)
		return err
	})
	if err != nil {
		return Login{}, err
	}
	if refusal != nil {
		return Login{}, refusal
	}
	return opened, nil
}

// logIn gives a session or a refusal; what it writes is kept in both cases.
func (t *Tx) logIn(account uuid.UUID, password string) (Login, *problem.Error, error) {
	var hash string
	var used time.Time
	var locked, sealed, closed *time.Time
	err := t.raw(func(c *pgx.Conn) error {
		return c.QueryRow(t.ctx, `SELECT password_hash, locked_until, last_used_at, sealed_at, closed_at FROM login_begin($1)`, account).
			Scan(&hash, &locked, &used, &sealed, &closed)
	})
	if err != nil {
		return Login{}, nil, fmt.Errorf("log in: %w", err)
	}
	switch {
	case locked != nil && locked.After(t.now):
		minutes := int(math.Ceil(locked.Sub(t.now).Minutes()))
		return Login{}, problem.New(problem.AccountLocked).With("minutes", strconv.Itoa(minutes)), nil
	case !PasswordMatches(hash, password):
		return Login{}, loginFailed(), t.countFailure(account)
	case closed != nil:
		return Login{}, problem.New(problem.AccountClosed), nil
	case sealed != nil:
		return Login{}, problem.New(problem.AccountSealed), nil
	case used.Before(t.now.AddDate(0, -IdleMonths, 0)):
		return Login{}, problem.New(problem.AccountSealed), t.sealAtLogin(account)
	}
	opened, err := t.openSession(account)
	return opened, nil, err
}

func loginFailed() *problem.Error {
	return problem.New(problem.LoginFailed).With("max", strconv.Itoa(LoginFailures)).
		With("minutes", strconv.Itoa(int(LoginLock.Minutes())))
}

func (t *Tx) countFailure(account uuid.UUID) error {
	if _, err := t.exec(`SELECT login_failure(?, ?, ?)`, account, LoginFailures, t.now.Add(LoginLock)); err != nil {
		return fmt.Errorf("count a wrong password: %w", err)
	}
	return t.Audit("login.failed", "account", account.String(), nil)
}

func (t *Tx) openSession(account uuid.UUID) (Login, error) {
	token, hash := newToken()
	l := Login{Token: token, Session: newID(), Account: account, ExpiresAt: t.now.Add(SessionLife)}
	if _, err := t.exec(`SELECT login_success(?, ?, ?, ?, ?)`, account, l.Session, hash, t.now, l.ExpiresAt); err != nil {
		return Login{}, fmt.Errorf("log in: %w", err)
	}
	return l, t.Audit("session.open", "session", l.Session.String(), nil)
}

func (t *Tx) sealAtLogin(account uuid.UUID) error {
	if _, err := t.exec(`SELECT login_seal(?, ?)`, account, t.now); err != nil {
		return fmt.Errorf("seal an idle account: %w", err)
	}
	return t.Audit("account.seal", "account", account.String(), map[string]string{"cause": "idle"})
}
