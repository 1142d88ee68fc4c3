package roster

import (
	"strings"
	"unicode"

	"github.com/xueji/xueji/models/refusal"
)

// JudgeName tells why a text cannot be the name of a person, by the rules of the sheet;
// nil when it can. Members of staff may have Latin names. The text is tidy already.
func JudgeName(name string) *refusal.Error {
	code := nameFault(name, true)
	if code == "" {
		return nil
	}
	return refusal.New(code).WithText("header", "姓名", "name")
}

// JudgeOfficeName tells why a text cannot be the name of an office or a class; nil when
// it can. Digits and brackets belong to such names; emoji, markup, question marks in
// the place of lost characters and names without a letter or a digit do not.
func JudgeOfficeName(name string) *refusal.Error {
	named := strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	odd := strings.ContainsFunc(name, func(r rune) bool {
		return unicode.In(r, unicode.So, unicode.Sk, unicode.Co, unicode.Cc) || strings.ContainsRune("<>?？�", r)
	})
	if named && !odd && !strings.Contains(name, "锟斤拷") {
		return nil
	}
	return refusal.New(refusal.NameCharacters)
}
