package store

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
)

// document is an identity document of a record or a sheet. It holds the number in the
// clear and never leaves a transaction.
type document struct{ kind, country, number string }

// documentOf returns the document of a pupil from the items of the sheet.
func documentOf(items map[roster.Field]string) document {
	return document{kind: items[roster.IDType], country: items[roster.Nationality], number: items[roster.IDNumber]}
}

// identityKey returns the hash of the document's one key, which the register, sheets,
// slots and claims share; nil when there is no number.
func (s *Store) identityKey(d document) []byte {
	key := ident.IdentityKey(d.kind, d.country, d.number)
	if key == "" {
		return nil
	}
	return s.keys.Hash(purposeIdentity, key)
}

// identityKeys returns the key of a document and, when it differs, its key from before
// migration 52. Older records, slots and staged rows are found by the old key, until Tidy
// is done and the changes that held them have ended.
func (s *Store) identityKeys(d document) [][]byte {
	key := s.identityKey(d)
	if key == nil {
		return nil
	}
	return distinct(key, s.keys.Hash(purposeIdentity, ident.SpellingOfOld(d.number)))
}

// numberOnly returns the hash by which the number of a document is found when its kind
// and country are unknown; nil for a citizen's number, which is its own key.
func (s *Store) numberOnly(number string) []byte {
	key := ident.NumberKey(number)
	if key == "" || ident.IsCitizenKey(key) {
		return nil
	}
	return s.keys.Hash(purposeIdentity, key)
}

// numberKeys returns the hashes by which a record is found when only the number of a
// document is known. They are compared with id_hash and with number_only_hash.
func (s *Store) numberKeys(number string) [][]byte {
	return distinct(s.identityHash(number), s.keys.Hash(purposeIdentity, ident.SpellingOfOld(number)))
}

// nameKeys returns the keys by which a name is found: its key and, until Tidy is done,
// the key that migration 52 gave to the stored name.
func nameKeys(name string) []string {
	key, plain := ident.NameKey(name), asciiLower(name)
	if key == plain {
		return []string{key}
	}
	return []string{key, plain}
}

// asciiLower does the same as lower(name COLLATE "C") of PostgreSQL.
func asciiLower(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// distinct returns both hashes, or one when they are equal.
func distinct(first, second []byte) [][]byte {
	if bytes.Equal(first, second) {
		return [][]byte{first}
	}
	return [][]byte{first, second}
}

// hashArray writes hashes as a PostgreSQL array literal, or NULL for none.
func hashArray(hashes [][]byte) *string {
	if len(hashes) == 0 {
		return nil
	}
	quoted := make([]string, len(hashes))
	for i, hash := range hashes {
		quoted[i] = `"\\x` + hex.EncodeToString(hash) + `"`
	}
	literal := "{" + strings.Join(quoted, ",") + "}"
	return &literal
}

// tidyItem returns an item of the sheet in its stored form: names and numbers of
// documents tidied, all other items unchanged.
func tidyItem(f roster.Field, text string) string {
	switch _, item := f.Member(); item { // of the pupil and of a family member alike
	case memberName, string(roster.FormerName):
		text, _ = ident.TidyName(text)
	case memberIDNumber, string(fieldAuxNumber):
		text, _ = ident.TidyNumber(text)
	}
	return text
}
