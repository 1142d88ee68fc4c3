package graduations

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

func (s *server) listRoutes() {
	const tag = "graduations"
	rest.Register(s.rest, rest.Operation{
		ID: "preview-graduation", Method: http.MethodGet, Path: "/v1/orgs/{id}/graduation-preview", Action: authz.GraduationRead, Tag: tag,
		Summary: "The graduating grade of a school: who can graduate, and what stands against the others (毕业预览)",
		Detail:  "Pupils at school of the graduating grade, and those of its year group who are suspended, abroad, missing or have left and do not take part. Each with everything that stands against the graduation today.",
	}, s.preview)
	rest.Register(s.rest, rest.Operation{
		ID: "file-graduation", Method: http.MethodPost, Path: "/v1/graduations", Action: authz.GraduationFile, Tag: tag, Keyed: true, Status: http.StatusCreated,
		Summary: "File the graduation of a school's pupils (提交毕业名单)",
		Detail:  "Checks every line and tells everything that fails at once. 201: the change is in the register and the leader of the school decides; of a senior high the managing bureau decides after that.",
	}, s.file)
	rest.Register(s.rest, rest.Operation{
		ID: "list-graduation-lines", Method: http.MethodGet, Path: "/v1/graduations/{id}/lines", Action: authz.GraduationRead, Tag: tag,
		Summary: "The lines of a graduation and what became of each (毕业名单)",
	}, s.lines)
}

// GraduationPupil is a pupil of a graduation; numbers are masked.
type GraduationPupil struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`
	Number    string    `json:"student_number" doc:"Masked."`
	Class     string    `json:"class,omitempty" example:"2021级 1班" doc:"The last class."`
	EntryYear int       `json:"entry_year"`
}

// GraduationCandidate is a pupil of the graduating grade.
type GraduationCandidate struct {
	Pupil       GraduationPupil `json:"pupil"`
	EnrolStatus string          `json:"enrol_status" example:"ENROLLED"`
	StatusLabel string          `json:"status_label" example:"在读"`
	Ready       bool            `json:"ready" doc:"Nothing stands against the graduation."`
	Against     []rest.Finding  `json:"against" doc:"What stands against it, each with what to do."`
}

type previewInput struct {
	rest.PathID
	rest.Paging
	Stage org.Stage `query:"stage" enum:"PRIMARY,JUNIOR,SENIOR" required:"true"`
}

func (s *server) preview(ctx context.Context, in *previewInput) (*rest.Body[*rest.Page[GraduationCandidate]], error) {
	school, err := reach.Ref(ctx, s.Store.Store, in.ID)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, s.Store, in.Paging, uuid.Nil, func(tx *change.Tx, after uuid.UUID, most int) ([]graduation.Candidate, error) {
		return graduation.Candidates(tx.Tx, school, in.Stage, after, most)
	}, func(c graduation.Candidate) GraduationCandidate {
		state := c.Pupil.Record.Enrol
		out := GraduationCandidate{
			Pupil:       GraduationPupil{ID: c.Pupil.ID, Name: c.Pupil.Name, Number: c.Pupil.NumberMasked, Class: c.Class, EntryYear: c.Pupil.EntryYear},
			EnrolStatus: string(state), StatusLabel: rest.InLanguage(ctx, state.Text()), Ready: len(c.Refusals) == 0, Against: []rest.Finding{},
		}
		for _, e := range c.Refusals {
			out.Against = append(out.Against, rest.Finding{Code: string(e.Code), Detail: rest.Sentence(ctx, e)})
		}
		return out
	}, func(c graduation.Candidate) uuid.UUID { return c.Pupil.ID })
}

// GraduationFiling is the list that a school hands in.
type GraduationFiling struct {
	Stage     org.Stage         `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	Year      int               `json:"year" minimum:"1950" maximum:"2200" doc:"The year of graduation: that in which this school year ends." example:"2027"`
	Everybody bool              `json:"everybody,omitempty" doc:"Every pupil of the graduating grade who can graduate, with the conclusion GRADUATED; then lines is left out."`
	Lines     []GraduationLine  `json:"lines,omitempty" maxItems:"2000" doc:"The pupils, each with a conclusion."`
	Remark    string            `json:"remark,omitempty" maxLength:"500" text:"free"`
	Evidence  []GraduationPaper `json:"evidence,omitempty" maxItems:"20"`
	RedoOf    uuid.UUID         `json:"redo_of,omitempty,omitzero" format:"uuid" doc:"The ended graduation this one repeats."`
}

// GraduationLine is one pupil with the conclusion.
type GraduationLine struct {
	StudentID  uuid.UUID `json:"student_id" format:"uuid"`
	Conclusion string    `json:"conclusion" enum:"GRADUATED,COMPLETED,INCOMPLETE" doc:"毕业, 结业, 肄业. Primary and junior schools know only GRADUATED."`
}

// GraduationPaper attaches an uploaded file.
type GraduationPaper struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Kind string    `json:"kind" maxLength:"40" example:"GRADUATION_LIST"`
}

type fileInput struct{ Body GraduationFiling }

// FiledGraduation is a graduation that was filed.
type FiledGraduation struct {
	ID      uuid.UUID `json:"id" doc:"The change: see get-change."`
	CaseNo  string    `json:"case_no" example:"52-20270621-000017"`
	Kind    string    `json:"kind" example:"GRADUATION"`
	Name    string    `json:"kind_name" example:"毕业"`
	Status  string    `json:"status" enum:"RUNNING"`
	Step    int       `json:"step"`
	Round   int       `json:"round"`
	FiledAt time.Time `json:"filed_at"`
}

type filedOutput struct {
	Location string `header:"Location"`
	Body     FiledGraduation
}

func (s *server) file(ctx context.Context, in *fileInput) (*filedOutput, error) {
	p := rest.PrincipalOf(ctx)
	hash, err := rest.BodyHash(in.Body)
	if err != nil {
		return nil, err
	}
	l := graduation.List{Stage: in.Body.Stage, Year: in.Body.Year, Everybody: in.Body.Everybody}
	for _, line := range in.Body.Lines {
		l.Lines = append(l.Lines, graduation.Line{StudentID: line.StudentID, Conclusion: status.Enrol(line.Conclusion)})
	}
	f := change.Filing{
		Kind: process.Graduation, Named: l, Inputs: map[string]string{"remark": in.Body.Remark}, RedoOf: in.Body.RedoOf,
		Office: org.OfficeRef{ID: p.Office.ID, Path: p.Office.Path, Province: p.Office.Province}, Key: rest.IdempotencyKey(ctx), BodyHash: hash,
	}
	for _, e := range in.Body.Evidence {
		f.Evidence = append(f.Evidence, evidence.Ref{ID: e.ID, Kind: e.Kind})
	}
	c, err := s.Desk.File(ctx, rest.ScopeOf(ctx), f)
	if err != nil {
		return nil, err
	}
	return &filedOutput{Location: "/v1/changes/" + c.ID.String(), Body: FiledGraduation{
		ID: c.ID, CaseNo: c.CaseNo, Kind: string(c.Kind), Name: rest.InLanguage(ctx, c.Definition.Name), Status: c.Status, Step: c.StepNo, Round: c.Round, FiledAt: c.FiledAt,
	}}, nil
}

// GraduationLineView is one line of a list; a pupil who was struck stays visible.
type GraduationLineView struct {
	No              int             `json:"no"`
	Pupil           GraduationPupil `json:"pupil" doc:"As it was when the list was filed."`
	Conclusion      string          `json:"conclusion" enum:"GRADUATED,COMPLETED,INCOMPLETE"`
	ConclusionLabel string          `json:"conclusion_label" example:"毕业"`
	Verdict         string          `json:"verdict" enum:"LISTED,STRUCK,GRADUATED" doc:"LISTED waits for the decisions, STRUCK was taken out (剔除), GRADUATED is in force with its conclusion."`
	Code            string          `json:"code,omitempty" doc:"Why the system struck it."`
	Reason          string          `json:"reason,omitempty" doc:"The same as a sentence, or the reason a reviewer gave."`
	By              string          `json:"by,omitempty" doc:"The office that struck it."`
	SettledAt       *time.Time      `json:"settled_at,omitempty"`
	UndoneAt        *time.Time      `json:"undone_at,omitempty" doc:"When the graduation of this pupil was rolled back (毕业生回退)."`
	CorrectedAt     *time.Time      `json:"corrected_at,omitempty" doc:"When it was struck as a mistake (异动纠错)."`
}

type linesInput struct {
	rest.PathID
	rest.Paging
}

func (s *server) lines(ctx context.Context, in *linesInput) (*rest.Body[*rest.Page[GraduationLineView]], error) {
	return rest.List(ctx, s.Store, in.Paging, 0, func(tx *change.Tx, after, most int) ([]graduation.LineView, error) {
		return graduation.Lines(tx, in.ID, after, most)
	}, func(l graduation.LineView) GraduationLineView {
		out := GraduationLineView{
			No: l.LineNo, Pupil: GraduationPupil{ID: l.StudentID, Name: l.Subject.Name, Number: l.Subject.Number, Class: l.Class, EntryYear: l.Subject.EntryYear},
			Conclusion: string(l.Conclusion), ConclusionLabel: rest.InLanguage(ctx, l.Conclusion.Text()), Verdict: l.Verdict, Reason: l.Reason, By: l.By,
			SettledAt: l.SettledAt, UndoneAt: l.UndoneAt, CorrectedAt: l.CorrectedAt,
		}
		if l.Why != nil {
			out.Code, out.Reason = string(l.Why.Code), rest.Sentence(ctx, l.Why)
		}
		return out
	}, func(l graduation.LineView) int { return l.LineNo })
}
