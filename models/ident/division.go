package ident

import "strings"

const divisionCode = "division code"

// DivisionCode is a code of an administrative division down to the county
// (行政区划代码, GB/T 2260): six digits, two each for province, city and county. The
// national student sheet writes twelve, the last six zeros. Whether such a
// division exists is known to package division.
//
// The digits do not tell who is above whom: directly administered counties have
// no city, and the bureau tree differs from the digits. They are never used to
// find a superior.
type DivisionCode struct{ six string }

const wholeCounty = "000000"

// ParseDivisionCode takes six digits, or twelve that end in six zeros.
func ParseDivisionCode(text string) (DivisionCode, error) {
	if err := refuse(divisionCode, divisionFault(text)); err != nil {
		return DivisionCode{}, err
	}
	return DivisionCode{text[:6]}, nil
}

// ReadDivisionCode takes a code as people write it and says what it put right;
// a code of six digits counts as a repair, because the sheet asks for twelve.
func ReadDivisionCode(text string) (DivisionCode, []Repair, error) {
	tidied, repairs := Tidy(text)
	code, err := ParseDivisionCode(tidied)
	if err != nil {
		return DivisionCode{}, nil, err
	}
	if len(tidied) == 6 {
		repairs = append(repairs, SixDigits)
	}
	return code, repairs, nil
}

func divisionFault(text string) Reason {
	switch {
	case text == "":
		return Empty
	case lostInSpreadsheet(text):
		return Scientific
	}
	if fault := mistyped(text); fault != "" {
		return fault
	}
	switch {
	case len(text) != 6 && len(text) != 12:
		return WrongLength
	case text[0] == '0':
		return OutOfRange
	case len(text) == 12 && !strings.HasSuffix(text, wholeCounty):
		return BelowCounty
	default:
		return ""
	}
}

// IsZero says that no code is given.
func (d DivisionCode) IsZero() bool { return d.six == "" }

// Six gives the form of GB/T 2260, such as 520102.
func (d DivisionCode) Six() string { return d.six }

// Twelve gives the form of the national student sheet, such as 520102000000.
func (d DivisionCode) Twelve() string {
	if d.IsZero() {
		return ""
	}
	return d.six + wholeCounty
}

// Province gives the first two digits.
func (d DivisionCode) Province() string {
	if d.IsZero() {
		return ""
	}
	return d.six[:2]
}

// String gives six digits.
func (d DivisionCode) String() string { return d.six }

// MarshalText gives six digits, to JSON and YAML too.
func (d DivisionCode) MarshalText() ([]byte, error) { return []byte(d.six), nil }

// UnmarshalText reads six or twelve digits; an empty text is the zero code.
func (d *DivisionCode) UnmarshalText(text []byte) error {
	return unmarshal(d, text, ParseDivisionCode)
}

// unmarshal reads an identifier that is not secret; an empty text is its zero value.
func unmarshal[T any](target *T, text []byte, parse func(string) (T, error)) error {
	var value T
	if len(text) > 0 {
		var err error
		if value, err = parse(string(text)); err != nil {
			return err
		}
	}
	*target = value
	return nil
}
