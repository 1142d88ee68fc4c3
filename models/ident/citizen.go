package ident

import (
	"fmt"
	"log/slog"
	"slices"
	"unicode/utf8"

	"github.com/xueji/xueji/models/calendar"
)

const citizenID = "citizen ID"

// CitizenID is a citizen identity number (居民身份证号) of 18 characters, well formed
// by GB 11643-1999: six digits of division, eight of birth date, three of
// sequence (odd male, even female) and a check character. It is secret: only
// Reveal gives the text.
type CitizenID struct{ text sealed }

// Sex is a code of GB/T 2261.1.
type Sex int

// The sexes a citizen identity number can state.
const (
	Male   Sex = 1
	Female Sex = 2
)

// ParseCitizenID takes a number exactly as it must be stored: 18 characters,
// check character X capital. It does not judge the division, because codes that
// were abolished stay valid in numbers issued before, nor whether the birth date
// has come; Disagreements does.
func ParseCitizenID(text string) (CitizenID, error) {
	if err := refuse(citizenID, citizenFault(text)); err != nil {
		return CitizenID{}, err
	}
	return CitizenID{seal(text)}, nil
}

// ReadCitizenID takes a number as people write it and says what it put right:
// white space, full width, invisible characters, a small x.
func ReadCitizenID(text string) (CitizenID, []Repair, error) {
	tidied, repairs := tidyUpper(text)
	id, err := ParseCitizenID(tidied)
	if err != nil {
		return CitizenID{}, nil, err
	}
	return id, repairs, nil
}

func citizenFault(text string) Reason {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return Empty
	case lostInSpreadsheet(text):
		return Scientific
	case n == 15 && mistyped(text) == "":
		return Withdrawn
	case n != 18:
		return WrongLength
	}
	if fault := shapeFault(text); fault != "" {
		return fault
	}
	if text[17] != checkCharacter(text[:17]) {
		return WrongCheckCharacter
	}
	return ""
}

// shapeFault judges the 18 characters apart from the check; the student number
// shares it.
func shapeFault(text string) Reason {
	characters := []rune(text)
	if last := characters[17]; last == 'X' {
		characters = characters[:17]
	}
	if fault := mistyped(string(characters)); fault != "" {
		return fault
	}
	// Every character is ASCII from here on.
	if text[0] == '0' {
		return OutOfRange
	}
	if _, err := calendar.ParseCompactDate(text[6:14]); err != nil {
		return NoSuchDay
	}
	return ""
}

// IsZero says that no number is given.
func (c CitizenID) IsZero() bool { return c.text.isZero() }

// Reveal gives the full number. Showing it to a person needs a reason and is audited.
func (c CitizenID) Reveal() string { return c.text.open() }

// Division gives the division in which the person was first registered; it may
// have been abolished since.
func (c CitizenID) Division() DivisionCode {
	if c.IsZero() {
		return DivisionCode{}
	}
	return DivisionCode{c.Reveal()[:6]}
}

// Birth gives the birth date in the number.
func (c CitizenID) Birth() calendar.Date { return birthIn(c.Reveal()) }

// birthIn reads digits 7 to 14 of a text that was parsed, or of an empty one.
func birthIn(text string) calendar.Date {
	if text == "" {
		return calendar.Date{}
	}
	birth, err := calendar.ParseCompactDate(text[6:14])
	if err != nil {
		return calendar.Date{} // cannot be: Parse read the same digits
	}
	return birth
}

// Sex gives the sex that the 17th digit states, or 0 for the zero value.
func (c CitizenID) Sex() Sex {
	switch {
	case c.IsZero():
		return 0
	case (c.Reveal()[16]-'0')%2 == 1:
		return Male
	default:
		return Female
	}
}

// Claim is what stands beside a number and must agree with it. Zero fields are
// not compared.
type Claim struct {
	Birth calendar.Date
	Sex   Sex
	// Today is the day as of which "in the future" is judged.
	Today calendar.Date
	// Plausible judges the province; nil means OfficialProvince.
	Plausible func(province string) bool
}

// Disagreements lists everything in which the number contradicts the claim, in
// the order BirthDiffers, SexDiffers, BirthInFuture, ImplausibleProvince. The zero
// CitizenID contradicts nothing.
func (c CitizenID) Disagreements(claim Claim) []Reason {
	if c.IsZero() {
		return nil
	}
	plausible := claim.Plausible
	if plausible == nil {
		plausible = OfficialProvince
	}
	var list []Reason
	if !claim.Birth.IsZero() && claim.Birth != c.Birth() {
		list = append(list, BirthDiffers)
	}
	if claim.Sex != 0 && claim.Sex != c.Sex() {
		list = append(list, SexDiffers)
	}
	if !claim.Today.IsZero() && c.Birth().After(claim.Today) {
		list = append(list, BirthInFuture)
	}
	if !plausible(c.Division().Province()) {
		list = append(list, ImplausibleProvince)
	}
	return list
}

// OfficialProvince says whether two digits are a province of GB/T 2260, or 83,
// which the residence permits of Taiwan residents carry (港澳台居民居住证申领发放办法, 国办发〔2018〕81号).
func OfficialProvince(code string) bool {
	return slices.Contains([]string{
		"11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
		"41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65",
		"71", "81", "82", "83",
	}, code)
}

// OfficialOrFixtureProvince also allows 99, a province that does not exist and that
// test fixtures use so that no number can belong to a person.
func OfficialOrFixtureProvince(code string) bool { return code == "99" || OfficialProvince(code) }

// Resident says whether the number is of a resident identity card (居民身份证). Residence
// permits of Hong Kong, Macao and Taiwan have numbers of the same form.
func (c CitizenID) Resident() bool {
	if c.IsZero() {
		return false
	}
	province := c.Reveal()[:2]
	return OfficialOrFixtureProvince(province) && !slices.Contains([]string{"71", "81", "82", "83"}, province)
}

// String gives the masked number.
func (c CitizenID) String() string { return MaskDocument(c.Reveal()) }

// GoString gives the masked number for %#v.
func (c CitizenID) GoString() string { return c.String() }

// Format prints the masked number whatever the verb.
func (c CitizenID) Format(f fmt.State, verb rune) { formatMasked(f, verb, c.String()) }

// LogValue gives the masked number to slog.
func (c CitizenID) LogValue() slog.Value { return logMasked(c.String()) }

// MarshalText gives the masked number, to JSON and YAML too. There is no
// UnmarshalText: a masked number must never be read back as a number.
func (c CitizenID) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
