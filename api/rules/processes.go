package rules

import (
	"context"
	"net/http"
	"slices"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// processRoutes registers the processes as they run in a province, and its policy.
func (s *server) processRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-processes", Method: http.MethodGet, Path: "/v1/processes", Action: authz.PolicyRead, Tag: "processes",
		Summary: "The processes with their forms, evidence and chains in my province (业务目录)",
		Detail:  "Each with its version, rule, what it needs and does, what undoes it, and the switches of its optional steps.",
	}, s.listProcesses)
	rest.Register(s.rest, rest.Operation{
		ID: "get-process", Method: http.MethodGet, Path: "/v1/processes/{kind}", Action: authz.PolicyRead, Tag: "processes",
		Summary: "One process in plain words, as rows for a sheet (业务一览表)",
		Detail:  "As it runs in my province today, in the language of the call: who files and decides, the form, the papers, what may be refused.",
	}, s.getProcess)
	rest.Register(s.rest, rest.Operation{
		ID: "get-policy", Method: http.MethodGet, Path: "/v1/policy", Action: authz.PolicyRead, Tag: "processes",
		Summary: "The policy in force in my province (省级规则)",
	}, s.getPolicy)
}

// ProcessView is one kind of change as it runs in the caller's province today.
type ProcessView struct {
	process.Definition
	Stage    org.Stage       `json:"stage" doc:"The stage whose chain this is: the one asked for, or the caller's first that has the kind."`
	Switches []ProcessSwitch `json:"switches" doc:"The optional steps of the kind and whether the province has them."`
	Receives bool            `json:"receives" doc:"The receiving school files it, and names a pupil of another school."`
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
	Stage string `query:"stage" enum:"PRIMARY,JUNIOR,SENIOR" doc:"Only kinds of this stage, with its chains. Left out: every kind of any stage of the own school, for a bureau of all stages."`
}) (*processesOutput, error) {
	policy, err := s.policy(ctx)
	if err != nil {
		return nil, err
	}
	stages := []org.Stage{org.Stage(in.Stage)}
	if in.Stage == "" {
		if stages, err = s.stagesMet(ctx); err != nil {
			return nil, err
		}
	}
	out := &processesOutput{}
	for _, kind := range s.Processes.Kinds() {
		entry, _ := s.Processes.Entry(kind)
		first := slices.IndexFunc(stages, entry.Allows)
		if first < 0 {
			continue
		}
		d, _ := s.Processes.Define(kind, stages[first], policy)
		d.Page = entry.Page
		out.Body.Items = append(out.Body.Items, ProcessView{Definition: d, Stage: stages[first], Switches: s.switches(ctx, entry, policy), Receives: status.Receives(kind)})
	}
	return out, nil
}

// stagesMet lists the stages of the pupils an office may meet, the lowest first: a
// school's own, so that what the law forbids in compulsory education stays out of
// sight of schools that have nothing else (D14); a bureau's are all.
func (s *server) stagesMet(ctx context.Context) ([]org.Stage, error) {
	all, at := []org.Stage{org.Primary, org.Junior, org.Senior}, rest.PrincipalOf(ctx).Office
	if at.Kind != org.School {
		return all, nil
	}
	school, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (office.Organisation, error) { return office.Read(tx, at.ID) })
	return slices.DeleteFunc(all, func(stage org.Stage) bool { return !slices.Contains(school.Stages, stage) }), err
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
				Switch: step.Optional, Rule: rule, Label: rest.InLanguage(ctx, s.Processes.RuleLabel("/"+rule)), On: policy.Has(step.Optional),
			})
		}
		if !slices.Contains(list[at].Steps, step.Name) {
			list[at].Steps = append(list[at].Steps, step.Name)
		}
	}
	return list
}

type policyOutput struct{ Body process.Policy }

func (s *server) getPolicy(ctx context.Context, _ *struct{}) (*policyOutput, error) {
	p, err := s.policy(ctx)
	return &policyOutput{Body: p}, err
}

func (s *server) policy(ctx context.Context) (p process.Policy, err error) {
	err = s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		p, err = policy.InForce(tx, rest.PrincipalOf(ctx).Office.Province)
		return err
	})
	return p, err
}
