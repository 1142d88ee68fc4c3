package ident

import (
	"strings"
	"unicode"
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
	// SixDigits: a division code of six digits got its six zeros.
	SixDigits Repair = "six_digits"
)

// Tidy removes from a code what is never part of one: white space, invisible
// characters and full width. It is for codes and numbers, not for names, whose
// inner spaces and width may matter. The repairs come in the order of their
// constants, each once.
func Tidy(text string) (string, []Repair) {
	var repairs []Repair
	visible := strings.Map(dropInvisible, text)
	trimmed := strings.TrimFunc(visible, unicode.IsSpace)
	closed := strings.Map(dropSpace, trimmed)
	narrow := strings.Map(narrowed, closed)
	for _, step := range []struct {
		before, after string
		repair        Repair
	}{
		{visible, trimmed, Trimmed},
		{trimmed, closed, InnerSpace},
		{text, visible, Invisible},
		{closed, narrow, FullWidth},
	} {
		if step.before != step.after {
			repairs = append(repairs, step.repair)
		}
	}
	return narrow, repairs
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

func dropInvisible(r rune) rune {
	// Format characters (zero width, direction marks, soft hyphen, byte order
	// mark) and control characters other than white space.
	if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
		return -1
	}
	return r
}

func dropSpace(r rune) rune {
	if unicode.IsSpace(r) {
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
