package operations

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/casework"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/worklist"
	"github.com/xueji/xueji/workflows/contract"
)

// Watch is what the API needs to tell what does not get on.
type Watch interface {
	Look(ctx context.Context, q casework.Question) (*casework.Attention, error)
}

// attentionRoutes registers what those who keep the service running look at.
func (s *server) attentionRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-attention", Method: http.MethodGet, Path: "/v1/operations/attention", Action: authz.OperationsRead, Tag: "operations",
		Summary: "What does not get on, why, and what is safe to do (待处理异常)",
		Detail: "Running changes of the own office and those below, the most urgent first, and their jobs; register and workflows are looked at together. " +
			"Nothing is said about the pupil. While Temporal is down the register's part is told and `complete` is false.",
	}, s.listAttention)
}

// Attention tells what does not get on.
type Attention struct {
	Parts    map[string]string  `json:"parts" doc:"The parts of the service: ok or down, as /readyz tells."`
	Service  []AttentionFinding `json:"service" doc:"What is wrong with the service as a whole."`
	Counts   map[string]int64   `json:"counts" doc:"Changes per finding: all of them where the register knows, else those that were looked at."`
	Jobs     []AttentionJob     `json:"jobs" doc:"Jobs that have failed, were stopped with their change open, or do not get on; on the first page."`
	Complete bool               `json:"complete" doc:"False when Temporal could not be asked everything in time."`
	rest.Page[AttentionItem]
}

// AttentionJob is a job that does not get on.
type AttentionJob struct {
	ID        uuid.UUID        `json:"id"`
	Kind      job.JobKind      `json:"kind" example:"ROSTER_CHECK"`
	KindLabel string           `json:"kind_label"`
	State     job.JobState     `json:"state" enum:"RUNNING,FAILED,CANCELLED"`
	Org       string           `json:"org"`
	CaseNo    string           `json:"case_no,omitempty"`
	RowsDone  int              `json:"rows_done"`
	Rows      int              `json:"rows"`
	Since     time.Time        `json:"since" doc:"When it last got on."`
	Finding   AttentionFinding `json:"finding"`
}

// AttentionItem is a running change that does not get on.
type AttentionItem struct {
	ChangeID   uuid.UUID          `json:"change_id"`
	CaseNo     string             `json:"case_no"`
	Kind       string             `json:"kind"`
	KindName   string             `json:"kind_name"`
	Province   string             `json:"province" example:"520000"`
	Step       int                `json:"step"`
	Round      int                `json:"round"`
	StepName   string             `json:"step_name" example:"BUREAU_APPROVAL"`
	Role       string             `json:"role"`
	Office     string             `json:"office"`
	OfficeCode string             `json:"office_code"`
	DueAt      time.Time          `json:"due_at"`
	DueDay     string             `json:"due_day"`
	Since      time.Time          `json:"since" doc:"Since when it does not get on; when the step opened, where only Temporal knows."`
	Findings   []AttentionFinding `json:"findings" doc:"Causes before effects."`
	Workflow   *AttentionRun      `json:"workflow,omitempty" doc:"Left out while Temporal does not answer."`
}

// AttentionFinding is one thing that is wrong, with what is safe to do.
type AttentionFinding struct {
	Finding  string `json:"finding" example:"nobody"`
	Sentence string `json:"sentence"`
	Action   string `json:"action" example:"give_role"`
	Advice   string `json:"advice" doc:"How the action is done."`
}

// AttentionRun is the latest run of a change's workflow.
type AttentionRun struct {
	RunID      string              `json:"run_id,omitempty"`
	Page       string              `json:"page,omitempty" doc:"Its page in Temporal's web interface, for operators; left out when temporal.ui_address is not set."`
	State      string              `json:"state,omitempty" example:"Running" doc:"Empty when there never was a run."`
	StepRound  string              `json:"step_round,omitempty" example:"2/1" doc:"Where it last said it stands."`
	Attempt    int                 `json:"attempt,omitempty" doc:"Of the pending workflow task."`
	Activities []AttentionActivity `json:"activities,omitempty" doc:"Those that are scheduled and not done."`
}

// AttentionActivity is an activity that is scheduled and not done.
type AttentionActivity struct {
	Name        string     `json:"name"`
	Attempt     int        `json:"attempt"`
	Failure     string     `json:"failure,omitempty" doc:"Type of the last failure."`
	NextAttempt *time.Time `json:"next_attempt_at,omitempty"`
}

type attentionInput struct {
	Reason string `query:"reason" enum:"never_started,not_running,behind,no_step,attributes,failing,activity_retrying,unsettled,start_waiting,asleep,identity_silent,stalled,nobody,not_applied,overdue,job_failed,job_stopped,job_stuck" doc:"One finding only."`
	rest.Paging
}

func (s *server) listAttention(ctx context.Context, in *attentionInput) (*rest.Body[Attention], error) {
	after, err := rest.DecodeCursor[worklist.AttentionKey](in.Cursor)
	if err != nil {
		return nil, err
	}
	a, err := s.Watch.Look(ctx, casework.Question{
		Scope: rest.ScopeOf(ctx), Only: casework.Finding(in.Reason), After: after, Limit: rest.PageSize(in.Limit),
	})
	if err != nil {
		return nil, err
	}
	shown := Attention{
		Parts: s.rest.Parts(ctx), Service: s.findings(ctx, a.Whole, a.Fill()), Counts: map[string]int64{}, Complete: a.Complete,
		Jobs: []AttentionJob{}, Page: rest.Page[AttentionItem]{Items: []AttentionItem{}},
	}
	for finding, n := range a.Counts {
		shown.Counts[string(finding)] = n
	}
	for _, j := range a.Jobs {
		shown.Jobs = append(shown.Jobs, AttentionJob{ID: j.ID, Kind: j.Kind, KindLabel: rest.InLanguage(ctx, j.Kind.Text()), State: j.State, Org: j.OrgName, CaseNo: j.CaseNo,
			RowsDone: j.RowsDone, Rows: j.RowCount, Since: j.MovedAt, Finding: s.findings(ctx, []casework.Finding{j.Finding}, j.Fill())[0]})
	}
	for _, item := range a.Items {
		shown.Items = append(shown.Items, s.showStuck(ctx, item))
	}
	if a.Next != nil {
		shown.Next = rest.EncodeCursor(*a.Next)
	}
	return rest.BodyOf(shown), nil
}

func (s *server) showStuck(ctx context.Context, item casework.Stuck) AttentionItem {
	return AttentionItem{
		ChangeID: item.ChangeID, CaseNo: item.CaseNo, Kind: string(item.Kind), KindName: rest.InLanguage(ctx, s.Processes.NameOf(item.Kind)), Province: item.ProvinceCode,
		Step: item.StepNo, Round: item.Round, StepName: item.StepName, Role: string(item.Role), Office: item.OfficeName, OfficeCode: item.OfficeCode,
		DueAt: item.DueAt, DueDay: rest.LastDay(item.DueAt), Since: item.Since, Findings: s.findings(ctx, item.Findings, item.Fill()), Workflow: s.showRun(item),
	}
}

func (s *server) findings(ctx context.Context, list []casework.Finding, fill casework.Fill) []AttentionFinding {
	lang, shown := rest.LanguageOf(ctx), make([]AttentionFinding, len(list))
	for i, f := range list {
		shown[i] = AttentionFinding{
			Finding: string(f), Sentence: f.Detail(lang, fill), Action: string(f.Action()), Advice: f.Action().Sentence(lang, fill),
		}
	}
	return shown
}

func (s *server) showRun(item casework.Stuck) *AttentionRun {
	if item.Run == nil {
		return nil
	}
	run := &AttentionRun{RunID: item.Run.RunID, State: item.Run.State, StepRound: item.Run.StepRound, Attempt: item.Run.Attempt}
	if s.EnginePage != nil {
		run.Page = s.EnginePage(contract.WorkflowID(item.ChangeID.String()), item.Run.RunID)
	}
	for _, a := range item.Run.Activities {
		shown := AttentionActivity{Name: a.Name, Attempt: a.Attempt, Failure: a.Failure}
		if !a.NextAttempt.IsZero() {
			shown.NextAttempt = &a.NextAttempt
		}
		run.Activities = append(run.Activities, shown)
	}
	return run
}
