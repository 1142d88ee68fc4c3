package changes

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/workflows/contract"
)

// decisionLimit is the size of a decision in bytes. It may strike every pupil of the longest
// list, 2,000, each with a reason of 500 characters.
const decisionLimit = 4 << 20

// slipRoutes registers everything a person can say to a running change.
func (s *server) slipRoutes() {
	const tag = "decisions"
	const answer = "200: counted, in force in the register. 202: the slip is in the register and will be counted or refused; its address says which."
	rest.Register(s.rest, rest.Operation{
		ID: "decide-change", Method: http.MethodPost, Path: "/v1/changes/{id}/decisions", Action: authz.ChangeDecide, Tag: tag, Keyed: true, MaxBody: decisionLimit,
		Summary: "Approve, reject or send back (审批：同意、驳回、退回)", Detail: answer,
	}, s.decideChange)
	rest.Register(s.rest, rest.Operation{
		ID: "resubmit-change", Method: http.MethodPost, Path: "/v1/changes/{id}/resubmission", Action: authz.ChangeFile, Tag: tag, Keyed: true,
		Summary: "Hand a sent-back change in again (重新提交)",
		Detail:  "Judged as a filing is, everything that fails at once. What differs from before is kept and stands on the page of the change (revisions). " + answer,
	}, s.resubmitChange)
	rest.Register(s.rest, rest.Operation{
		ID: "withdraw-change", Method: http.MethodPost, Path: "/v1/changes/{id}/withdrawal", Action: authz.ChangeWithdraw, Tag: tag, Keyed: true,
		Summary: "Take a running change back (撤回)", Detail: answer,
	}, s.withdrawChange)
	rest.Register(s.rest, rest.Operation{
		ID: "supervise-change", Method: http.MethodPost, Path: "/v1/changes/{id}/supervision", Action: authz.ChangeSupervise, Tag: tag, Keyed: true,
		Summary: "Order the office that must act to do so (督办)", Detail: answer,
	}, s.superviseChange)
	rest.Register(s.rest, rest.Operation{
		ID: "close-change", Method: http.MethodPost, Path: "/v1/changes/{id}/closure", Action: authz.ChangeClose, Tag: tag, Keyed: true,
		Summary: "End a running change as the common superior (终止)", Detail: answer,
	}, s.closeChange)
	rest.Register(s.rest, rest.Operation{
		ID: "comment-change", Method: http.MethodPost, Path: "/v1/changes/{id}/comments", Action: authz.ChangeComment, Tag: tag, Keyed: true,
		Status: http.StatusNoContent, Summary: "Write a remark into the timeline (留言)",
	}, s.commentChange)
	rest.Register(s.rest, rest.Operation{
		ID: "get-slip", Method: http.MethodGet, Path: "/v1/slips/{id}", Action: authz.ChangeRead, Tag: tag,
		Summary: "What became of what I said (办理结果)",
	}, s.getSlip)
}

// SlipView says what became of a slip.
type SlipView struct {
	ID        uuid.UUID      `json:"id"`
	ChangeID  uuid.UUID      `json:"change_id"`
	Verb      string         `json:"verb"`
	Outcome   string         `json:"outcome" enum:"PENDING,COUNTED,REFUSED"`
	Code      string         `json:"code,omitempty" doc:"Why it was refused."`
	Reason    string         `json:"reason,omitempty" doc:"The same as a sentence that says what to do."`
	Errors    []rest.Finding `json:"errors,omitempty" doc:"Everything that stood against it, when there is a field to name or more than one thing."`
	CreatedAt time.Time      `json:"created_at"`
	SettledAt *time.Time     `json:"settled_at,omitempty"`
	// EffectiveOn and Notice are there when the approval was the last one and the day is ahead.
	EffectiveOn *calendar.Date `json:"effective_on,omitempty" format:"date" doc:"The change is approved, and in force on this day, which is ahead."`
	Notice      string         `json:"notice,omitempty" doc:"The same as a sentence." example:"已审批通过，2027-03-01 生效。"`
	// Aftermath is told to whoever approves a correction.
	Aftermath []AftermathView `json:"aftermath,omitempty" doc:"Of the approval that put a correction (异动纠错) into force: what was struck, and what is left for whom."`
}

type slipOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     SlipView
}

type decideInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		TaskID     uuid.UUID         `json:"task_id" format:"uuid" doc:"The task, from the inbox or the change page."`
		Verdict    string            `json:"verdict" enum:"APPROVE,REJECT,SEND_BACK"`
		Opinion    string            `json:"opinion,omitempty" maxLength:"500" text:"free" doc:"Required to reject or send back."`
		SendBackTo int               `json:"send_back_to,omitempty" minimum:"0" maximum:"20" doc:"With SEND_BACK: an earlier step; 0 is the applicant."`
		Returns    string            `json:"returns,omitempty" enum:"STEP_BY_STEP,TO_ME" doc:"With SEND_BACK: TO_ME comes straight back here when it is corrected; otherwise every step in between is taken again. Where several people sign a step, all of them sign again. What the system checks by itself is checked again in any case."`
		Inputs     map[string]string `json:"inputs,omitempty" text:"free" doc:"With APPROVE: what the step asks of me (asks, in the chain)."`
		Strike     []StrikeBody      `json:"strike,omitempty" maxItems:"2000" doc:"With APPROVE of a list: pupils who are taken out of it (剔除), each with the reason. When nobody is left the case ends refused."`
		Evidence   []EvidenceRef     `json:"evidence,omitempty" maxItems:"20" doc:"With APPROVE at a step that hears my side: what it rests on."`
	}
}

func (s *server) decideChange(ctx context.Context, in *decideInput) (*slipOutput, error) {
	return s.say(ctx, in.Body, change.NewSlip{
		ChangeID: in.ID, Verb: change.Verb(in.Body.Verdict), TaskID: in.Body.TaskID,
		Opinion: in.Body.Opinion,
		Body: change.SlipBody{SendBackTo: in.Body.SendBackTo, ToMe: in.Body.Returns == "TO_ME", Inputs: in.Body.Inputs, Evidence: evidenceRefs(in.Body.Evidence),
			Strike: strikes(in.Body.Strike)},
	})
}

type resubmitInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Inputs   map[string]string `json:"inputs,omitempty" text:"free" doc:"The whole corrected form; left out, the form stays as it was."`
		Values   map[string]string `json:"values,omitempty" text:"free" doc:"All corrected key items of a KEY_DATA_CHANGE or NEW_RECORD_IMMIGRANT; left out, they stay as they were."`
		Evidence []EvidenceRef     `json:"evidence,omitempty" maxItems:"20" doc:"Further evidence; what was attached stays."`
		Out      []uuid.UUID       `json:"withdrawn_evidence,omitempty" format:"uuid" maxItems:"20" doc:"Attached papers that are taken out, by their IDs: to replace a wrong one, take it out and attach another. It stays readable and is marked."`
		Opinion  string            `json:"opinion,omitempty" maxLength:"500" text:"free"`
	}
}

func (s *server) resubmitChange(ctx context.Context, in *resubmitInput) (*slipOutput, error) {
	return s.say(ctx, in.Body, change.NewSlip{
		ChangeID: in.ID, Verb: change.VerbResubmit, Step: contract.AnyStep, Opinion: in.Body.Opinion, Values: in.Body.Values,
		Body: change.SlipBody{Inputs: in.Body.Inputs, Form: in.Body.Inputs != nil, Valued: in.Body.Values != nil, Evidence: evidenceRefs(in.Body.Evidence), Out: in.Body.Out},
	})
}

type reasonInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Opinion string `json:"opinion,omitempty" maxLength:"500" text:"free" doc:"The reason."`
	}
}

// groundsInput is what a superior says, never without a reason.
type groundsInput reasonInput

// Resolve tells that the reason is missing together with what else is wrong, for
// example that it stands under another name.
func (in *groundsInput) Resolve(huma.Context) []error {
	if in.Body.Opinion == "" {
		return []error{refusal.New(refusal.OpinionRequired).At("/opinion")}
	}
	return nil
}

func (s *server) withdrawChange(ctx context.Context, in *reasonInput) (*slipOutput, error) {
	return s.sayAnywhere(ctx, in, change.VerbWithdraw)
}

func (s *server) superviseChange(ctx context.Context, in *groundsInput) (*slipOutput, error) {
	return s.sayAnywhere(ctx, (*reasonInput)(in), change.VerbSupervise)
}

func (s *server) closeChange(ctx context.Context, in *groundsInput) (*slipOutput, error) {
	return s.sayAnywhere(ctx, (*reasonInput)(in), change.VerbClose)
}

// sayAnywhere says a word that holds at whatever step the change is.
func (s *server) sayAnywhere(ctx context.Context, in *reasonInput, verb change.Verb) (*slipOutput, error) {
	return s.say(ctx, in.Body, change.NewSlip{ChangeID: in.ID, Verb: verb, Step: contract.AnyStep, Opinion: in.Body.Opinion})
}

// say hands a word in and answers: 200 counted, 202 pending, a problem when refused.
func (s *server) say(ctx context.Context, body any, w change.NewSlip) (*slipOutput, error) {
	if w.Verb.NeedsOpinion() && w.Opinion == "" {
		return nil, refusal.New(refusal.OpinionRequired).At("/opinion")
	}
	// The change and the verb belong to what is compared: the same key for
	// another change is another request.
	slip, err := s.handIn(ctx, rest.IdempotencyKey(ctx), []any{w.ChangeID, w.Verb, body}, w)
	if err != nil {
		return nil, err
	}
	out := &slipOutput{Status: http.StatusOK, Location: "/v1/slips/" + slip.ID.String(), Body: s.showSlip(ctx, slip)}
	if slip.Outcome == change.SlipPending {
		out.Status = http.StatusAccepted
	}
	return out, nil
}

// handIn hands a word in under a key, with what a repetition is compared by, and gives
// its slip; one that was refused is an error.
func (s *server) handIn(ctx context.Context, key string, compared []any, w change.NewSlip) (*change.Slip, error) {
	hash, err := rest.BodyHash(compared)
	if err != nil {
		return nil, err
	}
	w.Key, w.Hash, w.OfficeID = key, hash, rest.PrincipalOf(ctx).Office.ID
	slip, err := s.Desk.Say(ctx, rest.ScopeOf(ctx), w)
	if err != nil {
		return nil, err
	}
	if refused := slip.Refusal(); refused != nil {
		refused = rest.Named(ctx, refused)
		return nil, refused
	}
	return slip, nil
}

func (s *server) showSlip(ctx context.Context, slip *change.Slip) SlipView {
	v := SlipView{
		ID: slip.ID, ChangeID: slip.ChangeID, Verb: string(slip.Verb), Outcome: slip.Outcome, Code: slip.OutcomeCode,
		CreatedAt: slip.CreatedAt, SettledAt: slip.SettledAt,
	}
	if on := slip.EffectiveOn; !on.IsZero() {
		v.EffectiveOn, v.Notice = &on, s.inForceOn(ctx, on, false)
	}
	for _, line := range slip.Aftermath() {
		v.Aftermath = append(v.Aftermath, s.showAftermath(ctx, line.Verb, line.Params))
	}
	if refused := slip.Refusal(); refused != nil {
		refused = rest.Named(ctx, refused)
		v.Reason, v.Errors = rest.Sentence(ctx, refused), rest.Findings(ctx, refused)
	}
	return v
}

type getSlipOutput struct{ Body SlipView }

func (s *server) getSlip(ctx context.Context, in *changeIDInput) (*getSlipOutput, error) {
	slip, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) (*change.Slip, error) { return tx.ReadSlip(in.ID) })
	if err != nil {
		return nil, err
	}
	return &getSlipOutput{Body: s.showSlip(ctx, slip)}, nil
}

type commentInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"500" text:"required"`
	}
}

func (s *server) commentChange(ctx context.Context, in *commentInput) (*struct{}, error) {
	return nil, s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error {
		return tx.Comment(in.ID, rest.PrincipalOf(ctx).Office.ID, in.Body.Text, rest.IdempotencyKey(ctx))
	})
}
