package rules

import (
	"context"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
)

// PolicyRule describes one rule of a policy to a form.
type PolicyRule struct {
	Key     string           `json:"key" example:"suspension_months"`
	Group   string           `json:"group" doc:"Rules of a group stand together."`
	Label   string           `json:"label"`
	Form    process.RuleForm `json:"form" enum:"SWITCH,NUMBER,YEARS,TERM,DAY,WINDOWS,CHOICE,CHOICES,TERMS,CHAINS" doc:"How its value is written: YEARS is a number for each choice, TERM such as 10wd, DAY such as 07-15, TERMS a term by kind and step."`
	Min     int              `json:"min,omitempty" doc:"Of a number."`
	Max     int              `json:"max,omitempty" doc:"Of a number."`
	Exactly int              `json:"exactly,omitempty" doc:"How many windows there must be."`
	Empty   bool             `json:"empty" doc:"No value is a value, too."`
	Choices []RuleChoice     `json:"choices"`
	Unit    string           `json:"unit,omitempty"`
	Note    string           `json:"note,omitempty"`
	Source  string           `json:"source,omitempty" doc:"The document or the practice behind the built-in value; empty where the program chose it."`
	BuiltIn any              `json:"built_in" doc:"The value where a province has set none; of TERMS and CHAINS null: those of the processes."`
}

// RuleChoice is one code a rule may have.
type RuleChoice struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

type policyRulesOutput struct {
	Body struct {
		Items []PolicyRule `json:"items"`
	}
}

func (s *server) listPolicyRules(ctx context.Context, _ *struct{}) (*policyRulesOutput, error) {
	in := func(t process.Text) string { return rest.InLanguage(ctx, t) }
	out := &policyRulesOutput{}
	keyItems, err := policy.KeyItems()
	if err != nil {
		return nil, err
	}
	for _, r := range s.Processes.Rules() {
		rule := PolicyRule{
			Key: r.Key, Group: in(r.Group), Label: in(r.Label), Form: r.Form, Exactly: r.Exactly, Empty: r.Empty, Choices: []RuleChoice{},
			Unit: in(r.Unit), Note: in(r.Note), Source: in(r.Source), BuiltIn: r.BuiltIn,
		}
		if r.Form == process.FormNumber || r.Form == process.FormYears {
			rule.Min, rule.Max = r.Least(), r.Most()
		}
		for _, c := range r.Choices {
			rule.Choices = append(rule.Choices, RuleChoice{Code: c.Code, Label: in(c.Label)})
		}
		if r.Key == "key_fields" { // items of the sheet
			for i := range keyItems {
				rule.Choices = append(rule.Choices, RuleChoice{Code: string(keyItems[i].Field), Label: in(sheet.ItemText(&keyItems[i]))})
			}
		}
		out.Body.Items = append(out.Body.Items, rule)
	}
	return out, nil
}
