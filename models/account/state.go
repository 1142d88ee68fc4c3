package account

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// ResetPassword gives the account a temporary password, returned once. It unlocks the
// account and ends its sessions and machine tokens, because a person with the old
// password may have made tokens (P2: done by the level above).
func ResetPassword(t *store.Tx, id uuid.UUID) (string, error) {
	if err := refuseOwnOrClosed(t, id); err != nil {
		return "", err
	}
	password := TemporaryPassword()
	hash := HashPassword(password)
	_, err := t.Exec(`UPDATE account SET password_hash = ?, password_set_at = ?, must_change = true, version = version + 1 WHERE id = ?`, hash, t.Now(), id)
	if err != nil {
		return "", fmt.Errorf("reset a password: %w", err)
	}
	if err := addToPasswordHistory(t, id, hash); err != nil {
		return "", err
	}
	if err := errors.Join(removeLocks(t, id), revokeSessions(t, id, uuid.Nil, kindLogin, kindToken)); err != nil {
		return "", err
	}
	return password, t.Audit("account.reset", "account", id.String(), nil)
}

// Unlock ends the locks after wrong passwords, on every network.
func Unlock(t *store.Tx, id uuid.UUID) error {
	if err := refuseOwnOrClosed(t, id); err != nil {
		return err
	}
	if err := removeLocks(t, id); err != nil {
		return err
	}
	return t.Audit("account.unlock", "account", id.String(), nil)
}

func removeLocks(t *store.Tx, id uuid.UUID) error {
	if _, err := t.Exec(`SELECT login_unlock(?)`, id); err != nil {
		return fmt.Errorf("unlock an account: %w", err)
	}
	return nil
}

// Seal (封存) takes an account out of use until it is unsealed, and ends its sessions.
func Seal(t *store.Tx, id uuid.UUID) error {
	if err := refuseOwnOrClosed(t, id); err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE account SET sealed_at = ?, version = version + 1 WHERE id = ? AND sealed_at IS NULL`, t.Now(), id); err != nil {
		return fmt.Errorf("seal an account: %w", err)
	}
	if err := revokeSessions(t, id, uuid.Nil, kindLogin, kindToken); err != nil {
		return err
	}
	return t.Audit("account.seal", "account", id.String(), nil)
}

// Unseal (启封) brings a sealed account back. Its half year of disuse begins again.
func Unseal(t *store.Tx, id uuid.UUID) error {
	if err := refuseOwnOrClosed(t, id); err != nil {
		return err
	}
	n, err := t.Exec(`UPDATE account SET sealed_at = NULL, last_used_at = ?, version = version + 1 WHERE id = ? AND sealed_at IS NOT NULL`, t.Now(), id)
	if err != nil {
		return fmt.Errorf("unseal an account: %w", err)
	}
	if n != 1 {
		return refusal.New(refusal.NotSealed)
	}
	return t.Audit("account.unseal", "account", id.String(), nil)
}

// Close ends an account for ever. Its past acts stay under its name.
func Close(t *store.Tx, id uuid.UUID) error {
	if err := refuseOwnOrClosed(t, id); err != nil {
		return err
	}
	if _, err := t.Exec(`UPDATE account SET closed_at = ?, version = version + 1 WHERE id = ?`, t.Now(), id); err != nil {
		return fmt.Errorf("close an account: %w", err)
	}
	if err := revokeSessions(t, id, uuid.Nil, kindLogin, kindToken); err != nil {
		return err
	}
	return t.Audit("account.close", "account", id.String(), nil)
}

// refuseOwnOrClosed refuses the own account and closed accounts. Nobody decides about the own
// access, and so an office cannot lose its last administrator.
func refuseOwnOrClosed(t *store.Tx, id uuid.UUID) error {
	if id == t.Scope().Account {
		return refusal.New(refusal.OwnAccount)
	}
	_, err := readOpen(t, id)
	return err
}

// SealIdle seals every account that was unused for half a year (教基〔2025〕1号) and
// returns their number. The worker calls it again and again.
func SealIdle(t *store.Tx) (int, error) {
	var ids []uuid.UUID
	err := t.DB().Raw(`UPDATE account SET sealed_at = ?, version = version + 1
		WHERE last_used_at < ? AND sealed_at IS NULL AND closed_at IS NULL RETURNING id`, t.Now(), t.Now().AddDate(0, -idleMonths, 0)).Scan(&ids).Error
	if err != nil {
		return 0, fmt.Errorf("seal idle accounts: %w", err)
	}
	for _, id := range ids {
		if err := t.Audit("account.seal", "account", id.String(), map[string]string{"cause": "idle"}); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// ChangePassword replaces the own password. The present password must be right; the new
// one must keep the rule and differ from the last five. All other sessions end.
func ChangePassword(t *store.Tx, present, next string, session uuid.UUID) error {
	a, err := Read(t, t.Scope().Account)
	if err != nil {
		return err
	}
	var former []string
	if err := t.DB().Raw(`SELECT own_passwords(?)`, passwordsKept).Scan(&former).Error; err != nil {
		return fmt.Errorf("read former passwords: %w", err)
	}
	if len(former) == 0 || !PasswordMatches(former[0], present) {
		return refusal.New(refusal.PasswordWrong).At("/present")
	}
	if err := CheckPassword(next, a.Login); err != nil {
		return refusal.New(refusal.PasswordWeak).At("/new")
	}
	for _, hash := range former {
		if PasswordMatches(hash, next) {
			return refusal.New(refusal.PasswordUsed).At("/new").With("count", strconv.Itoa(passwordsKept))
		}
	}
	hash := HashPassword(next)
	if _, err := t.Exec(`UPDATE account SET password_hash = ?, password_set_at = ?, must_change = false, version = version + 1 WHERE id = ?`,
		hash, t.Now(), a.ID); err != nil {
		return fmt.Errorf("change the password: %w", err)
	}
	if err := addToPasswordHistory(t, a.ID, hash); err != nil {
		return err
	}
	if err := revokeSessions(t, a.ID, session, kindLogin); err != nil {
		return err
	}
	return t.Audit("account.password", "account", a.ID.String(), nil)
}

// addToPasswordHistory adds a password to the history. The newest entry is the present password.
func addToPasswordHistory(t *store.Tx, account uuid.UUID, hash string) error {
	_, err := t.Exec(`INSERT INTO account_password (account_id, set_at, password_hash) VALUES (?, ?, ?)`, account, t.Now(), hash)
	if err != nil {
		return fmt.Errorf("keep the password history: %w", err)
	}
	return nil
}

func joinRoles(roles []org.Role) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = string(role)
	}
	return strings.Join(names, ",")
}
