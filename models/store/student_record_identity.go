package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
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

// writeIdentity writes the key data of a record, or does nothing when after is nil. The
// refusal is identity_taken when another record has the document.
func (t *Tx) writeIdentity(student uuid.UUID, after *IdentityWrite) error {
	if after == nil {
		return nil
	}
	sealed, err := t.store.sealIdentity(student, document{kind: after.IDType, country: after.Country, number: after.IDNumber})
	if err != nil {
		return err
	}
	state := identityNotApplicable
	if !after.Citizen().IsZero() {
		state = identityMatch
	}
	// A proven identity clears the flag of the identity check.
	_, err = t.exec(`UPDATE student SET name = ?, name_key = ?, sex = ?, birth_date = to_date(?, 'YYYYMMDD'), id_type = ?, id_cipher = ?, id_hash = ?, id_masked = ?,
		number_only_hash = ?, id_double = id_double AND id_hash IS NOT DISTINCT FROM ?,
		identity_state = ?, problem_flags = CASE WHEN ? = 'MATCH' THEN array_remove(problem_flags, 'ID_ERROR') ELSE problem_flags END WHERE id = ?`,
		after.Name, ident.NameKey(after.Name), after.Sex, after.BirthDate, after.IDType, sealed.cipher, sealed.hash, sealed.masked,
		sealed.only, sealed.hash, state, state, student)
	if violates(err) == "student_identity" {
		return numberTaken()
	}
	if err != nil {
		return fmt.Errorf("write key items: %w", err)
	}
	return nil
}

// numberTaken is the refusal that says that another person has the document number that a
// change writes.
func numberTaken() *refusal.Error {
	return refusal.New(refusal.IdentityTaken).At("/values/" + status.FieldIDNumber)
}

// rekey gives the document of a record a new key after an edit changed its country.
func (t *Tx) rekey(student uuid.UUID, d document) error {
	if t.store.numberOnly(d.number) == nil {
		return nil // a citizen's number is the key itself
	}
	var free bool
	err := t.db.Raw(`SELECT rekey_document(?, ?)`, student, t.store.identityKey(d)).Scan(&free).Error
	if violates(err) == "student_identity" || err == nil && !free {
		return refusal.New(refusal.IdentityTaken).At("/items/" + string(roster.Nationality))
	}
	if err != nil {
		return fmt.Errorf("key the document of a record: %w", err)
	}
	return nil
}
