package graduation

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xueji/xueji/models/refusal"
)

// maxBlanks is the highest number of blanks in one range, and maxBlankLength the longest
// number of a blank.
const (
	maxBlanks      = 20000
	maxBlankLength = 40
	maxDigits      = 18
)

// Blanks is a range of numbers as they are printed on blank certificates: the same letters
// before a run of digits of one width.
type Blanks struct {
	Prefix      string
	Width       int
	First, Last int64
}

// ParseBlanks reads the first and the last number of a range. A refusal names the field.
func ParseBlanks(first, last string) (Blanks, error) {
	prefix, from, ok := splitBlank(first)
	if !ok {
		return Blanks{}, refusal.New(refusal.BlankNumber).At("/first")
	}
	other, until, ok := splitBlank(last)
	if !ok || other != prefix || len(until) != len(from) {
		return Blanks{}, refusal.New(refusal.BlankNumber).At("/last")
	}
	b := Blanks{Prefix: prefix, Width: len(from)}
	b.First, _ = strconv.ParseInt(from, 10, 64) // at most 18 digits
	b.Last, _ = strconv.ParseInt(until, 10, 64)
	if b.Last < b.First || b.Last-b.First >= maxBlanks {
		return Blanks{}, refusal.New(refusal.BlankRange).At("/last").With("most", strconv.Itoa(maxBlanks))
	}
	return b, nil
}

// splitBlank returns the letters of a number and the digits at its end.
func splitBlank(text string) (prefix, digits string, ok bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxBlankLength {
		return "", "", false
	}
	prefix = strings.TrimRightFunc(text, func(r rune) bool { return r >= '0' && r <= '9' })
	for _, r := range prefix {
		if !unicode.IsLetter(r) && r != '-' && (r < '0' || r > '9') {
			return "", "", false
		}
	}
	digits = text[len(prefix):]
	return prefix, digits, digits != "" && len(digits) <= maxDigits
}

// Number returns the number of one blank of the range as it is printed.
func (b Blanks) Number(no int64) string { return fmt.Sprintf("%s%0*d", b.Prefix, b.Width, no) }

// find returns the place of a printed number in the range; false when it is not in it.
func (b Blanks) find(number string) (int64, bool) {
	prefix, digits, ok := splitBlank(number)
	if !ok || prefix != b.Prefix || len(digits) != b.Width {
		return 0, false
	}
	no, err := strconv.ParseInt(digits, 10, 64)
	return no, err == nil && no >= b.First && no <= b.Last
}
