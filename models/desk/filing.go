package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/student"
)

// FilingLifetime is how long a draft of a filing is kept after its author last saved it.
const FilingLifetime = 30 * 24 * time.Hour

// MaxFilings is the highest number of drafts of filings of one account. It is far above what a
// person has in hand.
const MaxFilings = 50

// Filing is an application that a person has begun and not handed in (申请草稿). Only its author
// reads it. The API knows what stands in its body; here it is one sealed document.
type Filing struct {
	ID      uuid.UUID
	Body    json.RawMessage
	Version int64
	BegunAt time.Time
	SavedAt time.Time
}

// filingRow is a draft as it lies in the register.
type filingRow struct {
	ID      uuid.UUID
	Body    []byte // sealed
	Version int64
	BegunAt time.Time
	SavedAt time.Time
}

const filingColumns = `id, body, version, begun_at, saved_at`

// SaveFiling keeps a draft of the acting account for its office. Version is the one that the
// author read last, 0 of a new draft. A draft that was saved elsewhere meanwhile is refused,
// unless it says the same.
func SaveFiling(t *change.Tx, office, id uuid.UUID, body json.RawMessage, version int64) (*Filing, error) {
	kept, err := ReadFiling(t, office, id)
	gone := errors.Is(err, refusal.New(refusal.DraftGone))
	switch {
	case err != nil && !gone:
		return nil, err
	case gone && version > 0:
		return nil, err
	case gone:
		return addFiling(t, office, id, body)
	case bytes.Equal(kept.Body, body):
		return kept, nil
	case kept.Version != version:
		return nil, refusal.New(refusal.DraftChanged)
	}
	sealed, err := t.Store().Keys().Encrypt(filingPurpose(t, id), body)
	if err != nil {
		return nil, fmt.Errorf("keep a draft of a filing: %w", err)
	}
	n, err := t.Exec(`UPDATE filing_draft SET body = ?, version = version + 1, saved_at = ? WHERE account_id = ? AND id = ? AND version = ?`,
		sealed, t.Now(), t.Scope().Account, id, version)
	if err != nil {
		return nil, fmt.Errorf("keep a draft of a filing: %w", err)
	}
	if n == 0 { // saved or filed from another page at the same moment
		return nil, refusal.New(refusal.DraftChanged)
	}
	return &Filing{ID: id, Body: body, Version: version + 1, BegunAt: kept.BegunAt, SavedAt: t.Now()}, nil
}

func addFiling(t *change.Tx, office, id uuid.UUID, body json.RawMessage) (*Filing, error) {
	var many bool
	if err := t.DB().Raw(`SELECT count(*) >= ? FROM filing_draft WHERE account_id = ?`, MaxFilings, t.Scope().Account).Scan(&many).Error; err != nil {
		return nil, fmt.Errorf("count drafts of filings: %w", err)
	}
	if many {
		return nil, refusal.New(refusal.DraftsFull).With("max", fmt.Sprint(MaxFilings))
	}
	sealed, err := t.Store().Keys().Encrypt(filingPurpose(t, id), body)
	if err != nil {
		return nil, fmt.Errorf("keep a draft of a filing: %w", err)
	}
	n, err := t.Exec(`INSERT INTO filing_draft (account_id, id, org_id, body, version, begun_at, saved_at) VALUES (?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO NOTHING`,
		t.Scope().Account, id, office, sealed, t.Now(), t.Now())
	if err != nil {
		return nil, fmt.Errorf("keep a draft of a filing: %w", err)
	}
	if n == 0 {
		return nil, refusal.New(refusal.DraftChanged)
	}
	return &Filing{ID: id, Body: body, Version: 1, BegunAt: t.Now(), SavedAt: t.Now()}, nil
}

// ReadFiling reads a draft of the acting account.
func ReadFiling(t *change.Tx, office, id uuid.UUID) (*Filing, error) {
	var row filingRow
	err := t.DB().Raw(`SELECT `+filingColumns+` FROM filing_draft WHERE account_id = ? AND id = ? AND org_id = ?`, t.Scope().Account, id, office).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, refusal.New(refusal.DraftGone)
	}
	if err != nil {
		return nil, fmt.Errorf("read a draft of a filing: %w", err)
	}
	return openFiling(t, row)
}

// Filings lists the drafts of the acting account for its office, the last saved first.
func Filings(t *change.Tx, office uuid.UUID) ([]Filing, error) {
	var rows []filingRow
	err := t.DB().Raw(`SELECT `+filingColumns+` FROM filing_draft WHERE account_id = ? AND org_id = ? ORDER BY saved_at DESC, id`, t.Scope().Account, office).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list drafts of filings: %w", err)
	}
	list := make([]Filing, len(rows))
	for i, row := range rows {
		one, err := openFiling(t, row)
		if err != nil {
			return nil, err
		}
		list[i] = *one
	}
	return list, nil
}

// DropFiling deletes a draft of the acting account. A draft that is gone stays gone.
func DropFiling(t *change.Tx, id uuid.UUID) error {
	if _, err := t.Exec(`DELETE FROM filing_draft WHERE account_id = ? AND id = ?`, t.Scope().Account, id); err != nil {
		return fmt.Errorf("drop a draft of a filing: %w", err)
	}
	return nil
}

// SweepFilings deletes the drafts of filings that their authors have left alone for long.
func SweepFilings(t *change.Tx) error {
	if _, err := t.Exec(`DELETE FROM filing_draft WHERE saved_at < ?`, t.Now().Add(-FilingLifetime)); err != nil {
		return fmt.Errorf("delete old drafts of filings: %w", err)
	}
	return nil
}

func openFiling(t *change.Tx, row filingRow) (*Filing, error) {
	body, err := t.Store().Keys().Decrypt(filingPurpose(t, row.ID), row.Body)
	if err != nil {
		return nil, fmt.Errorf("read a draft of a filing: %w", err)
	}
	return &Filing{ID: row.ID, Body: body, Version: row.Version, BegunAt: row.BegunAt, SavedAt: row.SavedAt}, nil
}

func filingPurpose(t *change.Tx, id uuid.UUID) string {
	return student.PurposeFiling + "/" + t.Scope().Account.String() + "/" + id.String()
}
