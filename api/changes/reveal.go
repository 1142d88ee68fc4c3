package changes

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/student"
)

type changeRevealInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Field  student.Secret       `json:"field" enum:"id_number,aux_student_number,member1_id_number,member2_id_number"`
		Row    int                  `json:"row,omitempty" minimum:"1" doc:"Of a ROSTER_IMPORT: the row of the sheet."`
		Reason student.RevealReason `json:"reason" enum:"VERIFY_DOCUMENT,GUARDIAN_REQUEST,EXAM_REGISTRATION,TRANSFER,DATA_QUALITY,AUTHORITY_REQUEST" doc:"Goes into the audit trail."`
	}
}

// RevealedChange is one number of a change in full, to be compared with the papers.
type RevealedChange struct {
	Field  student.Secret `json:"field"`
	Row    int            `json:"row,omitempty"`
	Before string         `json:"before,omitempty" doc:"What the record says; left out where there is no record yet, or it has none."`
	After  string         `json:"after" doc:"What the change writes."`
}

func (s *server) changeRevealRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "reveal-change-number", Method: http.MethodPost, Path: "/v1/changes/{id}/reveal", Action: authz.ChangeReveal, Tag: "changes", PersonOnly: true,
		Summary: "A number that I approve, in full (审核时查看完整号码)",
		Detail: "Of a KEY_DATA_CHANGE, of a NEW_RECORD_IMMIGRANT or of a row of a ROSTER_IMPORT, old and new. For the person who may decide an open task of the change now, or was asked for advice on it, " +
			"and for those who handed it in, while it runs. Needs a reason; who asked, for which number and why goes into the audit trail.",
	}, s.revealOfChange)
}

func (s *server) revealOfChange(ctx context.Context, in *changeRevealInput) (*rest.Body[RevealedChange], error) {
	out := RevealedChange{Field: in.Body.Field, Row: in.Body.Row}
	// The parties of a change may be outside each other's subtree: the database
	// decides who sees the change, the open task who sees its numbers.
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error {
		seen, err := casepage.RevealNumber(tx, in.ID, casepage.RevealRequest{Field: in.Body.Field, Row: in.Body.Row, Reason: in.Body.Reason})
		if err == nil {
			out.Before, out.After = seen.Before, seen.After
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(out), nil
}
