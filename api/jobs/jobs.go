package jobs

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Job is long work on many rows (批量任务), done part by part beside the daily business.
type Job struct {
	ID          uuid.UUID     `json:"id"`
	Kind        job.JobKind   `json:"kind" example:"ROSTER_ENROL"`
	KindLabel   string        `json:"kind_label"`
	State       job.JobState  `json:"state" enum:"RUNNING,DONE,FAILED,CANCELLED"`
	StateLabel  string        `json:"state_label"`
	OrgID       uuid.UUID     `json:"org_id"`
	Org         string        `json:"org"`
	Subject     uuid.UUID     `json:"subject_id" doc:"What is worked on: of ROSTER_CHECK and ROSTER_ENROL, the roster; of YEAR_TURN and YEAR_TURN_UNDO, the turn; of SCHOOL_MERGER, the absorbed school; of IDENTITY_CHECK, the province."`
	Change      *uuid.UUID    `json:"change_id,omitempty" doc:"The change that takes effect by the job."`
	CaseNo      string        `json:"case_no,omitempty"`
	EffectiveOn calendar.Date `json:"effective_on" doc:"The day as of which every part is written."`
	Progress    JobProgress   `json:"progress"`
	CancelAsked bool          `json:"cancel_asked" doc:"It stops before its next part."`
	ResumeAsked bool          `json:"resume_asked" doc:"It goes on in a moment."`
	Code        refusal.Code  `json:"code,omitempty" doc:"Why it failed."`
	Reason      string        `json:"reason,omitempty" doc:"The same as a sentence that says what to do."`
	CreatedAt   time.Time     `json:"created_at"`
	EndedAt     *time.Time    `json:"ended_at,omitempty"`
}

// JobProgress is how far a job is.
type JobProgress struct {
	Rows      int     `json:"rows"`
	RowsDone  int     `json:"rows_done"`
	Parts     int     `json:"parts" doc:"Each is one transaction: done as a whole or not at all."`
	PartsDone int     `json:"parts_done"`
	Rate      float64 `json:"rows_per_second,omitempty" doc:"Of the parts that are done."`
	Remaining *int    `json:"remaining_seconds,omitempty" doc:"For the rows that are left, at that rate; while the job runs."`
}

type jobListInput struct {
	rest.Paging
	Kind   job.JobKind  `query:"kind" enum:"ROSTER_CHECK,ROSTER_ENROL,YEAR_TURN,YEAR_TURN_UNDO,SCHOOL_MERGER,IDENTITY_CHECK"`
	State  job.JobState `query:"state" enum:"RUNNING,DONE,FAILED,CANCELLED"`
	Change string       `query:"change_id" format:"uuid" doc:"Of one change only."`
}

type jobOutput struct {
	Location string `header:"Location"`
	Body     Job
}

func (s *server) jobRoutes() {
	const tag = "jobs"
	rest.Register(s.rest, rest.Operation{
		ID: "list-jobs", Method: http.MethodGet, Path: "/v1/jobs", Action: authz.JobRead, Tag: tag,
		Summary: "Long work on many rows, newest first (批量任务)",
	}, s.listJobs)
	rest.Register(s.rest, rest.Operation{
		ID: "get-job", Method: http.MethodGet, Path: "/v1/jobs/{id}", Action: authz.JobRead, Tag: tag,
		Summary: "State and progress of a job (批量任务进度)",
	}, s.getJob)
	rest.Register(s.rest, rest.Operation{
		ID: "cancel-job", Method: http.MethodPost, Path: "/v1/jobs/{id}/cancel", Action: authz.JobControl, Tag: tag, Status: http.StatusAccepted,
		Summary: "Stop a job between two parts (停止批量任务)",
		Detail:  "202: the word is in the register; the job stops before its next part and says CANCELLED. What is done stays, and the change that takes effect by it stays open: resume it to do the rest. Of ROSTER_CHECK nothing stays: resumed, it begins at the first row. A job that failed is given up by it.",
	}, s.sayToJob(job.JobCancel))
	rest.Register(s.rest, rest.Operation{
		ID: "resume-job", Method: http.MethodPost, Path: "/v1/jobs/{id}/resume", Action: authz.JobControl, Tag: tag, Status: http.StatusAccepted,
		Summary: "Go on with a job that failed or was stopped (继续批量任务)",
		Detail:  "202: the word is in the register; the job goes on with the first part that is not done. Nothing is done twice.",
	}, s.sayToJob(job.JobResume))
}

func (s *server) listJobs(ctx context.Context, in *jobListInput) (*rest.Body[*rest.Page[Job]], error) {
	filter := job.JobFilter{Kind: in.Kind, State: in.State}
	var err error
	if in.Change != "" {
		if filter.Change, err = uuid.Parse(in.Change); err != nil {
			return nil, refusal.New(refusal.WrongFormat).At("change_id").With("field", "change_id")
		}
	}
	return rest.List(ctx, s.Store, in.Paging, uuid.Nil, func(tx *store.Tx, after uuid.UUID, most int) ([]job.Job, error) {
		return job.Jobs(tx, filter, after, most)
	}, func(j job.Job) Job { return s.showJob(ctx, &j) }, func(j job.Job) uuid.UUID { return j.ID })
}

func (s *server) getJob(ctx context.Context, in *rest.PathID) (*rest.Body[Job], error) {
	var j *job.Job
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) (err error) {
		if j, err = job.ReadJob(tx, in.ID); err != nil {
			return err
		}
		return rest.Allow(ctx, j.OrgPath)
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(s.showJob(ctx, j)), nil
}

// sayToJob hands a word to a job in: of whoever filed it, or of a superior.
func (s *server) sayToJob(verb job.JobVerb) func(context.Context, *rest.PathID) (*jobOutput, error) {
	return func(ctx context.Context, in *rest.PathID) (*jobOutput, error) {
		j, err := s.Desk.SayToJob(ctx, rest.ScopeOf(ctx), in.ID, verb, func(path string) error { return rest.Allow(ctx, path) })
		if err != nil {
			return nil, err
		}
		return &jobOutput{Location: "/v1/jobs/" + j.ID.String(), Body: s.showJob(ctx, j)}, nil
	}
}

func (s *server) showJob(ctx context.Context, j *job.Job) Job {
	text := func(t process.Text) string { return rest.InLanguage(ctx, t) }
	out := Job{
		ID: j.ID, Kind: j.Kind, KindLabel: text(j.Kind.Text()), State: j.State, StateLabel: text(j.State.Text()), OrgID: j.OrgID, Org: j.OrgName,
		Subject: j.SubjectID, Change: j.ChangeID, CaseNo: j.CaseNo, EffectiveOn: calendar.DateOf(j.EffectiveOn),
		Progress:    JobProgress{Rows: j.RowCount, RowsDone: j.RowsDone, Parts: j.Parts, PartsDone: j.PartsDone, Rate: j.Rate()},
		CancelAsked: j.CancelAsked, ResumeAsked: j.ResumeAsked, Code: j.Problem, CreatedAt: j.CreatedAt, EndedAt: j.EndedAt,
	}
	if left, known := j.Remaining(); known && j.State == job.JobRunning {
		whole := int(left.Seconds())
		out.Progress.Remaining = &whole
	}
	if j.Problem != "" {
		out.Reason = rest.Sentence(ctx, refusal.New(j.Problem))
	}
	return out
}
