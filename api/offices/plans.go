package offices

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Plan is the enrolment plan (招生规模) of a school.
type Plan struct {
	School     uuid.UUID `json:"school"`
	Code       string    `json:"code" doc:"School code (学校标识码)."`
	Name       string    `json:"name"`
	Stage      org.Stage `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	StageLabel string    `json:"stage_label" example:"小学"`
	Year       int       `json:"year" doc:"The year in which the pupils enter." example:"2026"`
	Size       *int      `json:"size,omitempty" doc:"Places; left out where no plan was set."`
	Used       int       `json:"used" doc:"Places that are taken."`
	Free       int       `json:"free" doc:"Places that are left."`
	Version    int64     `json:"version" doc:"0 where no plan was set."`
}

type planInput struct {
	rest.PathID
	Stage org.Stage `path:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	Year  int       `path:"year" minimum:"1980" maximum:"2100"`
}

type planSetInput struct {
	rest.PathID
	Stage org.Stage `path:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	Year  int       `path:"year" minimum:"1980" maximum:"2100"`
	Body  struct {
		Size    int   `json:"size" minimum:"0" maximum:"99999" doc:"Places, never fewer than are used."`
		BasedOn int64 `json:"based_on" minimum:"0" doc:"The version you saw, 0 where no plan was set."`
	}
}

type planListInput struct {
	rest.PathID
	rest.Paging
	Year int `query:"year" required:"true" minimum:"1980" maximum:"2100"`
}

func (s *server) planRoutes() {
	const tag = "organisations"
	rest.Register(s.rest, rest.Operation{
		ID: "list-plans", Method: http.MethodGet, Path: "/v1/orgs/{id}/plans", Action: authz.PlanRead, Tag: tag,
		Summary: "Enrolment plans of a year: of the schools directly below a bureau, or of one school (招生规模)",
		Detail:  "A line for each school and stage, with used and free places; also where no plan was set.",
	}, s.listPlans)
	rest.Register(s.rest, rest.Operation{
		ID: "get-plan", Method: http.MethodGet, Path: "/v1/orgs/{id}/plans/{stage}/{year}", Action: authz.PlanRead, Tag: tag,
		Summary: "The enrolment plan of a school for a stage and a year (某校招生规模)",
	}, s.getPlan)
	rest.Register(s.rest, rest.Operation{
		ID: "set-plan", Method: http.MethodPut, Path: "/v1/orgs/{id}/plans/{stage}/{year}", Action: authz.PlanSet, Tag: tag,
		Summary: "Set the enrolment plan of a school (设置招生规模)",
		Detail: "By the managing bureau, for this year or the next. A plan that was set meanwhile is a conflict. " +
			"A school that needs more places files a PLAN_CHANGE (招生计划数变更).",
	}, s.setPlan)
}

func (s *server) listPlans(ctx context.Context, in *planListInput) (*rest.Body[*rest.Page[Plan]], error) {
	show := func(p office.PlannedSchool) Plan { return showPlan(ctx, p) }
	return rest.List(ctx, s.Store, in.Paging, office.PlanKey{}, func(tx *store.Tx, after office.PlanKey, most int) ([]office.PlannedSchool, error) {
		if _, err := reach.Office(ctx, tx, in.ID); err != nil {
			return nil, err
		}
		return office.Plans(tx, in.ID, in.Year, after, most)
	}, show, func(p office.PlannedSchool) office.PlanKey { return office.PlanKey{Code: p.Code, Stage: p.Stage} })
}

func (s *server) getPlan(ctx context.Context, in *planInput) (*rest.Body[Plan], error) {
	return s.plan(ctx, in.ID, in.Stage, in.Year, nil)
}

func (s *server) setPlan(ctx context.Context, in *planSetInput) (*rest.Body[Plan], error) {
	at := rest.PrincipalOf(ctx).Office
	return s.plan(ctx, in.ID, in.Stage, in.Year, func(tx *store.Tx, school office.Organisation) error {
		_, err := office.SetPlan(tx, org.OfficeRef{ID: at.ID, Path: at.Path, Province: at.Province}, school, in.Stage, in.Year, in.Body.Size, in.Body.BasedOn)
		return err
	})
}

// plan answers with the plan of a school, after an edit where one is given.
func (s *server) plan(ctx context.Context, id uuid.UUID, stage org.Stage, year int, edit func(*store.Tx, office.Organisation) error) (*rest.Body[Plan], error) {
	var p office.PlannedSchool
	err := s.atSchool(ctx, id, func(tx *store.Tx) error {
		school, err := office.Read(tx, id)
		if err != nil {
			return err
		}
		if school.Kind != org.School {
			return refusal.New(refusal.NotFound)
		}
		if edit != nil {
			if err := edit(tx, school); err != nil {
				return err
			}
		}
		p = office.PlannedSchool{SchoolID: id, Code: school.Code, Name: school.Name, Stage: stage, Year: year}
		plan, err := office.ReadPlan(tx, id, stage, year)
		if plan != nil {
			p.Size, p.Used, p.Version = &plan.Size, plan.Used, plan.Version
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(showPlan(ctx, p)), nil
}

func showPlan(ctx context.Context, p office.PlannedSchool) Plan {
	out := Plan{School: p.SchoolID, Code: p.Code, Name: p.Name, Stage: p.Stage, StageLabel: rest.InLanguage(ctx, process.StageText(p.Stage)), Year: p.Year, Size: p.Size, Used: p.Used, Version: p.Version}
	if p.Size != nil {
		out.Free = *p.Size - p.Used
	}
	return out
}
