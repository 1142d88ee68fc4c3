package roster

import (
	"net/mail"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
)

// length refuses what is longer than the column; nothing is ever cut off.
func (j *judgement) length(s *slot) {
	if utf8.RuneCountInString(s.value) > s.column.Max {
		j.reject(s, refusal.SheetTooLong, map[string]string{"max": strconv.Itoa(s.column.Max)})
	}
}

// text judges free text, which is kept as it is but for radicals, with which no
// address is found again: what looks like a formula or like markup is neutralised
// where it is exported or shown, not here.
func (j *judgement) text(s *slot) {
	if folded := ident.Ideographs(s.value); folded != s.value {
		j.fix(s, refusal.SheetRadical, folded)
	}
	j.length(s)
	if looksLikeFormula(s.value) {
		j.remark(s, refusal.SheetFormulaLikeText)
	}
	if strings.ContainsAny(s.value, "<>") {
		j.remark(s, refusal.SheetMarkupText)
	}
}

// looksLikeFormula reports texts a spreadsheet would evaluate when it opens them as csv.
func looksLikeFormula(v string) bool { return len(v) > 1 && strings.ContainsRune("=+-@", rune(v[0])) }

// name judges a person's name. Latin letters are right only where foreign says so.
// What it is tidied with is what every name is tidied with that somebody looks for.
func (j *judgement) name(s *slot, foreign bool) {
	v, repairs := ident.TidyName(s.value)
	for _, r := range repairs {
		j.fix(s, repairCode(r), v)
	}
	j.length(s)
	if code := nameFault(v, foreign); code != "" {
		j.reject(s, code, nil)
	}
}

func first(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }
func last(s string) rune  { r, _ := utf8.DecodeLastRuneInString(s); return r }

func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// separators are what people type between the parts of a Chinese name instead of the
// middle dot. They may mean something else, so they are refused and not changed.
const separators = "-_.。、,，/\\|~+*=:：;；'\"^"

// misparted says whether the parts of a name are not separated by one middle dot each.
func misparted(v string, latin int) bool {
	return first(v) == '·' || last(v) == '·' || strings.Contains(v, "··") || latin == 0 && strings.ContainsAny(v, separators)
}

// nameFault tells why a name cannot be one, or "".
func nameFault(v string, foreign bool) refusal.Code {
	han, latin, digit, emoji, other := 0, 0, 0, 0, 0
	for _, r := range v {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case isLatin(r):
			latin++
		case r == '·':
		case (r == ' ' || r == '-' || r == '\'' || r == '’' || r == '.') && latin > 0:
		case unicode.IsDigit(r) || strings.ContainsRune("()（）[]【】", r):
			digit++
		case r == utf8.RuneError: // half a character
			other++
		case unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || r >= 0x1f000 && r <= 0x1faff || r == 0xfe0f:
			emoji++
		default:
			other++
		}
	}
	switch {
	case emoji > 0:
		return refusal.SheetNameEmoji
	case han+latin > 0 && misparted(v, latin):
		return refusal.SheetNameSeparator
	case other > 0, han == 0 && latin == 0:
		return refusal.SheetNameCharacters
	case digit > 0, han > 0 && latin > 0:
		return refusal.SheetNameRemark
	case latin > 0 && !foreign:
		return refusal.SheetNameCharacters
	}
	return ""
}

func (j *judgement) email(s *slot) {
	j.length(s)
	address, err := mail.ParseAddress(s.value)
	if err != nil || address.Address != s.value {
		j.reject(s, refusal.SheetBadEmail, nil)
	}
}
