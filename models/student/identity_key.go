package student

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// IdentityDocument is an identity document of a record or a sheet. It holds the number in the
// clear and never leaves a transaction.
type IdentityDocument struct{ Kind, Country, Number string }

// DocumentOf returns the document of a pupil from the items of the sheet.
func DocumentOf(items map[roster.Field]string) IdentityDocument {
	return IdentityDocument{Kind: items[roster.IDType], Country: items[roster.Nationality], Number: items[roster.IDNumber]}
}

// IdentityKey returns the hash of the document's one key, which the register, sheets,
// slots and claims share; nil when there is no number.
func IdentityKey(s *store.Store, d IdentityDocument) []byte {
	key := ident.IdentityKey(d.Kind, d.Country, d.Number)
	if key == "" {
		return nil
	}
	return s.Keys().Hash(purposeIdentity, key)
}

// IdentityKeys returns the key of a document and, when it differs, its key from before
// migration 52. Older records, slots and staged rows are found by the old key, until Tidy
// is done and the changes that held them have ended.
func IdentityKeys(s *store.Store, d IdentityDocument) [][]byte {
	key := IdentityKey(s, d)
	if key == nil {
		return nil
	}
	return distinctHashes(key, s.Keys().Hash(purposeIdentity, ident.SpellingOfOld(d.Number)))
}

// numberOnlyHash returns the hash by which the number of a document is found when its kind
// and country are unknown; nil for a citizen's number, which is its own key.
func numberOnlyHash(s *store.Store, number string) []byte {
	key := ident.NumberKey(number)
	if key == "" || ident.IsCitizenKey(key) {
		return nil
	}
	return s.Keys().Hash(purposeIdentity, key)
}

// NumberKeys returns the hashes by which a record is found when only the number of a
// document is known. They are compared with id_hash and with number_only_hash.
func NumberKeys(s *store.Store, number string) [][]byte {
	return distinctHashes(IdentityHash(s, number), s.Keys().Hash(purposeIdentity, ident.SpellingOfOld(number)))
}

// NameKeys returns the keys by which a name is found: its key and, until Tidy is done,
// the key that migration 52 gave to the stored name.
func NameKeys(name string) []string {
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

// distinctHashes returns both hashes, or one when they are equal.
func distinctHashes(first, second []byte) [][]byte {
	if bytes.Equal(first, second) {
		return [][]byte{first}
	}
	return [][]byte{first, second}
}

// HashArray writes hashes as a PostgreSQL array literal, or NULL for none.
func HashArray(hashes [][]byte) *string {
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

// TidyItem returns an item of the sheet in its stored form: names and numbers of
// documents tidied, all other items unchanged.
func TidyItem(f roster.Field, text string) string {
	switch _, item := f.Member(); item { // of the pupil and of a family member alike
	case MemberName, string(roster.FormerName):
		text, _ = ident.TidyName(text)
	case memberIDNumber, string(fieldAuxNumber):
		text, _ = ident.TidyNumber(text)
	}
	return text
}
