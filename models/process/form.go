package process

import (
	"encoding"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
)

// form checks a policy that is handed in against the types of a policy, and notes the
// items of a wrong form. YAML itself takes 24.7 for 24 and "yes" for true, and ignores
// null. A rule must not come into force in that way.
type form struct {
	kinds  map[Kind]Definition
	faults []*Fault
}

func (f *form) wrong(path, zh, en string) (any, bool) {
	f.faults = append(f.faults, fault(path, zh, en))
	return nil, false
}

// fit returns the part of a value that can be judged further. Of the policy and of its
// maps it returns the sound members; of any other value all, or false.
func (f *form) fit(path string, value any, as reflect.Type) (any, bool) {
	if into, ok := reflect.New(as).Interface().(encoding.TextUnmarshaler); ok {
		return f.written(path, value, into)
	}
	switch as.Kind() {
	case reflect.Struct, reflect.Map:
		return f.object(path, value, as)
	case reflect.Slice:
		return f.list(path, value, as.Elem())
	case reflect.Int:
		return f.number(path, value)
	case reflect.Bool:
		if _, ok := value.(bool); !ok {
			return f.unlike(path, value, "须为 true 或 false（不加引号）", "it is true or false, without quotation marks")
		}
		return value, true
	default: // the rules judge texts and codes
		return f.text(path, value)
	}
}

// unlike refuses a value of a wrong type.
func (f *form) unlike(path string, value any, zh, en string) (any, bool) {
	if value == nil {
		return f.wrong(path, "须写明值；要用默认值，请去掉此项", "give it a value, or leave it out for the built-in one")
	}
	return f.wrong(path, zh, en)
}

func (f *form) object(path string, value any, as reflect.Type) (any, bool) {
	if value == nil {
		return nil, true // holds nothing
	}
	object, ok := value.(map[string]any)
	if !ok {
		return f.wrong(path, "须为对象，如 {名称: 值}", "it is an object, such as {name: value}")
	}
	kept, before := map[string]any{}, len(f.faults)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		of := f.member(path, name, as)
		if of == nil {
			continue
		}
		if inner, ok := f.fit(path+"/"+escaped(name), object[name], of); ok {
			kept[name] = inner
		}
	}
	return kept, as.Kind() == reflect.Map || as == reflect.TypeFor[Policy]() || len(f.faults) == before
}

// member returns the type of the value under a name, nil where no value is allowed.
func (f *form) member(path, name string, in reflect.Type) reflect.Type {
	at := path + "/" + escaped(name)
	switch {
	case unfit(name):
		f.wrong(path, "项目名称有误：过长或含有看不见的字符", "the name of an item is too long or has characters that cannot be seen")
		return nil
	case in.Kind() == reflect.Map:
		if _, known := f.kinds[Kind(name)]; in.Key() == reflect.TypeFor[Kind]() && !known {
			f.wrong(at, "没有这种业务", "there is no such kind")
			return nil
		}
		if stages := []org.Stage{org.Primary, org.Junior, org.Senior}; in.Key() == reflect.TypeFor[org.Stage]() && !slices.Contains(stages, org.Stage(name)) {
			f.wrong(at, "没有这个学段，须为 PRIMARY、JUNIOR 或 SENIOR", "there is no such stage: it is PRIMARY, JUNIOR or SENIOR")
			return nil
		}
		return in.Elem()
	case in == reflect.TypeFor[Policy]() && name == "version":
		f.wrong(at, "没有“version”这一项：版本号由系统给出，请去掉", `there is no item "version": the register gives the number, leave it out`)
		return nil
	}
	for _, field := range reflect.VisibleFields(in) {
		if key, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); key == name {
			return field.Type
		}
	}
	f.wrong(at, "没有“"+name+"”这一项，请改正名称或去掉", fmt.Sprintf("there is no item %q: correct its name or leave it out", name))
	return nil
}

// list returns all of a list or nothing: a chain without one of its steps is another
// chain.
func (f *form) list(path string, value any, of reflect.Type) (any, bool) {
	if value == nil {
		return nil, true // holds nothing
	}
	items, ok := value.([]any)
	if !ok {
		return f.wrong(path, "须为列表，如 [甲, 乙]；没有时写 []", "it is a list, such as [A, B], or [] for none")
	}
	kept, before := []any{}, len(f.faults)
	for i, item := range items {
		inner, _ := f.fit(path+"/"+strconv.Itoa(i), item, of)
		kept = append(kept, inner)
	}
	return kept, len(f.faults) == before
}

func (f *form) number(path string, value any) (any, bool) {
	n, ok := whole(value)
	if !ok {
		return f.unlike(path, value, "须为整数，如 12", "it is a whole number, such as 12")
	}
	key, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	most := rulesByKey()[key].Most()
	if n > most {
		return f.wrong(path, fmt.Sprintf("数值过大，最多为 %d", most), fmt.Sprintf("the number is too large: it is %d at most", most))
	}
	return n, true
}

// whole reads a whole number in every form of YAML and JSON: 12, 12.0 and 1.2e1 are the
// same.
func whole(value any) (int, bool) {
	const most = 1 << 53 // beyond, not every whole number is one of its own
	switch v := value.(type) {
	case int:
		return v, true
	case uint64:
		return most, true
	case float64:
		return int(max(-most, min(v, most))), v == math.Trunc(v)
	}
	return 0, false
}

func (f *form) text(path string, value any) (any, bool) {
	text, ok := value.(string)
	if !ok {
		return f.unlike(path, value, "须为文字（加引号）", "it is a text, in quotation marks")
	}
	if unfit(text) {
		return f.wrong(path, "文字过长（最多100字）或含有看不见的字符", "the text is longer than 100 characters or has some that cannot be seen")
	}
	return text, true
}

// written reads a value with a notation of its own: a term, a day.
func (f *form) written(path string, value any, into encoding.TextUnmarshaler) (any, bool) {
	if text, ok := value.(string); ok {
		if _, fits := f.text(path, text); !fits {
			return nil, false
		}
		if into.UnmarshalText([]byte(text)) == nil {
			return text, true
		}
	}
	switch into.(type) {
	case *calendar.Term:
		return f.unlike(path, value, "期限的写法不对，应如 10wd", calendar.ErrTerm.Error())
	case *calendar.MonthDay:
		return f.unlike(path, value, "日期的写法不对，应如 07-01", calendar.ErrMonthDay.Error())
	default:
		return f.unlike(path, value, "值的写法不对", "the value is not well written")
	}
}

// unfit reports whether a text is too long or holds invisible characters.
func unfit(s string) bool {
	return !utf8.ValidString(s) || utf8.RuneCountInString(s) > 100 || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
}

// judgeable removes the items that cannot be judged while another item has a wrong form:
// the terms of a chain's steps, and the chains of kinds that bureaus may file.
func (c *Catalogue) judgeable(kept map[string]any, faults []*Fault) {
	chains, _ := kept["chains"].(map[string]any)
	terms, _ := kept["terms"].(map[string]any)
	for _, f := range faults {
		names := strings.Split(f.Path, "/")
		switch {
		case f.Path == "/chains":
			delete(kept, "terms")
		case len(names) > 2 && names[1] == "chains":
			delete(terms, unescaped(names[2]))
		case len(names) > 1 && names[1] == "bureau_files":
			for _, kind := range c.forBureaus() {
				delete(terms, string(kind))
				delete(chains, string(kind))
			}
		}
	}
}
