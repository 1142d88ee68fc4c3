package process

import (
	"errors"
	"fmt"
	"slices"

	"github.com/xueji/xueji/models/refusal"
)

// Page is the text that people read about a kind: its needs, its effect, and how it is
// undone. It does not repeat rules of every kind. A page is no rule: it decides nothing,
// and a change does not freeze it.
type Page struct {
	Needs    Text           `yaml:"needs" json:"needs,omitzero"`
	Effect   Text           `yaml:"effect" json:"effect,omitzero"`
	Reverse  Reverse        `yaml:"reverse" json:"reverse,omitzero"`
	Messages []refusal.Code `yaml:"messages" json:"messages,omitempty"` // refusals of this kind
}

// Reverse names the kinds that undo a kind, or says in another way how it is undone.
type Reverse struct {
	Kinds []Kind `yaml:"kinds" json:"kinds,omitempty"`
	Text  `yaml:",inline"`
}

// IsZero reports whether nothing is named and nothing is said.
func (r Reverse) IsZero() bool { return len(r.Kinds) == 0 && r.Text == Text{} }

// Entry returns the built-in entry of a kind with its page and with every optional step;
// false when the kind is unknown.
func (c *Catalogue) Entry(kind Kind) (Definition, bool) {
	d, ok := c.byKind[kind]
	d.Policy = c.policy
	return d, ok
}

// NameOf returns the name of a kind, or the code of a kind that this version does not
// know.
func (c *Catalogue) NameOf(kind Kind) Text {
	if d, known := c.byKind[kind]; known {
		return d.Name
	}
	return Text{Zh: string(kind), En: string(kind)}
}

// Undoes reports whether a kind undoes another one.
func (c *Catalogue) Undoes(kind, other Kind) bool {
	return slices.Contains(c.byKind[other].Reverse.Kinds, kind)
}

// validatePages refuses a page that names an unknown kind or code.
func (c *Catalogue) validatePages() error {
	codes, err := refusal.LoadCatalogue()
	if err != nil {
		return fmt.Errorf("process catalogue: %w", err)
	}
	var list []error
	for _, kind := range c.kinds {
		page := c.byKind[kind].Page
		for _, other := range page.Reverse.Kinds {
			if _, known := c.byKind[other]; !known {
				list = append(list, fmt.Errorf("%s: reverse names %s, which is no kind", kind, other))
			}
		}
		for _, code := range page.Messages {
			if codes.Entry(code).Code != code {
				list = append(list, fmt.Errorf("%s: messages names %s, which is no code", kind, code))
			}
		}
	}
	return errors.Join(list...)
}

// ParseEntry reads one entry of the catalogue and judges it alone.
func ParseEntry(text []byte) (Definition, error) {
	var d Definition
	if err := decode(text, &d); err != nil {
		return Definition{}, fmt.Errorf("read the entry: %w", err)
	}
	return d, d.Validate()
}
