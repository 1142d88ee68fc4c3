package process

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Validate returns all faults of a definition at once.
func (d Definition) Validate() error {
	var list []error
	if d.Kind == "" || d.Name.Zh == "" || d.Name.En == "" || d.Rule == "" {
		list = append(list, errors.New("kind, name and rule are required"))
	}
	for _, text := range []Text{d.Needs, d.Effect} { // nobody files what does not say what it asks and does
		if text.Zh == "" || text.En == "" {
			list = append(list, errors.New("needs and effect are required, in Chinese and in English"))
			break
		}
	}
	if d.Version < 1 {
		list = append(list, errors.New("version begins at 1"))
	}
	if !slices.Contains([]Subject{SubjectStudent, SubjectRoster, SubjectPerson, SubjectList, SubjectOffice}, d.Subject) {
		list = append(list, fmt.Errorf("unknown subject %q", d.Subject))
	}
	if d.FiledBy != FiledBySchool && d.FiledBy != FiledByBureau {
		list = append(list, fmt.Errorf("filed_by is empty or %s", FiledByBureau))
	}
	if len(d.Stages) == 0 {
		list = append(list, errors.New("stages are required"))
	}
	list = append(list, d.validateChains()...)
	for _, i := range d.Forbids {
		if !slices.Contains(Interactions(), i) {
			list = append(list, fmt.Errorf("forbids the unknown %q", i))
		}
	}
	for _, s := range slices.Concat(append(slices.Collect(maps.Values(d.Routes)), d.Steps)...) {
		for _, name := range s.Asks {
			if !slices.ContainsFunc(d.Inputs, func(in Input) bool { return in.Name == name && in.Later }) {
				list = append(list, fmt.Errorf("step %s asks for %q, which is no input that is filled in later", s.Name, name))
			}
		}
	}
	for _, in := range d.Inputs {
		if in.Type == TypeCode && len(in.Values) == 0 {
			list = append(list, fmt.Errorf("input %s: a code needs values", in.Name))
		}
	}
	return errors.Join(list...)
}

func (d Definition) validateChains() []error {
	if len(d.Routes) == 0 {
		list := validateSteps(d.Steps, d.Auto)
		if len(d.ByBureau) > 0 {
			list = append(list, validateSteps(d.ByBureau, d.Auto)...)
		}
		return list
	}
	var list []error
	if len(d.Steps) > 0 {
		list = append(list, errors.New("a kind has steps or routes, not both"))
	}
	for _, route := range slices.Sorted(maps.Keys(d.Routes)) {
		if !slices.Contains(allRoutes(), route) {
			list = append(list, fmt.Errorf("unknown route %q", route))
		}
	}
	between := slices.ContainsFunc(Routes(), func(r Route) bool { return d.Routes[r] != nil })
	for _, route := range allRoutes() {
		if d.Routes[route] == nil && (!between || route == OwnRecord || route == GNumber) {
			continue // a kind between offices has all of their routes, the others are its choice
		}
		for _, err := range validateSteps(d.Routes[route], d.Auto) {
			list = append(list, fmt.Errorf("route %s: %w", route, err))
		}
	}
	return list
}

// validateSteps returns the faults of a chain. A chain may have no decision of a person
// only when the register approves the kind by itself (auto).
func validateSteps(steps []Step, auto bool) []error {
	var list []error
	if len(steps) == 0 {
		return []error{fault("", "至少须有一个由人办理的环节", "a change needs at least one decision")}
	}
	seen := map[string]bool{}
	for _, s := range steps {
		if s.Name == "" || s.Label.Zh == "" || s.Side == "" || s.Level == "" || s.Role == "" {
			list = append(list, ofStep(s, "须填写 name、label、side、level 和 role", "name, label, side, level and role are required"))
		}
		if err := s.Term.Validate(); err != nil {
			list = append(list, ofStep(s, "期限的写法不对，应如 10wd", err.Error()))
		}
		if err := s.validateSign(); err != nil {
			list = append(list, ofStep(s, "会签设置有误："+err.Error(), err.Error()))
		}
		if s.Act != "" && !slices.Contains(Acts(), s.Act) {
			list = append(list, ofStep(s, "没有这个自动动作："+string(s.Act), fmt.Sprintf("unknown act %q", s.Act)))
		}
		if seen[s.Name] {
			list = append(list, ofStep(s, "同名环节出现两次", "it stands twice"))
		}
		seen[s.Name] = true
	}
	if auto {
		return list
	}
	if steps[len(steps)-1].Act != "" {
		list = append(list, fault("", "最后一个环节须由人办理：只有人能使业务生效", "the last step is a decision: only a person makes a change effective"))
	}
	if !slices.ContainsFunc(steps, func(s Step) bool { return s.Act == "" && s.Optional == "" && len(s.Stages) == 0 && !s.Own }) {
		list = append(list, fault("", "须有一个始终存在的审核环节", "one decision must always be there"))
	}
	return list
}

// mayBureausFile refuses kinds that a policy gives to bureaus although they have no chain
// for it, and names those that have one.
func (c *Catalogue) mayBureausFile(p Policy) error {
	var list []error
	for i, kind := range p.BureauFiles {
		if len(c.byKind[kind].ByBureau) == 0 {
			var zh, en []string
			for _, may := range c.forBureaus() {
				zh = append(zh, fmt.Sprintf("%s（%s）", may, c.byKind[may].Name.Zh))
				en = append(en, fmt.Sprintf("%s (%s)", may, c.byKind[may].Name.En))
			}
			list = append(list, fault("/bureau_files/"+strconv.Itoa(i), fmt.Sprintf("%s 不能改由主管部门申请，只可写：%s", kind, strings.Join(zh, "、")),
				fmt.Sprintf("bureau_files: %s cannot be given to bureaus, only: %s", kind, strings.Join(en, ", "))))
		}
	}
	return errors.Join(list...)
}

// forBureaus lists the kinds that a policy may give to bureaus (D10).
func (c *Catalogue) forBureaus() []Kind {
	return slices.DeleteFunc(c.Kinds(), func(kind Kind) bool { return len(c.byKind[kind].ByBureau) == 0 })
}

// keepsActs refuses a province's chain that leaves out an automatic step of the built-in
// one, changes their order, or lets people decide before a check that must come first.
// The province chooses who decides, not what the system checks.
func (c *Catalogue) keepsActs(p Policy) error {
	var list []error
	for kind, chains := range p.Chains {
		d, known := c.byKind[kind]
		if !known {
			list = append(list, fault("/chains/"+escaped(string(kind)), "没有这种业务", fmt.Sprintf("chain of %s: there is no such kind", kind)))
			continue
		}
		d = d.FiledUnder(p)
		for key, steps := range chains {
			builtIn := d.Steps
			if len(d.Routes) > 0 {
				route, _, _ := strings.Cut(key, "/")
				if builtIn = d.Routes[Route(route)]; builtIn == nil {
					list = append(list, ofChain(kind, key, fault("", fmt.Sprintf("须写明此业务的办理路径之一 %v", slices.Sorted(maps.Keys(d.Routes))), fmt.Sprintf("name one of its routes %v", slices.Sorted(maps.Keys(d.Routes))))))
					continue
				}
			}
			if want := acts(builtIn); !slices.Equal(acts(steps), want) {
				list = append(list, ofChain(kind, key, fault("", fmt.Sprintf("须依次保留自动环节 %v", want), fmt.Sprintf("it must hold the automatic steps %v, in this order", want))))
			}
			if first := builtIn[0].Act; len(steps) > 0 && first != "" && steps[0].Act != first {
				list = append(list, ofChain(kind, key, fault("", string(first)+" 须为第一个环节", fmt.Sprintf("%s comes first, so that people only look at what has passed", first))))
			}
		}
	}
	return errors.Join(list...)
}

// TermsFault returns an error for terms of a policy that name an unknown kind or step, or
// are empty. A typing error must not pass in silence, and a step without days would be
// overdue when it opens. A stored policy is not checked again: a renamed step must not
// stop a province.
func (c *Catalogue) TermsFault(p Policy) error {
	var list []error
	for _, kind := range slices.Sorted(maps.Keys(p.Terms)) {
		d, known := c.byKind[kind]
		if !known {
			list = append(list, fault("/terms/"+escaped(string(kind)), "没有这种业务", fmt.Sprintf("terms of %s: there is no such kind", kind)))
			continue
		}
		chains := append(slices.Collect(maps.Values(d.Routes)), d.FiledUnder(p).Steps)
		chains = append(chains, slices.Collect(maps.Values(p.Chains[kind]))...)
		var names []string
		for _, step := range slices.Concat(chains...) {
			names = append(names, step.Name)
		}
		for _, name := range slices.Sorted(maps.Keys(p.Terms[kind])) {
			if !slices.Contains(names, name) {
				slices.Sort(names)
				have := strings.Join(slices.Compact(names), ", ")
				list = append(list, fault("/terms/"+string(kind)+"/"+escaped(name), "没有这个环节，现有："+have,
					fmt.Sprintf("terms of %s: there is no step %s; it has %s", kind, name, have)))
			} else if p.Terms[kind][name].IsZero() {
				list = append(list, fault("/terms/"+string(kind)+"/"+escaped(name), "须写明期限，如 10wd；要用默认期限，请去掉此项",
					fmt.Sprintf("terms of %s: give %s a term such as 10wd, or leave it out for the built-in one", kind, name)))
			}
		}
	}
	return errors.Join(list...)
}

func acts(steps []Step) []Act {
	list := []Act{}
	for _, s := range steps {
		if s.Act != "" {
			list = append(list, s.Act)
		}
	}
	return list
}
