package student

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// The states of the identity check (身份认证) of a record. A written identity is not checked
// yet; package problem, which asks the population database, moves it on.
const (
	IdentityUnchecked     = "UNCHECKED"
	IdentityMatch         = "MATCH"
	IdentityNotFound      = "NOT_FOUND"
	IdentityMismatch      = "MISMATCH" // the number cannot be asked about: it is not well formed
	IdentityCancelled     = "CANCELLED_BY_POLICE"
	IdentityMigrating     = "MIGRATING"
	identityNotApplicable = "NOT_APPLICABLE"
)

// IdentityStateOf returns the state of a record after an answer of the population database.
func IdentityStateOf(a ident.Answer) string {
	switch a {
	case ident.AnswerMatch:
		return IdentityMatch
	case ident.AnswerNotFound:
		return IdentityNotFound
	case ident.AnswerCancelled, ident.AnswerDuplicate:
		return IdentityCancelled
	case ident.AnswerMigrating:
		return IdentityMigrating
	}
	return IdentityUnchecked
}

// IdentityText returns the words for a state of the identity check (P22).
func IdentityText(state string) process.Text {
	switch state {
	case IdentityMatch:
		return process.Text{Zh: "认证一致", En: "matches the population database"}
	case IdentityUnchecked:
		return process.Text{Zh: "未认证", En: "not checked yet"}
	case identityNotApplicable:
		return process.Text{Zh: "该证件不需认证", En: "not checked for this kind of document"}
	case IdentityMismatch:
		return process.Text{Zh: "证件号不符合编码规则", En: "the number is not well formed"}
	case IdentityNotFound:
		return process.Text{Zh: "身份证件号不存在（姓名与证件号不符）", En: "name and number do not match"}
	case IdentityCancelled:
		return process.Text{Zh: "户口已注销", En: "household registration cancelled"}
	case IdentityMigrating:
		return process.Text{Zh: "迁/流出", En: "household registration is moving"}
	}
	return process.Text{Zh: state, En: state}
}

// IdentityMark is the state of the identity check that a record gets.
type IdentityMark struct {
	ID    uuid.UUID `json:"id"`
	State string    `json:"state"`
}

// WriteIdentityStates writes the states of the identity check of records (worker). Only the
// check itself calls it. The caller has locked the records.
func WriteIdentityStates(t *store.Tx, list []IdentityMark) error {
	marks, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("write what the population database said: %w", err)
	}
	_, err = t.Exec(`UPDATE student s SET identity_state = w.state
		FROM jsonb_to_recordset(CAST(? AS jsonb)) AS w (id uuid, state text) WHERE w.id = s.id AND s.identity_state <> w.state`, string(marks))
	if err != nil {
		return fmt.Errorf("write what the population database said: %w", err)
	}
	return nil
}

// IdentityCheck is the last answer of the population database about a record.
type IdentityCheck struct {
	Answer  ident.Answer
	AskedAt time.Time
}

// LastIdentityCheck returns the last answer about a record in scope; nil when it was never
// asked about.
func LastIdentityCheck(t *store.Tx, student uuid.UUID) (*IdentityCheck, error) {
	var list []IdentityCheck
	err := t.DB().Raw(`SELECT answer, asked_at FROM identity_check WHERE student_id = ? ORDER BY asked_at DESC LIMIT 1`, student).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read what the population database said: %w", err)
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // never asked
	}
	return &list[0], nil
}
