package students

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// ExpiringSuspension is a suspension that ends soon, or has ended without a return.
type ExpiringSuspension struct {
	Student  uuid.UUID     `json:"student_id"`
	Change   uuid.UUID     `json:"change_id" doc:"The change that set the present end."`
	Name     string        `json:"name"`
	Number   string        `json:"student_number" doc:"Masked."`
	School   string        `json:"school"`
	From     calendar.Date `json:"from_date" format:"date"`
	Until    calendar.Date `json:"until_date" format:"date"`
	DaysLeft int           `json:"days_left" doc:"0 on the last day, below 0 when it has expired."`
	Expired  bool          `json:"expired" doc:"已到期未复学"`
	Extended int           `json:"extended" doc:"How often it was extended (续休)."`
}

type expiringInput struct {
	rest.Paging
	Days int `query:"days" minimum:"0" maximum:"366" default:"30" doc:"Those that end within so many days, and those that have expired."`
}

func (s *server) suspensionRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-expiring-suspensions", Method: http.MethodGet, Path: "/v1/suspensions/expiring", Action: authz.StudentSearch, Tag: "students",
		Summary: "Suspensions that end soon or have expired, the longest expired first (休学到期)",
		Detail:  "Of the own school, or of the schools below a bureau.",
	}, s.listExpiringSuspensions)
}

func (s *server) listExpiringSuspensions(ctx context.Context, in *expiringInput) (*rest.Body[*rest.Page[ExpiringSuspension]], error) {
	var today calendar.Date
	show := func(p student.ExpiringSuspension) ExpiringSuspension {
		left := today.DaysUntil(p.UntilDate)
		return ExpiringSuspension{
			Student: p.StudentID, Change: p.ChangeID, Name: p.Name, Number: p.NumberMasked, School: p.School, From: p.FromDate, Until: p.UntilDate,
			DaysLeft: left, Expired: left < 0, Extended: p.Extended,
		}
	}
	return rest.List(ctx, s.Store, in.Paging, rest.FirstDay(), func(tx *store.Tx, key rest.DayKey, most int) ([]student.ExpiringSuspension, error) {
		today = calendar.DateOf(tx.Now())
		return student.ExpiringSuspensions(tx, rest.PrincipalOf(ctx).Office.Path, today.AddDays(in.Days), key.Day, key.ID, most)
	}, show, func(p student.ExpiringSuspension) rest.DayKey { return rest.DayKey{Day: p.UntilDate, ID: p.ID} })
}
