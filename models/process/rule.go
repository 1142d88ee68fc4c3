package process

import (
	_ "embed" // the groups and bounds of the rules
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
)

//go:embed policy/rules.yaml
var ruleFile []byte

// RuleForm is the form in which the value of a rule is written.
type RuleForm string

// The forms of the rules of a policy.
const (
	FormSwitch  RuleForm = "SWITCH"  // true or false
	FormNumber  RuleForm = "NUMBER"  // a whole number
	FormYears   RuleForm = "YEARS"   // a number for each stage
	FormTerm    RuleForm = "TERM"    // working days, 10wd
	FormDay     RuleForm = "DAY"     // a day of every year, 07-15
	FormWindows RuleForm = "WINDOWS" // spans of days, {from: 07-01, to: 08-14}
	FormChoice  RuleForm = "CHOICE"  // one code
	FormChoices RuleForm = "CHOICES" // a list of codes
	FormTerms   RuleForm = "TERMS"   // working days by kind and step
	FormChains  RuleForm = "CHAINS"  // steps by kind and stage or route
)

// Rule describes one rule of a policy to a person who reads or changes it.
type Rule struct {
	Key     string   `yaml:"key"`
	Group   Text     `yaml:"-"`
	Label   Text     `yaml:"-"`
	Form    RuleForm `yaml:"-"`
	Min     *int     `yaml:"min"`     // of a number, 1 when it is left out
	Max     int      `yaml:"max"`     // of a number, 10,000 when it is left out
	Exactly int      `yaml:"exactly"` // how many windows there are; 0: any number
	Empty   bool     `yaml:"empty"`   // no value is a value, too
	Choices []Choice `yaml:"choices"` // the codes; a form that knows none asks the register for them
	Unit    Text     `yaml:"unit"`
	Note    Text     `yaml:"note"`
	Source  Text     `yaml:"source"` // the document or the practice behind the built-in value
	BuiltIn any      `yaml:"-"`
}

// Least returns the smallest number that a rule takes.
func (r Rule) Least() int {
	if r.Min == nil {
		return 1
	}
	return *r.Min
}

// Most returns the largest number that is taken from a person. Days and months so large
// leave the calendar; a count of look-ups does not, and a bench makes more than people do.
func (r Rule) Most() int {
	if r.Max == 0 {
		return 10_000
	}
	return r.Max
}

// ruleGroup is a group of rules in the file.
type ruleGroup struct {
	Name  Text   `yaml:"name"`
	Rules []Rule `yaml:"rules"`
}

// ruleList holds the rules in the order of the groups, without their built-in values.
var ruleList = sync.OnceValue(func() []Rule {
	var list []Rule
	for _, group := range compiledIn[[]ruleGroup]("policy/rules.yaml", ruleFile) {
		for _, rule := range group.Rules {
			rule.Group, rule.Label = group.Name, labels()[rule.Key]
			rule.Form = formOf(rule.Key)
			if rule.Form == FormYears || rule.Form == FormChoices && len(rule.Choices) == 0 && ruleType(rule.Key) == reflect.TypeFor[[]org.Stage]() {
				rule.Choices = stageChoices()
			}
			list = append(list, rule)
		}
	}
	return list
})

// rulesByKey holds the rules by their keys; a key without a rule gives the zero rule.
var rulesByKey = sync.OnceValue(func() map[string]Rule {
	byKey := map[string]Rule{}
	for _, rule := range ruleList() {
		byKey[rule.Key] = rule
	}
	return byKey
})

func stageChoices() []Choice {
	var list []Choice
	for _, stage := range []org.Stage{org.Primary, org.Junior, org.Senior} {
		list = append(list, Choice{Code: string(stage), Label: StageText(stage)})
	}
	return list
}

// Rules lists the rules of a policy in groups, with their built-in values.
func (c *Catalogue) Rules() []Rule {
	builtIn, _ := plain(c.policy).(map[string]any)
	list := slices.Clone(ruleList())
	for i, rule := range list {
		list[i].BuiltIn = builtIn[rule.Key]
		if rule.Key == "bureau_files" {
			for _, kind := range c.forBureaus() {
				list[i].Choices = append(list[i].Choices, Choice{Code: string(kind), Label: c.byKind[kind].Name})
			}
		}
	}
	return list
}

// ruleType returns the type of the value of a rule, nil when no policy has the rule.
func ruleType(key string) reflect.Type {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Policy]()) {
		if field.Tag.Get("yaml") == key {
			return field.Type
		}
	}
	return nil
}

// formOf returns the form of a rule by the type of its value.
func formOf(key string) RuleForm {
	switch of := ruleType(key); of {
	case nil:
		return ""
	case reflect.TypeFor[calendar.Term]():
		return FormTerm
	case reflect.TypeFor[calendar.MonthDay]():
		return FormDay
	case reflect.TypeFor[calendar.Windows]():
		return FormWindows
	case reflect.TypeFor[map[org.Stage]int]():
		return FormYears
	case reflect.TypeFor[map[Kind]map[string]calendar.Term]():
		return FormTerms
	case reflect.TypeFor[map[Kind]map[string][]Step]():
		return FormChains
	default:
		switch of.Kind() {
		case reflect.Bool:
			return FormSwitch
		case reflect.Int:
			return FormNumber
		case reflect.Slice:
			return FormChoices
		default:
			return FormChoice
		}
	}
}

// validateBounds returns the faults of the numbers and of the single codes of a policy, by
// the description of the rules.
func (p Policy) validateBounds() []error {
	var list []error
	value := reflect.ValueOf(p)
	for _, field := range reflect.VisibleFields(value.Type()) {
		rule := rulesByKey()[field.Tag.Get("yaml")]
		switch rule.Form {
		case FormNumber:
			list = append(list, rule.outside(rule.Key, int(value.FieldByIndex(field.Index).Int()))...)
		case FormYears:
			for _, stage := range rule.Choices {
				list = append(list, rule.outside(rule.Key+"/"+stage.Code, p.StageYears[org.Stage(stage.Code)])...)
			}
		case FormChoice:
			code := value.FieldByIndex(field.Index).String()
			known := slices.ContainsFunc(rule.Choices, func(c Choice) bool { return c.Code == code })
			if !known && (code != "" || !rule.Empty) {
				list = append(list, oneOf(rule))
			}
		case FormSwitch, FormTerm, FormDay, FormWindows, FormChoices, FormTerms, FormChains: // judged beside
		}
	}
	return list
}

// outside returns a fault for a number below the least one, or above a bound of the rule's
// own. The bound that all numbers share is judged when a person hands one in.
func (r Rule) outside(path string, n int) []error {
	name := strings.ReplaceAll(path, "/", ".")
	switch {
	case r.Max != 0 && (n < r.Least() || n > r.Max):
		return []error{fault("/"+path, fmt.Sprintf("须在 %d 到 %d 之间", r.Least(), r.Max), fmt.Sprintf("%s lies between %d and %d", name, r.Least(), r.Max))}
	case n < r.Least():
		return []error{fault("/"+path, fmt.Sprintf("须为 %d 或以上的整数", r.Least()), fmt.Sprintf("%s must be %d or more", name, r.Least()))}
	}
	return nil
}
