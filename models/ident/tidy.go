package ident

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Repair names one thing that was put right in a text without guessing. A clerk
// is told of every repair. The set is closed.
type Repair string

// The repairs.
const (
	// Trimmed: white space before or after was removed.
	Trimmed Repair = "trimmed"
	// InnerSpace: white space between the characters was removed.
	InnerSpace Repair = "inner_space"
	// Invisible: characters that cannot be seen were removed, such as the direction
	// marks a telephone's address book adds.
	Invisible Repair = "invisible"
	// FullWidth: full-width characters (全角) became half-width.
	FullWidth Repair = "full_width"
	// SmallLetter: a small letter became a capital one, such as the check character x.
	SmallLetter Repair = "small_letter"
	// Radical: a radical or a stroke became the character (汉字) it looks like.
	Radical Repair = "radical"
	// Standard: another form of a character, such as a compatibility character, became
	// the standard one.
	Standard Repair = "standard"
	// MiddleDot: a dot in a name became the one of the identity card, U+00B7.
	MiddleDot Repair = "middle_dot"
	// LookAlike: a letter of another script became the Latin one it looks like.
	LookAlike Repair = "look_alike"
	// SixDigits: a division code of six digits got its six zeros.
	SixDigits Repair = "six_digits"
)

// TidyRules is the edition of the rules of TidyName, TidyNumber, NameKey and IdentityKey.
// Whoever changes what they give raises it: the register then brings the records it
// holds in line.
const TidyRules = 1

// Tidy removes from a code what is never part of one: white space, invisible
// characters and full width. It is for codes and numbers, not for names, whose
// inner spaces and width may matter. The repairs come in the order of their
// constants, each once.
func Tidy(text string) (string, []Repair) {
	var repairs []Repair
	visible := strings.Map(dropInvisible, text)
	trimmed := strings.TrimFunc(visible, isBlank)
	closed := strings.Map(dropBlank, trimmed)
	narrow := strings.Map(narrowed, closed)
	latin := strings.Map(latinLetter, narrow)
	for _, step := range []struct {
		before, after string
		repair        Repair
	}{
		{visible, trimmed, Trimmed},
		{trimmed, closed, InnerSpace},
		{text, visible, Invisible},
		{closed, narrow, FullWidth},
		{narrow, latin, LookAlike},
	} {
		if step.before != step.after {
			repairs = append(repairs, step.repair)
		}
	}
	return latin, repairs
}

// tidyUpper is Tidy for codes whose letters are capital ones.
func tidyUpper(text string) (string, []Repair) {
	tidied, repairs := Tidy(text)
	if upper := strings.Map(capital, tidied); upper != tidied {
		return upper, append(repairs, SmallLetter)
	}
	return tidied, repairs
}

// capital changes only the letters that a number can hold: o, i, l and e stay as
// they were typed, so that the refusal can tell what they are.
func capital(r rune) rune {
	switch r {
	case 'x', 'g', 'j':
		return unicode.ToUpper(r)
	default:
		return r
	}
}

// isBlank reports characters that look like nothing but take room: white space, and
// letters and signs that Unicode gave no shape (the fillers of Hangul, the empty
// Braille pattern).
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == 0x2800 || r == 0x3164 || r == 0xFFA0 || r == 0x115F || r == 0x1160
}

// dropInvisible takes out what takes no room: format characters (zero width, direction
// marks, soft hyphen, byte order mark), variation selectors, whatever else Unicode says
// to show nothing for, and control characters other than white space.
func dropInvisible(r rune) rune {
	switch {
	case isBlank(r):
		return r
	case unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point), unicode.IsControl(r):
		return -1
	}
	return r
}

func dropBlank(r rune) rune {
	if isBlank(r) {
		return -1
	}
	return r
}

// narrowed turns the full-width forms U+FF01 to U+FF5E into ASCII.
func narrowed(r rune) rune {
	if r >= 0xFF01 && r <= 0xFF5E {
		return r - 0xFEE0
	}
	return r
}

// latinLetter gives the Latin capital that a Cyrillic or Greek capital, a Roman numeral
// or the multiplication sign cannot be told from: a check character X is often typed
// so. It gives letters only: no digit is ever guessed.
func latinLetter(r rune) rune {
	const alike = "АAВBЕEНHКKМMОOРPСCТTУYХXІIЈJЅS" + "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX" + "ⅩXⅹxⅠIⅬLⅭCⅮDⅯM×X✕X╳X"
	if r <= unicode.MaxASCII {
		return r
	}
	at := strings.IndexRune(alike, r)
	if at < 0 {
		return r
	}
	return rune(alike[at+utf8.RuneLen(r)])
}

// mistyped tells apart the two ways in which characters can be wrong in a code
// made of digits.
func mistyped(text string) Reason {
	reason := Reason("")
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
		case strings.ContainsRune("OoIl", r):
			reason = LetterForDigit
		default:
			return WrongCharacter
		}
	}
	return reason
}

// lostInSpreadsheet recognises the text a spreadsheet shows for a number that is
// too long for it, such as 5.20102E+17.
func lostInSpreadsheet(text string) bool {
	mantissa, exponent, found := strings.Cut(strings.ToUpper(text), "E+")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	return found && whole != "" && mistyped(whole+fraction+exponent) == "" && exponent != ""
}
