package roster

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/typed"
)

// isBlank reports characters that look like nothing but take room.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' || r == '\u3164' }

// isInvisible reports characters that take no room: zero-width characters,
// direction marks, byte order marks, control characters that are no line break.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !unicode.IsSpace(r)
}

// isBreak reports line breaks and tabs.
func isBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\t' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// tidy takes out of a text what nobody can see, and says what it took.
func tidy(text string) (string, []refusal.Code) {
	if plain(text) {
		return text, nil
	}
	var codes []refusal.Code
	step := func(after string, code refusal.Code) {
		if after != text {
			codes, text = append(codes, code), after
		}
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	step(remove(text, isInvisible), refusal.SheetInvisible)
	step(strings.TrimFunc(text, isBlank), refusal.SheetSpacesTrimmed)
	step(remove(text, isBreak), refusal.SheetLineBreak)
	step(norm.NFC.String(text), refusal.SheetComposed)
	if typed.Blank(text) { // marks and fillers alone: the cell looks empty, so it is
		step("", refusal.SheetInvisible)
	}
	return text, codes
}

// plain reports texts that tidy cannot change: printable ASCII without spaces
// at its ends, and common Chinese characters. Nearly all cells are such.
func plain(text string) bool {
	if text == "" {
		return true
	}
	for _, r := range text {
		if (r < '!' || r > '~') && (r < 0x4e00 || r > 0x9fff) {
			return false
		}
	}
	return true
}

// remove takes characters out of a text.
func remove(text string, what func(rune) bool) string { return strings.Map(drop(what), text) }

func drop(what func(rune) bool) func(rune) rune {
	return func(r rune) rune {
		if what(r) {
			return -1
		}
		return r
	}
}

// halfWidth turns full-width letters, digits and signs into half-width ones.
func halfWidth(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xfee0
		case r == 0x3000:
			return ' '
		}
		return r
	}, text)
}

// header reduces a header to the words of the template: without stars, blanks,
// line breaks, remarks in brackets, and with half-width characters.
func header(text string) string {
	text, _ = tidy(text)
	text = norm.NFC.String(halfWidth(text))
	var b strings.Builder
	depth := 0
	for _, r := range text {
		switch r {
		case '(', '[', '【', '〔', '{', '<', '《':
			depth++
		case ')', ']', '】', '〕', '}', '>', '》':
			depth = max(depth-1, 0)
		case '*', '★', '☆', '※', '●', ':', '#':
		default:
			if depth == 0 && !isBlank(r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}
