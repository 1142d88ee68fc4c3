package process

import (
	_ "embed" // the names of the rules
	"strings"
	"sync"
)

//go:embed policy/labels.yaml
var labelFile []byte

// labels are the names of the rules of a policy by their keys.
var labels = sync.OnceValue(func() map[string]Text {
	list := map[string]Text{}
	if err := decode(labelFile, &list); err != nil {
		panic("policy/labels.yaml: " + err.Error()) // embedded; a test reads it
	}
	return list
})

// RuleLabel names the rule a JSON pointer into a policy stands for; of a rule without
// a name the pointer.
func (c *Catalogue) RuleLabel(path string) Text {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	label, known := labels()[parts[0]]
	if !known {
		return Text{Zh: path, En: path}
	}
	for i, part := range parts[1:] {
		part = unescaped(part)
		of := Text{Zh: part, En: part}
		if d, ok := c.byKind[Kind(part)]; ok && i == 0 {
			of = d.Name
		}
		label = Text{Zh: label.Zh + " · " + of.Zh, En: label.En + " · " + of.En}
	}
	return label
}
