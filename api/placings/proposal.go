package placings

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/placing"
)

type proposalInput struct {
	Body struct {
		Stage     org.Stage `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
		EntryYear int       `json:"entry_year" minimum:"1980" maximum:"2100"`
	}
}

// PlacingProposal spreads the pupils of a year group who have no class over its classes.
type PlacingProposal struct {
	Lines   []ProposedLine  `json:"lines" doc:"What to file as the lines of a CLASS_ASSIGNMENT, after the school has changed it; at most 500 in one filing."`
	Classes []ProposedClass `json:"classes"`
}

// ProposedLine is one pupil with the proposed class.
type ProposedLine struct {
	StudentID uuid.UUID `json:"student_id"`
	Name      string    `json:"name"`
	ClassID   uuid.UUID `json:"class_id"`
	Class     string    `json:"class" example:"2026级1班"`
}

// ProposedClass is a class as it would be.
type ProposedClass struct {
	ClassID  uuid.UUID `json:"class_id"`
	Class    string    `json:"class" example:"2026级1班"`
	Capacity int       `json:"capacity"`
	Pupils   int       `json:"pupils" doc:"With those of the proposal."`
	Boys     int       `json:"boys"`
}

// proposalRoutes registers the proposal.
func (s *server) proposalRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "propose-placing", Method: http.MethodPost, Path: "/v1/placings/proposals", Action: authz.PlacingFile, Tag: tag,
		Summary: "Propose classes for the pupils of a year group who have none (均衡分班建议)",
		Detail:  "Classes become equally large, and get equally many boys, as far as their seats allow. Nothing is written: file the lines as CLASS_ASSIGNMENT (file-change).",
	}, s.propose)
}

func (s *server) propose(ctx context.Context, in *proposalInput) (*rest.Body[PlacingProposal], error) {
	school := rest.PrincipalOf(ctx).Office
	p, err := rest.InScope(ctx, s.Store, func(tx *change.Tx) (*placing.Proposal, error) {
		if err := rest.Allow(ctx, school.Path); err != nil {
			return nil, err
		}
		return placing.Propose(tx.Tx, school.ID, in.Body.Stage, in.Body.EntryYear)
	})
	if err != nil {
		return nil, err
	}
	out := PlacingProposal{Lines: []ProposedLine{}, Classes: []ProposedClass{}}
	for _, room := range p.Rooms {
		out.Classes = append(out.Classes, ProposedClass{ClassID: room.ID, Class: room.Name, Capacity: room.Capacity, Pupils: room.Boys + room.Girls + room.Other, Boys: room.Boys})
	}
	for i, pupil := range p.Pupils {
		room := &out.Classes[p.Classes[i]]
		room.Pupils++
		if pupil.Boy {
			room.Boys++
		}
		out.Lines = append(out.Lines, ProposedLine{StudentID: pupil.ID, Name: pupil.Name, ClassID: room.ClassID, Class: room.Class})
	}
	return rest.BodyOf(out), nil
}
