package account

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// endReplaced ends the session that the browser held before it logged in anew: nothing
// holds it any more, and it would stay open until it is idle. It may be another person's.
func endReplaced(t *store.Tx, token string) error {
	if !OfBrowser(token) {
		return nil
	}
	var session uuid.UUID
	err := t.Raw(func(c *pgx.Conn) error {
		return c.QueryRow(t.Context(), `SELECT session_id FROM session_principal($1, $2, $3, $4)`, tokenHash(token), t.Now(), sessionIdle, t.Today().String()).Scan(&session)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end the former session: %w", err)
	}
	if _, err := t.Exec(`UPDATE session SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL`, t.Now(), session); err != nil {
		return fmt.Errorf("end the former session: %w", err)
	}
	return t.Audit("session.revoke", "session", session.String(), map[string]string{"cause": "replaced"})
}

// RenewBrowser opens another session for the browser of the own account and ends the one
// it held: who knew the old session, and not the new password, is out.
func RenewBrowser(t *store.Tx, old uuid.UUID) (OpenedSession, error) {
	token, hash := newBrowserToken()
	l := OpenedSession{Token: token, Session: store.NewID(), Account: t.Scope().Account, ExpiresAt: t.Now().Add(sessionLife), IdleUntil: t.Now().Add(sessionIdle)}
	made := newSession{AccountID: l.Account, Kind: kindLogin, TokenHash: hash,
		Token: Token{ID: l.Session, CreatedAt: t.Now(), LastUsedAt: t.Now(), ExpiresAt: l.ExpiresAt}}
	if err := t.DB().Omit("Name", "Roles").Create(&made).Error; err != nil {
		return OpenedSession{}, fmt.Errorf("renew a session: %w", err)
	}
	if err := RevokeSession(t, old); err != nil {
		return OpenedSession{}, err
	}
	return l, t.Audit("session.open", "session", l.Session.String(), map[string]string{"cause": "renewed"})
}

// Ends says when a session of the own account ends: at expires whatever happens, and at
// idle unless it is used before. A token of a machine may be idle; then idle is nil.
func Ends(t *store.Tx, session uuid.UUID) (expires time.Time, idle *time.Time, err error) {
	var row struct {
		Kind                  string
		ExpiresAt, LastUsedAt time.Time
	}
	found := t.DB().Table("session").Select("kind, expires_at, last_used_at").Where("id = ? AND account_id = ?", session, t.Scope().Account).Limit(1).Scan(&row)
	if found.Error != nil {
		return time.Time{}, nil, fmt.Errorf("read when a session ends: %w", found.Error)
	}
	if found.RowsAffected == 0 {
		return time.Time{}, nil, refusal.New(refusal.NotFound)
	}
	if row.Kind == kindLogin {
		until := row.LastUsedAt.Add(sessionIdle)
		if until.After(row.ExpiresAt) {
			until = row.ExpiresAt
		}
		idle = &until
	}
	return row.ExpiresAt, idle, nil
}
