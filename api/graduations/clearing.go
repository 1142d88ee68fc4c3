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
)

func (s *server) clearingRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-clearing", Method: http.MethodGet, Path: "/v1/graduations/clearing", Action: authz.GraduationRead, Tag: "graduations",
		Summary: "Business of a school's graduating grade that the day of clearing will end (在办业务清理预告)",
		Detail:  "Of the own school, or of a school below a bureau. Decide it before that day; what is open then ends, and the record is as before.",
	}, s.clearing)
}

// BusyPupil is a pupil of the graduating grade with a change in hand.
type BusyPupil struct {
	Pupil     GraduationPupil `json:"pupil"`
	Change    uuid.UUID       `json:"change_id"`
	CaseNo    string          `json:"case_no" example:"52-20270621-000017"`
	Kind      string          `json:"kind" example:"SUSPENSION"`
	KindName  string          `json:"kind_name" example:"休学"`
	StepName  string          `json:"step_name,omitempty" example:"LEADER_REVIEW"`
	ClearedOn calendar.Date   `json:"cleared_on" format:"date" doc:"The day on which it ends."`
}

type clearingInput struct {
	rest.Paging
	School uuid.UUID `query:"school_id" format:"uuid" doc:"Left out: the own office."`
}

func (s *server) clearing(ctx context.Context, in *clearingInput) (*rest.Body[*rest.Page[BusyPupil]], error) {
	if in.School == uuid.Nil {
		in.School = rest.PrincipalOf(ctx).Office.ID
	}
	school, err := reach.Ref(ctx, s.Store.Store, in.School)
	if err != nil {
		return nil, err
	}
	var day calendar.Date
	return rest.List(ctx, s.Store, in.Paging, uuid.Nil, func(tx *change.Tx, after uuid.UUID, most int) (list []graduation.BusyPupil, err error) {
		day, list, err = graduation.ToBeCleared(tx.Tx, school, after, most)
		return list, err
	}, func(b graduation.BusyPupil) BusyPupil {
		return BusyPupil{
			Pupil:  GraduationPupil{ID: b.StudentID, Name: b.Name, Number: b.Number, Class: b.Class, EntryYear: b.EntryYear},
			Change: b.ChangeID, CaseNo: b.CaseNo, Kind: string(b.Kind), KindName: rest.InLanguage(ctx, s.Processes.NameOf(b.Kind)), StepName: b.StepName, ClearedOn: day,
		}
	}, func(b graduation.BusyPupil) uuid.UUID { return b.ChangeID })
}
