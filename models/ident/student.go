package ident

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"unicode/utf8"

	"github.com/xueji/xueji/models/calendar"
)

const studentNumber = "student number"

// StudentNumber is a national student number (学籍号): a letter and 18 characters,
// one per person for life (教基一〔2013〕7号 Art. 5). It is secret like CitizenID: a
// formal number contains the citizen identity number.
type StudentNumber struct{ text sealed }

// Kind is the first letter of a student number.
type Kind byte

// The kinds of student number.
const (
	// Formal (正式, G): the citizen identity number at the time of issue.
	Formal Kind = 'G'
	// Temporary (临时, L): given at first registration, valid for all business until
	// the formal number comes.
	Temporary Kind = 'L'
	// Substitute (J): for a person without a usable citizen identity number.
	Substitute Kind = 'J'
)

// ParseStudentNumber takes a number exactly as it must be stored. G and J carry
// the check character of the citizen identity number, L does not.
func ParseStudentNumber(text string) (StudentNumber, error) {
	if err := refuse(studentNumber, studentFault(text)); err != nil {
		return StudentNumber{}, err
	}
	return StudentNumber{seal(text)}, nil
}

// ReadStudentNumber takes a number as people write it and says what it put
// right. A small l is not put right: it cannot be told from the digit 1.
func ReadStudentNumber(text string) (StudentNumber, []Repair, error) {
	tidied, repairs := tidyUpper(text)
	n, err := ParseStudentNumber(tidied)
	if err != nil {
		return StudentNumber{}, nil, err
	}
	return n, repairs, nil
}

func studentFault(text string) Reason {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return Empty
	case lostInSpreadsheet(text):
		return Scientific
	case n != 19:
		return WrongLength
	}
	kind := Kind(text[0])
	if kind != Formal && kind != Temporary && kind != Substitute {
		return UnknownKind
	}
	if fault := shapeFault(text[1:]); fault != "" {
		return fault
	}
	if kind != Temporary && text[18] != checkCharacter(text[1:18]) {
		return WrongCheckCharacter
	}
	return ""
}

// FormalNumber makes the G number of a citizen; c must not be zero.
func FormalNumber(c CitizenID) StudentNumber {
	if c.IsZero() {
		return StudentNumber{}
	}
	return StudentNumber{seal(string(Formal) + c.Reveal())}
}

// SubstituteNumber makes the J number with this sequence (1 to 999) among those
// of a county and a birth date.
func SubstituteNumber(county DivisionCode, birth calendar.Date, sequence int) (StudentNumber, error) {
	stem, err := stemOf(county, birth)
	if err != nil {
		return StudentNumber{}, err
	}
	if sequence < 1 || sequence > 999 {
		return StudentNumber{}, refuse(studentNumber, OutOfRange)
	}
	digits := fmt.Sprintf("%s%03d", stem, sequence)
	return ParseStudentNumber(string(Substitute) + digits + string(checkCharacter(digits)))
}

// TemporaryNumbers gives every L number that a county and a birth date allow,
// each once, in an order drawn from random (crypto/rand.Reader in production).
// The caller takes the first that nobody has; about nine thousand exist.
//
// Four random digits that happen to pass the check of a citizen identity number
// are left out: an L number must not correspond to anybody's identity number.
func TemporaryNumbers(county DivisionCode, birth calendar.Date, random io.Reader) (iter.Seq[StudentNumber], error) {
	stem, err := stemOf(county, birth)
	if err != nil {
		return nil, err
	}
	var drawn [4]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return nil, fmt.Errorf("%s: draw random digits: %w", studentNumber, err)
	}
	const tails = 10000
	start := int(binary.BigEndian.Uint16(drawn[:2])) % tails
	// A step without a factor 2 or 5 visits every tail once.
	step := int(binary.BigEndian.Uint16(drawn[2:]))/10*10 + 3
	return func(yield func(StudentNumber) bool) {
		for i := range tails {
			text := fmt.Sprintf("%s%04d", stem, (start+i*step)%tails)
			if text[17] == checkCharacter(text[:17]) {
				continue
			}
			if !yield(StudentNumber{seal(string(Temporary) + text)}) {
				return
			}
		}
	}, nil
}

// TemporaryNumber gives one L number; the caller asks again when somebody has it.
func TemporaryNumber(county DivisionCode, birth calendar.Date, random io.Reader) (StudentNumber, error) {
	numbers, err := TemporaryNumbers(county, birth, random)
	if err != nil {
		return StudentNumber{}, err
	}
	for n := range numbers {
		return n, nil
	}
	return StudentNumber{}, refuse(studentNumber, OutOfRange) // cannot be: thousands exist
}

func stemOf(county DivisionCode, birth calendar.Date) (string, error) {
	if county.IsZero() || birth.IsZero() {
		return "", refuse(studentNumber, Empty)
	}
	return county.Six() + birth.Compact(), nil
}

// IsZero says that no number is given.
func (n StudentNumber) IsZero() bool { return n.text.isZero() }

// Reveal gives the full number. Showing it to a person needs a reason and is audited.
func (n StudentNumber) Reveal() string { return n.text.open() }

// Kind gives the kind, or 0 for the zero value.
func (n StudentNumber) Kind() Kind {
	if n.IsZero() {
		return 0
	}
	return Kind(n.Reveal()[0])
}

// Birth gives the birth date in the number.
func (n StudentNumber) Birth() calendar.Date {
	if n.IsZero() {
		return calendar.Date{}
	}
	return birthIn(n.Reveal()[1:])
}

// CitizenID gives the citizen identity number inside a formal number. The
// person's present one may have changed since.
func (n StudentNumber) CitizenID() (CitizenID, bool) {
	if n.Kind() != Formal {
		return CitizenID{}, false
	}
	return CitizenID{seal(n.Reveal()[1:])}, true
}

// String gives the masked number; the letter stays.
func (n StudentNumber) String() string {
	if n.IsZero() {
		return ""
	}
	return string(n.Kind()) + MaskDocument(n.Reveal()[1:])
}

// MaskStudentNumber masks what was given as a student number as the record shows it; what is
// no student number is masked like any document.
func MaskStudentNumber(text string) string {
	tidied, _ := TidyNumber(text)
	if n, err := ParseStudentNumber(tidied); err == nil {
		return n.String()
	}
	return MaskDocument(text)
}

// GoString gives the masked number for %#v.
func (n StudentNumber) GoString() string { return n.String() }

// Format prints the masked number whatever the verb.
func (n StudentNumber) Format(f fmt.State, verb rune) { formatMasked(f, verb, n.String()) }

// LogValue gives the masked number to slog.
func (n StudentNumber) LogValue() slog.Value { return logMasked(n.String()) }

// MarshalText gives the masked number, to JSON and YAML too; it cannot be read back.
func (n StudentNumber) MarshalText() ([]byte, error) { return []byte(n.String()), nil }
