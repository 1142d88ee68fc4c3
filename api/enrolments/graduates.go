package enrolments

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

func (s *server) graduateRoutes() {
	const tag = "enrolments"
	rest.Register(s.rest, rest.Operation{
		ID: "list-open-graduates", Method: http.MethodGet, Path: "/v1/orgs/{id}/open-graduates", Action: authz.EnrolmentRead, Tag: tag,
		Summary: "Graduates who are enrolled nowhere yet (未升学毕业生)",
		Detail:  "Of a school, or of all schools below a bureau: who is claimed by a school and how far, and who has deferred (缓学).",
	}, s.openGraduates)
	rest.Register(s.rest, rest.Operation{
		ID: "defer-enrolment", Method: http.MethodPost, Path: "/v1/students/{id}/deferrals", Action: authz.EnrolmentDefer, Tag: tag, Keyed: true, Status: http.StatusCreated,
		Summary: "Record that a graduate goes on later (缓学登记)",
		Detail:  "By the school of graduation or a bureau above it. It blocks nothing: a school may still enrol the graduate.",
	}, s.deferEnrolment)
	rest.Register(s.rest, rest.Operation{
		ID: "cancel-deferral", Method: http.MethodPost, Path: "/v1/deferrals/{id}/cancellation", Action: authz.EnrolmentDefer, Tag: tag,
		Summary: "Cancel a deferral (撤销缓学登记)",
	}, s.cancelDeferral)
}

// OpenGraduate is a graduate whose record is still at the school of graduation.
type OpenGraduate struct {
	ID          uuid.UUID     `json:"id"`
	Name        string        `json:"name"`
	Number      string        `json:"student_number" doc:"Masked."`
	SchoolID    uuid.UUID     `json:"school_id"`
	School      string        `json:"school" doc:"Of graduation."`
	Stage       org.Stage     `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR" doc:"That the graduate has finished."`
	GraduatedOn calendar.Date `json:"graduated_on,omitzero" format:"date"`
	Claims      int           `json:"claims" doc:"How many schools claim the graduate."`
	State       string        `json:"state,omitempty" enum:"CLAIMED,ADMITTED,RETRIEVED" doc:"Of the claim that is furthest."`
	StateLabel  string        `json:"state_label,omitempty" example:"已录取"`
	ClaimedBy   string        `json:"claimed_by,omitempty" doc:"The school of that claim."`
	Deferral    *uuid.UUID    `json:"deferral_id,omitempty" doc:"A deferral (缓学)."`
	DeferredTo  int           `json:"deferred_to,omitempty" example:"2028"`
	Reason      string        `json:"deferral_reason,omitempty" enum:"ILLNESS,DISABILITY,FAMILY,OTHER"`
	ReasonLabel string        `json:"deferral_reason_label,omitempty" example:"疾病"`
}

// reasonWords says the reasons of a deferral.
func reasonWords() map[enrolment.DeferralReason]process.Text {
	return map[enrolment.DeferralReason]process.Text{
		enrolment.DeferralIllness:    {Zh: "疾病", En: "Illness"},
		enrolment.DeferralDisability: {Zh: "残疾", En: "Disability"},
		enrolment.DeferralFamily:     {Zh: "家庭原因", En: "Family"},
		enrolment.DeferralOther:      {Zh: "其他", En: "Other"},
	}
}

func (s *server) openGraduates(ctx context.Context, in *linesInput) (*rest.Body[*rest.Page[OpenGraduate]], error) {
	at, err := reach.Ref(ctx, s.Store.Store, in.ID)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, s.Store, in.Paging, uuid.Nil, func(tx *change.Tx, after uuid.UUID, most int) ([]enrolment.OpenGraduate, error) {
		return enrolment.OpenGraduates(tx.Tx, at.ID, after, most)
	}, func(g enrolment.OpenGraduate) OpenGraduate {
		return OpenGraduate{ID: g.StudentID, Name: g.Name, Number: g.NumberMasked, SchoolID: g.SchoolID, School: g.School, Stage: g.Stage, GraduatedOn: g.GraduatedOn,
			Claims: g.Claims, State: string(g.State), StateLabel: rest.InLanguage(ctx, stateWords()[g.State]), ClaimedBy: g.ClaimedBy,
			Deferral: g.DeferralID, DeferredTo: g.DeferredTo, Reason: string(g.ReasonCode), ReasonLabel: rest.InLanguage(ctx, reasonWords()[g.ReasonCode])}
	}, func(g enrolment.OpenGraduate) uuid.UUID { return g.StudentID })
}

// DeferralBody is a deferral that is handed in.
type DeferralBody struct {
	Year   int    `json:"year" minimum:"1980" maximum:"2100" doc:"The year of enrolment that the graduate lets pass." example:"2027"`
	Until  int    `json:"until_year" minimum:"1980" maximum:"2100" doc:"The year in which the graduate goes on." example:"2028"`
	Reason string `json:"reason_code" enum:"ILLNESS,DISABILITY,FAMILY,OTHER"`
	Note   string `json:"reason,omitempty" maxLength:"500" text:"free"`
}

// Deferral is a deferral of a graduate (缓学).
type Deferral struct {
	ID          uuid.UUID  `json:"id"`
	StudentID   uuid.UUID  `json:"student_id"`
	Year        int        `json:"year"`
	Until       int        `json:"until_year"`
	Reason      string     `json:"reason_code" enum:"ILLNESS,DISABILITY,FAMILY,OTHER"`
	ReasonLabel string     `json:"reason_label" example:"疾病"`
	Note        string     `json:"reason,omitempty"`
	RecordedAt  time.Time  `json:"recorded_at"`
	CancelledAt *time.Time `json:"cancelled_at,omitempty"`
}

func showDeferral(ctx context.Context, d *enrolment.Deferral) Deferral {
	return Deferral{ID: d.ID, StudentID: d.StudentID, Year: d.PlanYear, Until: d.UntilYear, Reason: string(d.ReasonCode),
		ReasonLabel: rest.InLanguage(ctx, reasonWords()[d.ReasonCode]), Note: d.Reason, RecordedAt: d.RecordedAt, CancelledAt: d.CancelledAt}
}

type deferralInput struct {
	rest.PathID
	Body DeferralBody
}

func (s *server) deferEnrolment(ctx context.Context, in *deferralInput) (*rest.Body[Deferral], error) {
	hash, err := rest.BodyHash([]any{in.ID, in.Body})
	if err != nil {
		return nil, err
	}
	return rest.Answer(ctx, s.Store.Store, func(tx *store.Tx) (Deferral, error) {
		h, err := student.ReadPupilRow(tx, in.ID, false)
		if err != nil {
			return Deferral{}, err
		}
		if err := rest.Allow(ctx, h.OrgPath); err != nil {
			return Deferral{}, err
		}
		d, err := enrolment.Defer(tx, enrolment.NewDeferral{StudentID: in.ID, PlanYear: in.Body.Year, UntilYear: in.Body.Until,
			ReasonCode: enrolment.DeferralReason(in.Body.Reason), Reason: in.Body.Note,
			Key: rest.IdempotencyKey(ctx), Hash: hash})
		if err != nil {
			return Deferral{}, err
		}
		return showDeferral(ctx, d), nil
	})
}

func (s *server) cancelDeferral(ctx context.Context, in *rest.PathID) (*rest.Body[Deferral], error) {
	return rest.Answer(ctx, s.Store.Store, func(tx *store.Tx) (Deferral, error) {
		d, err := enrolment.ReadDeferral(tx, in.ID)
		if err != nil {
			return Deferral{}, err
		}
		if err := rest.Allow(ctx, d.OrgPath); err != nil {
			return Deferral{}, err
		}
		if d, err = enrolment.CancelDeferral(tx, in.ID); err != nil {
			return Deferral{}, err
		}
		return showDeferral(ctx, d), nil
	})
}
