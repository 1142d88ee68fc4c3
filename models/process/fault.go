package process

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/org"
)

// Fault is one thing that is wrong with a policy somebody hands in.
type Fault struct {
	Path string // JSON pointer into the body
	Text        // what is wrong and what it must be
}

// Error gives the English sentence and where it belongs.
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

func tooSmall(name string) *Fault {
	return fault("/"+strings.ReplaceAll(name, ".", "/"), "须为 1 或以上的整数", name+" must be 1 or more")
}

func oneOf(name string, a, b string) *Fault {
	return fault("/"+name, "须为 "+a+" 或 "+b, fmt.Sprintf("%s is %s or %s", name, a, b))
}

func ofStep(s Step, zh, en string) *Fault {
	return fault("", "环节 "+s.Name+"："+zh, fmt.Sprintf("step %q: %s", s.Name, en))
}

// ofChain says of a fault in which chain of a policy it is.
func ofChain(kind Kind, key string, err error) error {
	path, inner := "/chains/"+escaped(string(kind))+"/"+escaped(key), fault("", err.Error(), err.Error())
	errors.As(err, &inner)
	return fault(path, inner.Zh, fmt.Sprintf("chain of %s for %s: %s", kind, key, inner.En))
}

// Check reads what somebody hands in as a province's policy (JSON or YAML holding
// what differs from the built-in one) and tells every fault of it at once. It is
// stricter than Overlay, which must go on reading what was stored before.
func (c *Catalogue) Check(body []byte) (Policy, []*Fault) {
	var raw map[string]any
	if err := yaml.Unmarshal(body, &raw); err != nil {
		return Policy{}, []*Fault{fault("", "规则须为一个对象，只写与默认规则不同的项", "a policy is an object that holds what differs from the built-in one")}
	}
	if raw == nil {
		return Policy{}, []*Fault{fault("", "规则为空：请写明与默认规则不同的项，没有不同时写 {}", "it says nothing: write what differs from the built-in policy, {} for nothing")}
	}
	faults := slices.Concat(unfitTexts("", raw), c.misspelt(raw))
	if len(faults) > 0 {
		return Policy{}, faults
	}
	p, err := laidOver(body)
	if err != nil {
		return Policy{}, []*Fault{fault("", "无法读取："+err.Error(), err.Error())}
	}
	faults = append(faults, faultsOf(errors.Join(p.Validate(), c.keepsActs(p), c.mayBureausFile(p), c.TermsFault(p)))...)
	faults = append(faults, c.chainFaults(p)...)
	slices.SortStableFunc(faults, func(a, b *Fault) int { return strings.Compare(a.Path, b.Path) })
	return p, faults
}

// laidOver reads a body over the default without judging it; io.EOF for a body that
// says nothing. Decoding twice into one value keeps what the second text does not name.
func laidOver(body []byte) (p Policy, err error) {
	if err := decode(defaultPolicy, &p); err != nil {
		return p, fmt.Errorf("default policy: %w", err)
	}
	return p, decode(body, &p)
}

// misspelt finds every item that is none of a policy or has a value of another form.
func (c *Catalogue) misspelt(raw map[string]any) (list []*Fault) {
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		inner, ok := raw[key].(map[string]any)
		if (key == "chains" || key == "terms") && ok {
			for _, kind := range slices.Sorted(maps.Keys(inner)) {
				if _, known := c.byKind[Kind(kind)]; !known {
					list = append(list, fault("/"+key+"/"+escaped(kind), "没有这种业务", "there is no such kind"))
					continue
				}
				list = append(list, misread("/"+key+"/"+kind, map[string]any{key: map[string]any{kind: inner[kind]}})...)
			}
			continue
		}
		list = append(list, misread("/"+escaped(key), map[string]any{key: raw[key]})...)
	}
	return list
}

var unknownKey = regexp.MustCompile(`field (\S+) not found`)

// misread decodes one item and tells in which form it is wrong.
func misread(path string, item any) (list []*Fault) {
	text, err := yaml.Marshal(item)
	if err != nil {
		return []*Fault{fault(path, "无法读取", "it cannot be read")}
	}
	var p Policy
	var many *yaml.TypeError
	switch err := decode(text, &p); {
	case err == nil:
	case errors.As(err, &many):
		for _, one := range many.Errors {
			if name := unknownKey.FindStringSubmatch(one); name != nil {
				list = append(list, fault(path, "没有“"+name[1]+"”这一项", fmt.Sprintf("there is no item %q", name[1])))
			} else {
				list = append(list, fault(path, "值的形式不对", "the value has the wrong form"))
			}
		}
	default: // a value that does not say what it is: a term, a day, a window
		list = append(list, fault(path, "值的写法不对："+err.Error(), "the value is not well written: "+err.Error()))
	}
	return list
}

// unfitTexts finds texts that hold characters nobody sees or are too long, and
// numbers no rule means.
func unfitTexts(path string, value any) (list []*Fault) {
	wrong := func(s string) bool {
		return !utf8.ValidString(s) || utf8.RuneCountInString(s) > 100 || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
	}
	switch v := value.(type) {
	case string:
		if wrong(v) {
			return []*Fault{fault(path, "文字过长（最多100字）或含有看不见的字符", "the text is longer than 100 characters or has some that cannot be seen")}
		}
	case int:
		// Days and months so large leave the calendar; a count of look-ups does not, and
		// a bench makes more than people do.
		if v > 10_000 && (path != "/lookups_per_day" || v > 1_000_000) {
			return []*Fault{fault(path, "数值过大", "the number is too large")}
		}
	case []any:
		for i, item := range v {
			list = append(list, unfitTexts(path+"/"+strconv.Itoa(i), item)...)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if wrong(name) {
				list = append(list, fault(path, "项目名称有误", "the name of an item is not well written"))
				continue
			}
			list = append(list, unfitTexts(path+"/"+escaped(name), v[name])...)
		}
	}
	return list
}

// faultsOf takes joined errors apart.
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

// chainFaults judges chains as an editor may write them: a step that nobody could
// ever decide, or that gives away what the built-in chain makes sure of, must not
// come into force.
func (c *Catalogue) chainFaults(p Policy) (list []*Fault) {
	for _, kind := range slices.Sorted(maps.Keys(p.Chains)) {
		d, known := c.byKind[kind]
		if !known {
			continue // told before
		}
		for _, key := range slices.Sorted(maps.Keys(p.Chains[kind])) {
			path := "/chains/" + string(kind) + "/" + escaped(key)
			builtIn, ok := d.FiledUnder(p).chainAt(key)
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
		}
	}
	return list
}

// chainAt gives the built-in chain a key of a policy stands for.
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
	return list
}

// deciders are the roles that may decide a change at all (api/authz, change.decide).
func deciders() []org.Role {
	return []org.Role{org.SchoolRegistrar, org.SchoolLeader, org.Principal, org.BureauReviewer, org.BureauHead}
}

// lost tells what a chain no longer asks of those who decide it.
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
