package students

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// Punishment is a punishment of a pupil (处分), with its cancellation once there is one.
type Punishment struct {
	ID               uuid.UUID  `json:"id"`
	Student          uuid.UUID  `json:"student_id"`
	Level            string     `json:"level" enum:"1,2,3,4,6,9" doc:"1 警告, 2 严重警告, 3 记过, 4 留校察看, 6 开除学籍, 9 其他."`
	LevelLabel       string     `json:"level_label" example:"记过"`
	DecidedOn        string     `json:"decided_on" format:"date"`
	DocumentNo       string     `json:"document_no" doc:"Number of the decision (处分文号)."`
	RecordedAt       time.Time  `json:"recorded_at"`
	CancelledOn      string     `json:"cancelled_on,omitempty" format:"date"`
	CancelDocumentNo string     `json:"cancel_document_no,omitempty" doc:"Number of the cancellation (处分撤销文号)."`
	CancelledAt      *time.Time `json:"cancelled_at,omitempty"`
	Version          int64      `json:"version"`
}

type punishmentInput struct {
	rest.PathID
	Body struct {
		Level      string        `json:"level" enum:"1,2,3,4,6,9" doc:"Expulsion (6) is refused here: it is a process of its own."`
		DecidedOn  calendar.Date `json:"decided_on" format:"date"`
		DocumentNo string        `json:"document_no" minLength:"1" maxLength:"24" text:"required"`
	}
}

type punishmentCancelInput struct {
	rest.PathID
	Body struct {
		CancelledOn calendar.Date `json:"cancelled_on" format:"date"`
		DocumentNo  string        `json:"document_no" minLength:"1" maxLength:"24" text:"required"`
	}
}

func (s *server) punishmentRoutes() {
	const tag = "punishments"
	rest.Register(s.rest, rest.Operation{
		ID: "record-punishment", Method: http.MethodPost, Path: "/v1/students/{id}/punishments", Action: authz.PunishmentRecord, Tag: tag, Keyed: true,
		Status: http.StatusCreated, Summary: "Record a punishment (登记处分)",
		Detail: "Of a pupil in the register. A pupil under punishment cannot transfer.",
	}, s.recordPunishment)
	rest.Register(s.rest, rest.Operation{
		ID: "list-punishments", Method: http.MethodGet, Path: "/v1/students/{id}/punishments", Action: authz.PunishmentRead, Tag: tag,
		Summary: "Punishments of a pupil, oldest first, cancelled ones too (处分记录)",
	}, s.listPunishments)
	rest.Register(s.rest, rest.Operation{
		ID: "cancel-punishment", Method: http.MethodPost, Path: "/v1/punishments/{id}/cancellation", Action: authz.PunishmentRecord, Tag: tag, Keyed: true,
		Summary: "Cancel a punishment (撤销处分)",
	}, s.cancelPunishment)
}

func (s *server) recordPunishment(ctx context.Context, in *punishmentInput) (*rest.Body[Punishment], error) {
	hash, err := rest.BodyHash([]any{in.ID, in.Body})
	if err != nil {
		return nil, err
	}
	return s.punishment(ctx, func(tx *store.Tx) (*student.Punishment, error) {
		return student.RecordPunishment(tx, student.NewPunishment{Student: in.ID, Level: in.Body.Level, DecidedOn: in.Body.DecidedOn,
			DocumentNo: in.Body.DocumentNo, Key: rest.IdempotencyKey(ctx), Hash: hash})
	})
}

func (s *server) cancelPunishment(ctx context.Context, in *punishmentCancelInput) (*rest.Body[Punishment], error) {
	hash, err := rest.BodyHash([]any{in.ID, in.Body})
	if err != nil {
		return nil, err
	}
	return s.punishment(ctx, func(tx *store.Tx) (*student.Punishment, error) {
		return student.CancelPunishment(tx, student.PunishmentCancel{ID: in.ID, CancelledOn: in.Body.CancelledOn, DocumentNo: in.Body.DocumentNo,
			Key: rest.IdempotencyKey(ctx), Hash: hash})
	})
}

// punishment does something to a punishment and takes it back when it is not of
// an office the caller may act at.
func (s *server) punishment(ctx context.Context, do func(*store.Tx) (*student.Punishment, error)) (*rest.Body[Punishment], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (Punishment, error) {
		p, err := do(tx)
		if err != nil {
			return Punishment{}, err
		}
		return showPunishment(ctx, *p), rest.Allow(ctx, p.OrgPath)
	})
}

func (s *server) listPunishments(ctx context.Context, in *rest.PathID) (*rest.Body[[]Punishment], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) ([]Punishment, error) {
		if err := mayTouch(ctx, tx, in.ID); err != nil {
			return nil, err
		}
		list := []Punishment{}
		rows, err := student.Punishments(tx, in.ID)
		for _, p := range rows {
			list = append(list, showPunishment(ctx, p))
		}
		return list, err
	})
}

func showPunishment(ctx context.Context, p student.Punishment) Punishment {
	return Punishment{ID: p.ID, Student: p.StudentID, Level: p.Level, LevelLabel: rest.InLanguage(ctx, student.PunishmentLevel(p.Level)),
		DecidedOn: p.DecidedOn.String(), DocumentNo: p.DocumentNo, RecordedAt: p.RecordedAt,
		CancelledOn: p.CancelledOn.String(), CancelDocumentNo: p.CancelDocumentNo, CancelledAt: p.CancelledAt, Version: p.Version}
}
