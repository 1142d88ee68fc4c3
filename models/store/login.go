package store

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/refusal"
)

const (
	// loginTime is how long one attempt may take once it has its turn.
	loginTime = 10 * time.Second
	// knownNetwork is how long a network counts as the person's own after a right password.
	knownNetwork = 90 * 24 * time.Hour
	// networksPerLock is how many networks may each use up their wrong passwords before
	// the login is locked for every network but the person's own: a bound on guessing
	// from many addresses which cannot keep the person out.
	networksPerLock = 5
)

// unknownLogin is what a password is compared with when there is no such
// account, so that the answer takes as long as for an account.
var unknownLogin = sync.OnceValue(func() string { return HashPassword(TemporaryPassword()) })

// NormalLogin is the form logins are stored and looked up in.
func NormalLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// Attempt is what a person hands in to log in, and where from.
type Attempt struct {
	Login, Password string
	// Address is the caller's, as the API sees it.
	Address   string
	RequestID string
}

// LogIn opens a session. A wrong login, a wrong password and nothing else give
// the same refusal. What is wrong with the account itself is told only to a
// person who knows its password.
//
// Only a password that was looked at and was wrong counts (P1). It counts for the
// login and the network it came from, whether there is such an account or not: a
// stranger locks the stranger's own network out, and learns nothing. Attempts at
// one account are looked at one after the other, each in the transaction that holds
// the account: a right password is never refused because others are on their
// way, and many guesses at once are worth no more than one after the other. An
// attempt that has its turn is finished although the caller has gone away:
// hanging up must not undo a guess.
func (s *Store) LogIn(ctx context.Context, a Attempt) (Login, error) {
	a.Login = NormalLogin(a.Login)
	leave, refused := doorOf(s).enter(ctx, a.Login)
	if refused != nil {
		return Login{}, refused
	}
	defer leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loginTime)
	defer cancel()
	var account *uuid.UUID
	if err := s.pool.QueryRow(ctx, `SELECT login_account($1)`, a.Login).Scan(&account); err != nil {
		return Login{}, fmt.Errorf("log in: %w", err)
	}
	// The scope is the root only for the audit entry, which reads the account's office.
	scope := Scope{Paths: []string{"n"}, RequestID: a.RequestID, Address: a.Address}
	if account != nil {
		scope.Account = *account
	}
	var opened Login
	var barrier *refusal.Error
	err := s.InScope(ctx, scope, func(tx *Tx) error {
		var err error
		opened, barrier, err = tx.logIn(a)
		return err
	})
	if err != nil {
		return Login{}, err
	}
	if barrier != nil {
		return Login{}, barrier
	}
	return opened, nil
}

// begunLogin is what the register knows of an attempt before the password is looked at.
type begunLogin struct {
	hash                        *string // nil: there is no such account
	used, sealed, closed, until *time.Time
	lockRule
}

// lockRule says how many wrong passwords lock a login on a network, and for how long (D27).
type lockRule struct{ after, minutes int }

// logIn gives a session or a refusal; what it writes is kept in both cases.
func (t *Tx) logIn(a Attempt) (Login, *refusal.Error, error) {
	account, network := t.scope.Account, networkOf(a.Address)
	b, err := t.beginLogin(a.Login, network)
	if err != nil {
		return Login{}, nil, err
	}
	hash := unknownLogin
	if b.hash != nil {
		hash = func() string { return *b.hash }
	}
	switch {
	case b.until != nil && b.until.After(t.now):
		minutes := int(math.Ceil(b.until.Sub(t.now).Minutes()))
		return Login{}, refusal.New(refusal.AccountLocked).With("minutes", strconv.Itoa(minutes)), nil
	case !PasswordMatches(hash(), a.Password) || b.hash == nil:
		return Login{}, b.failed(), t.countFailure(a.Login, network, b.lockRule)
	case b.closed != nil:
		return Login{}, refusal.New(refusal.AccountClosed), nil
	case b.sealed != nil:
		return Login{}, refusal.New(refusal.AccountSealed), nil
	case b.used.Before(t.now.AddDate(0, -IdleMonths, 0)):
		return Login{}, refusal.New(refusal.AccountSealed), t.sealAtLogin(account)
	}
	opened, err := t.openSession(account, network)
	return opened, nil, err
}

func (t *Tx) beginLogin(login, network string) (begunLogin, error) {
	var b begunLogin
	var after, minutes *int
	err := t.raw(func(c *pgx.Conn) error {
		return c.QueryRow(t.ctx, `SELECT password_hash, last_used_at, sealed_at, closed_at, locked_until, lock_after, lock_minutes
			FROM login_begin($1, $2, $3, $4, $5)`, login, network, t.now, t.today().String(), knownNetwork).
			Scan(&b.hash, &b.used, &b.sealed, &b.closed, &b.until, &after, &minutes)
	})
	if err != nil {
		return begunLogin{}, fmt.Errorf("log in: %w", err)
	}
	builtIn := t.store.processes.Default()
	b.after, b.minutes = orElse(after, builtIn.LockAfter), orElse(minutes, builtIn.LockMinutes)
	return b, nil
}

// orElse gives the number of a province's policy, or the built-in one.
func orElse(n *int, builtIn int) int {
	if n == nil {
		return builtIn
	}
	return *n
}

// networkOf is what wrong passwords are counted for: an IPv4 address, or the half of
// an IPv6 address that one household or school has for itself.
func networkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}

func (r lockRule) failed() *refusal.Error {
	return refusal.New(refusal.LoginFailed).With("max", strconv.Itoa(r.after)).With("minutes", strconv.Itoa(r.minutes))
}

func (t *Tx) countFailure(login, network string, r lockRule) error {
	_, err := t.exec(`SELECT login_failure(?, ?, ?, ?::interval, ?, ?, ?)`, login, network, t.now, knownNetwork,
		r.after, r.after*networksPerLock, t.now.Add(time.Duration(r.minutes)*time.Minute))
	if err != nil {
		return fmt.Errorf("count a wrong password: %w", err)
	}
	if t.scope.Account == uuid.Nil {
		return nil // the trail is about accounts
	}
	return t.Audit("login.failed", "account", t.scope.Account.String(), nil)
}

func (t *Tx) openSession(account uuid.UUID, network string) (Login, error) {
	token, hash := newToken()
	l := Login{Token: token, Session: newID(), Account: account, ExpiresAt: t.now.Add(SessionLife)}
	if _, err := t.exec(`SELECT login_success(?, ?, ?, ?, ?, ?)`, account, network, l.Session, hash, t.now, l.ExpiresAt); err != nil {
		return Login{}, fmt.Errorf("log in: %w", err)
	}
	return l, t.Audit("session.open", "session", l.Session.String(), nil)
}

// SweepLogins forgets attempts to log in that count for nothing any more (worker).
func (t *Tx) SweepLogins() error {
	if _, err := t.exec(`SELECT login_sweep(?)`, t.now.Add(-knownNetwork)); err != nil {
		return fmt.Errorf("forget attempts to log in: %w", err)
	}
	return nil
}

func (t *Tx) sealAtLogin(account uuid.UUID) error {
	if _, err := t.exec(`SELECT login_seal(?, ?)`, account, t.now); err != nil {
		return fmt.Errorf("seal an idle account: %w", err)
	}
	return t.Audit("account.seal", "account", account.String(), map[string]string{"cause": "idle"})
}
