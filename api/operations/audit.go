package operations

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/store"
)

// AuditEntry is one line of the audit trail (审计日志).
type AuditEntry struct {
	ID          uuid.UUID         `json:"id"`
	At          time.Time         `json:"at"`
	Account     *uuid.UUID        `json:"account,omitempty"`
	AccountName string            `json:"account_name,omitempty" doc:"What the person is called now."`
	Office      string            `json:"office" doc:"Path of the acting office at that time."`
	OfficeName  string            `json:"office_name,omitempty" doc:"What the office with this path is called now; left out when it has moved."`
	Action      string            `json:"action"`
	SubjectKind string            `json:"subject_kind"`
	SubjectID   string            `json:"subject_id"`
	Detail      map[string]string `json:"detail"`
	RequestID   string            `json:"request_id,omitempty"`
}

type auditInput struct {
	SubjectKind string    `query:"subject_kind" maxLength:"40"`
	SubjectID   string    `query:"subject_id" maxLength:"80"`
	Action      string    `query:"action" maxLength:"60"`
	Account     string    `query:"account" format:"uuid"`
	From        time.Time `query:"from"`
	Until       time.Time `query:"until"`
	rest.Paging
}

func (s *server) auditRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-audit", Method: http.MethodGet, Path: "/v1/audit", Action: authz.AuditRead, Tag: "audit",
		Summary: "Audit trail of the own office and those below (审计日志)",
	}, s.listAudit)
	s.rest.Enumerate("/v1/audit", "action", store.AuditActions())
	s.rest.Enumerate("/v1/audit", "subject_kind", store.AuditSubjects())
}

func (s *server) listAudit(ctx context.Context, in *auditInput) (*rest.Body[*rest.Page[AuditEntry]], error) {
	filter := store.AuditFilter{SubjectKind: in.SubjectKind, SubjectID: in.SubjectID, Action: in.Action}
	if id, err := uuid.Parse(in.Account); err == nil {
		filter.Account = &id
	}
	if !in.From.IsZero() {
		filter.From = &in.From
	}
	if !in.Until.IsZero() {
		filter.Until = &in.Until
	}
	return rest.List(ctx, s.Store, in.Paging, nil, func(tx *store.Tx, after *store.AuditKey, most int) ([]store.AuditEntry, error) {
		return tx.AuditTrail(filter, after, most)
	}, showAudit, func(e store.AuditEntry) *store.AuditKey { return &store.AuditKey{At: e.At, ID: e.ID} })
}

func showAudit(e store.AuditEntry) AuditEntry {
	shown := AuditEntry{
		ID: e.ID, At: e.At, Account: e.AccountID, AccountName: e.AccountName, Office: e.OfficePath, OfficeName: e.OfficeName, Action: e.Action,
		SubjectKind: e.SubjectKind, SubjectID: e.SubjectID, Detail: map[string]string{}, RequestID: e.RequestID,
	}
	_ = json.Unmarshal([]byte(e.Detail), &shown.Detail) // written by tx.Audit as an object of strings
	return shown
}
