package students

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

type cardsInput struct {
	Body struct {
		IDs []uuid.UUID `json:"ids" format:"uuid" minItems:"1" maxItems:"50" nullable:"false" doc:"Of the records."`
	}
}

// Cards are records to be printed.
type Cards struct {
	ReadOn string    `json:"read_on" doc:"The day on which they were read."`
	Items  []Student `json:"items" doc:"In the order in which they were asked for."`
}

func (s *server) cardRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "get-cards", Method: http.MethodPost, Path: "/v1/students/cards", Action: authz.StudentRead, Tag: "students",
		Summary: "The pages of several records, to be printed (打印学籍卡)",
		Detail:  "Numbers of documents are masked. One record that may not be read refuses all. A POST, because the records of a class do not fit into an address.",
	}, s.getCards)
}

func (s *server) getCards(ctx context.Context, in *cardsInput) (*rest.Body[Cards], error) {
	var records []*student.Record
	var cards Cards
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		records = nil // the transaction may run again
		for _, id := range in.Body.IDs {
			r, err := s.readRecord(ctx, tx, id)
			if err != nil {
				return err
			}
			records = append(records, r)
		}
		cards.ReadOn = rest.DayInWords(ctx, tx.Now())
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		cards.Items = append(cards.Items, s.showStudent(ctx, r))
	}
	return rest.BodyOf(cards), nil
}
