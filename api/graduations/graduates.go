package graduations

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
)

func (s *server) graduateRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-graduates", Method: http.MethodGet, Path: "/v1/orgs/{id}/graduates", Action: authz.GraduationRead, Tag: "graduations",
		Summary: "The graduates of a school in a year (毕业生名册)",
		Detail:  "Everybody who left a stage at this school with a conclusion; not those whose graduation was rolled back.",
	}, s.graduates)
}

// Graduate is a pupil who left a stage with a conclusion.
type Graduate struct {
	Pupil           GraduationPupil `json:"pupil" doc:"As it was at the graduation."`
	Stage           org.Stage       `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	Year            int             `json:"year" example:"2027"`
	Conclusion      string          `json:"conclusion" enum:"GRADUATED,COMPLETED,INCOMPLETE"`
	ConclusionLabel string          `json:"conclusion_label" example:"毕业"`
	GraduatedOn     calendar.Date   `json:"graduated_on" format:"date"`
	Change          uuid.UUID       `json:"change_id"`
	Certificate     string          `json:"certificate,omitempty" doc:"The number of the valid certificate." example:"黔A0001"`
	CaseNo          string          `json:"case_no" example:"52-20270621-000017"`
}

type graduatesInput struct {
	rest.PathID
	rest.Paging
	Year int `query:"year" minimum:"1950" maximum:"2200" required:"true" doc:"The year of graduation."`
}

// lineKey is the cursor of a list of graduates.
type lineKey struct {
	Change uuid.UUID `json:"c"`
	Line   int       `json:"l"`
}

func (s *server) graduates(ctx context.Context, in *graduatesInput) (*rest.Body[*rest.Page[Graduate]], error) {
	school, err := reach.Ref(ctx, s.Store.Store, in.ID)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, s.Store, in.Paging, lineKey{}, func(tx *change.Tx, after lineKey, most int) ([]graduation.Graduate, error) {
		return graduation.Graduates(tx.Tx, school.ID, in.Year, after.Change, after.Line, most)
	}, func(g graduation.Graduate) Graduate {
		return Graduate{
			Pupil: GraduationPupil{ID: g.StudentID, Name: g.Subject.Name, Number: g.Subject.Number, Class: g.Class, EntryYear: g.Subject.EntryYear},
			Stage: g.Stage, Year: g.Year, Conclusion: string(g.Conclusion), ConclusionLabel: rest.InLanguage(ctx, g.Conclusion.Text()),
			GraduatedOn: calendar.DateOf(g.GraduatedOn), Change: g.ChangeID, CaseNo: g.CaseNo, Certificate: g.Certificate,
		}
	}, func(g graduation.Graduate) lineKey { return lineKey{Change: g.ChangeID, Line: g.LineNo} })
}
