package ident

import (
	"strings"
	"unicode"
)

// TidyNumber gives the number of a document, or a student number, in its one stored
// form, and says what it put right: Tidy, and capital letters. Brackets and hyphens
// stay, because they stand on the document.
func TidyNumber(text string) (string, []Repair) {
	tidied, repairs := Tidy(text)
	if upper := strings.Map(latinLetter, strings.ToUpper(tidied)); upper != tidied {
		return upper, append(repairs, SmallLetter)
	}
	return tidied, repairs
}

// NumberKey gives what two numbers are compared by where nothing but the number is
// known, as in a search: the tidied number without its punctuation, so that A000025(7)
// and A0000257 are one.
func NumberKey(text string) string {
	tidied, _ := TidyNumber(text)
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, tidied)
}

// Codes of identity documents (身份证件类型) that decide whose number is whose. The
// register keeps the codes of the national sheet.
const (
	documentCitizen   = "1"
	documentHongKong  = "6"
	documentMacao     = "7"
	documentTaiwan    = "8"
	documentPermanent = "9" // 境外永久居住证, issued by the mainland
	documentPassport  = "A"
)

// IdentityKey gives the one key by which identity documents are told apart, in a
// sheet, in the register, in slots and in claims: the kind of the document, the country
// that issued it and the number without its punctuation. Two documents with one key
// belong to one person; two countries may give one passport number to two persons.
// It is as secret as the number. It is "" when there is no number.
//
// A well-formed citizen identity number is the whole key, whatever kind was ticked:
// nothing else has its form and its check character, and residence permits of Hong
// Kong, Macao and Taiwan residents (国办发〔2018〕81号) carry numbers of the same series.
func IdentityKey(kind, country, number string) string {
	key := NumberKey(number)
	if key == "" { // nothing but punctuation is still something
		if key, _ = TidyNumber(number); key == "" {
			return ""
		}
	}
	if IsCitizenKey(key) {
		return key
	}
	kind, country = issued(strings.ToUpper(strings.TrimSpace(kind)), strings.ToUpper(strings.TrimSpace(country)))
	return kind + "/" + country + "/" + key
}

// IsCitizenKey says whether a key is a citizen identity number, which needs neither
// kind nor country.
func IsCitizenKey(key string) bool { return citizenFault(key) == "" }

// issued gives the kind of a document and the country that issued it. Only a passport
// and a document of another kind are told by the nationality of their holder.
func issued(kind, nationality string) (issuedKind, country string) {
	switch kind {
	case documentCitizen, documentPermanent:
		return kind, "CHN"
	case documentHongKong:
		return kind, "HKG"
	case documentMacao:
		return kind, "MAC"
	case documentTaiwan:
		return kind, "TWN"
	case documentPassport:
		// The passports of the two regions have a kind of their own.
		switch nationality {
		case "HKG":
			return documentHongKong, nationality
		case "MAC":
			return documentMacao, nationality
		}
	}
	return kind, nationality
}

// SpellingOfOld gives a number as lookup keys were made of before there was
// IdentityKey. The register looks for both until every record was hashed again.
func SpellingOfOld(number string) string {
	tidied, _ := TidyNumber(number)
	return tidied
}
