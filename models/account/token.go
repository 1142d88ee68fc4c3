package account

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Token is an API token of a machine. Its secret is returned only when the token is made.
type Token struct {
	ID         uuid.UUID
	Name       string
	Roles      store.Words[org.Role]
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
}

// TableName returns the table of sessions, in which a token lies beside the logins.
func (Token) TableName() string { return "session" }

// The kinds of sessions.
const (
	kindLogin = "LOGIN" // of a person
	kindToken = "TOKEN" // of a machine
)

// newSession is a token with what is written when it is made and never read again.
type newSession struct {
	Token

	AccountID uuid.UUID
	Kind      string
	TokenHash []byte
}

// CreateToken makes a token of the own account with some of the account's roles.
func CreateToken(t *store.Tx, name string, roles, held []org.Role, days int) (Token, string, error) {
	for i, role := range roles {
		if !slices.Contains(held, role) {
			return Token{}, "", refusal.New(refusal.RolesNotHeld).At(fmt.Sprintf("/roles/%d", i))
		}
	}
	if len(roles) == 0 {
		return Token{}, "", refusal.New(refusal.RolesMissing).At("/roles")
	}
	life := min(time.Duration(days)*24*time.Hour, maxTokenLife)
	secret, hash := newToken()
	made := Token{ID: store.NewID(), Name: name, Roles: sortedRoles(roles), CreatedAt: t.Now(), LastUsedAt: t.Now(), ExpiresAt: t.Now().Add(life)}
	if err := t.DB().Create(&newSession{Token: made, AccountID: t.Scope().Account, Kind: kindToken, TokenHash: hash}).Error; err != nil {
		return Token{}, "", fmt.Errorf("make a token: %w", err)
	}
	return made, secret, t.Audit("token.create", "session", made.ID.String(), map[string]string{"roles": joinRoles(made.Roles)})
}

// OwnTokens lists the valid tokens of the own account.
func OwnTokens(t *store.Tx) ([]Token, error) {
	var list []Token
	err := t.DB().Where(`account_id = ? AND kind = ? AND revoked_at IS NULL AND expires_at > ?`, t.Scope().Account, kindToken, t.Now()).
		Order(`created_at DESC, id DESC`).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return list, nil
}

// RevokeSession ends a session or a token of the own account.
func RevokeSession(t *store.Tx, id uuid.UUID) error {
	n, err := t.Exec(`UPDATE session SET revoked_at = ? WHERE id = ? AND account_id = ? AND revoked_at IS NULL`, t.Now(), id, t.Scope().Account)
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	if n != 1 {
		return refusal.New(refusal.NotFound)
	}
	return t.Audit("session.revoke", "session", id.String(), nil)
}

// revokeSessions ends all sessions of the given kinds of an account, except one.
func revokeSessions(t *store.Tx, account, keep uuid.UUID, kinds ...string) error {
	_, err := t.Exec(`UPDATE session SET revoked_at = ? WHERE account_id = ? AND id <> ? AND kind IN ? AND revoked_at IS NULL`, t.Now(), account, keep, kinds)
	if err != nil {
		return fmt.Errorf("end the sessions of an account: %w", err)
	}
	return nil
}
