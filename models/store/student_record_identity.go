package store

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
)

// IdentityWrite is the identity a change gives to a record; the population database has
// checked it at the change's own step.
type IdentityWrite struct {
	status.Identity

	Country string // of the document: two countries may give out one number
}

// The states of the identity check (身份认证) that a written identity has.
const (
	identityMatch         = "MATCH"
	identityUnchecked     = "UNCHECKED"
	identityNotApplicable = "NOT_APPLICABLE"
)

// writeIdentity writes the key data of a record; without them it does nothing. A
// document that another record has refuses with identity_taken.
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
	// A proven identity resolves what an identity check had flagged.
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

// numberTaken tells that somebody else has the document number a change writes.
func numberTaken() *refusal.Error {
	return refusal.New(refusal.IdentityTaken).At("/values/" + status.FieldIDNumber)
}

// rekey gives the document of a record its key anew after an edit said that it is of
// another country.
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
