package ident

import "errors"

// Reason says why a text is not the identifier it should be, or why an
// identifier does not agree with the facts beside it. The set is closed; the
// values are stable and may be stored.
type Reason string

// The reasons for which a text is refused.
const (
	// Empty: there is no text.
	Empty Reason = "empty"
	// WrongLength: too short or too long.
	WrongLength Reason = "wrong_length"
	// Withdrawn: an identity number of 15 digits, invalid since 1 January 2013
	// (居民身份证法 Art. 23).
	Withdrawn Reason = "withdrawn_15_digits"
	// Scientific: the text of a number in scientific notation, whose digits are lost.
	Scientific Reason = "scientific_notation"
	// LetterForDigit: a letter O, I or l stands where a digit must be. It is not guessed.
	LetterForDigit Reason = "letter_for_digit"
	// WrongCharacter: another character that cannot stand there.
	WrongCharacter Reason = "wrong_character"
	// NoSuchDay: the birth date inside names no day of the calendar.
	NoSuchDay Reason = "no_such_day"
	// WrongCheckCharacter: the last character does not match the others; one is mistyped.
	WrongCheckCharacter Reason = "wrong_check_character"
	// UnknownKind: the first character of a student number is none of G, L, J,
	// or the first digits of a school code name no category.
	UnknownKind Reason = "unknown_kind"
	// BelowCounty: a division code of twelve digits that names a township or a village.
	BelowCounty Reason = "below_county"
	// OutOfRange: a part of the identifier that is outside what it may be.
	OutOfRange Reason = "out_of_range"
)

// The reasons for which a citizen identity number disagrees with a claim.
const (
	// BirthDiffers: the birth date stated is not that of digits 7 to 14.
	BirthDiffers Reason = "birth_differs"
	// SexDiffers: the sex stated contradicts the 17th digit.
	SexDiffers Reason = "sex_differs"
	// BirthInFuture: the birth date of the number lies after today.
	BirthInFuture Reason = "birth_in_future"
	// ImplausibleProvince: no province, present or past, has the first two digits.
	ImplausibleProvince Reason = "implausible_province"
)

// Error is the refusal of a text. It never carries the text.
type Error struct {
	// Identifier is what the text should have been, such as "citizen ID".
	Identifier string
	// Reason is why it is not.
	Reason Reason
}

// Error gives the identifier's kind and the reason.
func (e *Error) Error() string { return e.Identifier + ": " + string(e.Reason) }

// ReasonOf gives the reason of a refusal, or an empty one when err is none.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

// refuse gives nil when there is no reason to refuse.
func refuse(identifier string, reason Reason) error {
	if reason == "" {
		return nil
	}
	return &Error{Identifier: identifier, Reason: reason}
}
