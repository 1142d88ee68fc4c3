// Package identity is the port to the population database (人口库): it asks
// whether a name and a citizen identity number belong together (身份认证).
//
// The answer of the database is a verdict of a closed set. That it gave none,
// whatever the cause, is ErrNoAnswer and never a verdict: nobody is passed or
// refused because a line was down; who asked waits and asks again.
//
// A question is personal data. It prints, logs and encodes as nothing but the
// word that it is hidden, so it cannot reach a log, an error or the history of
// a workflow by accident. The adapters below this package keep the same promise.
package identity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/xueji/xueji/models/ident"
)

// ErrNoAnswer says that the population database gave no verdict: it timed out,
// refused, failed, was not asked, or said something outside the closed set. The
// error that wraps it says which; it is about the service, never about a person.
var ErrNoAnswer = errors.New("the identity service gave no answer")

// Checker asks the population database. It is safe for concurrent use.
type Checker interface {
	// Check gives an answer of the closed set and no error, or no answer and an
	// error that wraps ErrNoAnswer and, when ctx ended, the error of ctx. It
	// changes nothing and may be repeated.
	Check(ctx context.Context, q Question) (Answer, error)
}

// Question is the person who is asked about. Keep it in variables, parameters
// and exported fields only: package fmt reads the unexported fields of a struct
// without asking a value how it wants to be printed.
type Question struct {
	Name   string
	Number ident.CitizenID
}

// hidden stands wherever a question would have been printed.
const hidden = "[question of identity]"

// Missing gives an error that wraps ErrNoAnswer when the name or the number is
// missing: half a question must not be asked, its answer would mean nothing.
func (q Question) Missing() error {
	if strings.TrimSpace(q.Name) == "" || q.Number.IsZero() {
		return fmt.Errorf("%w: it was not asked, because the name or the citizen identity number is missing", ErrNoAnswer)
	}
	return nil
}

// String reveals nothing.
func (q Question) String() string { return hidden }

// GoString reveals nothing to %#v.
func (q Question) GoString() string { return hidden }

// Format reveals nothing, whatever the verb.
func (q Question) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue reveals nothing to slog.
func (q Question) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText reveals nothing to JSON and YAML; an adapter writes the question
// out field by field.
func (q Question) MarshalText() ([]byte, error) { return []byte(hidden), nil }
