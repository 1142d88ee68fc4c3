package ident

import "fmt"

const (
	classCode    = "class code"
	campusNumber = "campus number"
)

// Stage is a stage of K-12 education (教育阶段) as class codes write it.
type Stage int

// The stages.
const (
	PrimaryStage Stage = 1
	JuniorStage  Stage = 2
	SeniorStage  Stage = 3
)

// ClassCode is a class number (班号) of the product's own rule, seven digits: year
// of entry, stage, number of the class. 2023103 entered in 2023, primary, class 3.
// No national rule is published; JY/T 1002 allows ten characters, so classes of
// other systems may carry other numbers, which are plain text and not ClassCodes.
type ClassCode struct {
	year   int
	stage  Stage
	number int
}

// NewClassCode makes a class code: year 2000 to 2099, number 1 to 99.
func NewClassCode(entryYear int, stage Stage, number int) (ClassCode, error) {
	if entryYear < 2000 || entryYear > 2099 || stage < PrimaryStage || stage > SeniorStage || number < 1 || number > 99 {
		return ClassCode{}, refuse(classCode, OutOfRange)
	}
	return ClassCode{entryYear, stage, number}, nil
}

// ParseClassCode takes seven digits.
func ParseClassCode(text string) (ClassCode, error) {
	digits, err := exactly(classCode, text, 7)
	if err != nil {
		return ClassCode{}, err
	}
	return NewClassCode(number(digits[:4]), Stage(number(digits[4:5])), number(digits[5:]))
}

// IsZero says that no code is given.
func (c ClassCode) IsZero() bool { return c == ClassCode{} }

// EntryYear gives the year in which the class entered.
func (c ClassCode) EntryYear() int { return c.year }

// Stage gives the stage of education.
func (c ClassCode) Stage() Stage { return c.stage }

// Number gives the number of the class in its year.
func (c ClassCode) Number() int { return c.number }

// String gives seven digits.
func (c ClassCode) String() string {
	if c.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d%d%02d", c.year, c.stage, c.number)
}

// MarshalText gives seven digits, to JSON and YAML too.
func (c ClassCode) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads seven digits; an empty text is the zero code.
func (c *ClassCode) UnmarshalText(text []byte) error { return unmarshal(c, text, ParseClassCode) }

// CampusNumber is a student's number inside a university (学号), twelve digits: year
// of entry, college, major within the college, class, person in the class.
type CampusNumber struct {
	EntryYear, College, Major, Class, Person int
}

// ParseCampusNumber takes twelve digits that begin with 20.
func ParseCampusNumber(text string) (CampusNumber, error) {
	d, err := exactly(campusNumber, text, 12)
	if err != nil {
		return CampusNumber{}, err
	}
	n := CampusNumber{number(d[:4]), number(d[4:6]), number(d[6:8]), number(d[8:10]), number(d[10:])}
	return n, n.Validate()
}

// Validate refuses a number whose parts do not fit their places.
func (n CampusNumber) Validate() error {
	fits := n.EntryYear >= 2000 && n.EntryYear <= 2099
	for _, part := range []int{n.College, n.Major, n.Class, n.Person} {
		fits = fits && part >= 0 && part <= 99
	}
	if !fits {
		return refuse(campusNumber, OutOfRange)
	}
	return nil
}

// String gives twelve digits.
func (n CampusNumber) String() string {
	return fmt.Sprintf("%04d%02d%02d%02d%02d", n.EntryYear, n.College, n.Major, n.Class, n.Person)
}

// exactly refuses a text that is not n digits.
func exactly(identifier, text string, n int) (string, error) {
	fault := mistyped(text)
	switch {
	case text == "":
		fault = Empty
	case fault == "" && len(text) != n:
		fault = WrongLength
	}
	return text, refuse(identifier, fault)
}

// number reads a few digits that exactly has checked.
func number(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}
