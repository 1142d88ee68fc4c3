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
	Roles      []org.Role `gorm:"-"`
	RoleNames  string
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
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
	life := min(time.Duration(days)*24*time.Hour, MaxTokenLife)
	secret, hash := newToken()
	made := Token{ID: store.NewID(), Name: name, Roles: sortedRoles(store.SplitNames(joinRoles(roles))), CreatedAt: t.Now(), LastUsedAt: t.Now(), ExpiresAt: t.Now().Add(life)}
	_, err := t.Exec(`INSERT INTO session (id, account_id, kind, name, roles, token_hash, created_at, last_used_at, expires_at)
		VALUES (?, ?, 'TOKEN', ?, string_to_array(?, ','), ?, ?, ?, ?)`,
		made.ID, t.Scope().Account, name, joinRoles(made.Roles), hash, t.Now(), t.Now(), made.ExpiresAt)
	if err != nil {
		return Token{}, "", fmt.Errorf("make a token: %w", err)
	}
	return made, secret, t.Audit("token.create", "session", made.ID.String(), map[string]string{"roles": joinRoles(made.Roles)})
}

// OwnTokens lists the valid tokens of the own account.
func OwnTokens(t *store.Tx) ([]Token, error) {
	var list []Token
	err := t.DB().Raw(`SELECT id, name, array_to_string(roles, ',') AS role_names, created_at, last_used_at, expires_at FROM session
		WHERE account_id = ? AND kind = 'TOKEN' AND revoked_at IS NULL AND expires_at > ? ORDER BY created_at DESC, id DESC`, t.Scope().Account, t.Now()).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	for i := range list {
		list[i].Roles = sortedRoles(store.SplitNames(list[i].RoleNames))
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
