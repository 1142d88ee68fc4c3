// Package typed judges what a person typed, before anybody stores it: whether the
// text can be kept as it was written, and whether it shows anything at all.
//
// Every way into the register asks here: the API for every text of a request, the
// command line for names and reasons, the reader of sheets for empty cells.
package typed

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Garbled says whether a text was damaged on its way: it is no UTF-8, or it holds
// U+FFFD, which a program writes in the place of what it could not read. What was
// meant can no longer be told, so such a text is never kept.
func Garbled(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError)
}

// Storable says whether a text has only characters that a text of the register may
// have: no control characters but tab and line breaks, because no form needs others
// and PostgreSQL keeps no U+0000, and none of Unicode's noncharacters.
func Storable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || unicode.Is(unicode.Noncharacter_Code_Point, r)
	})
}

// Tidy gives a text without what cannot be seen in it (zero width, direction marks
// and overrides, tags: Unicode class Cf) and without blanks around it. A text that
// shows nothing becomes the empty one.
func Tidy(text string) string {
	text = strings.TrimFunc(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text), blank)
	if Shown(text) == 0 {
		return ""
	}
	return text
}

// Blank says whether a text shows nothing to the person who reads it. Such a text
// is no opinion, no reason and no name.
func Blank(text string) bool { return Shown(text) == 0 }

// Shown counts the characters of a text that somebody can see: letters, digits,
// punctuation and symbols. Blanks are none, and marks such as accents and variation
// selectors are none either, because they only change the character before them.
//
// Private characters (Co) are how rare characters of names were written before
// Unicode had them, so they count beside others. Alone they show nothing certain: it
// depends on the reader's fonts what they are, or whether they are anything.
func Shown(text string) int {
	n, private := 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Co, r):
			private++
		case unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !unicode.Is(empty, r):
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return n + private
}

// blank says whether a character takes room and shows nothing.
func blank(r rune) bool { return unicode.IsSpace(r) || unicode.Is(empty, r) }

// empty are the letters and symbols that Unicode gives no shape: the fillers of
// Hangul, the empty Braille pattern, the half-width blank of ideographs, the null
// note, and the place of an object that was not copied along.
var empty = &unicode.RangeTable{ // never changes
	R16: []unicode.Range16{
		{Lo: 0x115F, Hi: 0x1160, Stride: 1},
		{Lo: 0x2800, Hi: 0x2800, Stride: 1},
		{Lo: 0x303F, Hi: 0x303F, Stride: 1},
		{Lo: 0x3164, Hi: 0x3164, Stride: 1},
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1},
		{Lo: 0xFFFC, Hi: 0xFFFC, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x1D159, Hi: 0x1D159, Stride: 1}},
}
