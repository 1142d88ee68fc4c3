package changes

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/desk"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/workflows/contract"
)

// taskRoutes registers what people do at a step beside deciding it.
func (s *server) taskRoutes() {
	const answer = "200: counted. 202: taken, will be counted or refused; the address says which."
	on := func(id, below, summary string, action authz.Action) rest.Operation {
		return rest.Operation{ID: id, Method: http.MethodPost, Path: "/v1/changes/{id}" + below, Action: action, Tag: "tasks", Keyed: true, Summary: summary, Detail: answer}
	}
	rest.Register(s.rest, on("claim-task", "/tasks/{task}/claim", "Claim a task (签收)", authz.ChangeDecide), s.onTask(change.VerbClaim))
	rest.Register(s.rest, on("release-task", "/tasks/{task}/release", "Give a task back, or end a delegation (退签、收回委派)", authz.ChangeDecide), s.onTask(change.VerbRelease))
	rest.Register(s.rest, on("remove-signer", "/tasks/{task}/removal", "Remove a signer I added (减签)", authz.ChangeDecide), s.onTask(change.VerbRemoveSigner))
	rest.Register(s.rest, on("transfer-task", "/tasks/{task}/transfer", "Give my task to a colleague (转办)", authz.ChangeDecide), s.toOne(change.VerbTransfer))
	rest.Register(s.rest, on("delegate-task", "/tasks/{task}/delegation", "Ask a colleague for advice; the task comes back (委派)", authz.ChangeDecide), s.toOne(change.VerbDelegate))
	rest.Register(s.rest, on("answer-task", "/tasks/{task}/answer", "Give the advice I was asked for (委派答复)", authz.ChangeDecide), s.answerTask)
	rest.Register(s.rest, on("add-signers", "/tasks/{task}/signers", "Let colleagues speak before or after me (加签)", authz.ChangeDecide), s.addSigners)
	back := on("take-back", "/take-back", "Take my decision back while nobody has acted on it (取回)", authz.ChangeDecide)
	back.Detail = "The opinion is required: it says why. " + answer
	rest.Register(s.rest, back, s.anywhere(change.VerbTakeBack))
	rest.Register(s.rest, on("remind-change", "/reminder", "Ask those who must act to do so (催办)", authz.ChangeWithdraw), s.anywhere(change.VerbRemind))
	rest.Register(s.rest, on("copy-change", "/copies", "Show the change to others who may read it (抄送)", authz.ChangeComment), s.copyChange)
	rest.Register(s.rest, rest.Operation{
		ID: "list-colleagues", Method: http.MethodGet, Path: "/v1/changes/{id}/tasks/{task}/colleagues", Action: authz.ChangeDecide, Tag: "tasks",
		Summary: "Who may take a task or be asked about it (可选人员)",
	}, s.listColleagues)
	rest.Register(s.rest, rest.Operation{
		ID: "save-draft", Method: http.MethodPut, Path: "/v1/tasks/{task}/draft", Action: authz.ChangeDecide, Tag: "tasks",
		Summary: "Keep an opinion I have begun; nobody else reads it (暂存意见)",
	}, s.saveDraft)
	rest.Register(s.rest, rest.Operation{
		ID: "get-draft", Method: http.MethodGet, Path: "/v1/tasks/{task}/draft", Action: authz.ChangeDecide, Tag: "tasks",
		Summary: "My draft of a task (读取暂存)",
	}, s.getDraft)
	rest.Register(s.rest, rest.Operation{
		ID: "drop-draft", Method: http.MethodDelete, Path: "/v1/tasks/{task}/draft", Action: authz.ChangeDecide, Tag: "tasks", Status: http.StatusNoContent,
		Summary: "Forget my draft of a task (删除暂存)",
	}, s.dropDraft)
}

type taskInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Task uuid.UUID `path:"task" format:"uuid"`
	Body struct {
		Opinion string `json:"opinion,omitempty" maxLength:"500" text:"free" doc:"A word to go with it."`
	}
}

func (s *server) onTask(verb change.Verb) func(context.Context, *taskInput) (*slipOutput, error) {
	return func(ctx context.Context, in *taskInput) (*slipOutput, error) {
		return s.say(ctx, []any{in.Task, in.Body}, change.NewSlip{ChangeID: in.ID, Verb: verb, TaskID: in.Task, Opinion: in.Body.Opinion})
	}
}

type toOneInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Task uuid.UUID `path:"task" format:"uuid"`
	Body struct {
		To      uuid.UUID `json:"to" format:"uuid" doc:"The colleague's account."`
		Opinion string    `json:"opinion,omitempty" maxLength:"500" text:"free" doc:"What it is about."`
	}
}

func (s *server) toOne(verb change.Verb) func(context.Context, *toOneInput) (*slipOutput, error) {
	return func(ctx context.Context, in *toOneInput) (*slipOutput, error) {
		return s.say(ctx, []any{in.Task, in.Body}, change.NewSlip{
			ChangeID: in.ID, Verb: verb, TaskID: in.Task, Opinion: in.Body.Opinion, Body: change.SlipBody{To: []uuid.UUID{in.Body.To}},
		})
	}
}

type answerInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Task uuid.UUID `path:"task" format:"uuid"`
	Body struct {
		Advice  string `json:"advice" enum:"APPROVE,REJECT,SEND_BACK" doc:"What I would decide."`
		Opinion string `json:"opinion" minLength:"1" maxLength:"500" text:"required" doc:"Why."`
	}
}

func (s *server) answerTask(ctx context.Context, in *answerInput) (*slipOutput, error) {
	return s.say(ctx, []any{in.Task, in.Body}, change.NewSlip{
		ChangeID: in.ID, Verb: change.VerbAnswer, TaskID: in.Task, Opinion: in.Body.Opinion, Body: change.SlipBody{Advice: change.Verb(in.Body.Advice)},
	})
}

type signersInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Task uuid.UUID `path:"task" format:"uuid"`
	Body struct {
		To      []uuid.UUID `json:"to" format:"uuid" minItems:"1" maxItems:"10" nullable:"false" doc:"The colleagues' accounts."`
		When    string      `json:"when" enum:"BEFORE,AFTER" doc:"BEFORE: I decide when all of them have approved. AFTER: they decide once I have."`
		Opinion string      `json:"opinion,omitempty" maxLength:"500" text:"free"`
	}
}

func (s *server) addSigners(ctx context.Context, in *signersInput) (*slipOutput, error) {
	return s.say(ctx, []any{in.Task, in.Body}, change.NewSlip{
		ChangeID: in.ID, Verb: change.VerbAddSigner, TaskID: in.Task, Opinion: in.Body.Opinion,
		Body: change.SlipBody{To: in.Body.To, Before: in.Body.When == "BEFORE"},
	})
}

func (s *server) anywhere(verb change.Verb) func(context.Context, *reasonInput) (*slipOutput, error) {
	return func(ctx context.Context, in *reasonInput) (*slipOutput, error) { return s.sayAnywhere(ctx, in, verb) }
}

// OfficeRole is everybody with a role at an office.
type OfficeRole struct {
	Office uuid.UUID `json:"office" format:"uuid"`
	Role   string    `json:"role" enum:"SCHOOL_REGISTRAR,SCHOOL_LEADER,PRINCIPAL,BUREAU_REVIEWER,BUREAU_HEAD,BUREAU_VIEWER"`
}

type copyInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		To      []uuid.UUID  `json:"to,omitempty" format:"uuid" maxItems:"50" doc:"Accounts."`
		Offices []OfficeRole `json:"offices,omitempty" maxItems:"10" doc:"Everybody with the role there."`
		Opinion string       `json:"opinion,omitempty" maxLength:"500" text:"free"`
	}
}

func (s *server) copyChange(ctx context.Context, in *copyInput) (*slipOutput, error) {
	body := change.SlipBody{To: in.Body.To}
	for _, o := range in.Body.Offices {
		body.Offices = append(body.Offices, change.OfficeRole{Office: o.Office, Role: org.Role(o.Role)})
	}
	if len(body.To)+len(body.Offices) == 0 {
		return nil, refusal.New(refusal.Required).At("/to").WithText("field", "抄送对象", "recipients")
	}
	return s.say(ctx, in.Body, change.NewSlip{ChangeID: in.ID, Verb: change.VerbCopy, Step: contract.AnyStep, Opinion: in.Body.Opinion, Body: body})
}

// ColleagueView is a member of staff of the caller's own office.
type ColleagueView struct {
	Account    uuid.UUID `json:"account"`
	Name       string    `json:"name"`
	Roles      []string  `json:"roles"`
	RoleLabels []string  `json:"role_labels" doc:"What the roles are called, in the same order."`
	Takes      bool      `json:"takes" doc:"The task can be transferred to them."`
	Speaks     bool      `json:"speaks" doc:"They can be asked for advice, or added as a signer."`
}

func (s *server) listColleagues(ctx context.Context, in *struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Task uuid.UUID `path:"task" format:"uuid"`
}) (*rest.Body[[]ColleagueView], error) {
	return rest.Answer(ctx, s.Store, func(tx *change.Tx) ([]ColleagueView, error) {
		list := []ColleagueView{}
		rows, err := desk.Colleagues(tx, in.ID, in.Task, rest.PrincipalOf(ctx).Office.ID)
		for _, r := range rows {
			roles := strings.Split(r.Roles, ",")
			var named []org.Role
			for _, role := range roles {
				named = append(named, org.Role(role))
			}
			list = append(list, ColleagueView{Account: r.ID, Name: r.Name, Roles: roles, RoleLabels: rest.RoleLabels(ctx, named), Takes: r.Takes, Speaks: r.Speaks})
		}
		return list, err
	})
}

// DraftView is an opinion somebody has begun.
type DraftView struct {
	TaskID  uuid.UUID `json:"task_id"`
	Verdict string    `json:"verdict,omitempty"`
	Opinion string    `json:"opinion"`
	SavedAt time.Time `json:"saved_at"`
}

func showDraft(d *desk.Draft) *rest.Body[DraftView] {
	return rest.BodyOf(DraftView{TaskID: d.TaskID, Verdict: string(d.Verdict), Opinion: d.Opinion, SavedAt: d.SavedAt})
}

func (s *server) saveDraft(ctx context.Context, in *struct {
	Task uuid.UUID `path:"task" format:"uuid"`
	Body struct {
		Verdict string `json:"verdict,omitempty" enum:"APPROVE,REJECT,SEND_BACK"`
		Opinion string `json:"opinion" maxLength:"500" text:"free"`
	}
}) (*rest.Body[DraftView], error) {
	if in.Body.Verdict == "" && in.Body.Opinion == "" {
		return nil, refusal.New(refusal.Required).At("/opinion").With("field", "opinion")
	}
	return s.draft(ctx, func(tx *change.Tx) (*desk.Draft, error) {
		return desk.SaveDraft(tx, desk.Draft{TaskID: in.Task, Verdict: change.Verb(in.Body.Verdict), Opinion: in.Body.Opinion}, rest.PrincipalOf(ctx).Office.ID)
	})
}

type draftInput struct {
	Task uuid.UUID `path:"task" format:"uuid"`
}

func (s *server) getDraft(ctx context.Context, in *draftInput) (*rest.Body[DraftView], error) {
	return s.draft(ctx, func(tx *change.Tx) (*desk.Draft, error) {
		return desk.ReadDraft(tx, in.Task, rest.PrincipalOf(ctx).Office.ID)
	})
}

func (s *server) draft(ctx context.Context, do func(*change.Tx) (*desk.Draft, error)) (*rest.Body[DraftView], error) {
	d, err := rest.InScope(ctx, s.Store, do)
	if err != nil {
		return nil, err
	}
	return showDraft(d), nil
}

func (s *server) dropDraft(ctx context.Context, in *draftInput) (*struct{}, error) {
	return nil, s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error { return desk.DropDraft(tx, in.Task, rest.PrincipalOf(ctx).Office.ID) })
}

// TaskView is one task of a change.
type TaskView struct {
	ID           uuid.UUID  `json:"id"`
	Step         int        `json:"step"`
	Round        int        `json:"round"`
	Seat         int        `json:"seat"`
	Office       string     `json:"office"`
	Role         string     `json:"role"`
	RoleLabel    string     `json:"role_label"`
	StatusLabel  string     `json:"status_label"`
	Status       string     `json:"status" enum:"OPEN,WAITING,DECIDED,CANCELLED,REMOVED,TAKEN_BACK" doc:"WAITING: others at the step speak first. TAKEN_BACK: another task stands in its place."`
	Parent       *uuid.UUID `json:"parent,omitempty" doc:"The task this one was added to (加签)."`
	Before       bool       `json:"before,omitempty"`
	Holder       string     `json:"holder,omitempty" doc:"Whose it is; anybody's with the role when empty."`
	HeldAs       string     `json:"held_as,omitempty" enum:"CLAIMED,TRANSFERRED,DELEGATED,ADDED,NAMED,RETURNED,HANDED_OVER"`
	HeldAsLabel  string     `json:"held_as_label,omitempty"`
	HeldSince    *time.Time `json:"held_since,omitempty"`
	Owner        string     `json:"owner,omitempty" doc:"Who asked the holder for advice, and gets the task back."`
	AddedBy      string     `json:"added_by,omitempty"`
	Verdict      string     `json:"verdict,omitempty" enum:"APPROVE,REJECT,SEND_BACK"`
	VerdictLabel string     `json:"verdict_label,omitempty" example:"同意"`
	DecidedBy    string     `json:"decided_by,omitempty"`
	DecidedFor   string     `json:"decided_for,omitempty" doc:"Whom the decider acted for (代理)."`
	DecidedAt    *time.Time `json:"decided_at,omitempty"`
	Carried      bool       `json:"carried,omitempty" doc:"Decided before the step was opened again (取回)."`
	May          []string   `json:"may,omitempty" doc:"What I may say about it now."`
	MayLabels    []string   `json:"may_labels,omitempty" doc:"The same in words, in the same order."`
	Why          string     `json:"why,omitempty" doc:"Why I may not decide it, where my role could."`

	stuck bool // nobody can decide it; the sentence of the page says so
}

func (s *server) showTask(ctx context.Context, k casepage.TaskView) TaskView {
	v := TaskView{
		ID: k.ID, Step: k.StepNo, Round: k.Round, Seat: k.Seat, Office: k.OfficeName, Role: string(k.Role), Status: k.Status, Parent: k.ParentID, Before: k.Before,
		Holder: k.Holder, HeldAs: k.HeldAs, HeldSince: k.HeldSince, Owner: k.Owner, AddedBy: k.AddedBy,
		Verdict: string(k.Verdict), DecidedBy: k.DecidedBy, DecidedFor: k.DecidedFor, DecidedAt: k.DecidedAt, Carried: k.Carried,
		stuck:     k.Stuck,
		RoleLabel: rest.RoleLabel(ctx, k.Role), StatusLabel: word(ctx, casepage.TaskWords, k.Status), HeldAsLabel: word(ctx, casepage.HeldWords, k.HeldAs),
		VerdictLabel: verbWord(ctx, string(k.Verdict)),
	}
	for _, verb := range k.May {
		v.May = append(v.May, string(verb))
	}
	slices.Sort(v.May)
	v.MayLabels = verbWords(ctx, v.May)
	if k.Why != nil {
		v.Why = rest.Sentence(ctx, k.Why)
	}
	return v
}
