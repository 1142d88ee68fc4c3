package process

import (
	_ "embed" // the names of the rules
	"strings"
	"sync"

	"github.com/xueji/xueji/models/org"
)

//go:embed policy/labels.yaml
var labelFile []byte

// labels are the names of the rules of a policy by their keys.
var labels = sync.OnceValue(func() map[string]Text { return compiledIn[map[string]Text]("policy/labels.yaml", labelFile) })

// compiledIn returns the content of a file that is compiled into the program. A fault of it
// is a fault of the program, which every test finds.
func compiledIn[V any](name string, file []byte) V {
	var content V
	if err := decode(file, &content); err != nil {
		panic(name + ": " + err.Error())
	}
	return content
}

// RuleLabel returns the name of the rule to which a JSON pointer into a policy points, or
// the pointer when the rule has no name.
func (c *Catalogue) RuleLabel(path string) Text {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	label, known := labels()[parts[0]]
	if !known {
		return Text{Zh: path, En: path}
	}
	var kind Definition
	for i, part := range parts[1:] {
		part = unescaped(part)
		of := kind.partLabel(part)
		if d, ok := c.byKind[Kind(part)]; ok && i == 0 {
			kind, of = d, d.Name
		}
		label = Text{Zh: label.Zh + " · " + of.Zh, En: label.En + " · " + of.En}
	}
	return label
}

// partLabel returns the name of a key under the kind in the chains and terms of a policy:
// a step, or a stage, a route or both.
func (d Definition) partLabel(key string) Text {
	for _, chain := range d.Chains() {
		for _, step := range chain.Steps {
			if step.Name == key {
				return step.Label
			}
		}
	}
	var zh, en []string
	for part := range strings.SplitSeq(key, "/") {
		of := Route(part).Text()
		switch stage := StageText(org.Stage(part)); {
		case part == "*":
			of = Text{Zh: "各学段", En: "all stages"}
		case stage.Zh != part:
			of = stage
		}
		zh, en = append(zh, of.Zh), append(en, of.En)
	}
	return Text{Zh: strings.Join(zh, "·"), En: strings.Join(en, ", ")}
}
