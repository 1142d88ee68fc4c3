package student

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// IdentityWrite is the identity that a change gives to a record. The population database
// has checked it at the change's own step.
type IdentityWrite struct {
	status.Identity

	Country string // country of the document: two countries may use one number
}

// The states of the identity check (身份认证) that a written identity has.
const (
	identityMatch         = "MATCH"
	identityUnchecked     = "UNCHECKED"
	identityNotApplicable = "NOT_APPLICABLE"
)

// IdentityText returns the words for a state of the identity check (P22).
func IdentityText(state string) process.Text {
	switch state {
	case identityMatch:
		return process.Text{Zh: "认证一致", En: "matches the population database"}
	case identityUnchecked:
		return process.Text{Zh: "未认证", En: "not checked yet"}
	case identityNotApplicable:
		return process.Text{Zh: "该证件不需认证", En: "not checked for this kind of document"}
	case "MISMATCH":
		return process.Text{Zh: "认证不一致", En: "differs from the population database"}
	case "NOT_FOUND":
		return process.Text{Zh: "查无此人", En: "not in the population database"}
	case "CANCELLED_BY_POLICE":
		return process.Text{Zh: "户口已注销", En: "household registration cancelled"}
	}
	return process.Text{Zh: state, En: state}
}

// writeIdentity writes the key data of a record, or does nothing when after is nil. The
// refusal is identity_taken when another record has the document.
func writeIdentity(t *store.Tx, student uuid.UUID, after *IdentityWrite) error {
	if after == nil {
		return nil
	}
	sealed, err := sealIdentity(t.Store(), student, IdentityDocument{Kind: after.IDType, Country: after.Country, Number: after.IDNumber})
	if err != nil {
		return err
	}
	state := identityNotApplicable
	if !after.Citizen().IsZero() {
		state = identityMatch
	}
	// A proven identity clears the flag of the identity check.
	_, err = t.Exec(`UPDATE student SET name = ?, name_key = ?, sex = ?, birth_date = to_date(?, 'YYYYMMDD'), id_type = ?, id_cipher = ?, id_hash = ?, id_masked = ?,
		number_only_hash = ?, id_double = id_double AND id_hash IS NOT DISTINCT FROM ?,
		identity_state = ?, problem_flags = CASE WHEN ? THEN array_remove(problem_flags, ?) ELSE problem_flags END WHERE id = ?`,
		after.Name, ident.NameKey(after.Name), after.Sex, after.BirthDate, after.IDType, sealed.Cipher, sealed.Hash, sealed.Masked,
		sealed.onlyHash, sealed.Hash, state, state == identityMatch, status.IDError, student)
	if store.Violates(err) == "student_identity" {
		return IdentityTaken()
	}
	if err != nil {
		return fmt.Errorf("write key items: %w", err)
	}
	return nil
}

// rewriteIdentityKey gives the document of a record a new key after an edit changed its country.
func rewriteIdentityKey(t *store.Tx, student uuid.UUID, d IdentityDocument) error {
	if numberOnlyHash(t.Store(), d.Number) == nil {
		return nil // a citizen's number is the key itself
	}
	var free bool
	err := t.DB().Raw(`SELECT rekey_document(?, ?)`, student, IdentityKey(t.Store(), d)).Scan(&free).Error
	if store.Violates(err) == "student_identity" || err == nil && !free {
		return refusal.New(refusal.IdentityTaken).At("/items/" + string(roster.Nationality))
	}
	if err != nil {
		return fmt.Errorf("key the document of a record: %w", err)
	}
	return nil
}
