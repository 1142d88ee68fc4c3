package config

import (
	"fmt"
	"io"
	"log/slog"
)

// hidden stands wherever a secret would have been printed.
const hidden = "[hidden]"

// Secret is a setting that must not be seen: it prints, logs and marshals as
// "[hidden]" whatever the verb. Reveal gives the value to the one who uses it.
type Secret string

// Reveal gives the value itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the value; an empty one is shown as empty.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format hides the value from every verb of package fmt, %#v and %x included.
func (s Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// MarshalText hides the value from JSON, YAML and everything else that writes text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the value from structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
