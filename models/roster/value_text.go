package roster

import (
	"net/mail"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xueji/xueji/models/problem"
)

// length refuses what is longer than the column; nothing is ever cut off.
func (j *judgement) length(s *slot) {
	if utf8.RuneCountInString(s.value) > s.column.Max {
		j.reject(s, problem.SheetTooLong, map[string]string{"max": strconv.Itoa(s.column.Max)})
	}
}

// text judges free text, which is kept as it is: what looks like a formula or
// like markup is neutralised where it is exported or shown, not here.
func (j *judgement) text(s *slot) {
	j.length(s)
	if looksLikeFormula(s.value) {
		j.remark(s, problem.SheetFormulaLikeText)
	}
	if strings.ContainsAny(s.value, "<>") {
		j.remark(s, problem.SheetMarkupText)
	}
}

// looksLikeFormula reports texts a spreadsheet would evaluate when it opens them as csv.
func looksLikeFormula(v string) bool { return len(v) > 1 && strings.ContainsRune("=+-@", rune(v[0])) }

// middleDots are what keyboards offer for the dot in names of several peoples;
// the identity card has U+00B7.
const middleDots = "•‧∙⋅・･．.●"

// name judges a person's name. Latin letters are right only where foreign says so.
func (j *judgement) name(s *slot, foreign bool) {
	j.length(s)
	v := s.value
	if inner := innerSpaces(v); inner != v {
		j.fix(s, problem.SheetInnerSpace, inner)
		v = inner
	}
	if dotted := betweenHan(v); dotted != v {
		j.fix(s, problem.SheetMiddleDot, dotted)
		v = dotted
	}
	if code := nameFault(v, foreign); code != "" {
		j.reject(s, code, nil)
	}
}

// innerSpaces takes out blanks beside a Chinese character, where they only make
// a short name look wide, and keeps one blank between the words of a Latin name.
func innerSpaces(v string) string {
	if !strings.ContainsFunc(v, isBlank) {
		return v
	}
	words := strings.FieldsFunc(v, isBlank)
	var b strings.Builder
	for i, w := range words {
		if i > 0 && isLatin(last(words[i-1])) && isLatin(first(w)) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

func first(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }
func last(s string) rune  { r, _ := utf8.DecodeLastRuneInString(s); return r }

func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// betweenHan makes every kind of middle dot between Chinese characters U+00B7.
func betweenHan(v string) string {
	if !strings.ContainsAny(v, middleDots) {
		return v
	}
	runes := []rune(v)
	for i := 1; i+1 < len(runes); i++ {
		if strings.ContainsRune(middleDots, runes[i]) && unicode.Is(unicode.Han, runes[i-1]) && unicode.Is(unicode.Han, runes[i+1]) {
			runes[i] = '·'
		}
	}
	return string(runes)
}

// nameFault tells why a name cannot be one, or "".
func nameFault(v string, foreign bool) problem.Code {
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
		return problem.SheetNameEmoji
	case other > 0, han == 0 && latin == 0, first(v) == '·', last(v) == '·':
		return problem.SheetNameCharacters
	case digit > 0, han > 0 && latin > 0:
		return problem.SheetNameRemark
	case latin > 0 && !foreign:
		return problem.SheetNameCharacters
	}
	return ""
}

func (j *judgement) email(s *slot) {
	j.length(s)
	address, err := mail.ParseAddress(s.value)
	if err != nil || address.Address != s.value {
		j.reject(s, problem.SheetBadEmail, nil)
	}
}
