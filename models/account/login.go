package account

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
	"github.com/xueji/xueji/models/store"
)

const (
	// loginTimeout is how long one attempt may take once it has its turn.
	loginTimeout = 10 * time.Second
	// networkMemory is how long a network counts as the person's own after a right password.
	networkMemory = 90 * 24 * time.Hour
	// networksPerLock is how many networks may each use up their wrong passwords before
	// the login is locked for every network but the person's own: a bound on guessing
	// from many addresses which cannot keep the person out.
	networksPerLock = 5
)

// dummyPasswordHash is the hash with which a password is compared when there is no such
// account, so that the answer takes as long as for an account.
var dummyPasswordHash = sync.OnceValue(func() string { return HashPassword(TemporaryPassword()) })

// NormalLogin returns the form in which logins are stored and looked up.
func NormalLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// Attempt is one attempt to log in.
type Attempt struct {
	Login, Password string
	// Address is the caller's, as the API sees it.
	Address   string
	RequestID string
	// Browser asks for a session that a browser holds in a cookie.
	Browser bool
	// Replaces is the token of the session that the browser held before; it ends.
	Replaces string
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
func LogIn(ctx context.Context, s *store.Store, a Attempt) (OpenedSession, error) {
	a.Login = NormalLogin(a.Login)
	leave, refused := doorOf(s).enter(ctx, a.Login)
	if refused != nil {
		return OpenedSession{}, refused
	}
	defer leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loginTimeout)
	defer cancel()
	var account *uuid.UUID
	if err := s.Pool().QueryRow(ctx, `SELECT login_account($1)`, a.Login).Scan(&account); err != nil {
		return OpenedSession{}, fmt.Errorf("log in: %w", err)
	}
	// The scope is the root only for the audit entry, which reads the account's office.
	scope := store.Scope{Paths: []string{"n"}, RequestID: a.RequestID, Address: a.Address}
	if account != nil {
		scope.Account = *account
	}
	var opened OpenedSession
	var barrier *refusal.Error
	err := s.InScope(ctx, scope, func(tx *store.Tx) error {
		var err error
		opened, barrier, err = checkLogin(tx, a)
		return err
	})
	if err != nil {
		return OpenedSession{}, err
	}
	if barrier != nil {
		return OpenedSession{}, barrier
	}
	return opened, nil
}

// loginState is the state of an account and its locks before the password is compared.
type loginState struct {
	hash                        *string // nil: there is no such account
	used, sealed, closed, until *time.Time
	lockRule
}

// lockRule says how many wrong passwords lock a login on a network, and for how long (D27).
type lockRule struct{ after, minutes int }

// checkLogin returns a session or a refusal. Its writes are kept in both cases.
func checkLogin(t *store.Tx, a Attempt) (OpenedSession, *refusal.Error, error) {
	account, network := t.Scope().Account, networkOf(a.Address)
	b, err := beginLogin(t, a.Login, network)
	if err != nil {
		return OpenedSession{}, nil, err
	}
	hash := dummyPasswordHash
	if b.hash != nil {
		hash = func() string { return *b.hash }
	}
	switch {
	case b.until != nil && b.until.After(t.Now()):
		minutes := int(math.Ceil(b.until.Sub(t.Now()).Minutes()))
		return OpenedSession{}, refusal.New(refusal.AccountLocked).With("minutes", strconv.Itoa(minutes)), nil
	case !PasswordMatches(hash(), a.Password) || b.hash == nil:
		return OpenedSession{}, b.failed(), countFailure(t, a.Login, network, b.lockRule)
	case b.closed != nil:
		return OpenedSession{}, refusal.New(refusal.AccountClosed), nil
	case b.sealed != nil:
		return OpenedSession{}, refusal.New(refusal.AccountSealed), nil
	case b.used.Before(t.Now().AddDate(0, -idleMonths, 0)):
		return OpenedSession{}, refusal.New(refusal.AccountSealed), sealAtLogin(t, account)
	}
	opened, err := openSession(t, account, network, a.Browser)
	if err != nil {
		return OpenedSession{}, nil, err
	}
	return opened, nil, endReplaced(t, a.Replaces)
}

func beginLogin(t *store.Tx, login, network string) (loginState, error) {
	var b loginState
	var after, minutes *int
	err := t.Raw(func(c *pgx.Conn) error {
		return c.QueryRow(t.Context(), `SELECT password_hash, last_used_at, sealed_at, closed_at, locked_until, lock_after, lock_minutes
			FROM login_begin($1, $2, $3, $4, $5)`, login, network, t.Now(), t.Today().String(), networkMemory).
			Scan(&b.hash, &b.used, &b.sealed, &b.closed, &b.until, &after, &minutes)
	})
	if err != nil {
		return loginState{}, fmt.Errorf("log in: %w", err)
	}
	builtIn := t.Store().Processes().Default()
	b.after, b.minutes = numberOr(after, builtIn.LockAfter), numberOr(minutes, builtIn.LockMinutes)
	return b, nil
}

// numberOr returns the number of a province's policy, or the built-in number.
func numberOr(n *int, builtIn int) int {
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

func countFailure(t *store.Tx, login, network string, r lockRule) error {
	_, err := t.Exec(`SELECT login_failure(?, ?, ?, ?::interval, ?, ?, ?)`, login, network, t.Now(), networkMemory,
		r.after, r.after*networksPerLock, t.Now().Add(time.Duration(r.minutes)*time.Minute))
	if err != nil {
		return fmt.Errorf("count a wrong password: %w", err)
	}
	if t.Scope().Account == uuid.Nil {
		return nil // the trail is about accounts
	}
	return t.Audit("login.failed", "account", t.Scope().Account.String(), nil)
}

func openSession(t *store.Tx, account uuid.UUID, network string, browser bool) (OpenedSession, error) {
	token, hash := newToken()
	if browser {
		token, hash = newBrowserToken()
	}
	l := OpenedSession{Token: token, Session: store.NewID(), Account: account, ExpiresAt: t.Now().Add(sessionLife), IdleUntil: t.Now().Add(sessionIdle)}
	if _, err := t.Exec(`SELECT login_success(?, ?, ?, ?, ?, ?)`, account, network, l.Session, hash, t.Now(), l.ExpiresAt); err != nil {
		return OpenedSession{}, fmt.Errorf("log in: %w", err)
	}
	return l, t.Audit("session.open", "session", l.Session.String(), nil)
}

// SweepLogins deletes failed attempts that no longer count (worker).
func SweepLogins(t *store.Tx) error {
	if _, err := t.Exec(`SELECT login_sweep(?)`, t.Now().Add(-networkMemory)); err != nil {
		return fmt.Errorf("forget attempts to log in: %w", err)
	}
	return nil
}

func sealAtLogin(t *store.Tx, account uuid.UUID) error {
	if _, err := t.Exec(`SELECT login_seal(?, ?)`, account, t.Now()); err != nil {
		return fmt.Errorf("seal an idle account: %w", err)
	}
	return t.Audit("account.seal", "account", account.String(), map[string]string{"cause": "idle"})
}
