package changes

import (
	"context"
	"slices"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
)

// FormItem is one item of the form as it was filled in.
type FormItem struct {
	Name       string            `json:"name" example:"reason_code"`
	Label      string            `json:"label" example:"休学原因"`
	Type       process.InputType `json:"type" enum:"text,date,code,class,number"`
	Value      string            `json:"value" example:"10"`
	ValueLabel string            `json:"value_label" doc:"What the value means: of a code its name, of a class its grade and name; else the value itself." example:"病休"`
}

// showForm lists the items of the form that were filled in, in the order of the form.
func (s *server) showForm(ctx context.Context, p *casepage.Page) []FormItem {
	list := []FormItem{}
	for _, in := range p.Definition.Inputs {
		value, given := p.Inputs[in.Name]
		if !given {
			continue
		}
		item := FormItem{Name: in.Name, Label: rest.InLanguage(ctx, in.Label), Type: in.Type, Value: value, ValueLabel: s.choice(ctx, in, value)}
		if in.Type == process.TypeClass && p.Class != nil && p.Class.ID.String() == value {
			item.ValueLabel = p.Class.Grade + p.Class.Name
		}
		list = append(list, item)
	}
	return list
}

// word says a code of a set in the language of the answer.
func word(ctx context.Context, set, code string) string {
	return rest.InLanguage(ctx, casepage.Word(set, code))
}

// verbWord says an entry of the timeline, and verbWords what may be said.
func verbWord(ctx context.Context, code string) string {
	if code == "" {
		return ""
	}
	return rest.InLanguage(ctx, casepage.EventWord(code))
}

func verbWords(ctx context.Context, codes []string) []string {
	list := make([]string, len(codes))
	for i, code := range codes {
		list[i] = verbWord(ctx, code)
	}
	return list
}

// paperLabel says what kind of paper it is.
func paperLabel(ctx context.Context, d process.Definition, kind string) string {
	if i := slices.IndexFunc(d.Evidence, func(rule process.EvidenceRule) bool { return rule.Kind == kind }); i >= 0 {
		return rest.InLanguage(ctx, d.Evidence[i].Label)
	}
	return kind
}

// inputLabels says what people call items of the form.
func inputLabels(ctx context.Context, d process.Definition, names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = name
		if at := slices.IndexFunc(d.Inputs, func(in process.Input) bool { return in.Name == name }); at >= 0 {
			list[i] = rest.InLanguage(ctx, d.Inputs[at].Label)
		}
	}
	return list
}

// stepLabel says a step of a kind by its name, as the catalogue has it. A province may
// have a step of its own; its name stays.
func (s *server) stepLabel(ctx context.Context, kind process.Kind, name string) string {
	entry, _ := s.Processes.Entry(kind)
	for _, no := range []int{0, entry.DayStep(), entry.ApplyStep()} {
		if step, ok := entry.Step(no); ok && step.Name == name {
			return rest.InLanguage(ctx, step.Label)
		}
	}
	for _, chain := range entry.Chains() {
		for _, step := range chain.Steps {
			if step.Name == name {
				return rest.InLanguage(ctx, step.Label)
			}
		}
	}
	return name
}

// describeWords writes the closed sets of codes into the description, where code knows
// them and a tag cannot.
func (s *server) describeWords() {
	var verbs []string
	for _, verb := range change.Verbs() {
		verbs = append(verbs, string(verb))
	}
	s.rest.EnumerateFields(rest.Plain(s.Processes.Kinds()), "ChangePage.kind", "ChangeLine.kind", "InboxItem.kind")
	s.rest.EnumerateFields(verbs, "TaskView.may")
}
