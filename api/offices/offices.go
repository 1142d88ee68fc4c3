package offices

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Org is one office: a bureau or a school.
type Org struct {
	ID           uuid.UUID   `json:"id"`
	Parent       *uuid.UUID  `json:"parent,omitempty" doc:"Superior bureau; of a school its managing bureau (学籍主管部门)."`
	Path         string      `json:"path"`
	Kind         org.Kind    `json:"kind"`
	Code         string      `json:"code" doc:"School code (学校标识码) or division code."`
	Name         string      `json:"name"`
	DivisionCode string      `json:"division_code" doc:"Where it lies; says nothing about who manages it."`
	Stages       []org.Stage `json:"stages"`
	HasChildren  bool        `json:"has_children"`
	ClosedAt     *time.Time  `json:"closed_at,omitempty"`
	Version      int64       `json:"version"`
}

type orgOutput struct {
	ETag string `header:"ETag"`
	Body Org
}

type orgChildrenInput struct {
	rest.PathID
	rest.Paging
}

type orgSearchInput struct {
	Query string `query:"q" required:"true" minLength:"1" maxLength:"60" doc:"Beginning of the name, or the whole code."`
	Below string `query:"below" maxLength:"200" pattern:"^[a-z0-9]+([.][a-z0-9]+)*$" patternDescription:"a path" doc:"Only offices at or below this path."`
	Kind  string `query:"kind" enum:"NATION,PROVINCE,CITY,COUNTY,SCHOOL"`
	rest.Paging
}

// OrgDetail is one office with those above it.
type OrgDetail struct {
	Org
	Above   []rest.OrgRef `json:"above" doc:"From the nation down."`
	Lengths []StageLength `json:"lengths" doc:"Schooling lengths (学制) of a school that differ, or differed, from the province's; the newest first."`
}

// StageLength is how many years a stage takes at a school from a school year on.
type StageLength struct {
	Stage      org.Stage `json:"stage"`
	StageLabel string    `json:"stage_label" example:"小学"`
	FromYear   int       `json:"from_year" doc:"The school year from which on it counts." example:"2027"`
	Years      int       `json:"years" example:"5"`
}

type orgDetailOutput struct {
	ETag string `header:"ETag"`
	Body OrgDetail
}

func (s *server) orgRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "get-org", Method: http.MethodGet, Path: "/v1/orgs/{id}", Action: authz.OrgRead, Tag: "organisations",
		Summary: "One office (单位)",
	}, s.getOrg)
	rest.Register(s.rest, rest.Operation{
		ID: "list-org-children", Method: http.MethodGet, Path: "/v1/orgs/{id}/children", Action: authz.OrgRead, Tag: "organisations",
		Summary: "Offices directly below one (下级单位)",
	}, s.listChildren)
	rest.Register(s.rest, rest.Operation{
		ID: "search-orgs", Method: http.MethodGet, Path: "/v1/orgs", Action: authz.OrgRead, Tag: "organisations",
		Summary: "Find an office by name or code (查找单位)",
	}, s.searchOrgs)
	s.orgEditRoutes()
}

func (s *server) getOrg(ctx context.Context, in *rest.PathID) (*orgDetailOutput, error) {
	out := &orgDetailOutput{Body: OrgDetail{Above: []rest.OrgRef{}, Lengths: []StageLength{}}}
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		o, err := office.Read(tx, in.ID)
		if err != nil {
			return err
		}
		above, err := office.Superiors(tx, o.Path)
		out.Body.Org, out.ETag = showOrg(o), rest.ETag(o.Version)
		for _, a := range above {
			out.Body.Above = append(out.Body.Above, rest.OrgRef{ID: a.ID, Kind: a.Kind, Name: a.Name, Path: a.Path})
		}
		if err != nil {
			return err
		}
		lengths, err := office.Lengths(tx, o.ID)
		for _, l := range lengths {
			out.Body.Lengths = append(out.Body.Lengths, StageLength{Stage: l.Stage, StageLabel: rest.InLanguage(ctx, process.StageText(l.Stage)), FromYear: l.FromYear, Years: l.Years})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *server) listChildren(ctx context.Context, in *orgChildrenInput) (*rest.Body[*rest.Page[Org]], error) {
	return rest.List(ctx, s.Store, in.Paging, nil, func(tx *store.Tx, after *office.Key, most int) ([]office.Organisation, error) {
		if _, err := office.Read(tx, in.ID); err != nil {
			return nil, err
		}
		return office.Children(tx, in.ID, after, most)
	}, showOrg, func(o office.Organisation) *office.Key { return &office.Key{Code: o.Code, ID: o.ID} })
}

func (s *server) searchOrgs(ctx context.Context, in *orgSearchInput) (*rest.Body[*rest.Page[Org]], error) {
	return rest.List(ctx, s.Store, in.Paging, nil, func(tx *store.Tx, after *office.Key, most int) ([]office.Organisation, error) {
		return office.Search(tx, in.Query, in.Below, org.Kind(in.Kind), after, most)
	}, showOrg, func(o office.Organisation) *office.Key { return &office.Key{Code: o.Name, ID: o.ID} })
}

func showOrg(o office.Organisation) Org {
	return Org{
		ID: o.ID, Parent: o.ParentID, Path: o.Path, Kind: o.Kind, Code: o.Code, Name: o.Name, DivisionCode: o.DivisionCode,
		Stages: o.Stages, HasChildren: o.HasChildren, ClosedAt: o.ClosedAt, Version: o.Version,
	}
}
