package rules

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// policyRoutes registers the versions of a province's rules.
func (s *server) policyRoutes() {
	const tag = "processes"
	rest.Register(s.rest, rest.Operation{
		ID: "list-policies", Method: http.MethodGet, Path: "/v1/policies", Action: authz.PolicyRead, Tag: tag,
		Summary: "The versions of my province's policy, the newest first (省级规则各版本)",
		Detail: "Of the versions whose first day has come the one with the newest first day is in force, of several with the same day the highest number. " +
			"A version of a day to come is withdrawn by a newer one with the same day.",
	}, s.listPolicies)
	rest.Register(s.rest, rest.Operation{
		ID: "list-policy-rules", Method: http.MethodGet, Path: "/v1/policy/rules", Action: authz.PolicyRead, Tag: tag,
		Summary: "The rules a policy has: name, group, form, bounds, built-in value and source (规则项目)",
		Detail:  "For a form, in its order. Add-policy takes the numbers and codes that stand here, and no others.",
	}, s.listPolicyRules)
	rest.Register(s.rest, rest.Operation{
		ID: "get-policy-version", Method: http.MethodGet, Path: "/v1/policies/{version}", Action: authz.PolicyRead, Tag: tag,
		Summary: "One version: what was handed in, and the whole policy (规则版本)", Detail: "Version 0 is the built-in policy.",
	}, s.getPolicyVersion)
	rest.Register(s.rest, rest.Operation{
		ID: "diff-policies", Method: http.MethodGet, Path: "/v1/policies/{version}/diff", Action: authz.PolicyRead, Tag: tag,
		Summary: "What differs between two versions, and which chains run otherwise (规则比较)",
	}, s.diffPolicies)
	rest.Register(s.rest, rest.Operation{
		ID: "check-policy", Method: http.MethodPost, Path: "/v1/policies/check", Action: authz.PolicyWrite, Tag: tag, MaxBody: 256 << 10,
		Summary: "What a version would change; nothing is stored (规则试算)",
		Detail: "Tells every fault at once, or which rules and chains change and how many running changes keep which version. " +
			"What is not based on the newest version is refused, as it would be when it is added.",
	}, s.checkPolicy)
	rest.Register(s.rest, rest.Operation{
		ID: "add-policy", Method: http.MethodPost, Path: "/v1/policies", Action: authz.PolicyWrite, Tag: tag, Keyed: true, PersonOnly: true, MaxBody: 256 << 10,
		Status: http.StatusCreated, Summary: "Add a version of my province's policy (新增规则版本)",
		Detail: "By an administrator of the province's own bureau. It counts for changes filed from its first day on; running ones keep theirs.",
	}, s.addPolicy)
}

// PolicyVersion is one version of a province's policy.
type PolicyVersion struct {
	Version   int       `json:"version"`
	ValidFrom string    `json:"valid_from" format:"date"`
	InForce   bool      `json:"in_force" doc:"It counts for what is filed today."`
	Author    string    `json:"author,omitempty" doc:"Empty where the command line added it, and for people of other provinces."`
	Comment   string    `json:"comment,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	Differs   []string  `json:"differs" doc:"The rules that differ from the version before, as JSON pointers."`
	Labels    []string  `json:"differs_labels" doc:"What these rules are called, in the same order."`
	Outgrown  bool      `json:"outgrown,omitempty" doc:"This release of the system can no longer read it: add a version that takes its place."`
}

type policiesOutput struct {
	Body struct {
		Items []PolicyVersion `json:"items"`
		Today string          `json:"today" format:"date" doc:"The day by which in_force is told, and the first on which a new version may begin."`
	}
}

func (s *server) listPolicies(ctx context.Context, _ *struct{}) (*policiesOutput, error) {
	out := &policiesOutput{}
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) (err error) {
		out.Body.Today = tx.Today().String()
		out.Body.Items, err = s.policies(ctx, tx, rest.PrincipalOf(ctx).Office.Province)
		return err
	})
	return out, err
}

// policies shows the versions of a province, the newest first.
func (s *server) policies(ctx context.Context, tx *store.Tx, province string) ([]PolicyVersion, error) {
	rows, err := policy.Versions(tx, province)
	if err != nil {
		return nil, err
	}
	list := make([]PolicyVersion, len(rows))
	inForce, before := on(rows, calendar.DateOf(tx.Now())), s.Processes.Default()
	for i := len(rows) - 1; i >= 0; i-- { // the oldest first, each against the one before
		v := rows[i]
		list[i] = PolicyVersion{
			Version: v.Version, ValidFrom: v.ValidFrom.String(), InForce: v.Version == inForce.Version, Author: v.Author, Comment: v.Comment,
			CreatedAt: v.CreatedAt, Differs: []string{}, Labels: []string{},
		}
		rules, err := s.Processes.Overlay(v.Version, []byte(v.Body))
		if list[i].Outgrown = err != nil; list[i].Outgrown {
			continue
		}
		for _, d := range process.Differences(before, rules) {
			list[i].Differs = append(list[i].Differs, d.Path)
			list[i].Labels = append(list[i].Labels, rest.InLanguage(ctx, s.Processes.RuleLabel(d.Path)))
		}
		before = rules
	}
	return list, nil
}

// shown gives one version of a province as the list shows it; 0 is the built-in one.
func (s *server) shown(ctx context.Context, tx *store.Tx, province string, version int) (PolicyVersion, error) {
	list, err := s.policies(ctx, tx, province)
	builtIn := PolicyVersion{ValidFrom: calendar.Date{}.String(), InForce: true, Differs: []string{}, Labels: []string{}}
	for _, v := range list {
		if v.Version == version {
			return v, err
		}
		builtIn.InForce = builtIn.InForce && !v.InForce
	}
	return builtIn, err
}

// PathVersion names a version of a policy.
type PathVersion struct {
	Version int `path:"version" minimum:"0" maximum:"1000000" doc:"0 is the built-in policy."`
}

// PolicyText is one version as it was handed in, and what is in force with it.
type PolicyText struct {
	PolicyVersion
	Body      map[string]any `json:"body" doc:"What was handed in: only what differs from the built-in policy."`
	Effective process.Policy `json:"effective"`
}

func (s *server) getPolicyVersion(ctx context.Context, in *PathVersion) (*rest.Body[PolicyText], error) {
	province := rest.PrincipalOf(ctx).Office.Province
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (text PolicyText, err error) {
		v, rules, err := policy.ReadVersion(tx, province, in.Version)
		if err != nil {
			return text, err
		}
		text.Effective = rules
		if text.PolicyVersion, err = s.shown(ctx, tx, province, in.Version); err != nil {
			return text, err
		}
		if err := json.Unmarshal([]byte(v.Body), &text.Body); err != nil {
			return text, fmt.Errorf("read a policy: %w", err)
		}
		return text, nil
	})
}

// PolicyDiff tells what differs between two policies.
type PolicyDiff struct {
	Changes []RuleChange          `json:"changes"`
	Chains  []process.Consequence `json:"chains" doc:"The kinds whose steps or terms become others."`
}

// RuleChange is one rule that differs.
type RuleChange struct {
	process.Difference
	Label string `json:"label"`
}

func (s *server) diff(ctx context.Context, before, after process.Policy) PolicyDiff {
	d := PolicyDiff{Changes: []RuleChange{}, Chains: s.Processes.Consequences(before, after)}
	for _, one := range process.Differences(before, after) {
		d.Changes = append(d.Changes, RuleChange{Difference: one, Label: rest.InLanguage(ctx, s.Processes.RuleLabel(one.Path))})
	}
	return d
}

func (s *server) diffPolicies(ctx context.Context, in *struct {
	PathVersion
	Against int `query:"against" minimum:"0" maximum:"1000000" doc:"The version before; 0 or left out: the built-in policy."`
}) (*rest.Body[PolicyDiff], error) {
	province := rest.PrincipalOf(ctx).Office.Province
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (PolicyDiff, error) {
		_, after, err := policy.ReadVersion(tx, province, in.Version)
		if err != nil {
			return PolicyDiff{}, err
		}
		_, before, err := policy.ReadVersion(tx, province, in.Against)
		return s.diff(ctx, before, after), err
	})
}

// PolicyDraft is a version of a policy somebody hands in.
type PolicyDraft struct {
	Body      map[string]any `json:"body" doc:"Only what differs from the built-in policy; {} for nothing."`
	ValidFrom calendar.Date  `json:"valid_from" format:"date" doc:"Today or later."`
	BasedOn   int            `json:"based_on" minimum:"0" maximum:"1000000" doc:"The newest version you saw, whatever its day; 0 where there is none."`
}

// PolicyCheck is what a version would change.
type PolicyCheck struct {
	PolicyDiff
	InForce  int          `json:"in_force" doc:"The version it was compared with: the one that would be in force on its first day."`
	Newest   int          `json:"newest" doc:"The newest version there is."`
	Running  []policy.Use `json:"running" doc:"Running changes by the version they keep to their end."`
	EndsWith *int         `json:"ends_with,omitempty" doc:"The version with a later first day that takes its place then."`
	EndsOn   string       `json:"ends_on,omitempty" format:"date"`
}

func (s *server) checkPolicy(ctx context.Context, in *struct{ Body PolicyDraft }) (*rest.Body[PolicyCheck], error) {
	if err := onlyOf(ctx, org.Province, refusal.PolicyOffice); err != nil {
		return nil, err
	}
	text, err := json.Marshal(in.Body.Body)
	if err != nil {
		return nil, fmt.Errorf("read a policy: %w", err)
	}
	province := rest.PrincipalOf(ctx).Office.Province
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (check PolicyCheck, err error) {
		after, err := policy.Check(tx, text, in.Body.ValidFrom)
		if err != nil {
			return check, err
		}
		rows, err := policy.Versions(tx, province)
		if err != nil {
			return check, err
		}
		check.Newest = newest(rows)
		if check.Newest != in.Body.BasedOn { // a trial must not promise what adding then refuses
			return check, refusal.New(refusal.VersionConflict).At("/based_on")
		}
		for i, v := range rows {
			if v.ValidFrom.After(in.Body.ValidFrom) && (check.EndsOn == "" || v.ValidFrom.String() < check.EndsOn) {
				check.EndsWith, check.EndsOn = &rows[i].Version, v.ValidFrom.String()
			}
		}
		inForce, before := on(rows, in.Body.ValidFrom), s.Processes.Default()
		check.InForce = inForce.Version
		if p, err := s.Processes.Overlay(inForce.Version, []byte(inForce.Body)); err == nil { // an outgrown one is no policy
			before = p
		}
		check.PolicyDiff = s.diff(ctx, before, after)
		check.Running, err = policy.CountUse(tx, province)
		return check, err
	})
}

// newest gives the highest number of the versions, 0 where there is none.
func newest(rows []policy.Version) (version int) {
	for _, v := range rows {
		version = max(version, v.Version)
	}
	return version
}

// on gives the version that is in force on a day, of versions with the newest first;
// the zero version when it is the built-in one.
func on(rows []policy.Version, day calendar.Date) policy.Version {
	best := policy.Version{}
	for _, v := range rows {
		if !v.ValidFrom.After(day) && (best.Version == 0 || v.ValidFrom.After(best.ValidFrom)) {
			best = v
		}
	}
	return best
}

type policyAddInput struct {
	Body struct {
		PolicyDraft
		Reason string `json:"reason" minLength:"2" maxLength:"500" text:"required" doc:"Why, with the document it rests on; everybody of the province can read it."`
	}
}

func (s *server) addPolicy(ctx context.Context, in *policyAddInput) (*rest.Body[PolicyVersion], error) {
	if err := onlyOf(ctx, org.Province, refusal.PolicyOffice); err != nil {
		return nil, err
	}
	hash, err := rest.BodyHash(in.Body)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(in.Body.Body)
	if err != nil {
		return nil, fmt.Errorf("read a policy: %w", err)
	}
	province := rest.PrincipalOf(ctx).Office.Province
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (PolicyVersion, error) {
		version, err := policy.Add(tx, policy.NewPolicy{
			Province: province, ValidFrom: in.Body.ValidFrom, BasedOn: in.Body.BasedOn, Text: text, Comment: in.Body.Reason,
			Key: rest.IdempotencyKey(ctx), Hash: hash,
		})
		if err != nil {
			return PolicyVersion{}, err
		}
		return s.shown(ctx, tx, province, version)
	})
}
