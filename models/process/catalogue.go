package process

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/org"
)

//go:embed catalogue/*.yaml
var catalogueFiles embed.FS

//go:embed policy/default.yaml
var defaultPolicy []byte

// Catalogue is the set of built-in definitions and the default policy.
type Catalogue struct {
	kinds  []Kind
	byKind map[Kind]Definition
	policy Policy
}

// Load reads the embedded catalogue and checks all of it.
func Load() (*Catalogue, error) {
	c := &Catalogue{byKind: make(map[Kind]Definition)}
	if err := decode(defaultPolicy, &c.policy); err != nil {
		return nil, fmt.Errorf("default policy: %w", err)
	}
	if err := c.policy.Validate(); err != nil {
		return nil, fmt.Errorf("default policy: %w", err)
	}
	names, err := fs.Glob(catalogueFiles, "catalogue/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("process catalogue: %w", err)
	}
	for _, name := range names {
		text, err := catalogueFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("process catalogue: %w", err)
		}
		var d Definition
		if err := decode(text, &d); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := d.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if _, twice := c.byKind[d.Kind]; twice {
			return nil, fmt.Errorf("%s: %s stands twice", name, d.Kind)
		}
		c.byKind[d.Kind] = d
		c.kinds = append(c.kinds, d.Kind)
	}
	slices.Sort(c.kinds)
	return c, nil
}

// decode refuses unknown keys: a typing error in a rule must not pass as silence.
func decode(text []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	return d.Decode(into)
}

// Kinds lists all kinds in order.
func (c *Catalogue) Kinds() []Kind { return slices.Clone(c.kinds) }

// Default gives the built-in policy.
func (c *Catalogue) Default() Policy { return c.policy }

// Overlay lays a province's policy body (JSON or YAML holding only what
// differs) over the default.
func (c *Catalogue) Overlay(version int, body []byte) (Policy, error) {
	var p Policy
	// Decoding twice into one value keeps what the second text does not name.
	if err := decode(defaultPolicy, &p); err != nil {
		return Policy{}, fmt.Errorf("default policy: %w", err)
	}
	if err := decode(body, &p); err != nil {
		return Policy{}, fmt.Errorf("policy version %d: %w", version, err)
	}
	p.Version = version
	if err := p.Validate(); err != nil {
		return Policy{}, fmt.Errorf("policy version %d: %w", version, err)
	}
	return p, nil
}

// Define gives the definition of a kind for a stage under a policy; false when
// the kind is unknown.
func (c *Catalogue) Define(kind Kind, stage org.Stage, p Policy) (Definition, bool) {
	d, ok := c.byKind[kind]
	if !ok {
		return Definition{}, false
	}
	d.Policy = p
	d.Steps = slices.Clone(d.Steps)
	if chain, ok := p.chain(kind, stage); ok {
		d.Steps = slices.Clone(chain)
	}
	for i, s := range d.Steps {
		if term, ok := p.Terms[kind][s.Name]; ok {
			d.Steps[i].Term = term
		}
	}
	return d, true
}

func (p Policy) chain(kind Kind, stage org.Stage) ([]Step, bool) {
	chains := p.Chains[kind]
	if chain, ok := chains[string(stage)]; ok {
		return chain, true
	}
	chain, ok := chains["*"]
	return chain, ok
}

// Validate tells everything that is wrong with a definition at once.
func (d Definition) Validate() error {
	var list []error
	if d.Kind == "" || d.Name.Zh == "" || d.Name.En == "" || d.Rule == "" {
		list = append(list, errors.New("kind, name and rule are required"))
	}
	if d.Version < 1 {
		list = append(list, errors.New("version begins at 1"))
	}
	if d.Subject != SubjectStudent && d.Subject != SubjectRoster {
		list = append(list, fmt.Errorf("unknown subject %q", d.Subject))
	}
	if len(d.Stages) == 0 {
		list = append(list, errors.New("stages are required"))
	}
	list = append(list, validateSteps(d.Steps)...)
	for _, in := range d.Inputs {
		if in.Type == TypeCode && len(in.Values) == 0 {
			list = append(list, fmt.Errorf("input %s: a code needs values", in.Name))
		}
	}
	return errors.Join(list...)
}

func validateSteps(steps []Step) []error {
	var list []error
	if len(steps) == 0 {
		list = append(list, errors.New("a change needs at least one decision"))
	}
	seen := map[string]bool{}
	for _, s := range steps {
		if s.Name == "" || s.Label.Zh == "" || s.Side == "" || s.Level == "" || s.Role == "" {
			list = append(list, fmt.Errorf("step %q: name, label, side, level and role are required", s.Name))
		}
		if err := s.Term.Validate(); err != nil {
			list = append(list, fmt.Errorf("step %q: %w", s.Name, err))
		}
		if seen[s.Name] {
			list = append(list, fmt.Errorf("step %q stands twice", s.Name))
		}
		seen[s.Name] = true
	}
	return list
}
