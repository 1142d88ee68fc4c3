// Package refusal is the one place that defines what Xueji says when it refuses.
//
// Every refusal has a stable code, a sentence in Chinese and one in English
// that tell the person what to do next, and an HTTP status. Other packages
// return *Error and never write sentences of their own, so a clerk, a test and
// a machine all see the same word for the same thing.
//
// No secret may enter a problem: parameters are counts, dates, office names,
// field names and public codes, never a name, a document number or a telephone
// number of a person.
package refusal

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Code names one kind of refusal for ever; clients may switch on it.
type Code string

// Error is a refusal that a person can act on.
type Error struct {
	Code Code
	// Field is the JSON pointer of the value that is wrong, or empty.
	Field string
	// Params fill the placeholders {name} of the catalogue's sentences.
	Params map[string]string
	// Also holds further refusals that were found at the same time, so that
	// everything that fails is told at once.
	Also []*Error
	// Cause is for operators; it is logged and never shown.
	Cause error
}

// New makes the refusal with this code; the code must be in the catalogue.
func New(code Code) *Error { return &Error{Code: code} }

// At sets the JSON pointer of the offending field, for example "/evidence/0".
func (e *Error) At(field string) *Error { e.Field = field; return e }

// With sets one placeholder of the sentences.
func (e *Error) With(name, value string) *Error {
	if e.Params == nil {
		e.Params = make(map[string]string)
	}
	e.Params[name] = value
	return e
}

// WithText sets one placeholder that reads differently in the two languages.
// Both stand in Params, so they outlive the call wherever Params are stored.
func (e *Error) WithText(name, zh, en string) *Error {
	return e.With(name, zh).With(name+inEnglish, en)
}

// Bilingual reports whether a placeholder has a text in each language.
func (e *Error) Bilingual(name string) bool {
	_, both := e.Params[name+inEnglish]
	return both
}

// inEnglish ends the name of a parameter's English text.
const inEnglish = ".en"

// Because keeps the cause for operators.
func (e *Error) Because(err error) *Error { e.Cause = err; return e }

// Error gives the code and the cause; it is meant for logs, not for people.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	if e.Field != "" {
		fmt.Fprintf(&b, " at %s", e.Field)
	}
	for _, a := range e.Also {
		fmt.Fprintf(&b, "; %s", a.Code)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports equality by code, so errors.Is(err, refusal.New(refusal.NotFound)) works.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// CodeOf gives the code of err, or Internal when err is not a problem.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Join makes one refusal of several: the first leads, the others follow.
// It returns nil when there is none, so it can end a list of checks.
func Join(list ...*Error) error {
	list = slices.DeleteFunc(slices.Clone(list), func(e *Error) bool { return e == nil })
	if len(list) == 0 {
		return nil
	}
	first := *list[0]
	first.Also = append(slices.Clone(first.Also), list[1:]...)
	return &first
}

// All lists the refusal itself and those that came with it.
func (e *Error) All() []*Error { return append([]*Error{e}, e.Also...) }
