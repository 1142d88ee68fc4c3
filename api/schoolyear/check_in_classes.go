package schoolyear

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
)

// ClassCounts says of each class of a school how far the check-in of a term is.
type ClassCounts struct {
	Items []ClassCount `json:"items"`
}

// ClassCount counts who of a class came.
type ClassCount struct {
	ClassID uuid.UUID `json:"class_id"`
	Grade   string    `json:"grade" example:"2026级"`
	Class   string    `json:"class" example:"1班"`
	Stage   org.Stage `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	Came    int       `json:"came"`
	Absent  int       `json:"absent"`
	Open    int       `json:"open" doc:"Pupils of whom nothing was noted yet."`
}

type classCountsInput struct {
	rest.PathID
	TermQuery
}

func (s *server) classCountRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "count-check-in", Method: http.MethodGet, Path: "/v1/orgs/{id}/check-in", Action: authz.CheckInRead, Tag: "school-years",
		Summary: "How far each class of a school is with the check-in of a term (各班报到情况)",
	}, s.classCounts)
}

func (s *server) classCounts(ctx context.Context, in *classCountsInput) (*rest.Body[ClassCounts], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (ClassCounts, error) {
		out := ClassCounts{Items: []ClassCount{}}
		at, err := office.Read(tx, in.ID)
		if err != nil {
			return out, err
		}
		if err := rest.Allow(ctx, at.Path); err != nil {
			return out, err
		}
		list, err := schoolyear.CountClasses(tx, in.ID, in.term())
		for _, c := range list {
			out.Items = append(out.Items, ClassCount{ClassID: c.ClassID, Grade: c.Grade, Class: c.Name, Stage: c.Stage, Came: c.Came, Absent: c.Absent, Open: c.Pupils - c.Came - c.Absent})
		}
		return out, err
	})
}
