package ident

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// LongestName is the length of a person's name in characters. The document of the
// five ministries on names of ethnic minorities asks every system to take 50
// (民委发〔2016〕33号).
const LongestName = 50

// middleDot separates the parts of a name of several peoples, as on the identity card (民委发〔2016〕33号).
const middleDot = '·'

// TidyName gives a person's name in its one stored form, and says what it put right.
// Each character that looks like another one becomes the one a name is written with:
// radicals and compatibility characters, full-width letters, the dots that keyboards
// offer for the middle dot. What cannot be seen goes, and blanks stay between words of
// letters only. A real character, however rare, stays as it is: Unicode's own data
// says which characters are only another form of one.
//
// It judges nothing: what is no name stays what it is. It is idempotent.
func TidyName(text string) (string, []Repair) {
	if plainName(text) {
		return text, nil
	}
	var repairs []Repair
	step := func(after string, repair Repair) {
		if after != text {
			repairs, text = append(repairs, repair), after
		}
	}
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	step(strings.Map(dropInvisible, text), Invisible)
	step(strings.TrimFunc(text, isBlank), Trimmed)
	step(Ideographs(text), Radical)
	step(strings.Map(narrowed, text), FullWidth)
	step(norm.NFC.String(ordinary(norm.NFC.String(text))), Standard)
	step(dotted(text), MiddleDot)
	step(closed(text), InnerSpace)
	return text, repairs
}

// NameKey gives what two names are compared by, for search, lookup and doubles: the
// tidied name without difference of case. Two names with one key look the same to a
// person. It is no form to show.
func NameKey(text string) string {
	name, _ := TidyName(text)
	if commonHan(name) {
		return name
	}
	// Upper first: some small letters share one capital.
	return norm.NFC.String(strings.ToLower(strings.ToUpper(name)))
}

// SameName says whether two names look the same.
func SameName(a, b string) bool { return a == b || NameKey(a) == NameKey(b) }

// plainName reports what TidyName cannot change: common Chinese characters, and
// letters without anything between them. Nearly all names are such.
func plainName(text string) bool {
	for _, r := range text {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < 0x4E00 || r > 0x9FFF) {
			return false
		}
	}
	return true
}

func commonHan(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < 0x4E00 || r > 0x9FFF })
}

// ordinary gives letters, apostrophes and hyphens in their ordinary form. A letter
// changes only where Unicode's compatibility decomposition gives Chinese characters
// or Latin letters and nothing else, as for ﬁ or 𝐀.
func ordinary(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case strings.ContainsRune("‘’‛ʹʻʼʽˈ′´`", r):
			b.WriteByte('\'')
		case strings.ContainsRune("‐‑‒–—―−﹘﹣", r):
			b.WriteByte('-')
		case r > unicode.MaxASCII && (unicode.IsLetter(r) || unicode.Is(unicode.Nl, r)):
			b.WriteString(ordinaryLetter(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func ordinaryLetter(r rune) string {
	is := string(r)
	plain := norm.NFKC.String(is)
	if plain == is || strings.ContainsFunc(plain, func(c rune) bool {
		return !unicode.Is(unicode.Han, c) && (!unicode.Is(unicode.Latin, c) || !unicode.IsLetter(c))
	}) {
		return is
	}
	return plain
}

const (
	// dots are what keyboards and other systems offer for the middle dot.
	dots = "·•‧∙⋅・･●˙ㆍ᛫⸱⸳⦁ꞏᐧ𐄁"
	// stops are full stops: a dot only beside a Chinese character, because J. is
	// the beginning of a Latin name.
	stops = ".。｡﹒․"
)

// dotted makes every kind of dot the middle dot, takes the blanks beside it, and makes
// two of them one. Three or more are an omission and no mark of a name: they stay, and
// whoever judges the name sees them.
func dotted(text string) string {
	if !strings.ContainsAny(text, dots+stops) {
		return text
	}
	in := []rune(text)
	out := make([]rune, 0, len(in))
	for i := 0; i < len(in); i++ {
		if !isDot(in, i) {
			out = append(out, in[i])
			continue
		}
		for len(out) > 0 && isBlank(out[len(out)-1]) {
			out = out[:len(out)-1]
		}
		n, end := 1, i+1
		for j := end; j < len(in) && (isBlank(in[j]) || isDot(in, j)); j++ {
			if isDot(in, j) {
				n++
			}
			end = j + 1
		}
		if n == 2 {
			n = 1
		}
		out = append(out, []rune(strings.Repeat(string(middleDot), n))...)
		i = end - 1
	}
	return string(out)
}

// isDot says whether a character stands for the middle dot.
func isDot(text []rune, i int) bool {
	if strings.ContainsRune(dots, text[i]) {
		return true
	}
	if !strings.ContainsRune(stops, text[i]) {
		return false
	}
	before, after := beside(text, i, -1), beside(text, i, 1)
	return (unicode.Is(unicode.Han, before) || unicode.Is(unicode.Han, after)) &&
		!unicode.Is(unicode.Latin, before) && !unicode.Is(unicode.Latin, after)
}

// beside gives the next character in a direction that is neither blank nor dot, or 0.
func beside(text []rune, i, step int) rune {
	for i += step; i >= 0 && i < len(text); i += step {
		if !isBlank(text[i]) && !strings.ContainsRune(dots+stops, text[i]) {
			return text[i]
		}
	}
	return 0
}

// closed takes out blanks beside a Chinese character, where they only make a short
// name look wide, and keeps one blank between the words of a Latin name.
func closed(text string) string {
	if !strings.ContainsFunc(text, isBlank) {
		return text
	}
	words := strings.FieldsFunc(text, isBlank)
	var b strings.Builder
	for i, w := range words {
		if i > 0 && joins(words[i-1], w) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

func joins(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return !unicode.Is(unicode.Han, last) && !unicode.Is(unicode.Han, first)
}
