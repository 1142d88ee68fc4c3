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

// unknownLogin is the hash with which a password is compared when there is no such
// account, so that the answer takes as long as for an account.
var unknownLogin = sync.OnceValue(func() string { return HashPassword(TemporaryPassword()) })

// NormalLogin returns the form in which logins are stored and looked up.
func NormalLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// Attempt is one attempt to log in.
type Attempt struct {
	Login, Password string
	// Address is the caller's, as the API sees it.
	Address   string
	RequestID string
}

// LogIn opens a session. A wrong login and a wrong password give the same refusal. Only a
// person who knows the password learns what is wrong with the account.
//
// Only a wrong password that was compared counts as a failure (P1). It counts for the
// login and the network from which it came, whether the account exists or not: an
// attacker locks only the attacker's own network, and learns nothing. Attempts for one
// account are compared one after the other, each in the transaction that holds the
// account. So a right password is never refused because other attempts are waiting, and
// many guesses at once gain nothing over guesses one after the other. An attempt in its
// turn is finished although the caller has gone away, so that hanging up does not undo a
// failure.
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

// begunLogin is the state of an account and its locks before the password is compared.
type begunLogin struct {
	hash                        *string // nil: there is no such account
	used, sealed, closed, until *time.Time
	lockRule
}

// lockRule says how many wrong passwords lock a login on a network, and for how long (D27).
type lockRule struct{ after, minutes int }

// logIn returns a session or a refusal. Its writes are kept in both cases.
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

// orElse returns the number of a province's policy, or the built-in number.
func orElse(n *int, builtIn int) int {
	if n == nil {
		return builtIn
	}
	return *n
}

// networkOf returns the network for which wrong passwords are counted: an IPv4 address,
// or the half of an IPv6 address that belongs to one household or school.
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

// SweepLogins deletes failed attempts that no longer count (worker).
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
