package ident

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// sealed holds a secret text so that nothing prints it by accident. The text
// lies behind a pointer: even fmt, which reads unexported fields of a struct
// that holds a secret, finds an address there and not the text. Unlike a plain
// pointer, unique.Handle keeps equal secrets equal under ==.
type sealed struct {
	handle unique.Handle[string]
}

func seal(text string) sealed { return sealed{unique.Make(text)} }

func (s sealed) open() string {
	if s.isZero() {
		return ""
	}
	return s.handle.Value()
}

func (s sealed) isZero() bool { return s == sealed{} }

// The types that hold a secret share these answers; each takes the masked text.

func formatMasked(f fmt.State, verb rune, masked string) {
	if verb == 'q' {
		masked = `"` + masked + `"`
	}
	// A fmt.State that cannot be written to has nobody to tell.
	_, _ = io.WriteString(f, masked)
}

func logMasked(masked string) slog.Value { return slog.StringValue(masked) }
