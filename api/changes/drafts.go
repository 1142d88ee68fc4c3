package changes

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/desk"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/student"
)

// draftRoutes registers what keeps filings that were begun (申请草稿).
func (s *server) draftRoutes() {
	on := func(id, method, below, summary, detail string, status int) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/v1/drafts" + below, Action: authz.ChangeFile, Tag: "changes", Summary: summary, Detail: detail, Status: status}
	}
	rest.Register(s.rest, on("list-filing-drafts", http.MethodGet, "", "My filings that are begun and not handed in (我的草稿)", "The last saved first. No other account sees them.", 0), s.listFilingDrafts)
	rest.Register(s.rest, on("get-filing-draft", http.MethodGet, "/{id}", "A filing I have begun (读取申请草稿)", "", 0), s.getFilingDraft)
	rest.Register(s.rest, on("save-filing-draft", http.MethodPut, "/{id}", "Keep a filing I have begun (暂存申请)",
		"The caller makes the ID. Without If-Match the draft is new; with the ETag of what was read last it is replaced. "+
			"It is judged when it is filed, not before. file-change with the same draft_id drops it; 30 days after it was last saved it is deleted.", 0), s.saveFilingDraft)
	rest.Register(s.rest, on("drop-filing-draft", http.MethodDelete, "/{id}", "Forget a filing I have begun (删除申请草稿)", "", http.StatusNoContent), s.dropFilingDraft)
}

// FilingDraftLine is a draft of a filing in a list.
type FilingDraftLine struct {
	ID          uuid.UUID `json:"id"`
	Kind        string    `json:"kind"`
	KindName    string    `json:"kind_name" example:"休学"`
	StudentName string    `json:"student_name,omitempty"`
	BegunAt     time.Time `json:"begun_at"`
	SavedAt     time.Time `json:"saved_at"`
	ExpiresOn   string    `json:"expires_on" format:"date" doc:"The day on which it is deleted unless it is saved again."`
}

// FilingDraft is an application that its author has begun and not handed in.
type FilingDraft struct {
	FilingDraftLine

	Filing ChangeBody   `json:"filing" doc:"The body of file-change as far as it is filled in."`
	Papers []DraftPaper `json:"papers" doc:"The papers of the filing, by name."`
}

// DraftPaper is an uploaded paper of a draft.
type DraftPaper struct {
	ID       uuid.UUID `json:"id"`
	Kind     string    `json:"kind" example:"SUSPENSION_PROOF"`
	FileName string    `json:"file_name"`
}

type filingDraftOutput struct {
	ETag string `header:"ETag"`
	Body FilingDraft
}

type saveFilingDraftInput struct {
	rest.PathID
	rest.IfMatch

	Body ChangeBody
}

func (s *server) saveFilingDraft(ctx context.Context, in *saveFilingDraftInput) (*filingDraftOutput, error) {
	if _, known := s.Processes.Entry(process.Kind(in.Body.Kind)); !known {
		return nil, change.UnknownKind(process.Kind(in.Body.Kind))
	}
	version := int64(0)
	if in.IfMatch.IfMatch != "" {
		read, err := in.Version()
		if err != nil {
			return nil, err
		}
		version = read
	}
	body, err := json.Marshal(in.Body)
	if err != nil {
		return nil, fmt.Errorf("keep a draft of a filing: %w", err)
	}
	return s.filingDraft(ctx, func(tx *change.Tx) (*desk.Filing, error) {
		return desk.SaveFiling(tx, rest.PrincipalOf(ctx).Office.ID, in.ID, body, version)
	})
}

func (s *server) getFilingDraft(ctx context.Context, in *rest.PathID) (*filingDraftOutput, error) {
	return s.filingDraft(ctx, func(tx *change.Tx) (*desk.Filing, error) {
		return desk.ReadFiling(tx, rest.PrincipalOf(ctx).Office.ID, in.ID)
	})
}

func (s *server) dropFilingDraft(ctx context.Context, in *rest.PathID) (*struct{}, error) {
	return nil, s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error { return desk.DropFiling(tx, in.ID) })
}

func (s *server) listFilingDrafts(ctx context.Context, _ *struct{}) (*rest.Body[[]FilingDraftLine], error) {
	return rest.Answer(ctx, s.Store, func(tx *change.Tx) ([]FilingDraftLine, error) {
		drafts, err := desk.Filings(tx, rest.PrincipalOf(ctx).Office.ID)
		if err != nil {
			return nil, err
		}
		bodies, err := bodiesOf(drafts)
		if err != nil {
			return nil, err
		}
		names, err := namesOf(tx, bodies)
		lines := make([]FilingDraftLine, len(drafts))
		for i, d := range drafts {
			lines[i] = s.draftLine(ctx, d, bodies[i], names)
		}
		return lines, err
	})
}

// filingDraft answers one draft with the name of its pupil and of its papers.
func (s *server) filingDraft(ctx context.Context, read func(*change.Tx) (*desk.Filing, error)) (*filingDraftOutput, error) {
	return rest.InScope(ctx, s.Store, func(tx *change.Tx) (*filingDraftOutput, error) {
		d, err := read(tx)
		if err != nil {
			return nil, err
		}
		bodies, err := bodiesOf([]desk.Filing{*d})
		if err != nil {
			return nil, err
		}
		names, err := namesOf(tx, bodies)
		if err != nil {
			return nil, err
		}
		out := &filingDraftOutput{ETag: rest.ETag(d.Version), Body: FilingDraft{FilingDraftLine: s.draftLine(ctx, *d, bodies[0], names), Filing: bodies[0], Papers: []DraftPaper{}}}
		files, err := evidence.FileNames(tx.Tx, evidenceRefs(bodies[0].Evidence))
		for _, e := range bodies[0].Evidence {
			if name, there := files[e.ID]; there {
				out.Body.Papers = append(out.Body.Papers, DraftPaper{ID: e.ID, Kind: e.Kind, FileName: name})
			}
		}
		return out, err
	})
}

func bodiesOf(drafts []desk.Filing) ([]ChangeBody, error) {
	bodies := make([]ChangeBody, len(drafts))
	for i, d := range drafts {
		if err := json.Unmarshal(d.Body, &bodies[i]); err != nil {
			return nil, fmt.Errorf("read a draft of a filing: %w", err)
		}
	}
	return bodies, nil
}

// namesOf reads the names of the pupils of drafts. A pupil who has left the school has none here.
func namesOf(tx *change.Tx, bodies []ChangeBody) (map[uuid.UUID]string, error) {
	var ids []uuid.UUID
	for _, b := range bodies {
		if b.StudentID != uuid.Nil {
			ids = append(ids, b.StudentID)
		}
	}
	return student.NamesOf(tx.Tx, ids)
}

func (s *server) draftLine(ctx context.Context, d desk.Filing, b ChangeBody, names map[uuid.UUID]string) FilingDraftLine {
	line := FilingDraftLine{
		ID: d.ID, Kind: b.Kind, KindName: rest.InLanguage(ctx, s.Processes.NameOf(process.Kind(b.Kind))), StudentName: names[b.StudentID],
		BegunAt: d.BegunAt, SavedAt: d.SavedAt, ExpiresOn: calendar.DateOf(d.SavedAt.Add(desk.FilingLifetime)).String(),
	}
	if b.Pupil != nil {
		line.StudentName = b.Pupil.Name
	}
	if line.StudentName == "" {
		line.StudentName = b.Values["name"]
	}
	return line
}
