package changes

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/transfer"
)

// moveRoutes registers what belongs to pupils who move between schools: finding
// them, and what stays with and follows from the old school.
func (s *server) moveRoutes() {
	const tag = "moves"
	rest.Register(s.rest, rest.Operation{
		ID: "find-pupil", Method: http.MethodPost, Path: "/v1/students/find", Action: authz.StudentFind, Tag: tag,
		Summary: "Find a pupil of any school by name and number (转入前查找)",
		Detail: "Tells what a receiving school must know, and whether a transfer would be refused: the national code 2001, 2002 or 2003 and whom to ask. " +
			"Every look-up stands in the audit trail and counts against a daily limit. A POST, so that no personal data stands in an address.",
	}, s.findPupil)
	rest.Register(s.rest, rest.Operation{
		ID: "list-handovers", Method: http.MethodGet, Path: "/v1/handovers", Action: authz.HandoverRead, Tag: tag,
		Summary: "Paper files on their way, the first due first (纸质档案移交)",
	}, s.listHandovers)
	rest.Register(s.rest, rest.Operation{
		ID: "send-handover", Method: http.MethodPost, Path: "/v1/handovers/{id}/dispatch", Action: authz.HandoverSend, Tag: tag,
		Summary: "Note that the paper file was sent (档案已寄出)",
		Detail:  "By the old school, or a bureau above it when the school cannot.",
	}, s.sendHandover)
	rest.Register(s.rest, rest.Operation{
		ID: "receive-handover", Method: http.MethodPost, Path: "/v1/handovers/{id}/receipt", Action: authz.HandoverSend, Tag: tag,
		Summary: "Note that the paper file has arrived (档案已收到)",
		Detail:  "By the new school, or a bureau above it.",
	}, s.receiveHandover)
	rest.Register(s.rest, rest.Operation{
		ID: "list-departures", Method: http.MethodGet, Path: "/v1/orgs/{id}/departures", Action: authz.StudentSearch, Tag: tag,
		Summary: "Pupils who moved on from a school, the latest first (转出学生)",
		Detail:  "The page of the record (get-student) shows the old school its e-backup of that day.",
	}, s.listDepartures)
}

// FoundPupil is what an office learns of a pupil it can name.
type FoundPupil struct {
	Pupil *PupilView `json:"pupil"`
	Grade int        `json:"grade" doc:"The grade the pupil is in; a transfer goes into the same one."`
	// Code is set when a transfer would be refused now.
	Code   string `json:"code,omitempty" doc:"National code: 2002 a business runs, 2003 problem status, 2001 the data is wrong, or the pupil is at no school now." example:"2002"`
	Reason string `json:"reason,omitempty" doc:"The same as a sentence that says whom to ask."`
	// Running is for offices above the pupil's school.
	Running *RunningBusiness `json:"running,omitempty" doc:"The change in hand; only for offices above the pupil's school."`
}

// RunningBusiness is a change in hand.
type RunningBusiness struct {
	ChangeID uuid.UUID `json:"change_id"`
	CaseNo   string    `json:"case_no"`
	Kind     string    `json:"kind"`
	KindName string    `json:"kind_name"`
	StepName string    `json:"step_name"`
}

type findInput struct{ Body PupilClaim }

func (s *server) findPupil(ctx context.Context, in *findInput) (*rest.Body[FoundPupil], error) {
	claim := in.Body.claim()
	if claim.Name == "" || claim.Number+claim.IDNumber == "" {
		return nil, refusal.New(refusal.PupilMissing)
	}
	f, err := s.find(ctx, claim)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, refusal.New(refusal.TransferDataWrong).With("code", "2001")
	}
	if f.Refusal != nil && errors.Is(f.Refusal, refusal.New(refusal.TransferNumberRequired)) {
		return nil, f.Refusal // nothing is shown of a pupil that may not be asked for in this way
	}
	out := FoundPupil{Pupil: showPupil(f.Subject), Grade: f.Grade}
	if f.Refusal != nil {
		out.Code, out.Reason = f.Refusal.Params["code"], rest.Sentence(ctx, f.Refusal)
	}
	if r := f.Running; r != nil {
		out.Running = &RunningBusiness{ChangeID: r.ChangeID, CaseNo: r.CaseNo, Kind: string(r.Kind), KindName: rest.InLanguage(ctx, s.Processes.NameOf(r.Kind)), StepName: r.StepName}
	}
	return rest.BodyOf(out), nil
}

func (s *server) find(ctx context.Context, claim change.PupilReference) (*transfer.FoundPupil, error) {
	return rest.InScope(ctx, s.Store, func(tx *change.Tx) (*transfer.FoundPupil, error) {
		return transfer.FindPupil(tx, claim, officeOf(rest.PrincipalOf(ctx)))
	})
}

// lookUp writes what a filing asks of the whole register into the audit trail and
// counts it, in a transaction of its own: a filing that is refused leaves none.
func (s *server) lookUp(ctx context.Context, f change.Filing) error {
	if f.Values[status.FieldIDNumber] != "" {
		return s.Store.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error { return transfer.CountIdentityQuestion(tx, f.Office) })
	}
	claim := f.Pupil
	if claim.Name == "" || claim.Number+claim.IDNumber == "" {
		return nil
	}
	_, err := s.find(ctx, claim)
	return err
}

func (s *server) listHandovers(ctx context.Context, in *rest.Paging) (*rest.Body[*rest.Page[HandoverView]], error) {
	// By the office of the one side, or a bureau above it.
	holds := func(path string) bool {
		return slices.ContainsFunc(rest.PrincipalOf(ctx).Scope(authz.HandoverSend), func(root string) bool { return authz.Within(root, path) })
	}
	show := func(h transfer.PaperFile) HandoverView {
		v := *showHandover(&h)
		v.MaySend, v.MayReceive = h.SentAt == nil && holds(h.FromPath), holds(h.ToPath) // it may arrive before anybody noted that it was sent
		return v
	}
	return rest.List(ctx, s.Store.Store, *in, rest.FirstDay(), func(tx *store.Tx, key rest.DayKey, most int) ([]transfer.PaperFile, error) {
		return transfer.PaperFiles(tx, rest.PrincipalOf(ctx).Office.Path, key.Day, key.ID, most)
	}, show, func(h transfer.PaperFile) rest.DayKey { return rest.DayKey{Day: h.DueOn, ID: h.ID} })
}

type sendInput struct {
	rest.PathID
	rest.IfMatch
	Body struct {
		How string `json:"how,omitempty" maxLength:"100" text:"free" doc:"How it was sent, for example the number of the parcel."`
	}
}

func (s *server) sendHandover(ctx context.Context, in *sendInput) (*rest.Body[HandoverView], error) {
	return s.sayHandover(ctx, in.ID, in.IfMatch, func(h *transfer.PaperFile) string { return h.FromPath },
		func(tx *store.Tx, version int64) (*transfer.PaperFile, error) {
			return transfer.NotePaperFileSent(tx, in.ID, version, in.Body.How)
		})
}

type receiveInput struct {
	rest.PathID
	rest.IfMatch
}

func (s *server) receiveHandover(ctx context.Context, in *receiveInput) (*rest.Body[HandoverView], error) {
	return s.sayHandover(ctx, in.ID, in.IfMatch, func(h *transfer.PaperFile) string { return h.ToPath },
		func(tx *store.Tx, version int64) (*transfer.PaperFile, error) {
			return transfer.NotePaperFileReceived(tx, in.ID, version)
		})
}

func (s *server) sayHandover(ctx context.Context, id uuid.UUID, match rest.IfMatch, whose func(*transfer.PaperFile) string,
	say func(*store.Tx, int64) (*transfer.PaperFile, error),
) (*rest.Body[HandoverView], error) {
	version, err := match.Version()
	if err != nil {
		return nil, err
	}
	return rest.Answer(ctx, s.Store.Store, func(tx *store.Tx) (HandoverView, error) {
		h, err := transfer.ReadPaperFile(tx, id)
		if err != nil {
			return HandoverView{}, err
		}
		if err := rest.Allow(ctx, whose(h)); err != nil {
			return HandoverView{}, refusal.New(refusal.HandoverOtherSide).With("from", h.FromName).With("to", h.ToName)
		}
		if h, err = say(tx, version); err != nil {
			return HandoverView{}, err
		}
		return *showHandover(h), nil
	})
}

// DepartureLine is a pupil who moved on, as the old school sees it.
type DepartureLine struct {
	Student  uuid.UUID     `json:"student_id"`
	Change   uuid.UUID     `json:"change_id"`
	CaseNo   string        `json:"case_no"`
	Name     string        `json:"name"`
	Number   string        `json:"student_number" doc:"Masked."`
	LeftOn   calendar.Date `json:"left_on" format:"date"`
	ToSchool string        `json:"to_school"`
}

type departuresInput struct {
	rest.PathID
	rest.Paging
}

func (s *server) listDepartures(ctx context.Context, in *departuresInput) (*rest.Body[*rest.Page[DepartureLine]], error) {
	show := func(d transfer.Departure) DepartureLine {
		return DepartureLine{Student: d.StudentID, Change: d.ChangeID, CaseNo: d.CaseNo, Name: d.Name, Number: d.NumberMasked, LeftOn: d.LeftOn, ToSchool: d.ToSchool}
	}
	return rest.List(ctx, s.Store.Store, in.Paging, nil, func(tx *store.Tx, key *rest.DayKey, most int) ([]transfer.Departure, error) {
		if _, err := reach.Office(ctx, tx, in.ID); err != nil {
			return nil, err
		}
		var before *transfer.Departure
		if key != nil {
			before = &transfer.Departure{LeftOn: key.Day, ID: key.ID}
		}
		return transfer.Departures(tx, in.ID, before, most)
	}, show, func(d transfer.Departure) *rest.DayKey { return &rest.DayKey{Day: d.LeftOn, ID: d.ID} })
}
