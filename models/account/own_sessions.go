package account

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// OwnSession is one login of the own account that still lasts, and from where it came.
type OwnSession struct {
	ID         uuid.UUID
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
	Address    string // of the login; empty where the audit trail does not name it
}

// mostSessions is how many own logins are listed: they last half a day.
const mostSessions = 100

// OwnSessions lists the logins of the own account that still last, the newest first.
func OwnSessions(t *store.Tx) ([]OwnSession, error) {
	list := []OwnSession{}
	err := t.DB().Raw(`SELECT s.id, s.created_at, s.last_used_at, s.expires_at, coalesce((SELECT e.detail->>'address' FROM audit_entry e
			WHERE e.subject_kind = 'session' AND e.subject_id = s.id::text AND e.action = 'session.open' LIMIT 1), '') AS address
		FROM session s WHERE s.account_id = ? AND s.kind = ? AND s.revoked_at IS NULL AND s.expires_at > ? AND s.last_used_at > ?
		ORDER BY s.created_at DESC, s.id DESC LIMIT ?`,
		t.Scope().Account, kindLogin, t.Now(), t.Now().Add(-sessionIdle), mostSessions).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// RevokeOwnLogin ends one login of the own account; a token of a machine is none.
func RevokeOwnLogin(t *store.Tx, id uuid.UUID) error {
	var there int64
	if err := t.DB().Table("session").Where(`id = ? AND account_id = ? AND kind = ?`, id, t.Scope().Account, kindLogin).Count(&there).Error; err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	if there == 0 {
		return refusal.New(refusal.NotFound)
	}
	return RevokeSession(t, id)
}

// RevokeOtherLogins ends all logins of the own account but one, and returns how many ended.
func RevokeOtherLogins(t *store.Tx, keep uuid.UUID) (int, error) {
	list, err := OwnSessions(t)
	if err != nil {
		return 0, err
	}
	ended := 0
	for _, s := range list {
		if s.ID == keep {
			continue
		}
		if err := RevokeSession(t, s.ID); err != nil {
			return 0, err
		}
		ended++
	}
	return ended, nil
}
