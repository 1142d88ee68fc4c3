package store

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/secret"
)

// Purposes of the register's secrets. A row's ID is part of what a ciphertext
// is bound to, so that one pupil's number cannot be put into another's row.
const (
	purposeIdentity  = "identity"          // hash: every identity document, pupils and family alike
	purposeNumber    = "student_number"    // hash
	purposeStudentID = "student.id_number" // ciphertexts
	purposeStudentNo = "student.student_number"
	purposeAuxNumber = "student.aux_student_number"
	purposeGuardian  = "guardian.id_number"
	purposeRosterRow = "roster.row"
	purposeRequest   = "request" // hash: of a request's body
	purposeBatch     = "batch.refused"
)

// sealedNumber is a number in its three stored forms: cipher, hash and masked text.
type sealedNumber struct {
	cipher []byte
	hash   []byte
	masked string
	only   []byte // hash of the number alone, for documents other than identity cards
}

// identityHash returns the hash by which the number of a document is found in every
// spelling, when nothing else of the document is known. identityKey tells documents
// apart.
func (s *Store) identityHash(number string) []byte { return s.lookupHash(purposeIdentity, number) }

// numberHash returns the hash by which a student number (学籍号) is found.
func (s *Store) numberHash(number string) []byte { return numberHashUnder(s.keys, number) }

// numberHashUnder returns the hash by which a student number is found under given keys.
func numberHashUnder(keys *secret.Keyring, number string) []byte {
	return keys.Hash(purposeNumber, ident.NumberKey(number))
}

// bodyHash returns the hash by which the register recognises a repeated request. It is
// keyed, because a request may hold a number, and a plain hash could be guessed.
func (s *Store) bodyHash(sum []byte) []byte {
	return s.keys.Hash(purposeRequest, hex.EncodeToString(sum))
}

func (s *Store) lookupHash(purpose, number string) []byte {
	return s.keys.Hash(purpose, ident.NumberKey(number))
}

// seal encrypts a number for its owner. The caller gives the hash by which it is found.
func (s *Store) seal(purpose, masked string, hash []byte, owner uuid.UUID, plain string) (sealedNumber, error) {
	if plain == "" {
		return sealedNumber{}, nil
	}
	cipher, err := s.keys.Encrypt(purpose+"/"+owner.String(), []byte(plain))
	if err != nil {
		return sealedNumber{}, fmt.Errorf("encrypt a number: %w", err)
	}
	return sealedNumber{cipher: cipher, hash: hash, masked: masked}, nil
}

func (s *Store) sealIdentity(student uuid.UUID, d document) (sealedNumber, error) {
	d.number, _ = ident.TidyNumber(d.number)
	sealed, err := s.seal(purposeStudentID, maskDocument(d.number), s.identityKey(d), student, d.number)
	if sealed.hash != nil {
		sealed.only = s.numberOnly(d.number)
	}
	return sealed, err
}

func (s *Store) sealNumber(student uuid.UUID, n ident.StudentNumber) (sealedNumber, error) {
	return s.seal(purposeStudentNo, n.String(), s.numberHash(n.Reveal()), student, n.Reveal())
}

// sealGuardian seals the document of a family member, whose nationality the sheet does
// not give.
func (s *Store) sealGuardian(student uuid.UUID, seat int, kind, number string) (sealedNumber, error) {
	number, _ = ident.TidyNumber(number)
	return s.seal(fmt.Sprintf("%s/%d", purposeGuardian, seat), maskDocument(number), s.identityKey(document{kind: kind, number: number}), student, number)
}

// sealAux puts the provincial number (学籍辅号) into the details of a record: masked, and
// sealed beside it.
func (s *Store) sealAux(r *StudentRecord, number string) error {
	delete(r.Details, string(fieldAuxNumber))
	delete(r.Details, auxSealed)
	if number == "" {
		return nil
	}
	sealed, err := s.seal(purposeAuxNumber, maskDocument(number), nil, r.ID, number)
	if err != nil {
		return err
	}
	r.Details[string(fieldAuxNumber)] = sealed.masked
	r.Details[auxSealed] = base64.StdEncoding.EncodeToString(sealed.cipher)
	return nil
}

func (s *Store) unseal(purpose string, owner uuid.UUID, cipher []byte) (string, error) {
	plain, err := s.keys.Decrypt(purpose+"/"+owner.String(), cipher)
	if err != nil {
		return "", fmt.Errorf("decrypt a number: %w", err)
	}
	return string(plain), nil
}

// sealRosterRow encrypts every item of a staged row as one document.
func (s *Store) sealRosterRow(id uuid.UUID, row int, values map[roster.Field]string) ([]byte, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("write a row of a roster: %w", err)
	}
	cipher, err := s.keys.Encrypt(rowPurpose(id, row), text)
	if err != nil {
		return nil, fmt.Errorf("encrypt a row of a roster: %w", err)
	}
	return cipher, nil
}

func (s *Store) openRosterRow(id uuid.UUID, row int, payload []byte) (map[roster.Field]string, error) {
	text, err := s.keys.Decrypt(rowPurpose(id, row), payload)
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
	return fmt.Sprintf("%s/%s/%d", purposeRosterRow, id, row)
}

func maskDocument(number string) string { return ident.MaskDocument(number) }
