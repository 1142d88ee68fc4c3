package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
)

// Audit writes one entry of the audit trail in this transaction: the action, its subject
// and the acting account. Detail holds codes, counts and opaque IDs, never personal data
// or free text about a person. The caller's address is added under "address", because a
// stolen password is found by the place where it was used.
//
// The entry belongs to the partition "<province>/<month>" of the acting office. Without
// an account it belongs to the first office in scope, else to the nation. The sealer
// chains it later, so that writers never wait for each other. It is sent with the queued
// statements, before the commit at the latest.
func (t *Tx) Audit(action, subjectKind, subjectID string, detail map[string]string) error {
	return t.AuditAs(t.scope.Account, action, subjectKind, subjectID, detail)
}

// AuditAs writes the entry in the name of another account. The worker counts the slip of
// a person, and the trail must show that person, the office and its province.
func (t *Tx) AuditAs(account uuid.UUID, action, subjectKind, subjectID string, detail map[string]string) error {
	if detail == nil {
		detail = map[string]string{}
	}
	if t.scope.Address != "" {
		detail = maps.Clone(detail)
		detail["address"] = t.scope.Address
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("write the audit entry: %w", err)
	}
	fallback := "n"
	if len(t.scope.Paths) > 0 {
		fallback = t.scope.Paths[0]
	}
	t.Later("write the audit entry", 1, `INSERT INTO audit_entry (id, partition, at, account_id, office_path, action, subject_kind, subject_id, detail, request_id)
		SELECT ?, CASE WHEN nlevel(p) > 1 THEN substr(subpath(p, 1, 1)::text, 2) || '0000' ELSE '000000' END || '/' || ?, ?, ?, p, ?, ?, ?, ?::jsonb, ?
		FROM (SELECT coalesce((SELECT org_path FROM account WHERE id = ?), ?::ltree) AS p) office`,
		NewID(), t.now.Format("2006-01"), t.now, OrNull(account), action, subjectKind, subjectID, string(text), t.scope.RequestID,
		OrNull(account), fallback)
	return nil
}

// AuditEntry is one line of the audit trail.
type AuditEntry struct {
	ID          uuid.UUID
	Partition   string
	At          time.Time
	AccountID   *uuid.UUID
	OfficePath  string
	Action      string
	SubjectKind string
	SubjectID   string
	Detail      string // canonical JSON as the database writes it
	RequestID   string
	// AccountName and OfficeName are what the person and the office are called now.
	AccountName string `gorm:"->"`
	OfficeName  string `gorm:"->"`
}

// AuditFilter narrows the audit trail; empty fields do not.
type AuditFilter struct {
	SubjectKind, SubjectID string
	Action                 string
	Account                *uuid.UUID
	From, Until            *time.Time
}

// AuditKey is the sort key of a page of the trail.
type AuditKey struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// AuditTrail lists entries of the offices in scope, newest first, after the key.
func (t *Tx) AuditTrail(f AuditFilter, after *AuditKey, limit int) ([]AuditEntry, error) {
	q := t.db.Table("audit_entry").Select(`id, partition, at, account_id, office_path::text AS office_path, action,
		subject_kind, subject_id, detail::text AS detail, request_id,
		coalesce((SELECT l.name FROM account_label(account_id) l), '') AS account_name,
		coalesce((SELECT o.name FROM organisation o WHERE o.path = office_path), '') AS office_name`)
	if f.SubjectKind != "" {
		q = q.Where("subject_kind = ?", f.SubjectKind)
	}
	if f.SubjectID != "" {
		q = q.Where("subject_id = ?", f.SubjectID)
	}
	if f.Action != "" {
		q = q.Where("action = ?", f.Action)
	}
	if f.Account != nil {
		q = q.Where("account_id = ?", *f.Account)
	}
	if f.From != nil {
		q = q.Where("at >= ?", *f.From)
	}
	if f.Until != nil {
		q = q.Where("at < ?", *f.Until)
	}
	if after != nil {
		q = q.Where("(at, id) < (?, ?)", after.At, after.ID)
	}
	var list []AuditEntry
	if err := q.Order("at DESC, id DESC").Limit(limit).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	return list, nil
}
