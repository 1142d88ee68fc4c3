package process

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"

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

// Load returns the embedded catalogue after checking all of it. It is read once. A
// catalogue never changes; With returns a new one.
func Load() (*Catalogue, error) { return builtIn() }

var builtIn = sync.OnceValues(readCatalogue)

func readCatalogue() (*Catalogue, error) {
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
	return c, c.validatePages()
}

// decode refuses unknown keys: a typing error in a rule must not pass in silence.
func decode(text []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	return d.Decode(into)
}

// With returns a catalogue in which one kind is replaced, as in a later release.
func (c *Catalogue) With(d Definition) (*Catalogue, error) {
	d.Policy, d.OutPolicy = Policy{}, nil
	if err := d.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", d.Kind, err)
	}
	other := &Catalogue{kinds: slices.Clone(c.kinds), byKind: maps.Clone(c.byKind), policy: c.policy}
	if _, known := other.byKind[d.Kind]; !known {
		other.kinds = append(other.kinds, d.Kind)
		slices.Sort(other.kinds)
	}
	other.byKind[d.Kind] = d
	return other, other.validatePages()
}

// Kinds lists all kinds in order.
func (c *Catalogue) Kinds() []Kind { return slices.Clone(c.kinds) }

// Default returns the built-in policy.
func (c *Catalogue) Default() Policy { return c.policy }

// Overlay lays a province's policy body (JSON or YAML that holds only the differences)
// over the default.
func (c *Catalogue) Overlay(version int, body []byte) (Policy, error) {
	p, err := laidOver(body)
	if errors.Is(err, io.EOF) {
		return Policy{}, fmt.Errorf("policy version %d says nothing: write what differs from the built-in one, {} for nothing", version)
	} else if err != nil {
		return Policy{}, fmt.Errorf("policy version %d: %w", version, err)
	}
	p.Version = version
	if err := errors.Join(p.Validate(), c.keepsActs(p), c.mayBureausFile(p)); err != nil {
		return Policy{}, fmt.Errorf("policy version %d: %w", version, err)
	}
	return p, nil
}

// Define returns the definition of a kind for a stage under a policy; false when the kind
// is unknown.
func (c *Catalogue) Define(kind Kind, stage org.Stage, p Policy) (Definition, bool) {
	d, ok := c.byKind[kind]
	if !ok {
		return Definition{}, false
	}
	d = d.FiledUnder(p)
	d.Policy, d.Page, d.ByBureau = p, Page{}, nil // a change keeps only the rules under which it runs
	if len(d.Routes) == 0 {
		d.Steps = p.steps(kind, stage, d.Steps, string(stage), "*")
		return d, true
	}
	routes := d.Routes
	d.Routes = make(map[Route][]Step, len(routes))
	for route, steps := range routes {
		d.Routes[route] = p.steps(kind, stage, steps, string(route)+"/"+string(stage), string(route))
	}
	return d, true
}

// FiledUnder returns the kind in the form in which the policy lets it be filed: by which
// office, and with which built-in chain (D10).
func (d Definition) FiledUnder(p Policy) Definition {
	if len(d.ByBureau) > 0 && slices.Contains(p.BureauFiles, d.Kind) {
		d.FiledBy, d.Steps = FiledByBureau, d.ByBureau
	}
	return d
}

// FiledByBureaus returns the kind in the form that it has where bureaus file it instead
// of schools. It is false when that is not possible, or is the case already.
func (d Definition) FiledByBureaus() (Definition, bool) {
	other := d.FiledUnder(Policy{BureauFiles: []Kind{d.Kind}})
	return other, other.FiledBy != d.FiledBy
}

// steps returns a chain under the policy: the province's own chain under the first of the
// keys that has one, else the built-in chain, with the policy's terms and without the
// steps whose switch is off or that belong to another stage.
func (p Policy) steps(kind Kind, stage org.Stage, builtIn []Step, keys ...string) []Step {
	chain := builtIn
	for _, key := range keys {
		if own, ok := p.Chains[kind][key]; ok {
			chain = own
			break
		}
	}
	var steps []Step
	for _, s := range chain {
		if s.Optional != "" && !p.Has(s.Optional) || len(s.Stages) > 0 && !slices.Contains(s.Stages, stage) {
			continue
		}
		if term, ok := p.Terms[kind][s.Name]; ok {
			s.Term = term
		}
		steps = append(steps, s)
	}
	return steps
}
