package ident

import (
	"strings"
	"unicode/utf8"
)

const star = "*"

// MaskDocument hides the number of any identity document: three characters at
// the front and two at the end stay when the number is long, one and one when
// it is short, none when it is very short. It takes any text, so it also serves
// for what was refused as a number.
//
// Three and two are few on purpose: the birth date and the county, which are
// most of a citizen identity number, often stand on the same page.
func MaskDocument(text string) string {
	switch n := utf8.RuneCountInString(text); {
	case n >= 10:
		return mask(text, 3, 2)
	case n >= 6:
		return mask(text, 1, 1)
	default:
		return mask(text, 0, 0)
	}
}

// MaskPhone hides the middle of a telephone number: 13912345678 becomes
// 139****5678; of a shorter number only the last two digits stay.
func MaskPhone(text string) string {
	switch n := utf8.RuneCountInString(text); {
	case n >= 11:
		return mask(text, 3, 4)
	case n >= 7:
		return mask(text, 0, 2)
	default:
		return mask(text, 0, 0)
	}
}

// MaskName keeps the first character of a person's name: 张三丰 becomes 张**. A
// name of one character is hidden whole.
func MaskName(text string) string {
	if utf8.RuneCountInString(text) < 2 {
		return mask(text, 0, 0)
	}
	return mask(text, 1, 0)
}

// mask keeps some characters (not bytes) at the front and at the back.
func mask(text string, front, back int) string {
	characters := []rune(text)
	hidden := len(characters) - front - back
	return string(characters[:front]) + strings.Repeat(star, hidden) + string(characters[len(characters)-back:])
}
