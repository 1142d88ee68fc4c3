package rules

import (
	"context"
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

// schoolYearRoutes registers the terms of the school years of a province.
func (s *server) schoolYearRoutes() {
	const tag = "processes"
	rest.Register(s.rest, rest.Operation{
		ID: "list-school-years", Method: http.MethodGet, Path: "/v1/school-years", Action: authz.CalendarRead, Tag: tag,
		Summary: "The school years whose terms my province has set, the newest first (学年学期)",
		Detail:  "A school year that is not listed follows school_terms of the policy.",
	}, s.listSchoolYears)
	rest.Register(s.rest, rest.Operation{
		ID: "get-school-year", Method: http.MethodGet, Path: "/v1/school-years/{year}", Action: authz.CalendarRead, Tag: tag,
		Summary: "The terms of a school year in my province (某学年学期)",
	}, s.getSchoolYear)
	rest.Register(s.rest, rest.Operation{
		ID: "set-school-year", Method: http.MethodPut, Path: "/v1/school-years/{year}", Action: authz.PolicyWrite, Tag: tag, PersonOnly: true,
		Summary: "Set the terms of a school year (设置学年学期)",
		Detail: "By an administrator of the province's own bureau. Days that run backward or overlap are refused one by one. " +
			"A school year that was set meanwhile is a conflict.",
	}, s.setSchoolYear)
}

// SchoolTerm is one term (学期) of a school year.
type SchoolTerm struct {
	FirstDay calendar.Date `json:"first_day" format:"date"`
	LastDay  calendar.Date `json:"last_day" format:"date"`
}

// SchoolYear is the terms of a school year (学年).
type SchoolYear struct {
	Year    int          `json:"year" doc:"The year in which the first term begins." example:"2026"`
	Terms   []SchoolTerm `json:"terms"`
	Set     bool         `json:"set" doc:"false: the days follow school_terms of the policy."`
	SetAt   *time.Time   `json:"set_at,omitempty"`
	Version int64        `json:"version" doc:"0 where the policy gives the days."`
}

// SchoolYears lists school years.
type SchoolYears struct {
	Items []SchoolYear `json:"items"`
	Now   TermNow      `json:"now"`
}

// TermNow names the term to which today belongs: the one that is running, in the holidays the
// next one.
type TermNow struct {
	Year int `json:"year" doc:"The year in which the first term begins." example:"2026"`
	Term int `json:"term" minimum:"1" maximum:"2"`
}

// PathYear names a school year.
type PathYear struct {
	Year int `path:"year" minimum:"2000" maximum:"2100" doc:"The year in which the first term begins."`
}

type schoolYearSetInput struct {
	PathYear
	Body struct {
		Terms   []SchoolTerm `json:"terms" minItems:"2" maxItems:"2" nullable:"false" doc:"The first and the second term."`
		BasedOn int64        `json:"based_on" minimum:"0" doc:"The version you saw, 0 where the policy gives the days."`
	}
}

func (s *server) listSchoolYears(ctx context.Context, _ *struct{}) (*rest.Body[SchoolYears], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (SchoolYears, error) {
		out := SchoolYears{Items: []SchoolYear{}}
		province := rest.PrincipalOf(ctx).Office.Province
		list, err := policy.SchoolYears(tx, province)
		if err != nil {
			return out, err
		}
		for _, y := range list {
			out.Items = append(out.Items, showSchoolYear(y))
		}
		now, err := policy.TermOn(tx, province, tx.Today())
		out.Now = TermNow{Year: now.Year, Term: now.No}
		return out, err
	})
}

func (s *server) getSchoolYear(ctx context.Context, in *PathYear) (*rest.Body[SchoolYear], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (SchoolYear, error) {
		y, err := policy.ReadSchoolYear(tx, rest.PrincipalOf(ctx).Office.Province, in.Year)
		return showSchoolYear(y), err
	})
}

func (s *server) setSchoolYear(ctx context.Context, in *schoolYearSetInput) (*rest.Body[SchoolYear], error) {
	if err := onlyOf(ctx, org.Province, refusal.PolicyOffice); err != nil {
		return nil, err
	}
	var terms [process.TermsPerYear]process.SchoolTerm
	for i, term := range in.Body.Terms[:min(len(in.Body.Terms), len(terms))] {
		terms[i] = process.SchoolTerm{First: term.FirstDay, Last: term.LastDay}
	}
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (SchoolYear, error) {
		y, err := policy.SetSchoolYear(tx, rest.PrincipalOf(ctx).Office.Province, in.Year, terms, in.Body.BasedOn)
		return showSchoolYear(y), err
	})
}

func showSchoolYear(y policy.SchoolYear) SchoolYear {
	out := SchoolYear{Year: y.Year, Terms: []SchoolTerm{}, Set: y.Version > 0, SetAt: y.SetAt, Version: y.Version}
	for _, term := range y.Terms {
		out.Terms = append(out.Terms, SchoolTerm{FirstDay: term.First, LastDay: term.Last})
	}
	return out
}
