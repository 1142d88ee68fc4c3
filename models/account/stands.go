package account

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Stands returns the refusal unauthenticated when a session of the own account has ended. It
// does not count as use of the session.
func Stands(t *store.Tx, session uuid.UUID) error {
	var good bool
	err := t.DB().Raw(`SELECT EXISTS (SELECT 1 FROM session s JOIN account a ON a.id = s.account_id
		WHERE s.id = @id AND s.account_id = @me AND s.revoked_at IS NULL AND s.expires_at > @now AND (s.kind <> @login OR s.last_used_at > @idle)
			AND a.sealed_at IS NULL AND a.closed_at IS NULL)`, map[string]any{
		"id": session, "me": t.Scope().Account, "now": t.Now(), "login": kindLogin, "idle": t.Now().Add(-sessionIdle)}).Scan(&good).Error
	if err != nil {
		return fmt.Errorf("look at a session: %w", err)
	}
	if !good {
		return refusal.New(refusal.Unauthenticated)
	}
	return nil
}
