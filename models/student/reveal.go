package student

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Secret is a number of a record that is shown masked and can be revealed.
type Secret string

// The secrets of a record.
const (
	SecretIDNumber      Secret = "id_number"
	SecretStudentNumber Secret = "student_number"
	SecretAuxNumber     Secret = "aux_student_number" //nolint:gosec // the name of an item, not a credential
	SecretMember1ID     Secret = "member1_id_number"
	SecretMember2ID     Secret = "member2_id_number" //nolint:gosec // the name of an item, not a credential
)

// RevealReason is the reason for revealing a number. It is a code and not free text,
// because it stays in the audit trail for ever.
type RevealReason string

// The reasons.
const (
	RevealVerify    RevealReason = "VERIFY_DOCUMENT"   // 核对证件原件
	RevealGuardian  RevealReason = "GUARDIAN_REQUEST"  // 监护人申请
	RevealExam      RevealReason = "EXAM_REGISTRATION" // 考试、招生报名
	RevealTransfer  RevealReason = "TRANSFER"          // 办理转学等异动
	RevealQuality   RevealReason = "DATA_QUALITY"      // 数据核查、问题学籍处理
	RevealAuthority RevealReason = "AUTHORITY_REQUEST" // 有关机关依法调取
)

// RevealReasons lists every reason.
func RevealReasons() []RevealReason {
	return []RevealReason{RevealVerify, RevealGuardian, RevealExam, RevealTransfer, RevealQuality, RevealAuthority}
}

// Check refuses an unknown reason, because the reason goes into the audit trail.
func (r RevealReason) Check() error {
	if slices.Contains(RevealReasons(), r) {
		return nil
	}
	return refusal.New(refusal.InvalidInput).At("/reason").WithText("field", "查看原因", "reason").
		WithText("reason", "不是规定的原因", "it is none of the reasons there are")
}

// RevealSecret returns one number of a record in full, and audits who asked, for which
// number and why.
func RevealSecret(t *store.Tx, student uuid.UUID, secret Secret, reason RevealReason) (string, error) {
	if err := reason.Check(); err != nil {
		return "", err
	}
	path, cipher, err := CipherOf(t, student, secret)
	if err != nil {
		return "", err
	}
	if path == "" {
		return "", refusal.New(refusal.NotFound)
	}
	if len(cipher) == 0 {
		return "", refusal.New(refusal.RevealNothing).At("/field")
	}
	plain, err := Unseal(t.Store(), secret.purpose(), student, cipher)
	if err != nil {
		return "", err
	}
	err = t.Audit("student.reveal", "student", student.String(), map[string]string{"field": string(secret), "reason": string(reason)})
	if err != nil {
		return "", err
	}
	return plain, nil
}

func (s Secret) purpose() string {
	switch s {
	case SecretIDNumber:
		return PurposeStudentID
	case SecretStudentNumber:
		return PurposeStudentNo
	case SecretAuxNumber:
		return PurposeAuxNumber
	case SecretMember1ID:
		return PurposeGuardian + "/1"
	case SecretMember2ID:
		return PurposeGuardian + "/2"
	}
	return ""
}

// CipherOf reads one ciphertext under row-level security. An empty path means that the
// record is not in scope.
func CipherOf(t *store.Tx, student uuid.UUID, secret Secret) (path string, cipher []byte, err error) {
	column := "NULL::bytea"
	switch secret {
	case SecretIDNumber:
		column = "s.id_cipher"
	case SecretStudentNumber:
		column = "s.number_cipher"
	case SecretAuxNumber:
		column = "decode(s.details->>'" + AuxSealed + "', 'base64')"
	case SecretMember1ID:
		column = "(SELECT g.id_cipher FROM guardian g WHERE g.student_id = s.id AND g.seat = 1)"
	case SecretMember2ID:
		column = "(SELECT g.id_cipher FROM guardian g WHERE g.student_id = s.id AND g.seat = 2)"
	}
	var row struct {
		Path   string
		Cipher []byte
	}
	err = t.DB().Raw(`SELECT s.org_path::text AS path, `+column+` AS cipher FROM student s WHERE s.id = ?`, student).Scan(&row).Error
	if err != nil {
		return "", nil, fmt.Errorf("read a number of a record: %w", err)
	}
	return row.Path, row.Cipher, nil
}
