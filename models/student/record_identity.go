package student

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// IdentityWrite is the identity that a change gives to a record. It is not checked until
// the answer of the population database is written, which the change may have asked itself.
type IdentityWrite struct {
	status.Identity

	Country string // country of the document: two countries may use one number
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
	_, err = t.Exec(`UPDATE student SET name = ?, name_key = ?, sex = ?, birth_date = to_date(?, 'YYYYMMDD'), id_type = ?, id_cipher = ?, id_hash = ?, id_masked = ?,
		number_only_hash = ?, id_double = id_double AND id_hash IS NOT DISTINCT FROM ?, identity_state = ? WHERE id = ?`,
		after.Name, ident.NameKey(after.Name), after.Sex, after.BirthDate, after.IDType, sealed.Cipher, sealed.Hash, sealed.Masked,
		sealed.onlyHash, sealed.Hash, uncheckedState(after.IDType), student)
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
