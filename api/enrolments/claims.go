package enrolments

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/process"
)

func (s *server) claimRoutes() {
	const tag = "enrolments"
	rest.Register(s.rest, rest.Operation{
		ID: "list-enrolment-lines", Method: http.MethodGet, Path: "/v1/enrolments/{id}/lines", Action: authz.EnrolmentRead, Tag: tag,
		Summary: "The lines of an enrolment and what became of each (招生名单)",
		Detail:  "The decisions themselves are those of any change: see list-tasks and decide. A decision may strike single lines by the pupil's ID, with a reason.",
	}, s.lines)
	rest.Register(s.rest, rest.Operation{
		ID: "list-claims", Method: http.MethodGet, Path: "/v1/orgs/{id}/claims", Action: authz.EnrolmentRead, Tag: tag,
		Summary: "What a school claims in a year, and what became of it (学校录取情况)",
	}, s.claims)
}

// ClaimView is the claim of a school on one graduate.
type ClaimView struct {
	Change     uuid.UUID      `json:"change_id"`
	CaseNo     string         `json:"case_no" example:"52-20270701-000017"`
	No         int            `json:"no"`
	Row        int            `json:"row,omitempty" doc:"Of the school's sheet."`
	Pupil      EnrolmentPupil `json:"pupil" doc:"As it was when the enrolment was filed."`
	School     string         `json:"school" doc:"That claims the graduate."`
	State      string         `json:"state" enum:"CLAIMED,ADMITTED,RETRIEVED,FINAL,ENDED" doc:"CLAIMED waits for the bureau, ADMITTED has a place of the plan, RETRIEVED holds the file (调档), FINAL moved the record, ENDED came to nothing."`
	StateLabel string         `json:"state_label" example:"已录取"`
	Code       string         `json:"code,omitempty" doc:"Why it ended, or what its retrieval waits for."`
	Reason     string         `json:"reason,omitempty" doc:"The same as a sentence, or the reason a reviewer gave."`
	SettledAt  *time.Time     `json:"settled_at,omitempty"`
}

// stateWords says the states of a claim.
func stateWords() map[enrolment.State]process.Text {
	return map[enrolment.State]process.Text{
		enrolment.Claimed:   {Zh: "已提交", En: "Claimed"},
		enrolment.Admitted:  {Zh: "已录取", En: "Admitted"},
		enrolment.Retrieved: {Zh: "已调档", En: "File retrieved"},
		enrolment.Final:     {Zh: "已入学", En: "Enrolled"},
		enrolment.Ended:     {Zh: "已结束", En: "Ended"},
	}
}

func showClaim(ctx context.Context, c *enrolment.Claim) ClaimView {
	v := ClaimView{Change: c.ChangeID, CaseNo: c.CaseNo, No: c.LineNo, Row: c.SheetRow, School: c.School, State: string(c.State),
		StateLabel: rest.InLanguage(ctx, stateWords()[c.State]), Reason: c.Reason, SettledAt: c.SettledAt,
		Pupil: EnrolmentPupil{ID: c.StudentID, Name: c.Subject.Name, Number: c.Subject.Number, School: c.Subject.School, GraduatedOn: c.GraduatedOn, Stage: c.Stage, EntryYear: c.EntryYear}}
	if c.Why != nil {
		v.Code, v.Reason = string(c.Why.Code), rest.Sentence(ctx, c.Why)
	}
	return v
}

type linesInput struct {
	rest.PathID
	rest.Paging
}

func (s *server) lines(ctx context.Context, in *linesInput) (*rest.Body[*rest.Page[ClaimView]], error) {
	return rest.List(ctx, s.Store, in.Paging, 0, func(tx *change.Tx, after, most int) ([]*enrolment.Claim, error) {
		return enrolment.ClaimsOf(tx, in.ID, after, most)
	}, func(c *enrolment.Claim) ClaimView { return showClaim(ctx, c) }, func(c *enrolment.Claim) int { return c.LineNo })
}

type claimsInput struct {
	rest.PathID
	rest.Paging
	Year  int    `query:"year" minimum:"1980" maximum:"2100" required:"true" doc:"The year of enrolment."`
	State string `query:"state" enum:"CLAIMED,ADMITTED,RETRIEVED,FINAL,ENDED"`
}

func (s *server) claims(ctx context.Context, in *claimsInput) (*rest.Body[*rest.Page[ClaimView]], error) {
	school, err := reach.Ref(ctx, s.Store.Store, in.ID)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, s.Store, in.Paging, enrolment.ClaimKey{}, func(tx *change.Tx, after enrolment.ClaimKey, most int) ([]*enrolment.Claim, error) {
		return enrolment.Claims(tx.Tx, enrolment.ClaimFilter{School: school.ID, Year: in.Year, State: enrolment.State(in.State)}, after, most)
	}, func(c *enrolment.Claim) ClaimView { return showClaim(ctx, c) }, func(c *enrolment.Claim) enrolment.ClaimKey {
		return enrolment.ClaimKey{Change: c.ChangeID, Line: c.LineNo}
	})
}
