package students

import (
	"context"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/student"
)

// IdentityAnswer holds the answer of the population database about the identity of a record (P22).
type IdentityAnswer struct {
	Answer  ident.Answer  `json:"answer" enum:"MATCH,NOT_FOUND,CANCELLED,DUPLICATE_REMOVED,MIGRATING"`
	Label   string        `json:"answer_label" example:"挖库注销"`
	AskedOn calendar.Date `json:"asked_on" format:"date" doc:"The day on which it was asked."`
	Advice  string        `json:"advice,omitempty" doc:"What parents and school do about it."`
}

// showIdentityAnswer shows the answer that gave the state of a record; nil when the identity
// as it is now was not asked about.
func showIdentityAnswer(ctx context.Context, r *student.Record) *IdentityAnswer {
	if r.IdentityCheck == nil || student.IdentityStateOf(r.IdentityCheck.Answer) != r.IdentityState {
		return nil
	}
	a := r.IdentityCheck.Answer
	return &IdentityAnswer{Answer: a, Label: rest.InLanguage(ctx, textOf(a.Names())), AskedOn: calendar.DateOf(r.IdentityCheck.AskedAt), Advice: rest.InLanguage(ctx, textOf(a.Advice()))}
}

func textOf(zh, en string) process.Text { return process.Text{Zh: zh, En: en} }
