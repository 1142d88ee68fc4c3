package changes

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
)

// ApprovalSheet holds the texts of the paper approval sheet (审批单) of a case.
type ApprovalSheet struct {
	ID          uuid.UUID      `json:"id"`
	Title       string         `json:"title" example:"休学审批表"`
	CaseNo      string         `json:"case_no"`
	KindName    string         `json:"kind_name"`
	Rule        string         `json:"rule" doc:"Documents and articles that the process rests on; empty where a province's practice is its only ground."`
	StatusLabel string         `json:"status_label"`
	School      string         `json:"school" doc:"The office that filed."`
	Sides       []SideView     `json:"sides" doc:"The schools of a move; else none."`
	Pupil       *PupilView     `json:"pupil,omitempty" doc:"Numbers masked."`
	About       string         `json:"about,omitempty" doc:"The school that a case without a pupil is about."`
	StageLabel  string         `json:"stage_label,omitempty"`
	Form        []FormItem     `json:"form"`
	Values      []ValueView    `json:"values" doc:"Key items the change writes; numbers masked."`
	Lines       int            `json:"lines" doc:"How many pupils the list of the case names; 0 without a list."`
	Papers      []SheetPaper   `json:"papers" doc:"The papers that count, by kind."`
	FiledBy     string         `json:"filed_by" doc:"Who handed it in."`
	FiledOn     string         `json:"filed_on" example:"2026年11月20日"`
	Opinions    []SheetOpinion `json:"opinions" doc:"One place for everybody who decides, in the order of the chain; empty ones are still to be filled."`
	EffectiveOn string         `json:"effective_on,omitempty" doc:"The day on which it is in force, in words."`
	ClosedOn    string         `json:"closed_on,omitempty"`
	Ended       *Ended         `json:"ended,omitempty"`
	Next        string         `json:"next" doc:"What happens next, as a sentence."`
	ReadOn      string         `json:"read_on" doc:"The day on which the sheet was read."`
}

// SheetPaper is one kind of paper of a case.
type SheetPaper struct {
	Label string `json:"label"`
	Count int    `json:"count"`
}

// SheetOpinion is the place of one decision on the sheet.
type SheetOpinion struct {
	StepLabel    string `json:"step_label" example:"主管部门审批"`
	Office       string `json:"office,omitempty" doc:"Not known before the step is open."`
	RoleLabel    string `json:"role_label" example:"教育局学籍管理员"`
	Name         string `json:"name,omitempty" doc:"Who decided."`
	For          string `json:"for,omitempty" doc:"Whom the decider acted for (代理)."`
	VerdictLabel string `json:"verdict_label,omitempty" example:"同意"`
	Opinion      string `json:"opinion,omitempty"`
	DecidedOn    string `json:"decided_on,omitempty" example:"2026年11月23日"`
	Seal         bool   `json:"seal" doc:"The office seals here: it is its last place on the sheet."`
}

// sheetRoutes registers what is printed of a case.
func (s *server) sheetRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "get-approval-sheet", Method: http.MethodGet, Path: "/v1/changes/{id}/sheet", Action: authz.ChangeRead, Tag: "changes",
		Summary: "What the approval sheet of a case shows, in words (审批单)",
		Detail:  "Opinions, names, roles and days in words, and places for signature and seal. Numbers are masked. Everybody who may read the case may read its sheet.",
	}, s.getApprovalSheet)
}

func (s *server) getApprovalSheet(ctx context.Context, in *changeIDInput) (*rest.Body[ApprovalSheet], error) {
	var today time.Time
	page, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) (*casepage.Page, error) {
		today = tx.Now()
		return casepage.Read(tx, in.ID)
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(s.showSheet(ctx, page, today)), nil
}

func (s *server) showSheet(ctx context.Context, p *casepage.Page, today time.Time) ApprovalSheet {
	shown := s.showChange(ctx, p)
	out := ApprovalSheet{
		ID: p.ID, Title: rest.InLanguage(ctx, process.Text{Zh: p.Definition.Name.Zh + "审批表", En: "Approval sheet: " + p.Definition.Name.En}),
		CaseNo: p.CaseNo, KindName: shown.KindName, Rule: shown.Rule, StatusLabel: shown.StatusLabel, School: shown.School, Sides: shown.Sides,
		Pupil: shown.Pupil, About: shown.About, Form: shown.Form, Values: shown.Values, Lines: len(shown.Lines), Papers: sheetPapers(shown.Evidence),
		FiledOn: rest.DayInWords(ctx, p.FiledAt), Opinions: s.sheetOpinions(ctx, p), Ended: shown.Ended, Next: shown.Next, ReadOn: rest.DayInWords(ctx, today),
	}
	if stage := p.Subject.Stage; stage != "" {
		out.StageLabel = rest.InLanguage(ctx, process.StageText(stage))
	}
	if p.EffectiveOn != nil {
		out.EffectiveOn = rest.DayInWords(ctx, *p.EffectiveOn)
	}
	if p.ClosedAt != nil {
		out.ClosedOn = rest.DayInWords(ctx, *p.ClosedAt)
	}
	if i := slices.IndexFunc(p.Timeline, func(e casepage.TimelineEntry) bool { return e.AccountID != nil }); i >= 0 {
		out.FiledBy = p.Timeline[i].Actor // the first entry of a person is the filing
	}
	return out
}

// sheetPapers counts the papers that stand, by kind, in the order in which they came.
func sheetPapers(papers []EvidenceView) []SheetPaper {
	list := []SheetPaper{}
	for _, paper := range papers {
		if paper.OutRound != nil {
			continue
		}
		i := slices.IndexFunc(list, func(one SheetPaper) bool { return one.Label == paper.Label })
		if i < 0 {
			list = append(list, SheetPaper{Label: paper.Label})
			i = len(list) - 1
		}
		list[i].Count++
	}
	return list
}

// sheetOpinions gives a place to every decision of the chain: those of the last round of
// each step, and an empty one where a step is still to come.
func (s *server) sheetOpinions(ctx context.Context, p *casepage.Page) []SheetOpinion {
	list := []SheetOpinion{}
	for i, step := range p.Definition.Steps {
		if step.Act != "" {
			continue // the system signs nothing
		}
		tasks := lastTasks(p.Tasks, i+1)
		if len(tasks) == 0 {
			list = append(list, SheetOpinion{StepLabel: rest.InLanguage(ctx, step.Label), RoleLabel: rest.RoleLabel(ctx, step.Role)})
		}
		for _, k := range tasks {
			o := SheetOpinion{StepLabel: rest.InLanguage(ctx, step.Label), Office: k.OfficeName, RoleLabel: rest.RoleLabel(ctx, k.Role)}
			if k.DecidedAt != nil {
				o.Name, o.For, o.VerdictLabel, o.DecidedOn = k.DecidedBy, k.DecidedFor, verbWord(ctx, string(k.Verdict)), rest.DayInWords(ctx, *k.DecidedAt)
				o.Opinion = opinionOf(p.Timeline, k)
			}
			list = append(list, o)
		}
	}
	for i := range list {
		later := slices.ContainsFunc(list[i+1:], func(o SheetOpinion) bool { return o.Office == list[i].Office })
		list[i].Seal = !later || list[i].Office == ""
	}
	return list
}

// lastTasks gives the tasks of a step's last round that count.
func lastTasks(tasks []casepage.TaskView, no int) (list []casepage.TaskView) {
	round := 0
	for _, k := range tasks {
		if k.StepNo != no || !slices.Contains([]string{change.StepOpen, change.TaskWaiting, change.TaskDecided}, k.Status) {
			continue
		}
		if k.Round > round {
			round, list = k.Round, nil
		}
		list = append(list, k)
	}
	return list
}

// opinionOf finds in the timeline what was said with a decision.
func opinionOf(timeline []casepage.TimelineEntry, k casepage.TaskView) string {
	for _, e := range slices.Backward(timeline) {
		mine := e.AccountID != nil && k.DecidedByID != nil && *e.AccountID == *k.DecidedByID
		if mine && e.Verb == string(k.Verdict) && e.StepNo == k.StepNo && calendar.DateOf(e.At) == calendar.DateOf(*k.DecidedAt) {
			return e.Opinion
		}
	}
	return ""
}
