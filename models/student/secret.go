package student

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

// Purposes of the register's secrets. A row's ID is part of what a ciphertext
// is bound to, so that one pupil's number cannot be put into another's row.
const (
	purposeIdentity  = "identity"          // hash: every identity document, pupils and family alike
	purposeNumber    = "student_number"    // hash
	PurposeStudentID = "student.id_number" // ciphertexts
	PurposeStudentNo = "student.student_number"
	PurposeAuxNumber = "student.aux_student_number"
	PurposeGuardian  = "guardian.id_number"
	PurposeRosterRow = "roster.row"
	purposeRequest   = "request" // hash: of a request's body
	PurposeBatch     = "batch.refused"
	PurposeReceived  = "received_child.name"
	PurposeFiling    = "filing_draft.body"
)

// SealedNumber is a number in its three stored forms: cipher, hash and masked text.
type SealedNumber struct {
	Cipher   []byte
	Hash     []byte
	Masked   string
	onlyHash []byte // hash of the number alone, for documents other than identity cards
}

// IdentityHash returns the hash by which the number of a document is found in every
// spelling, when nothing else of the document is known. IdentityKey tells documents
// apart.
func IdentityHash(s *store.Store, number string) []byte {
	return lookupHash(s, purposeIdentity, number)
}

// NumberHash returns the hash by which a student number (学籍号) is found.
func NumberHash(s *store.Store, number string) []byte { return NumberHashUnder(s.Keys(), number) }

// NumberHashUnder returns the hash by which a student number is found under given keys.
func NumberHashUnder(keys *secret.Keyring, number string) []byte {
	return keys.Hash(purposeNumber, ident.NumberKey(number))
}

// BodyHash returns the hash by which the register recognises a repeated request. It is
// keyed, because a request may hold a number, and a plain hash could be guessed.
func BodyHash(s *store.Store, sum []byte) []byte {
	return s.Keys().Hash(purposeRequest, hex.EncodeToString(sum))
}

func lookupHash(s *store.Store, purpose, number string) []byte {
	return s.Keys().Hash(purpose, ident.NumberKey(number))
}

// Seal encrypts a number for its owner. The caller gives the hash by which it is found.
func Seal(s *store.Store, purpose, masked string, hash []byte, owner uuid.UUID, plain string) (SealedNumber, error) {
	if plain == "" {
		return SealedNumber{}, nil
	}
	cipher, err := s.Keys().Encrypt(purpose+"/"+owner.String(), []byte(plain))
	if err != nil {
		return SealedNumber{}, fmt.Errorf("encrypt a number: %w", err)
	}
	return SealedNumber{Cipher: cipher, Hash: hash, Masked: masked}, nil
}

func sealIdentity(s *store.Store, student uuid.UUID, d IdentityDocument) (SealedNumber, error) {
	d.Number, _ = ident.TidyNumber(d.Number)
	sealed, err := Seal(s, PurposeStudentID, MaskDocument(d.Number), IdentityKey(s, d), student, d.Number)
	if sealed.Hash != nil {
		sealed.onlyHash = numberOnlyHash(s, d.Number)
	}
	return sealed, err
}

func sealNumber(s *store.Store, student uuid.UUID, n ident.StudentNumber) (SealedNumber, error) {
	return Seal(s, PurposeStudentNo, n.String(), NumberHash(s, n.Reveal()), student, n.Reveal())
}

// sealGuardian seals the document of a family member, whose nationality the sheet does
// not give.
func sealGuardian(s *store.Store, student uuid.UUID, seat int, kind, number string) (SealedNumber, error) {
	number, _ = ident.TidyNumber(number)
	return Seal(s, fmt.Sprintf("%s/%d", PurposeGuardian, seat), MaskDocument(number), IdentityKey(s, IdentityDocument{Kind: kind, Number: number}), student, number)
}

// sealAux puts the provincial number (学籍辅号) into the details of a record: masked, and
// sealed beside it.
func sealAux(s *store.Store, r *Record, number string) error {
	delete(r.Details, string(fieldAuxNumber))
	delete(r.Details, AuxSealed)
	if number == "" {
		return nil
	}
	sealed, err := Seal(s, PurposeAuxNumber, MaskDocument(number), nil, r.ID, number)
	if err != nil {
		return err
	}
	r.Details[string(fieldAuxNumber)] = sealed.Masked
	r.Details[AuxSealed] = base64.StdEncoding.EncodeToString(sealed.Cipher)
	return nil
}

// Unseal decrypts a number that was sealed for a purpose and an owner.
func Unseal(s *store.Store, purpose string, owner uuid.UUID, cipher []byte) (string, error) {
	plain, err := s.Keys().Decrypt(purpose+"/"+owner.String(), cipher)
	if err != nil {
		return "", fmt.Errorf("decrypt a number: %w", err)
	}
	return string(plain), nil
}

// SealRosterRow encrypts every item of a staged row as one document.
func SealRosterRow(s *store.Store, id uuid.UUID, row int, values map[roster.Field]string) ([]byte, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("write a row of a roster: %w", err)
	}
	cipher, err := s.Keys().Encrypt(rowPurpose(id, row), text)
	if err != nil {
		return nil, fmt.Errorf("encrypt a row of a roster: %w", err)
	}
	return cipher, nil
}

// OpenRosterRow decrypts the items of one row of a roster.
func OpenRosterRow(s *store.Store, id uuid.UUID, row int, payload []byte) (map[roster.Field]string, error) {
	text, err := s.Keys().Decrypt(rowPurpose(id, row), payload)
	if err != nil {
		return nil, fmt.Errorf("decrypt a row of a roster: %w", err)
	}
	var values map[roster.Field]string
	if err := json.Unmarshal(text, &values); err != nil {
		return nil, fmt.Errorf("read a row of a roster: %w", err)
	}
	return values, nil
}

func rowPurpose(id uuid.UUID, row int) string {
	return fmt.Sprintf("%s/%s/%d", PurposeRosterRow, id, row)
}

// MaskDocument masks the number of a document.
func MaskDocument(number string) string { return ident.MaskDocument(number) }
