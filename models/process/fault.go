package process

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/org"
)

// Fault is one fault of a policy that is handed in.
type Fault struct {
	Path string // JSON pointer into the body
	Text        // the fault and the right form
}

// Error returns the English sentence and its place.
func (f *Fault) Error() string {
	if f.Path == "" {
		return f.En
	}
	return f.En + " (" + f.Path + ")"
}

func fault(path, zh, en string) *Fault { return &Fault{Path: path, Text: Text{Zh: zh, En: en}} }

// The faults that several rules share.
func misspeltTerm(name string, err error) *Fault {
	return fault("/"+name, "期限的写法不对，应如 10wd", name+": "+err.Error())
}

func oneOf(rule Rule) *Fault {
	var codes []string
	for _, choice := range rule.Choices {
		codes = append(codes, choice.Code)
	}
	return fault("/"+rule.Key, "须为 "+strings.Join(codes, " 或 "), rule.Key+" is "+strings.Join(codes, " or "))
}

func ofStep(s Step, zh, en string) *Fault {
	return fault("", "环节 "+s.Name+"："+zh, fmt.Sprintf("step %q: %s", s.Name, en))
}

// ofChain adds to a fault the chain of the policy in which it is.
func ofChain(kind Kind, key string, err error) error {
	path, inner := "/chains/"+escaped(string(kind))+"/"+escaped(key), fault("", err.Error(), err.Error())
	errors.As(err, &inner)
	return fault(path, inner.Zh, fmt.Sprintf("chain of %s for %s: %s", kind, key, inner.En))
}

// Check reads the policy of a province (JSON or YAML that holds the differences from the
// built-in one) and returns all its faults at once. It is stricter than Overlay, which
// must still read policies that were stored before.
func (c *Catalogue) Check(body []byte) (Policy, []*Fault) {
	var raw map[string]any
	if err := yaml.Unmarshal(body, &raw); err != nil {
		return Policy{}, []*Fault{fault("", "规则须为一个对象，只写与默认规则不同的项", "a policy is an object that holds what differs from the built-in one")}
	}
	if raw == nil {
		return Policy{}, []*Fault{fault("", "规则为空：请写明与默认规则不同的项，没有不同时写 {}", "it says nothing: write what differs from the built-in policy, {} for nothing")}
	}
	read := form{kinds: c.byKind}
	sound, _ := read.fit("", raw, reflect.TypeFor[Policy]())
	p, err := c.judged(sound, read.faults)
	faults := slices.Concat(read.faults, faultsOf(err))
	faults = append(faults, c.chainFaults(p)...)
	return p, inOrder(faults)
}

// judged lays a body, without its items of a wrong form, over the default. So the faults
// of the other items are found in the same round.
func (c *Catalogue) judged(sound any, faults []*Fault) (Policy, error) {
	if kept, ok := sound.(map[string]any); ok {
		c.judgeable(kept, faults)
	}
	text, err := yaml.Marshal(sound)
	if err != nil {
		return c.policy, fault("", "无法读取："+err.Error(), err.Error())
	}
	p, err := laidOver(text)
	if err != nil {
		return c.policy, fault("", "无法读取："+err.Error(), err.Error())
	}
	return p, errors.Join(p.Validate(), c.keepsActs(p), c.mayBureausFile(p), c.TermsFault(p))
}

// inOrder sorts faults by their place and removes repeated ones.
func inOrder(faults []*Fault) []*Fault {
	slices.SortStableFunc(faults, func(a, b *Fault) int { return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.En, b.En)) })
	return slices.CompactFunc(faults, func(a, b *Fault) bool { return *a == *b })
}

// laidOver reads a body over the default without judging it. The error is io.EOF for an
// empty body. Decoding twice into one value keeps the values that the second text does
// not name.
func laidOver(body []byte) (p Policy, err error) {
	if err := decode(defaultPolicy, &p); err != nil {
		return p, fmt.Errorf("default policy: %w", err)
	}
	return p, decode(body, &p)
}

// faultsOf returns the faults in a joined error.
func faultsOf(err error) (list []*Fault) {
	var one *Fault
	switch many, ok := err.(interface{ Unwrap() []error }); {
	case err == nil:
	case ok:
		for _, e := range many.Unwrap() {
			list = append(list, faultsOf(e)...)
		}
	case errors.As(err, &one):
		list = append(list, one)
	default:
		list = append(list, fault("", "不符合规则的要求："+err.Error(), err.Error()))
	}
	return list
}

var stepName = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,39}$`)

// chainFaults judges chains that a person wrote. It refuses a step that nobody could ever
// decide, and a step that gives up a guarantee of the built-in chain.
func (c *Catalogue) chainFaults(p Policy) (list []*Fault) {
	for _, kind := range slices.Sorted(maps.Keys(p.Chains)) {
		d, known := c.byKind[kind]
		if !known {
			continue // told before
		}
		for _, key := range slices.Sorted(maps.Keys(p.Chains[kind])) {
			path := "/chains/" + string(kind) + "/" + escaped(key)
			builtIn, ok := d.FiledUnder(p).chainAt(key)
			if len(d.Routes) > 0 && len(builtIn) == 0 {
				continue // told before
			}
			if !ok {
				list = append(list, fault(path, "须为学段、“*”或此业务的办理路径（可加“/学段”）", "name a stage, * or a route of this kind, with or without /STAGE"))
				continue
			}
			if d.Auto {
				list = append(list, fault(path, "此业务由系统自动办理，不能改环节", "the register itself decides this kind; its steps cannot be changed"))
				continue
			}
			for i, s := range p.Chains[kind][key] {
				list = append(list, s.faults(path+"/"+strconv.Itoa(i), builtIn)...)
			}
			list = append(list, lost(path, builtIn, p.Chains[kind][key])...)
			list = append(list, unrefusable(path, p.Chains[kind][key])...)
		}
	}
	return list
}

// chainAt returns the built-in chain that belongs to a key of a policy.
func (d Definition) chainAt(key string) ([]Step, bool) {
	stages := []string{"*", string(org.Primary), string(org.Junior), string(org.Senior)}
	if len(d.Routes) == 0 {
		return d.Steps, slices.Contains(stages, key)
	}
	route, stage, staged := strings.Cut(key, "/")
	return d.Routes[Route(route)], len(d.Routes[Route(route)]) > 0 && (!staged || slices.Contains(stages[1:], stage))
}

func (s Step) faults(path string, builtIn []Step) (list []*Fault) {
	add := func(name, zh, en string) { list = append(list, fault(path+"/"+name, zh, en)) }
	if !stepName.MatchString(s.Name) {
		add("name", "须为大写字母、数字和下划线，如 CITY_APPROVAL", "write it in capitals, such as CITY_APPROVAL")
	}
	if s.Label.En == "" {
		add("label/en", "须填写英文名称", "give it an English name, too")
	}
	if !slices.ContainsFunc(builtIn, func(b Step) bool { return b.Side == s.Side }) {
		add("side", "此业务没有这一方", "this kind has no such side")
	}
	if !slices.Contains([]Level{LevelSchool, LevelManaging, LevelCity, LevelProvince, LevelCommon}, s.Level) {
		add("level", "须为 SCHOOL、MANAGING、CITY、PROVINCE 或 COMMON", "it is SCHOOL, MANAGING, CITY, PROVINCE or COMMON")
	}
	if !slices.Contains(org.Roles(), s.Role) {
		add("role", "没有这个角色", "there is no such role")
	} else if s.Level != LevelSchool && s.Role.OfSchool() {
		add("role", "主管部门没有这个角色", "no bureau has this role")
	} else if !slices.Contains(deciders(), s.Role) {
		add("role", "这个角色不审核业务", "this role decides no changes")
	}
	if s.Optional != "" && !slices.Contains(Switches(), s.Optional) {
		add("optional", "没有这个开关", "there is no such switch")
	}
	if s.Own && !slices.ContainsFunc(builtIn, func(b Step) bool { return b.Own && b.Name == s.Name }) {
		add("own", "审核环节不能由提交人自己办理", "who submits may not take a step that reviews")
	}
	if s.Register && !s.stands(builtIn, func(b Step) bool { return b.Register }) {
		add("register", "只有默认环节可以只登记（register），否则此处无人能驳回；请去掉此项", "only a step of the built-in chain may merely register (register), or nobody here could refuse: leave it out")
	}
	if s.Statement && !s.stands(builtIn, func(b Step) bool { return b.Statement }) {
		add("statement", "只有默认环节可以只陈述意见（statement），否则此处无人能驳回；请去掉此项", "only a step of the built-in chain may merely state a position (statement), or nobody here could refuse: leave it out")
	}
	return list
}

// stands reports whether the built-in chain, with its optional steps, has this step in
// the same office, with the given property. The name alone is not enough: a school's own
// review could use the name of a bureau's registration.
func (s Step) stands(builtIn []Step, has func(Step) bool) bool {
	return slices.ContainsFunc(builtIn, func(b Step) bool { return b.Name == s.Name && b.Side == s.Side && b.Level == s.Level && has(b) })
}

// unrefusable returns a fault for a chain whose decisions only register or state a
// position, because nothing could be refused in it. validateSteps reports a chain without
// any decision.
func unrefusable(path string, steps []Step) []*Fault {
	decides := func(s Step) bool { return s.Act == "" && s.Optional == "" && !s.Own }
	if !slices.ContainsFunc(steps, decides) || slices.ContainsFunc(steps, func(s Step) bool { return decides(s) && !s.Register && !s.Statement }) {
		return nil
	}
	return []*Fault{fault(path, "须有一个始终存在、可以驳回的审核环节（没有 register、statement 和 optional）", "one decision that can refuse must always be there, without register, statement and optional")}
}

// deciders lists the roles that may decide a change (api/authz, change.decide).
func deciders() []org.Role {
	return []org.Role{org.SchoolRegistrar, org.SchoolLeader, org.Principal, org.BureauReviewer, org.BureauHead}
}

// lost returns a fault for each demand on the deciders that a chain has given up.
func lost(path string, builtIn, own []Step) (list []*Fault) {
	asked := func(steps []Step) (names []string) {
		for _, s := range steps {
			names = append(names, s.Asks...)
		}
		return names
	}
	for _, name := range asked(builtIn) {
		if !slices.Contains(asked(own), name) {
			list = append(list, fault(path, "须有一个环节填写“"+name+"”（asks）", fmt.Sprintf("one of its steps must ask for %s (asks)", name)))
		}
	}
	for _, name := range asked(own) {
		if !slices.Contains(asked(builtIn), name) {
			list = append(list, fault(path, "不能要求填写“"+name+"”：默认环节没有这一项", fmt.Sprintf("no step may ask for %s, which the built-in chain does not", name)))
		}
	}
	return list
}
