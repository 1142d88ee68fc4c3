package schoolyear

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
)

// YearTurn is a turn of a school year, or its dry run.
type YearTurn struct {
	ID         uuid.UUID    `json:"id"`
	SchoolYear int          `json:"school_year" doc:"That begins: 2027 is 2027/28." example:"2027"`
	DryRun     bool         `json:"dry_run"`
	Job        uuid.UUID    `json:"job_id" doc:"Its progress, and where it is stopped and resumed."`
	State      job.JobState `json:"state" enum:"RUNNING,DONE,FAILED,CANCELLED"`
	StateLabel string       `json:"state_label"`
	Moved      int          `json:"moved" doc:"Records that went up; of a dry run, that would."`
	Stayed     int          `json:"stayed" doc:"Records that do not go up: list-turn-stays says which and why."`
	UndoJob    *uuid.UUID   `json:"undo_job_id,omitempty"`
	CreatedAt  time.Time    `json:"created_at"`
	FinishedAt *time.Time   `json:"finished_at,omitempty"`
	UndoneAt   *time.Time   `json:"undone_at,omitempty"`
	Reasons    []TurnReason `json:"reasons" doc:"Of get-turn: why records stay, as far as I see them."`
}

// TurnReason counts the records that stay for one reason.
type TurnReason struct {
	Code   refusal.Code `json:"code"`
	Reason string       `json:"reason"`
	Count  int          `json:"count"`
}

// TurnStay is a record that does not go up.
type TurnStay struct {
	StudentID uuid.UUID    `json:"student_id"`
	Name      string       `json:"name"`
	Number    string       `json:"student_number,omitempty" doc:"Masked."`
	SchoolID  uuid.UUID    `json:"school_id"`
	School    string       `json:"school"`
	Stage     org.Stage    `json:"stage"`
	EntryYear int          `json:"entry_year"`
	Code      refusal.Code `json:"code"`
	Reason    string       `json:"reason" doc:"Why, and what to do."`
}

type turnInput struct {
	Body struct {
		SchoolYear int  `json:"school_year,omitempty" minimum:"2000" maximum:"2100" doc:"That begins; left out: the one of today."`
		DryRun     bool `json:"dry_run,omitempty" doc:"Only list who would not go up (试算); possible for the year ahead."`
	}
}

type turnOutput struct {
	Location string `header:"Location"`
	Body     YearTurn
}

type staysInput struct {
	rest.PathID
	rest.Paging

	School string `query:"school_id" format:"uuid" doc:"Of one school only."`
}

func (s *server) turnRoutes() {
	const tag, path = "school-years", "/v1/year-turns"
	rest.Register(s.rest, rest.Operation{
		ID: "turn-year", Method: http.MethodPost, Path: path, Action: authz.TurnFile, Tag: tag, Keyed: true, Status: http.StatusAccepted,
		Summary: "Turn the school year of the province (毕业升级)",
		Detail: "202: the turn is in the register and a job does it part by part; Location is its page. Every record of a grade that does not graduate gets a line in its history, and classes that graduates have left empty are closed. " +
			"Once more after a finished turn: those who were left.",
	}, s.turn)
	rest.Register(s.rest, rest.Operation{
		ID: "list-turns", Method: http.MethodGet, Path: path, Action: authz.TurnRead, Tag: tag,
		Summary: "Turns of the school year of my province, newest first (毕业升级记录)",
	}, s.list)
	rest.Register(s.rest, rest.Operation{
		ID: "get-turn", Method: http.MethodGet, Path: path + "/{id}", Action: authz.TurnRead, Tag: tag,
		Summary: "A turn with its counts (毕业升级情况)",
	}, s.get)
	rest.Register(s.rest, rest.Operation{
		ID: "list-turn-stays", Method: http.MethodGet, Path: path + "/{id}/stays", Action: authz.TurnRead, Tag: tag,
		Summary: "Records that do not go up, by school, with the reason (未升级学生)",
	}, s.stays)
	rest.Register(s.rest, rest.Operation{
		ID: "undo-turn", Method: http.MethodPost, Path: path + "/{id}/undo", Action: authz.TurnFile, Tag: tag, Status: http.StatusAccepted,
		Summary: "Undo the turn of a school year (撤销毕业升级)",
		Detail:  "202: a job takes every turn of this year back. Within the days of the policy (turn_undo_days) after its end, and while nothing rests on it.",
	}, s.undo)
}

func (s *server) turn(ctx context.Context, in *turnInput) (*turnOutput, error) {
	at := rest.PrincipalOf(ctx).Office
	hash, err := rest.BodyHash(in.Body)
	if err != nil {
		return nil, err
	}
	y, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (*schoolyear.Turn, error) {
		if err := rest.Allow(ctx, at.Path); err != nil {
			return nil, err
		}
		return schoolyear.FileTurn(tx, schoolyear.NewTurn{Office: org.OfficeRef{ID: at.ID, Path: at.Path, Province: at.Province},
			Year: in.Body.SchoolYear, Dry: in.Body.DryRun, Key: rest.IdempotencyKey(ctx), Hash: hash})
	})
	if err != nil {
		return nil, err
	}
	return s.woken(ctx, y, y.JobID)
}

func (s *server) undo(ctx context.Context, in *rest.PathID) (*turnOutput, error) {
	y, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (*schoolyear.Turn, error) {
		at := rest.PrincipalOf(ctx).Office
		if err := rest.Allow(ctx, at.Path); err != nil {
			return nil, err
		}
		y, err := schoolyear.ReadTurn(tx, in.ID)
		if err != nil {
			return nil, err
		}
		if y.OrgID != at.ID {
			return nil, refusal.New(refusal.TurnNotProvince)
		}
		return schoolyear.FileUndo(tx, in.ID)
	})
	if err != nil {
		return nil, err
	}
	return s.woken(ctx, y, *y.UndoJobID)
}

// woken wakes the job of a turn and answers the turn.
func (s *server) woken(ctx context.Context, y *schoolyear.Turn, id uuid.UUID) (*turnOutput, error) {
	j, err := rest.InScope(ctx, s.Store, func(tx *store.Tx) (*job.Job, error) { return job.ReadJob(tx, id) })
	if err != nil {
		return nil, err
	}
	s.Desk.WakeJob(ctx, j)
	return &turnOutput{Location: "/v1/year-turns/" + y.ID.String(), Body: showTurn(ctx, *y)}, nil
}

func (s *server) list(ctx context.Context, in *rest.Paging) (*rest.Body[*rest.Page[YearTurn]], error) {
	return rest.List(ctx, s.Store, *in, uuid.Nil, schoolyear.Turns, func(y schoolyear.Turn) YearTurn { return showTurn(ctx, y) }, func(y schoolyear.Turn) uuid.UUID { return y.ID })
}

func (s *server) get(ctx context.Context, in *rest.PathID) (*rest.Body[YearTurn], error) {
	var out YearTurn
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		y, err := schoolyear.ReadTurn(tx, in.ID)
		if err != nil {
			return err
		}
		out = showTurn(ctx, *y)
		counts, err := schoolyear.CountStays(tx, in.ID)
		for _, one := range counts {
			out.Reasons = append(out.Reasons, TurnReason{Code: one.Code, Reason: rest.Sentence(ctx, refusal.New(one.Code)), Count: one.Count})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(out), nil
}

func (s *server) stays(ctx context.Context, in *staysInput) (*rest.Body[*rest.Page[TurnStay]], error) {
	school := uuid.Nil
	if in.School != "" {
		var err error
		if school, err = uuid.Parse(in.School); err != nil {
			return nil, refusal.New(refusal.WrongFormat).At("school_id").With("field", "school_id")
		}
	}
	show := func(r schoolyear.Stay) TurnStay {
		return TurnStay{StudentID: r.StudentID, Name: r.Name, Number: r.Number, SchoolID: r.SchoolID, School: r.SchoolName, Stage: r.Stage, EntryYear: r.EntryYear,
			Code: r.Code, Reason: rest.Sentence(ctx, refusal.New(r.Code))}
	}
	return rest.List(ctx, s.Store, in.Paging, schoolyear.StayKey{}, func(tx *store.Tx, after schoolyear.StayKey, most int) ([]schoolyear.Stay, error) {
		if _, err := schoolyear.ReadTurn(tx, in.ID); err != nil {
			return nil, err
		}
		return schoolyear.Stays(tx, in.ID, school, after, most)
	}, show, func(r schoolyear.Stay) schoolyear.StayKey {
		return schoolyear.StayKey{School: r.SchoolID, Student: r.StudentID}
	})
}

func showTurn(ctx context.Context, y schoolyear.Turn) YearTurn {
	text := func(t process.Text) string { return rest.InLanguage(ctx, t) }
	return YearTurn{ID: y.ID, SchoolYear: y.SchoolYear, DryRun: y.Dry, Job: y.JobID, State: y.State, StateLabel: text(y.State.Text()), Moved: y.Moved, Stayed: y.Stayed,
		UndoJob: y.UndoJobID, CreatedAt: y.CreatedAt, FinishedAt: y.FinishedAt, UndoneAt: y.UndoneAt, Reasons: []TurnReason{}}
}
