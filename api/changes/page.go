package changes

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// ChangePage is everything a party sees of a change.
type ChangePage struct {
	ID            uuid.UUID         `json:"id"`
	CaseNo        string            `json:"case_no"`
	Kind          string            `json:"kind"`
	KindName      string            `json:"kind_name"`
	Rule          string            `json:"rule" doc:"Documents and articles that the process rests on; empty where a province's practice is its only ground."`
	Status        string            `json:"status" enum:"RUNNING,EFFECTIVE,REFUSED,WITHDRAWN,CLOSED"`
	StatusLabel   string            `json:"status_label" example:"办理中"`
	StudentID     *uuid.UUID        `json:"student_id,omitempty"`
	StudentName   string            `json:"student_name,omitempty"`
	About         string            `json:"about,omitempty" doc:"The school that a case without a pupil is about."`
	RosterID      *uuid.UUID        `json:"roster_id,omitempty"`
	LeftOut       int               `json:"left_out,omitempty" doc:"Pupils of the roster who were left out when it took effect; its rows say why."`
	School        string            `json:"school" doc:"The school that filed."`
	Pupil         *PupilView        `json:"pupil,omitempty" doc:"The pupil as it was when the change was filed, for all parties; numbers masked."`
	Sides         []SideView        `json:"sides,omitempty" doc:"Receiving (IN) and releasing (OUT) school of a move; SCHOOL, the pupil's, where the bureau files in its stead."`
	Class         *ClassView        `json:"class,omitempty" doc:"The class the change asks for, for all parties."`
	Values        []ValueView       `json:"values,omitempty" doc:"What a KEY_DATA_CHANGE writes; numbers masked."`
	Lines         []LineView        `json:"lines,omitempty" doc:"The pupils of a list, for all parties; numbers masked."`
	Ended         *Ended            `json:"ended,omitempty" doc:"How and why it ended."`
	Handover      *HandoverView     `json:"handover,omitempty" doc:"The paper file of a move."`
	Inputs        map[string]string `json:"inputs"`
	Form          []FormItem        `json:"form" doc:"The inputs with their names and what their values mean, in the order of the form."`
	PolicyVersion int               `json:"policy_version"`
	OutPolicy     *int              `json:"out_policy_version,omitempty" doc:"Of the releasing province, where it is another one."`
	FiledAt       time.Time         `json:"filed_at"`
	EffectiveOn   *calendar.Date    `json:"effective_on,omitempty" format:"date" doc:"The day on which it is in force. While it is RUNNING it is approved and waits for this day."`
	ClosedAt      *time.Time        `json:"closed_at,omitempty"`
	RedoOf        *uuid.UUID        `json:"redo_of,omitempty"`
	StruckAt      *time.Time        `json:"struck_at,omitempty" doc:"When it was struck as a mistake (异动纠错)."`
	StruckBy      string            `json:"struck_by,omitempty" doc:"Case number of the correction that struck it." example:"52-20261120-000019"`
	Aftermath     []AftermathView   `json:"aftermath,omitempty" doc:"Of a correction, and of a case it struck: what was struck, and what is left for whom."`
	// Next says in a sentence what happens next and who must act.
	Next      string          `json:"next" example:"等待 南明区教育局（教育局学籍管理员）办理“主管部门审批”，截止 2026-12-04。"`
	May       []string        `json:"may,omitempty" enum:"TAKE_BACK,REMIND,WITHDRAW,SUPERVISE,CLOSE,REDO,DISMISS" doc:"What I may say about the case as a whole, beside what I may do with its tasks. REDO (redo-change) and DISMISS (dismiss-change) are for the office that filed a case that ended without effect."`
	MayLabels []string        `json:"may_labels,omitempty" doc:"The same in words, in the same order."`
	Open      *StepView       `json:"open,omitempty" doc:"The step that waits."`
	Chain     []ChainStep     `json:"chain" doc:"The steps this change runs through, frozen when it was filed; and the one that waits for its day, once it was approved for a day ahead."`
	Steps     []StepView      `json:"steps"`
	Tasks     []TaskView      `json:"tasks" doc:"Every task of every step: whose it is, what was decided, and what I may do."`
	Timeline  []TimelineEntry `json:"timeline"`
	Evidence  []EvidenceView  `json:"evidence"`
	// Revisions are what changed since the filing.
	Revisions []RevisionView `json:"revisions,omitempty" doc:"What each resubmission, or a step that filled something in, changed: before and after, for all parties."`
}

// ClassView is a class as every party of a change may know it.
type ClassView struct {
	ID    uuid.UUID `json:"id"`
	Code  string    `json:"code" example:"2024101"`
	Name  string    `json:"name" example:"1班"`
	Grade string    `json:"grade" example:"2024级"`
}

// ChainStep is one step of the frozen chain.
type ChainStep struct {
	No        int      `json:"no"`
	Name      string   `json:"name"`
	Label     string   `json:"label"`
	Side      string   `json:"side" enum:"FILER,IN,OUT"`
	SideLabel string   `json:"side_label"`
	Role      string   `json:"role,omitempty"`
	RoleLabel string   `json:"role_label,omitempty"`
	Days      string   `json:"days,omitempty" example:"10wd" doc:"Left out where the step waits for its day."`
	Sign      string   `json:"sign,omitempty" enum:"ALL,RATIO,ANY,SEQUENTIAL" doc:"How several people share the step (会签、或签、依次审批); empty: any one of the role decides."`
	SignLabel string   `json:"sign_label,omitempty"`
	Asks      []string `json:"asks,omitempty" doc:"Inputs whoever approves the step fills in."`
	AskLabels []string `json:"ask_labels,omitempty" doc:"What they are called, in the same order."`
	Opinion   bool     `json:"opinion,omitempty" doc:"An approval needs an opinion, too."`
	Act       string   `json:"act,omitempty" doc:"What the system does there by itself; empty where people decide."`
}

// StepView is one step that was or is open.
type StepView struct {
	No           int        `json:"no"`
	Round        int        `json:"round"`
	Name         string     `json:"name"`
	Label        string     `json:"label"`
	Office       string     `json:"office,omitempty" doc:"Who must act; none at an automatic step."`
	OfficeID     uuid.UUID  `json:"office_id,omitempty,omitzero"`
	Role         string     `json:"role,omitempty"`
	RoleLabel    string     `json:"role_label,omitempty"`
	TaskID       *uuid.UUID `json:"task_id,omitempty" doc:"What a decision names; none at an automatic step."`
	Act          string     `json:"act,omitempty" doc:"What the system does at an automatic step."`
	Attempts     int        `json:"attempts,omitempty" doc:"How often an automatic step was tried in vain."`
	NextAttempt  *time.Time `json:"next_attempt_at,omitempty"`
	Status       string     `json:"status" enum:"OPEN,DONE,CANCELLED"`
	StatusLabel  string     `json:"status_label"`
	OpenedAt     time.Time  `json:"opened_at"`
	DueAt        time.Time  `json:"due_at"`
	DueDay       string     `json:"due_day" doc:"The last day on which it is in time."`
	Provisional  bool       `json:"provisional,omitempty" doc:"The holidays of that year are not published yet."`
	OverdueAt    *time.Time `json:"overdue_at,omitempty"`
	Problem      string     `json:"problem,omitempty" doc:"A named problem, for example NO_ELIGIBLE_PERSON." enum:"NO_ELIGIBLE_PERSON,IDENTITY_NO_ANSWER,NOT_APPLIED"`
	ProblemLabel string     `json:"problem_label,omitempty"`
	ClosedAt     *time.Time `json:"closed_at,omitempty"`
}

// TimelineEntry is one thing that happened.
type TimelineEntry struct {
	At        time.Time         `json:"at"`
	Verb      string            `json:"verb" example:"APPROVE"`
	VerbLabel string            `json:"verb_label" example:"同意"`
	StepLabel string            `json:"step_label,omitempty" example:"主管部门审批"`
	Step      int               `json:"step"`
	Round     int               `json:"round"`
	Actor     string            `json:"actor,omitempty"`
	For       string            `json:"for,omitempty" doc:"Whom the actor acted for (代理)."`
	To        string            `json:"to,omitempty" doc:"The colleagues it is about."`
	Office    string            `json:"office,omitempty"`
	Opinion   string            `json:"opinion,omitempty"`
	Reason    string            `json:"reason,omitempty" doc:"Why the system ended the change (FAILED), could not count the last approval (NOT_APPLIED), put an approved change on hold (ON_HOLD), or what a strike took back and left (CASE_STRUCK, STRUCK_BY, LEAVES)."`
	Params    map[string]string `json:"params,omitempty"`
}

// EvidenceView is one attached file; its content has an address of its own.
type EvidenceView struct {
	ID        uuid.UUID `json:"id"`
	Kind      string    `json:"kind"`
	Label     string    `json:"label" doc:"What kind of paper it is." example:"休学证明"`
	Round     int       `json:"round"`
	OutRound  *int      `json:"taken_out_in_round,omitempty" doc:"The round in which the applicant took it out; left out while it stands."`
	FileName  string    `json:"file_name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size"`
	SHA256    string    `json:"sha256"`
	Content   string    `json:"content" doc:"Address of the content."`
	CreatedAt time.Time `json:"created_at"`
	// Elsewhere is a remark, no refusal: sisters and brothers share papers.
	Elsewhere *Elsewhere `json:"elsewhere,omitempty" doc:"The same file is a paper in cases of other pupils, too."`
}

// Elsewhere says in which cases of other pupils a file stands.
type Elsewhere struct {
	Remark string     `json:"remark" doc:"What to look at, for a person."`
	Count  int        `json:"count" maximum:"10" doc:"How many cases; ten stands for ten or more."`
	Cases  []CaseView `json:"cases" doc:"Those that I may see."`
}

// CaseView names a change.
type CaseView struct {
	Change uuid.UUID `json:"change_id"`
	CaseNo string    `json:"case_no"`
}

func (s *server) showChange(ctx context.Context, p *casepage.Page) ChangePage {
	out := ChangePage{
		ID: p.ID, CaseNo: p.CaseNo, Kind: string(p.Kind), KindName: rest.InLanguage(ctx, p.Definition.Name), Rule: rest.InLanguage(ctx, p.Definition.Basis()), Status: p.Status, StatusLabel: word(ctx, casepage.StatusWords, p.Status),
		StudentID: p.StudentID, StudentName: p.StudentName, About: aboutSchool(p.Subject), RosterID: p.RosterID, LeftOut: p.LeftOut, School: p.OrgName, Inputs: p.Inputs, Form: s.showForm(ctx, p),
		PolicyVersion: p.PolicyVersion, OutPolicy: p.OutPolicyVersion, FiledAt: p.FiledAt, ClosedAt: p.ClosedAt, RedoOf: p.RedoOf, StruckAt: p.StruckAt, StruckBy: p.StruckCase,
		Steps: []StepView{}, Timeline: []TimelineEntry{}, Evidence: []EvidenceView{},
		Pupil: showPupil(p.Subject), Handover: showHandover(moveShown(p).Handover),
	}
	if p.EffectiveOn != nil {
		on := calendar.DateOf(*p.EffectiveOn)
		out.EffectiveOn = &on
	}
	for i, step := range p.Definition.Steps {
		out.Chain = append(out.Chain, ChainStep{
			No: i + 1, Name: step.Name, Label: rest.InLanguage(ctx, step.Label), Side: string(step.Side), Role: string(step.Role), Days: step.Term.String(), Act: string(step.Act),
			Sign: string(step.Sign.Mode), Asks: step.Asks, Opinion: step.Opinion,
			SideLabel: word(ctx, casepage.SideWords, string(step.Side)), RoleLabel: rest.RoleLabel(ctx, step.Role),
			SignLabel: word(ctx, casepage.SignWords, string(step.Sign.Mode)), AskLabels: inputLabels(ctx, p.Definition, step.Asks),
		})
	}
	for _, no := range []int{p.Definition.DayStep(), p.Definition.ApplyStep()} {
		if behind, ok := p.Definition.Step(no); ok && slices.ContainsFunc(p.Steps, func(s casepage.StepView) bool { return s.No == no }) {
			out.Chain = append(out.Chain, ChainStep{
				No: no, Name: behind.Name, Label: rest.InLanguage(ctx, behind.Label), Side: string(behind.Side), Act: string(behind.Act), // nobody acts
				SideLabel: word(ctx, casepage.SideWords, string(behind.Side)),
			})
		}
	}
	for _, step := range p.Steps {
		view := s.showStep(ctx, p.Definition, step)
		out.Steps = append(out.Steps, view)
		if p.Open != nil && step.No == p.Open.No && step.Round == p.Open.Round {
			out.Open = &view
		}
	}
	out.Tasks = []TaskView{}
	for _, k := range p.Tasks {
		out.Tasks = append(out.Tasks, s.showTask(ctx, k))
	}
	for _, side := range p.Sides {
		out.Sides = append(out.Sides, SideView{Side: string(side.Side), SideLabel: word(ctx, casepage.SideWords, string(side.Side)), OrgID: side.OrgID, Office: side.Name, Code: side.Code})
	}
	if p.Class != nil {
		view := ClassView(*p.Class)
		out.Class = &view
	}
	for _, v := range p.Values {
		meaning := func(code string) string {
			return s.Sheets.Reader.Label(roster.Field(v.Field), code, rest.LanguageOf(ctx))
		}
		out.Values = append(out.Values, ValueView{
			Field: v.Field, Label: s.Sheets.ItemLabel(ctx, v.Field), Before: v.Before, After: v.After, Masked: v.Masked,
			BeforeLabel: meaning(v.Before), AfterLabel: meaning(v.After),
		})
	}
	for _, l := range moveShown(p).Lines {
		out.Lines = append(out.Lines, s.showLine(ctx, l))
	}
	for _, l := range placedLines(p) {
		out.Lines = append(out.Lines, s.showPlaced(ctx, l))
	}
	for _, e := range p.Timeline {
		out.Timeline = append(out.Timeline, s.showEntry(ctx, p.Definition, e))
		if tellsOfStrike(e.Verb) {
			out.Aftermath = append(out.Aftermath, s.showAftermath(ctx, e.Verb, e.Params))
		}
	}
	for _, e := range p.Evidence {
		out.Evidence = append(out.Evidence, EvidenceView{
			ID: e.ID, Kind: e.Kind, Label: paperLabel(ctx, p.Definition, e.Kind), Round: e.Round, OutRound: e.OutRound, FileName: e.FileName, MediaType: e.MediaType, Size: e.Size,
			SHA256: hex.EncodeToString(e.SHA256), Content: "/v1/evidence/" + e.ID.String() + "/content", CreatedAt: e.CreatedAt,
			Elsewhere: s.showElsewhere(ctx, e.Elsewhere),
		})
	}
	for _, r := range p.Revisions {
		out.Revisions = append(out.Revisions, s.showRevision(ctx, p.Definition, r))
	}
	for _, verb := range p.May {
		out.May = append(out.May, string(verb))
	}
	out.MayLabels = verbWords(ctx, out.May)
	if afterwards := mayAfterwards(rest.PrincipalOf(ctx), p.Change); afterwards != nil {
		out.May = append(out.May, afterwards...)
		out.MayLabels = append(out.MayLabels, rest.InLanguage(ctx, process.Text{Zh: "重新申请", En: "File again"}), rest.InLanguage(ctx, process.Text{Zh: "从列表移除", En: "Take off the list"}))
	}
	out.Ended = endedBy(p.Change, out.Timeline)
	out.Next = s.next(ctx, out)
	return out
}

// mayAfterwards lists what the office that filed a case may do once it has ended without effect.
func mayAfterwards(p authz.Principal, c *change.Change) []string {
	ended := c.Status == change.StatusRefused || c.Status == change.StatusWithdrawn || c.Status == change.StatusClosed
	if !ended || c.OrgID != p.Office.ID || !p.May(authz.ChangeFile) {
		return nil
	}
	return []string{"REDO", "DISMISS"}
}

// showElsewhere words the remark that a file stands in cases of other pupils; nil when it does not.
func (s *server) showElsewhere(ctx context.Context, list []casepage.CaseRef) *Elsewhere {
	if len(list) == 0 {
		return nil
	}
	out := Elsewhere{Count: len(list), Cases: []CaseView{}}
	for _, ref := range list {
		if ref.ID != uuid.Nil {
			out.Cases = append(out.Cases, CaseView{Change: ref.ID, CaseNo: ref.CaseNo})
		}
	}
	remark := refusal.New(refusal.EvidenceElsewhere).With("count", strconv.Itoa(out.Count))
	out.Remark = rest.Sentence(ctx, remark)
	return &out
}

func (s *server) showEntry(ctx context.Context, d process.Definition, e casepage.TimelineEntry) TimelineEntry {
	out := TimelineEntry{
		At: e.At, Verb: e.Verb, VerbLabel: verbWord(ctx, e.Verb), Step: e.StepNo, Round: e.Round, Actor: e.Actor, For: e.For, To: e.To, Office: e.OfficeName, Opinion: e.Opinion, Params: e.Params,
	}
	if rule, ok := d.Step(e.StepNo); ok {
		out.StepLabel = rest.InLanguage(ctx, rule.Label)
	}
	if tellsOfStrike(e.Verb) {
		out.Reason = s.showAftermath(ctx, e.Verb, e.Params).Text
	}
	if code := e.Params["refusal"]; code != "" {
		out.Reason = rest.Sentence(ctx, &refusal.Error{Code: refusal.Code(code), Params: e.Params})
	}
	return out
}

func (s *server) showStep(ctx context.Context, d process.Definition, step casepage.StepView) StepView {
	label := step.Name
	if rule, ok := d.Step(step.No); ok {
		label = rest.InLanguage(ctx, rule.Label)
	}
	view := StepView{
		No: step.No, Round: step.Round, Name: step.Name, Label: label, Office: step.OfficeName, OfficeID: step.OfficeID, Role: string(step.Role),
		Status: step.Status, OpenedAt: step.OpenedAt, DueAt: step.DueAt, DueDay: rest.LastDay(step.DueAt),
		Provisional: step.DueProvisional, OverdueAt: step.OverdueAt, Problem: step.Problem, ClosedAt: step.ClosedAt,
		Act: string(step.Act), Attempts: step.Attempts, NextAttempt: step.NextAttemptAt,
		RoleLabel: rest.RoleLabel(ctx, step.Role), StatusLabel: word(ctx, casepage.StepWords, step.Status), ProblemLabel: word(ctx, casepage.ProblemWords, step.Problem),
	}
	if step.Act != "" { // the system's own; the office is only where it counts
		view.Office, view.OfficeID, view.Role, view.RoleLabel = "", uuid.Nil, "", ""
	}
	if step.Act == process.ActAwaitDay && step.NextAttemptAt != nil { // due is the day itself
		view.DueAt, view.DueDay = *step.NextAttemptAt, calendar.DateOf(*step.NextAttemptAt).String()
	}
	if step.TaskID != uuid.Nil {
		view.TaskID = &step.TaskID
	}
	return view
}
