package store

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
)

// document is an identity document as it stands in a record or a sheet. It holds the
// number in the clear and never leaves a transaction.
type document struct{ kind, country, number string }

// documentOf is the document of a pupil as the items of the sheet tell it.
func documentOf(items map[roster.Field]string) document {
	return document{kind: items[roster.IDType], country: items[roster.Nationality], number: items[roster.IDNumber]}
}

// identityKey is the hash of a document's one key, which the register, sheets, slots
// and claims share; nil when there is no number.
func (s *Store) identityKey(d document) []byte {
	key := ident.IdentityKey(d.kind, d.country, d.number)
	if key == "" {
		return nil
	}
	return s.keys.Hash(purposeIdentity, key)
}

// identityKeys are the key of a document and, where it is another one, the key of
// before migration 52. Records, slots and staged rows of that time are found by it
// until the job of Tidy is done and the changes that held them have ended.
func (s *Store) identityKeys(d document) [][]byte {
	key := s.identityKey(d)
	if key == nil {
		return nil
	}
	return distinct(key, s.keys.Hash(purposeIdentity, ident.SpellingOfOld(d.number)))
}

// numberOnly is the hash by which the number of a document is found where its kind and
// country are not known; nil for a citizen's number, which is its own key.
func (s *Store) numberOnly(number string) []byte {
	key := ident.NumberKey(number)
	if key == "" || ident.IsCitizenKey(key) {
		return nil
	}
	return s.keys.Hash(purposeIdentity, key)
}

// numberKeys are what a record may be found by when nothing is given but the number of
// a document: among id_hash, and among number_only_hash.
func (s *Store) numberKeys(number string) [][]byte {
	return distinct(s.identityHash(number), s.keys.Hash(purposeIdentity, ident.SpellingOfOld(number)))
}

// nameKeys are what a name is found by: its key and, while the job of Tidy is not done,
// the key migration 52 gave to a name as it was stored.
func nameKeys(name string) []string {
	key, plain := ident.NameKey(name), asciiLower(name)
	if key == plain {
		return []string{key}
	}
	return []string{key, plain}
}

// asciiLower is lower(name COLLATE "C") of PostgreSQL.
func asciiLower(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// distinct leaves out the second of two equal hashes.
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

// tidyItem gives an item of the sheet as the register stores it today: names and
// numbers of documents tidied, all else as it is.
func tidyItem(f roster.Field, text string) string {
	switch _, item := f.Member(); item { // of the pupil and of a family member alike
	case memberName, string(roster.FormerName):
		text, _ = ident.TidyName(text)
	case memberIDNumber, string(fieldAuxNumber):
		text, _ = ident.TidyNumber(text)
	}
	return text
}
