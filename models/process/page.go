package process

import (
	"errors"
	"fmt"
	"slices"

	"github.com/xueji/xueji/models/refusal"
)

// Page is what people read about a kind: what it needs, what it does and what undoes
// it. What is true of every kind is not repeated in it. It is no rule: nothing is
// decided by it, and a change does not freeze it.
type Page struct {
	Needs    Text           `yaml:"needs" json:"needs,omitzero"`
	Effect   Text           `yaml:"effect" json:"effect,omitzero"`
	Reverse  Reverse        `yaml:"reverse" json:"reverse,omitzero"`
	Messages []refusal.Code `yaml:"messages" json:"messages,omitempty"` // refusals of this kind
}

// Reverse names the kinds that undo a kind, or says how else it is undone.
type Reverse struct {
	Kinds []Kind `yaml:"kinds" json:"kinds,omitempty"`
	Text  `yaml:",inline"`
}

// IsZero says that nothing is said.
func (r Reverse) IsZero() bool { return len(r.Kinds) == 0 && r.Text == Text{} }

// Entry gives the built-in entry of a kind with its page and with every optional
// step; false when the kind is unknown.
func (c *Catalogue) Entry(kind Kind) (Definition, bool) {
	d, ok := c.byKind[kind]
	d.Policy = c.policy
	return d, ok
}

// NameOf gives the name of a kind; of one this version does not know, its code.
func (c *Catalogue) NameOf(kind Kind) Text {
	if d, known := c.byKind[kind]; known {
		return d.Name
	}
	return Text{Zh: string(kind), En: string(kind)}
}

// Undoes says whether a kind is what undoes another one.
func (c *Catalogue) Undoes(kind, other Kind) bool {
	return slices.Contains(c.byKind[other].Reverse.Kinds, kind)
}

// validatePages refuses a page that names a kind or a code that is not there.
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

// ParseEntry reads one entry of the catalogue and judges it by itself.
func ParseEntry(text []byte) (Definition, error) {
	var d Definition
	if err := decode(text, &d); err != nil {
		return Definition{}, fmt.Errorf("read the entry: %w", err)
	}
	return d, d.Validate()
}
