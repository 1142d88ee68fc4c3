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
	"github.com/xueji/xueji/models/graduation"
	"github.com/xueji/xueji/models/org"
)

func (s *server) stockRoutes() {
	const tag = "graduations"
	rest.Register(s.rest, rest.Operation{
		ID: "give-blanks", Method: http.MethodPost, Path: "/v1/orgs/{id}/certificate-stocks", Action: authz.CertificateGive, Tag: tag, Keyed: true, Status: http.StatusCreated,
		Summary: "Give a school a range of blank certificates (发放空白证书)",
		Detail:  "First and last number as they are printed. No number is given twice in a province.",
	}, s.giveBlanks)
	rest.Register(s.rest, rest.Operation{
		ID: "list-blanks", Method: http.MethodGet, Path: "/v1/orgs/{id}/certificate-stocks", Action: authz.CertificateRead, Tag: tag,
		Summary: "Blank certificates of a school: given, used, spoilt and left (空白证书库存)",
	}, s.listBlanks)
	rest.Register(s.rest, rest.Operation{
		ID: "spoil-blank", Method: http.MethodPost, Path: "/v1/certificate-stocks/{id}/spoilt", Action: authz.CertificateWrite, Tag: tag, Keyed: true,
		Summary: "Note that a blank cannot be used (空白证书作废)",
	}, s.spoilBlank)
}

// BlankStock is a range of blank certificates at a school.
type BlankStock struct {
	ID      uuid.UUID `json:"id"`
	School  uuid.UUID `json:"school_id"`
	Stage   org.Stage `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	First   string    `json:"first" example:"黔A0001"`
	Last    string    `json:"last" example:"黔A0100"`
	Used    int       `json:"used" doc:"Written for a graduate, whatever became of the certificate."`
	Spoilt  int       `json:"spoilt"`
	Left    int       `json:"left"`
	GivenAt time.Time `json:"given_at"`
}

func showStock(s graduation.Stock) BlankStock {
	b := s.Blanks()
	return BlankStock{ID: s.ID, School: s.SchoolID, Stage: s.Stage, First: b.Number(b.First), Last: b.Number(b.Last), Used: s.Used, Spoilt: s.Spoilt, Left: s.Left(), GivenAt: s.GivenAt}
}

type giveInput struct {
	rest.PathID
	Body struct {
		Stage org.Stage `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
		First string    `json:"first" minLength:"1" maxLength:"40" doc:"The first number as it is printed." example:"黔A0001"`
		Last  string    `json:"last" minLength:"1" maxLength:"40" example:"黔A0100"`
	}
}

func (s *server) giveBlanks(ctx context.Context, in *giveInput) (*rest.Body[BlankStock], error) {
	school, err := reach.Ref(ctx, s.Store.Store, in.ID)
	if err != nil {
		return nil, err
	}
	blanks, err := graduation.ParseBlanks(in.Body.First, in.Body.Last)
	if err != nil {
		return nil, err
	}
	hash, err := rest.BodyHash([]any{in.ID, in.Body})
	if err != nil {
		return nil, err
	}
	return rest.Answer(ctx, s.Store, func(tx *change.Tx) (BlankStock, error) {
		stock, err := graduation.GiveStock(tx.Tx, graduation.NewStock{School: school, Stage: in.Body.Stage, Blanks: blanks, Key: rest.IdempotencyKey(ctx), Hash: hash})
		if err != nil {
			return BlankStock{}, err
		}
		return showStock(*stock), nil
	})
}

type stocksInput struct {
	rest.PathID
	rest.Paging
}

func (s *server) listBlanks(ctx context.Context, in *stocksInput) (*rest.Body[*rest.Page[BlankStock]], error) {
	school, err := reach.Ref(ctx, s.Store.Store, in.ID)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, s.Store, in.Paging, rest.TimeKey{}, func(tx *change.Tx, after rest.TimeKey, most int) ([]graduation.Stock, error) {
		return graduation.Stocks(tx.Tx, school.ID, after.At, after.ID, most)
	}, showStock, func(s graduation.Stock) rest.TimeKey { return rest.TimeKey{At: s.GivenAt, ID: s.ID} })
}

type spoilInput struct {
	rest.PathID
	Body struct {
		Blank  string `json:"blank" minLength:"1" maxLength:"40" doc:"The number as it is printed." example:"黔A0007"`
		Reason string `json:"reason" minLength:"1" maxLength:"500" text:"free"`
	}
}

func (s *server) spoilBlank(ctx context.Context, in *spoilInput) (*rest.Body[BlankStock], error) {
	hash, err := rest.BodyHash([]any{in.ID, in.Body})
	if err != nil {
		return nil, err
	}
	return rest.Answer(ctx, s.Store, func(tx *change.Tx) (BlankStock, error) {
		of, err := graduation.ReadStock(tx.Tx, in.ID)
		if err != nil {
			return BlankStock{}, err
		}
		if _, err := reach.Office(ctx, tx.Tx, of.SchoolID); err != nil {
			return BlankStock{}, err
		}
		stock, err := graduation.Spoil(tx.Tx, in.ID, in.Body.Blank, in.Body.Reason, rest.IdempotencyKey(ctx), hash)
		if err != nil {
			return BlankStock{}, err
		}
		return showStock(*stock), nil
	})
}
