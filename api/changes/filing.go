package changes

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/desk"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/worklist"
)

// changeRoutes registers what files, shows and lists changes (学籍异动).
func (s *server) changeRoutes() {
	const tag = "changes"
	rest.Register(s.rest, rest.Operation{
		ID: "file-change", Method: http.MethodPost, Path: "/v1/changes", Action: authz.ChangeFile, Tag: tag, Keyed: true, Status: http.StatusCreated,
		Summary: "File a change (提交学籍异动)",
		Detail:  "Checks every precondition and tells everything that fails at once. 201: the change is in the register and its first step is open.",
	}, s.fileChange)
	rest.Register(s.rest, rest.Operation{
		ID: "check-change", Method: http.MethodPost, Path: "/v1/changes/check", Action: authz.ChangeFile, Tag: tag, Status: http.StatusNoContent,
		Summary: "Check a filing without filing it (预检)",
	}, s.checkChange)
	rest.Register(s.rest, rest.Operation{
		ID: "get-change", Method: http.MethodGet, Path: "/v1/changes/{id}", Action: authz.ChangeRead, Tag: tag,
		Summary: "A change with its steps, timeline and evidence (业务详情)",
	}, s.getChange)
	rest.Register(s.rest, rest.Operation{
		ID: "redo-change", Method: http.MethodGet, Path: "/v1/changes/{id}/redo", Action: authz.ChangeFile, Tag: tag,
		Summary: "The filing of an ended change, to be filed again (重新申请预填)",
		Detail:  "The body of file-change, prefilled with what was filed before. New values of a KEY_DATA_CHANGE are not repeated: numbers are shown to nobody.",
	}, s.redoChange)
	rest.Register(s.rest, rest.Operation{
		ID: "list-changes", Method: http.MethodGet, Path: "/v1/changes", Action: authz.ChangeRead, Tag: tag,
		Summary: "Changes in my scope, newest first (异动查询)",
	}, s.listChanges)
	s.rest.Enumerate("/v1/changes", "kind", rest.Plain(s.Processes.Kinds()))
}

// ChangeBody is what a school hands in.
type ChangeBody struct {
	Kind      string            `json:"kind" minLength:"1" maxLength:"40" doc:"Kind of change, see list-processes." example:"SUSPENSION"`
	StudentID uuid.UUID         `json:"student_id,omitempty,omitzero" format:"uuid" doc:"The pupil of the own school; left out for a roster and for somebody without a record."`
	Pupil     *PupilClaim       `json:"pupil,omitempty" doc:"The pupil of another school, for kinds the receiving school files (TRANSFER, RESTORE_ADMISSION, RETURN_FROM_ABROAD, ARBITRATION)."`
	RosterID  uuid.UUID         `json:"roster_id,omitempty,omitzero" format:"uuid" doc:"The checked roster of a ROSTER_IMPORT."`
	Lines     []ListLine        `json:"lines,omitempty" maxItems:"500" doc:"The pupils of a BATCH_TRANSFER, CLASS_ASSIGNMENT or CLASS_CHANGE with the classes they go to; of one school and one stage."`
	Inputs    map[string]string `json:"inputs,omitempty" text:"free" doc:"The items of the process form; all values are text, dates as 2026-11-20."`
	Values    map[string]string `json:"values,omitempty" text:"free" doc:"The new values of key items by field name, for KEY_DATA_CHANGE: name, sex, birth_date (20150301), id_type, id_number; all items of the sheet for NEW_RECORD_IMMIGRANT."`
	Evidence  []EvidenceRef     `json:"evidence,omitempty" maxItems:"20"`
	RedoOf    uuid.UUID         `json:"redo_of,omitempty,omitzero" format:"uuid" doc:"The ended change this one repeats."`
	DraftID   uuid.UUID         `json:"draft_id,omitempty,omitzero" format:"uuid" doc:"My draft of this filing; it is dropped when the change is filed."`
}

// ListLine is one pupil of a list.
type ListLine struct {
	StudentID uuid.UUID `json:"student_id" format:"uuid"`
	ClassID   uuid.UUID `json:"class_id" format:"uuid" doc:"A class of the receiving school; of CLASS_ASSIGNMENT and CLASS_CHANGE one of the own school."`
}

func listLines(list []ListLine) []change.ListedPupil {
	lines := make([]change.ListedPupil, len(list))
	for i, l := range list {
		lines[i] = change.ListedPupil(l)
	}
	return lines
}

// EvidenceRef attaches an uploaded file.
type EvidenceRef struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Kind string    `json:"kind" maxLength:"40" example:"SUSPENSION_PROOF"`
}

// PupilClaim names a pupil of another school. All that is given must be the pupil's.
type PupilClaim struct {
	Name     string `json:"name" maxLength:"100" text:"free"`
	Number   string `json:"student_number,omitempty" maxLength:"40" doc:"Student number (学籍号); required between provinces."`
	IDNumber string `json:"id_number,omitempty" maxLength:"40" doc:"Number of the identity document; enough inside a province."`
}

func (c *PupilClaim) claim() change.PupilReference {
	if c == nil {
		return change.PupilReference{}
	}
	return change.PupilReference{Name: c.Name, Number: c.Number, IDNumber: c.IDNumber}
}

type fileChangeInput struct{ Body ChangeBody }

type changeOutput struct {
	Location string `header:"Location"`
	Body     ChangeLine
}

func (s *server) fileChange(ctx context.Context, in *fileChangeInput) (*changeOutput, error) {
	f, err := s.filingOf(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	if err := s.lookUp(ctx, f); err != nil {
		return nil, err
	}
	c, err := s.Desk.File(ctx, rest.ScopeOf(ctx), f, func(tx *change.Tx) error { return desk.DropFiling(tx, in.Body.DraftID) })
	if err != nil {
		return nil, err
	}
	return &changeOutput{Location: "/v1/changes/" + c.ID.String(), Body: ChangeLine{
		ID: c.ID, CaseNo: c.CaseNo, Kind: string(c.Kind), KindName: rest.InLanguage(ctx, c.Definition.Name), Status: c.Status,
		StudentID: c.StudentID, RosterID: c.RosterID, Step: c.StepNo, Round: c.Round, FiledAt: c.FiledAt, StatusLabel: word(ctx, casepage.StatusWords, c.Status),
	}}, nil
}

func (s *server) filingOf(ctx context.Context, b ChangeBody) (change.Filing, error) {
	p := rest.PrincipalOf(ctx)
	if err := s.mayFile(ctx, process.Kind(b.Kind)); err != nil {
		return change.Filing{}, err
	}
	hash, err := rest.BodyHash(b)
	if err != nil {
		return change.Filing{}, err
	}
	return change.Filing{
		Kind: process.Kind(b.Kind), StudentID: b.StudentID, RosterID: b.RosterID, Pupil: b.Pupil.claim(), Inputs: b.Inputs, Values: b.Values,
		Evidence: evidenceRefs(b.Evidence), Lines: listLines(b.Lines),
		RedoOf: b.RedoOf, Office: officeOf(p),
		Key: rest.IdempotencyKey(ctx), BodyHash: hash,
	}, nil
}

// mayFile refuses a kind that another kind of office files. An unknown kind is
// told with everything else that stands against a filing.
func (s *server) mayFile(ctx context.Context, kind process.Kind) error {
	d, known := s.Processes.Entry(kind)
	if len(d.ByBureau) > 0 {
		err := s.Store.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
			p, err := policy.InForce(tx, rest.PrincipalOf(ctx).Office.Province)
			if err == nil {
				d = d.FiledUnder(p)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if !known || rest.PrincipalOf(ctx).Has(d.FiledBy.Role()) {
		return nil
	}
	code := refusal.FiledBySchool
	if d.FiledBy == process.FiledByBureau {
		code = refusal.FiledByBureau
	}
	return refusal.New(code).At("/kind").WithText("kind", d.Name.Zh, d.Name.En)
}

func evidenceRefs(list []EvidenceRef) []evidence.Ref {
	refs := make([]evidence.Ref, len(list))
	for i, e := range list {
		refs[i] = evidence.Ref{ID: e.ID, Kind: e.Kind}
	}
	return refs
}

func (s *server) checkChange(ctx context.Context, in *fileChangeInput) (*struct{}, error) {
	f, err := s.filingOf(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	if err := s.lookUp(ctx, f); err != nil {
		return nil, err
	}
	return nil, s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error { return tx.CheckFiling(f) })
}

type changeIDInput struct {
	ID uuid.UUID `path:"id" format:"uuid"`
}

func (s *server) getChange(ctx context.Context, in *changeIDInput) (*rest.Body[ChangePage], error) {
	page, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) (*casepage.Page, error) { return casepage.Read(tx, in.ID) })
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(s.showChange(ctx, page)), nil
}

func (s *server) redoChange(ctx context.Context, in *changeIDInput) (*rest.Body[ChangeBody], error) {
	page, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) (*casepage.Page, error) { return casepage.Read(tx, in.ID) })
	switch {
	case err != nil:
		return nil, err
	case page.OrgID != rest.PrincipalOf(ctx).Office.ID:
		return nil, refusal.New(refusal.NotFiler)
	case page.Status == change.StatusRunning:
		return nil, refusal.New(refusal.ChangeInProgress)
	}
	body := ChangeBody{Kind: string(page.Kind), Inputs: page.Inputs, RedoOf: page.ID}
	if page.StudentID != nil {
		body.StudentID = *page.StudentID
	}
	if page.RosterID != nil {
		body.RosterID = *page.RosterID
	}
	for _, l := range moveShown(page).Lines {
		body.Lines = append(body.Lines, ListLine{StudentID: l.StudentID, ClassID: l.ClassID})
	}
	for _, l := range placedLines(page) {
		body.Lines = append(body.Lines, ListLine{StudentID: l.StudentID, ClassID: l.ClassID})
	}
	for _, e := range page.Evidence {
		if e.OutRound != nil {
			continue
		}
		body.Evidence = append(body.Evidence, EvidenceRef{ID: e.ID, Kind: e.Kind})
	}
	return rest.BodyOf(body), nil
}

// officeOf returns the office of the caller.
func officeOf(p authz.Principal) org.OfficeRef {
	return org.OfficeRef{ID: p.Office.ID, Path: p.Office.Path, Province: p.Office.Province}
}

// ChangeLine is one change in a list.
type ChangeLine struct {
	ID          uuid.UUID  `json:"id"`
	CaseNo      string     `json:"case_no" example:"52-20261120-000017"`
	Kind        string     `json:"kind"`
	KindName    string     `json:"kind_name"`
	Status      string     `json:"status" enum:"RUNNING,EFFECTIVE,REFUSED,WITHDRAWN,CLOSED"`
	StatusLabel string     `json:"status_label" example:"办理中"`
	StudentID   *uuid.UUID `json:"student_id,omitempty"`
	RosterID    *uuid.UUID `json:"roster_id,omitempty"`
	StudentName string     `json:"student_name,omitempty"`
	About       string     `json:"about,omitempty" doc:"The school that a case without a pupil is about."`
	School      string     `json:"school,omitempty"`
	Step        int        `json:"step" doc:"The open step; 0 is with the applicant."`
	Round       int        `json:"round"`
	StepName    string     `json:"step_name,omitempty"`
	StepLabel   string     `json:"step_label,omitempty" example:"主管部门审批"`
	WaitingFor  string     `json:"waiting_for,omitempty" doc:"The office that must act."`
	DueAt       *time.Time `json:"due_at,omitempty"`
	DueDay      string     `json:"due_day,omitempty" doc:"The last day on which the open step is in time." example:"2026-12-04"`
	EffectiveOn string     `json:"effective_on,omitempty" format:"date" doc:"The day on which it is in force. While it is RUNNING it is approved and waits for this day."`
	FiledAt     time.Time  `json:"filed_at"`
	ClosedAt    *time.Time `json:"closed_at,omitempty"`
	Struck      bool       `json:"struck,omitempty" doc:"A mistake, struck by a correction (异动纠错)."`
	StruckAt    *time.Time `json:"struck_at,omitempty"`
	StruckBy    string     `json:"struck_by,omitempty" doc:"Case number of the correction." example:"52-20261120-000019"`
}

type listChangesInput struct {
	rest.Paging
	rest.Counting

	Mine      bool      `query:"mine" doc:"Only what I filed (我提交的)."`
	SchoolID  uuid.UUID `query:"school_id" format:"uuid" doc:"Only what this office filed."`
	SentBack  bool      `query:"sent_back" doc:"Only what was sent back to my office, for it to correct (退回待更正)."`
	StudentID uuid.UUID `query:"student_id" format:"uuid"`
	Kind      string    `query:"kind" maxLength:"40"`
	Status    string    `query:"status" enum:"RUNNING,EFFECTIVE,REFUSED,WITHDRAWN,CLOSED"`
	CaseNo    string    `query:"case_no" maxLength:"40"`
	Dismissed bool      `query:"dismissed" doc:"Also what my office has taken off its list."`
	Struck    bool      `query:"struck" doc:"Also what was struck as a mistake (异动纠错). Bureaux see it in any case; whoever names the case number does."`
	Order     string    `query:"order" enum:"NEWEST,OLDEST" default:"NEWEST" doc:"By the time of filing."`
}

func (s *server) listChanges(ctx context.Context, in *listChangesInput) (*rest.Body[*rest.Page[ChangeLine]], error) {
	f := worklist.ChangeFilter{OrgID: in.SchoolID, SentBack: in.SentBack, StudentID: in.StudentID, Kind: process.Kind(in.Kind), Status: in.Status, CaseNo: in.CaseNo,
		Dismissed: in.Dismissed || in.CaseNo != "", Struck: in.Struck || in.CaseNo != "" || rest.PrincipalOf(ctx).Office.Kind != org.School, OfficePath: rest.PrincipalOf(ctx).Office.Path, Oldest: in.Order == "OLDEST"}
	if in.SentBack {
		f.OrgID = rest.PrincipalOf(ctx).Office.ID
	}
	if in.Mine {
		f.FiledBy = rest.PrincipalOf(ctx).Account
	}
	show := func(r worklist.ChangeLine) ChangeLine {
		var due string
		if r.DueAt != nil {
			due = rest.LastDay(*r.DueAt)
		}
		return ChangeLine{
			ID: r.ID, CaseNo: r.CaseNo, Kind: string(r.Kind), KindName: rest.InLanguage(ctx, s.Processes.NameOf(r.Kind)), Status: r.Status, StudentID: r.StudentID,
			RosterID: r.RosterID, StudentName: r.StudentName, About: r.About, School: r.OrgName, Step: r.StepNo, Round: r.Round, StepName: r.StepName,
			WaitingFor: r.WaitingFor, DueAt: r.DueAt, DueDay: due, EffectiveOn: r.EffectiveOn.String(), FiledAt: r.FiledAt, ClosedAt: r.ClosedAt,
			StatusLabel: word(ctx, casepage.StatusWords, r.Status), StepLabel: s.stepLabel(ctx, r.Kind, r.StepName),
			Struck: r.StruckAt != nil, StruckAt: r.StruckAt, StruckBy: r.StruckBy,
		}
	}
	page, err := rest.List(ctx, s.Store.Store, in.Paging, rest.TimeKey{}, func(tx *store.Tx, key rest.TimeKey, most int) ([]worklist.ChangeLine, error) {
		return worklist.Changes(tx, f, key.At, key.ID, most)
	}, show, func(r worklist.ChangeLine) rest.TimeKey { return rest.TimeKey{At: r.FiledAt, ID: r.ID} })
	if err != nil {
		return nil, err
	}
	return rest.Counted(ctx, s.Store.Store, in.Counting, page, func(tx *store.Tx) (store.Count, error) { return worklist.CountChanges(tx, f) })
}
