package api

import (
	"context"
	"slices"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
)

// ProcessView is one kind of change as it runs in the caller's province today.
type ProcessView struct {
	process.Definition
	Switches []ProcessSwitch `json:"switches" doc:"The optional steps of the kind and whether the province has them."`
}

// ProcessSwitch is one optional step.
type ProcessSwitch struct {
	Switch process.Switch `json:"switch" example:"SKIP_CITY_APPROVAL"`
	Rule   string         `json:"rule,omitempty" doc:"The rule of the policy that decides it."`
	Label  string         `json:"label"`
	Steps  []string       `json:"steps" doc:"The steps that are there when it is on."`
	On     bool           `json:"on"`
}

type processesOutput struct {
	Body struct {
		Items []ProcessView `json:"items"`
	}
}

func (s *server) listProcesses(ctx context.Context, in *struct {
	Stage string `query:"stage" enum:"PRIMARY,JUNIOR,SENIOR" default:"PRIMARY"`
}) (*processesOutput, error) {
	policy, err := s.policy(ctx)
	if err != nil {
		return nil, err
	}
	out := &processesOutput{}
	for _, kind := range s.deps.Processes.Kinds() {
		d, ok := s.deps.Processes.Define(kind, org.Stage(in.Stage), policy)
		if !ok || !d.Allows(org.Stage(in.Stage)) {
			continue
		}
		entry, _ := s.deps.Processes.Entry(kind)
		d.Page = entry.Page
		out.Body.Items = append(out.Body.Items, ProcessView{Definition: d, Switches: s.switches(ctx, entry, policy)})
	}
	return out, nil
}

// switches lists the optional steps of a kind in the order of its chains.
func (s *server) switches(ctx context.Context, entry process.Definition, policy process.Policy) []ProcessSwitch {
	list := []ProcessSwitch{}
	var steps []process.Step
	for _, c := range entry.Chains() {
		steps = append(steps, c.Steps...)
	}
	for _, step := range steps {
		if step.Optional == "" {
			continue
		}
		at := slices.IndexFunc(list, func(one ProcessSwitch) bool { return one.Switch == step.Optional })
		if at < 0 {
			rule, _ := step.Optional.Rule()
			at = len(list)
			list = append(list, ProcessSwitch{
				Switch: step.Optional, Rule: rule, Label: s.label(ctx, s.deps.Processes.RuleLabel("/"+rule)), On: policy.Has(step.Optional),
			})
		}
		if !slices.Contains(list[at].Steps, step.Name) {
			list[at].Steps = append(list[at].Steps, step.Name)
		}
	}
	return list
}
