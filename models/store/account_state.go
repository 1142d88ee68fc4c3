package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
)

// ResetPassword gives the account a temporary password, returned once. It unlocks the
// account and ends its sessions and machine tokens, because a person with the old
// password may have made tokens (P2: done by the level above).
func (t *Tx) ResetPassword(id uuid.UUID) (string, error) {
	if err := t.othersAccount(id); err != nil {
		return "", err
	}
	password := TemporaryPassword()
	hash := HashPassword(password)
	_, err := t.exec(`UPDATE account SET password_hash = ?, password_set_at = ?, must_change = true, version = version + 1 WHERE id = ?`, hash, t.now, id)
	if err != nil {
		return "", fmt.Errorf("reset a password: %w", err)
	}
	if err := t.keepPassword(id, hash); err != nil {
		return "", err
	}
	if err := errors.Join(t.unlock(id), t.revokeSessions(id, uuid.Nil, "LOGIN", "TOKEN")); err != nil {
		return "", err
	}
	return password, t.Audit("account.reset", "account", id.String(), nil)
}

// Unlock ends the locks after wrong passwords, on every network.
func (t *Tx) Unlock(id uuid.UUID) error {
	if err := t.othersAccount(id); err != nil {
		return err
	}
	if err := t.unlock(id); err != nil {
		return err
	}
	return t.Audit("account.unlock", "account", id.String(), nil)
}

func (t *Tx) unlock(id uuid.UUID) error {
	if _, err := t.exec(`SELECT login_unlock(?)`, id); err != nil {
		return fmt.Errorf("unlock an account: %w", err)
	}
	return nil
}

// Seal (封存) takes an account out of use until it is unsealed, and ends its sessions.
func (t *Tx) Seal(id uuid.UUID) error {
	if err := t.othersAccount(id); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE account SET sealed_at = ?, version = version + 1 WHERE id = ? AND sealed_at IS NULL`, t.now, id); err != nil {
		return fmt.Errorf("seal an account: %w", err)
	}
	if err := t.revokeSessions(id, uuid.Nil, "LOGIN", "TOKEN"); err != nil {
		return err
	}
	return t.Audit("account.seal", "account", id.String(), nil)
}

// Unseal (启封) brings a sealed account back. Its half year of disuse begins again.
func (t *Tx) Unseal(id uuid.UUID) error {
	if err := t.othersAccount(id); err != nil {
		return err
	}
	n, err := t.exec(`UPDATE account SET sealed_at = NULL, last_used_at = ?, version = version + 1 WHERE id = ? AND sealed_at IS NOT NULL`, t.now, id)
	if err != nil {
		return fmt.Errorf("unseal an account: %w", err)
	}
	if n != 1 {
		return refusal.New(refusal.NotSealed)
	}
	return t.Audit("account.unseal", "account", id.String(), nil)
}

// CloseAccount ends an account for ever. Its past acts stay under its name.
func (t *Tx) CloseAccount(id uuid.UUID) error {
	if err := t.othersAccount(id); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE account SET closed_at = ?, version = version + 1 WHERE id = ?`, t.now, id); err != nil {
		return fmt.Errorf("close an account: %w", err)
	}
	if err := t.revokeSessions(id, uuid.Nil, "LOGIN", "TOKEN"); err != nil {
		return err
	}
	return t.Audit("account.close", "account", id.String(), nil)
}

// othersAccount refuses the own account and closed accounts. Nobody decides about the own
// access, and so an office cannot lose its last administrator.
func (t *Tx) othersAccount(id uuid.UUID) error {
	if id == t.scope.Account {
		return refusal.New(refusal.OwnAccount)
	}
	_, err := t.openAccount(id)
	return err
}

// SealIdle seals every account that was unused for half a year (教基〔2025〕1号) and
// returns their number. The worker calls it again and again.
func (t *Tx) SealIdle() (int, error) {
	var ids []uuid.UUID
	err := t.db.Raw(`UPDATE account SET sealed_at = ?, version = version + 1
		WHERE last_used_at < ? AND sealed_at IS NULL AND closed_at IS NULL RETURNING id`, t.now, t.now.AddDate(0, -IdleMonths, 0)).Scan(&ids).Error
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
func (t *Tx) ChangePassword(present, next string, session uuid.UUID) error {
	a, err := t.Account(t.scope.Account)
	if err != nil {
		return err
	}
	var former []string
	if err := t.db.Raw(`SELECT own_passwords(?)`, PasswordsKept).Scan(&former).Error; err != nil {
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
			return refusal.New(refusal.PasswordUsed).At("/new").With("count", strconv.Itoa(PasswordsKept))
		}
	}
	hash := HashPassword(next)
	if _, err := t.exec(`UPDATE account SET password_hash = ?, password_set_at = ?, must_change = false, version = version + 1 WHERE id = ?`,
		hash, t.now, a.ID); err != nil {
		return fmt.Errorf("change the password: %w", err)
	}
	if err := t.keepPassword(a.ID, hash); err != nil {
		return err
	}
	if err := t.revokeSessions(a.ID, session, "LOGIN"); err != nil {
		return err
	}
	return t.Audit("account.password", "account", a.ID.String(), nil)
}

// keepPassword adds a password to the history. The newest entry is the present password.
func (t *Tx) keepPassword(account uuid.UUID, hash string) error {
	_, err := t.exec(`INSERT INTO account_password (account_id, set_at, password_hash) VALUES (?, ?, ?)`, account, t.now, hash)
	if err != nil {
		return fmt.Errorf("keep the password history: %w", err)
	}
	return nil
}

func splitNames(list string) []string { return strings.Split(list, ",") }

func joinRoles(roles []org.Role) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = string(role)
	}
	return strings.Join(names, ",")
}
