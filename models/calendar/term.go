package calendar

import (
	"errors"
	"strconv"
	"strings"
)

// Term is the time a policy allows: N working days, or N seconds. Seconds are
// for test policies only. Written in a policy it is "10wd" or "5s"; the zero
// Term means "no limit" and is written as an empty text.
type Term struct {
	Workdays int
	Seconds  int
}

// ErrTerm says that a text or a value is no Term.
var ErrTerm = errors.New("a term is a number from 1 to 1000 followed by wd, or a number from 1 to 86400 followed by s, such as 10wd")

const (
	maxWorkdays = 1000
	maxSeconds  = 86400
)

// Workdays makes the term of n working days.
func Workdays(n int) Term { return Term{Workdays: n} }

// ParseTerm reads "10wd" or "5s".
func ParseTerm(text string) (Term, error) {
	var term Term
	number, target := text, (*int)(nil)
	if n, ok := strings.CutSuffix(text, "wd"); ok {
		number, target = n, &term.Workdays
	} else if n, ok := strings.CutSuffix(text, "s"); ok {
		number, target = n, &term.Seconds
	}
	n, err := strconv.Atoi(number)
	// Atoi also reads "+5" and "007": only the form that String writes is accepted.
	if target == nil || err != nil || strconv.Itoa(n) != number {
		return Term{}, ErrTerm
	}
	*target = n
	return term, term.Validate()
}

// Validate refuses a term that is not exactly one of the two kinds or out of bounds.
func (t Term) Validate() error {
	days := t.Workdays >= 1 && t.Workdays <= maxWorkdays && t.Seconds == 0
	seconds := t.Seconds >= 1 && t.Seconds <= maxSeconds && t.Workdays == 0
	if !days && !seconds {
		return ErrTerm
	}
	return nil
}

// IsZero says that there is no limit.
func (t Term) IsZero() bool { return t == Term{} }

// String gives the written form.
func (t Term) String() string {
	switch {
	case t.IsZero():
		return ""
	case t.Seconds != 0:
		return strconv.Itoa(t.Seconds) + "s"
	default:
		return strconv.Itoa(t.Workdays) + "wd"
	}
}

// MarshalText writes the form of String; JSON and YAML use it.
func (t Term) MarshalText() ([]byte, error) {
	if !t.IsZero() {
		if err := t.Validate(); err != nil {
			return nil, err
		}
	}
	return []byte(t.String()), nil
}

// UnmarshalText reads the form of String; an empty text is the zero Term.
func (t *Term) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*t = Term{}
		return nil
	}
	parsed, err := ParseTerm(string(text))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}
