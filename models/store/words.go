package store

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// Words is a list of words in a column of the type text[]. A word has only letters, digits
// and underscores, so nothing in the list needs quoting.
type Words[T ~string] []T

// Value returns the list as PostgreSQL writes an array.
func (w Words[T]) Value() (driver.Value, error) {
	words := make([]string, len(w))
	for i, word := range w {
		words[i] = string(word)
	}
	return "{" + strings.Join(words, ",") + "}", nil
}

// Scan reads an array of PostgreSQL. An array without words, or none, is an empty list.
func (w *Words[T]) Scan(from any) error {
	text, ok := from.(string)
	if !ok && from != nil {
		return fmt.Errorf("a list of words comes as text, not as %T", from)
	}
	*w = Words[T]{}
	for word := range strings.SplitSeq(strings.Trim(text, "{}"), ",") {
		if word != "" {
			*w = append(*w, T(word))
		}
	}
	return nil
}
