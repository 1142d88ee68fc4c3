package process

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
)

// Difference is one value that differs between two versions of a rule.
type Difference struct {
	Path   string `json:"path" example:"/terms/SUSPENSION/BUREAU_APPROVAL" doc:"JSON pointer; a step, an input or a paper stands under its name."`
	Before any    `json:"before" doc:"Null where it was not there."`
	After  any    `json:"after" doc:"Null where it is there no more."`
}

// Consequence is the effect of another policy on one kind of change, the same in all of
// its stages.
type Consequence struct {
	Kind    Kind         `json:"kind"`
	Name    Text         `json:"name"`
	Stages  []org.Stage  `json:"stages"`
	Route   Route        `json:"route,omitempty"`
	Changes []Difference `json:"changes"`
	Before  []string     `json:"before" doc:"The steps that run now."`
	After   []string     `json:"after" doc:"The steps that would run."`
	Was     []StepWords  `json:"was" doc:"The steps that run now, in words."`
	Will    []StepWords  `json:"will" doc:"The steps that would run, in words."`
}

// StepWords is one step of a chain in words: its name, who decides it and its term.
type StepWords struct {
	Label Text          `json:"label"`
	Who   Text          `json:"who"`
	Term  calendar.Term `json:"term"`
}

// Differences lists the differences between two policies, without the version.
func Differences(before, after Policy) []Difference {
	before.Version, after.Version = 0, 0
	return compared(plain(before), plain(after), false)
}

// Compare lists the differences between two definitions, without the policy.
func Compare(before, after Definition) []Difference {
	before.Policy, after.Policy, before.OutPolicy, after.OutPolicy = Policy{}, Policy{}, nil, nil
	return compared(plain(before), plain(after), true)
}

// Body returns the differences of a policy from the built-in one, in the form in which a
// province hands them in. Overlay makes the policy of them again.
func (c *Catalogue) Body(p Policy) ([]byte, error) {
	body := map[string]any{}
	for _, d := range Differences(c.policy, p) {
		at, names := body, strings.Split(d.Path[1:], "/")
		for _, name := range names[:len(names)-1] {
			next, ok := at[unescaped(name)].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[unescaped(name)] = next
			}
			at = next
		}
		at[unescaped(names[len(names)-1])] = d.After
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write a policy: %w", err)
	}
	return text, nil
}

// Consequences returns the chains that differ under another policy. Of a change between
// provinces it compares this province's own steps.
func (c *Catalogue) Consequences(before, after Policy) []Consequence {
	var list []Consequence
	for _, kind := range c.kinds {
		first := len(list)
		for _, stage := range c.byKind[kind].Stages {
			was, _ := c.Define(kind, stage, before)
			will, _ := c.Define(kind, stage, after)
			for _, route := range slices.Sorted(maps.Keys(was.chains())) {
				list = append(list, consequence(was, route, was.chains()[route], will.chains()[route])...)
				if n := len(list); n > first && len(list[n-1].Stages) == 0 {
					list[n-1].Stages = []org.Stage{stage}
				}
			}
		}
		list = append(list[:first], grouped(list[first:])...)
	}
	return list
}

// chains returns the chains of a kind by route; a kind without routes has one.
func (d Definition) chains() map[Route][]Step {
	if len(d.Routes) > 0 {
		return d.Routes
	}
	return map[Route][]Step{"": d.Steps}
}

func consequence(d Definition, route Route, was, will []Step) []Consequence {
	changes := compared(plain(was), plain(will), true)
	if len(changes) == 0 {
		return nil
	}
	return []Consequence{{Kind: d.Kind, Name: d.Name, Route: route, Changes: changes, Before: stepNames(was), After: stepNames(will), Was: inWords(was), Will: inWords(will)}}
}

// grouped joins the stages with the same consequence.
func grouped(list []Consequence) []Consequence {
	var groups []Consequence
	for _, one := range list {
		same := slices.IndexFunc(groups, func(g Consequence) bool {
			return g.Route == one.Route && reflect.DeepEqual(g.Changes, one.Changes) && slices.Equal(g.After, one.After)
		})
		if same < 0 {
			groups = append(groups, one)
			continue
		}
		groups[same].Stages = append(groups[same].Stages, one.Stages...)
	}
	return groups
}

func stepNames(steps []Step) []string {
	names := []string{}
	for _, s := range steps {
		names = append(names, s.Name)
	}
	return names
}

func inWords(steps []Step) []StepWords {
	list := []StepWords{}
	for _, s := range steps {
		list = append(list, StepWords{Label: s.Label, Who: s.Who(), Term: s.Term})
	}
	return list
}

// plain returns a value in its JSON form.
func plain(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error() // a rule holds nothing JSON cannot write
	}
	var out any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		return err.Error()
	}
	return out
}

// compared lists the differences between two JSON values in the order of the paths. It
// compares objects member by member; with named, also lists of named things.
func compared(before, after any, named bool) []Difference {
	list := []Difference{}
	var walk func(path string, a, b any)
	walk = func(path string, a, b any) {
		if reflect.DeepEqual(a, b) || (empty(a) && empty(b)) {
			return
		}
		inA, isA := members(a, named)
		inB, isB := members(b, named)
		// What is on one side only is told whole, but for the maps of a policy,
		// whose members are single rules.
		if (!isA && !isB) || (named && (!isA || !isB)) {
			list = append(list, Difference{Path: path, Before: a, After: b})
			return
		}
		if !isA && !empty(a) || !isB && !empty(b) {
			list = append(list, Difference{Path: path, Before: a, After: b})
			return
		}
		both := maps.Clone(inA)
		if both == nil {
			both = map[string]any{}
		}
		maps.Copy(both, inB)
		n := len(list)
		for _, name := range slices.Sorted(maps.Keys(both)) {
			walk(path+"/"+escaped(name), inA[name], inB[name])
		}
		if len(list) == n { // the same members in another order
			list = append(list, Difference{Path: path, Before: a, After: b})
		}
	}
	walk("", before, after)
	return list
}

func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// members returns the members of a JSON value by name.
func members(value any, named bool) (map[string]any, bool) {
	switch v := value.(type) {
	case map[string]any:
		return v, true
	case []any:
		byName := map[string]any{}
		for _, item := range v {
			one, _ := item.(map[string]any)
			name, ok := one["name"].(string)
			if !ok {
				name, ok = one["kind"].(string)
			}
			if !ok || !named {
				return nil, false
			}
			byName[name] = item
		}
		return byName, len(v) > 0
	}
	return nil, false
}

func escaped(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

func unescaped(name string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(name) }
