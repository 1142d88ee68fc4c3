package schoolyear

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
)

// ReceivedChildBody is a child whom a school has taken in while the record is outstanding.
type ReceivedChildBody struct {
	Name       string        `json:"name" minLength:"1" maxLength:"50" text:"required" named:"person" doc:"Kept encrypted."`
	Stage      org.Stage     `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	Grade      int           `json:"grade,omitempty" minimum:"1" maximum:"9" doc:"The grade or the class, one of the two."`
	ClassID    *uuid.UUID    `json:"class_id,omitempty" format:"uuid"`
	ReceivedOn calendar.Date `json:"received_on" format:"date"`
	FromSchool string        `json:"from_school,omitempty" maxLength:"100" doc:"The name of the school before, as far as it is known; nothing about the child."`
}

// ReceivedChild is a child who is or was at a school without a record.
type ReceivedChild struct {
	ID           uuid.UUID          `json:"id"`
	SchoolID     uuid.UUID          `json:"school_id"`
	School       string             `json:"school"`
	Name         string             `json:"name"`
	Stage        org.Stage          `json:"stage" enum:"PRIMARY,JUNIOR,SENIOR"`
	StageLabel   string             `json:"stage_label" example:"小学"`
	Grade        int                `json:"grade,omitempty"`
	ClassID      *uuid.UUID         `json:"class_id,omitempty"`
	Class        string             `json:"class,omitempty" example:"2026级1班"`
	ReceivedOn   calendar.Date      `json:"received_on" format:"date"`
	FromSchool   string             `json:"from_school,omitempty"`
	Days         int                `json:"days" doc:"Since the child was received: until today, or until the entry was closed."`
	EnteredAt    time.Time          `json:"entered_at"`
	ClosedAt     *time.Time         `json:"closed_at,omitempty"`
	Outcome      schoolyear.Outcome `json:"outcome,omitempty" enum:"RECORD_CAME,NEW_RECORD,LEFT,MISTAKE"`
	OutcomeLabel string             `json:"outcome_label,omitempty" example:"学籍已到"`
	StudentID    *uuid.UUID         `json:"student_id,omitempty"`
}

type receiveInput struct {
	rest.PathID
	Body ReceivedChildBody
}

type closeReceivedInput struct {
	rest.PathID
	Body struct {
		Outcome   schoolyear.Outcome `json:"outcome" enum:"RECORD_CAME,NEW_RECORD,LEFT,MISTAKE"`
		StudentID *uuid.UUID         `json:"student_id,omitempty" format:"uuid" doc:"The record that came or was made; it must be of the school."`
	}
}

type receivedInput struct {
	rest.PathID
	rest.Paging

	Open string `query:"open" enum:"true,false" doc:"Only open or only closed ones; left out: both."`
}

func (s *server) receivedRoutes() {
	const tag, path = "school-years", "/v1/orgs/{id}/received-children"
	rest.Register(s.rest, rest.Operation{
		ID: "receive-child", Method: http.MethodPost, Path: path, Action: authz.ReceivedEnter, Tag: tag, Keyed: true, Status: http.StatusCreated,
		Summary: "Note that a child is at school while the record is outstanding (学籍未到)",
		Detail:  "No school may refuse a child for want of a record. The entry changes no record.",
	}, s.receive)
	rest.Register(s.rest, rest.Operation{
		ID: "close-received-child", Method: http.MethodPost, Path: "/v1/received-children/{id}/closure", Action: authz.ReceivedEnter, Tag: tag,
		Summary: "Close the entry of a child who was received without a record (学籍未到办结)",
		Detail:  "Once. The same closing of the same person answers the entry again.",
	}, s.closeReceived)
	rest.Register(s.rest, rest.Operation{
		ID: "list-received-children", Method: http.MethodGet, Path: path, Action: authz.ReceivedRead, Tag: tag,
		Summary: "Children at the schools of an office whose record is outstanding, open ones and the oldest first (学籍未到学生)",
	}, s.received)
}

func (s *server) receive(ctx context.Context, in *receiveInput) (*rest.Body[ReceivedChild], error) {
	hash, err := rest.BodyHash([]any{in.ID, in.Body})
	if err != nil {
		return nil, err
	}
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (ReceivedChild, error) {
		if _, err := reach.Office(ctx, tx, in.ID); err != nil {
			return ReceivedChild{}, err
		}
		b := in.Body
		return shownReceived(ctx)(schoolyear.Receive(tx, schoolyear.NewReceived{School: in.ID, Name: b.Name, Stage: b.Stage, Grade: b.Grade, Class: b.ClassID,
			ReceivedOn: b.ReceivedOn, FromSchool: b.FromSchool, Key: rest.IdempotencyKey(ctx), Hash: hash}))
	})
}

func (s *server) closeReceived(ctx context.Context, in *closeReceivedInput) (*rest.Body[ReceivedChild], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (ReceivedChild, error) {
		r, err := schoolyear.ReadReceived(tx, in.ID)
		if err != nil {
			return ReceivedChild{}, err
		}
		if err := rest.Allow(ctx, r.OrgPath); err != nil {
			return ReceivedChild{}, err
		}
		return shownReceived(ctx)(schoolyear.CloseReceived(tx, schoolyear.Closing{ID: in.ID, Outcome: in.Body.Outcome, Student: in.Body.StudentID}))
	})
}

func (s *server) received(ctx context.Context, in *receivedInput) (*rest.Body[*rest.Page[ReceivedChild]], error) {
	var open *bool
	if in.Open != "" {
		only := in.Open == "true"
		open = &only
	}
	first := schoolyear.ReceivedKey{Day: rest.FirstDay().Day}
	return rest.List(ctx, s.Store, in.Paging, first, func(tx *store.Tx, after schoolyear.ReceivedKey, most int) ([]schoolyear.ReceivedChild, error) {
		at, err := reach.Office(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		return schoolyear.Received(tx, at, open, after, most)
	}, func(r schoolyear.ReceivedChild) ReceivedChild { return showReceived(ctx, r) }, schoolyear.ReceivedChild.Key)
}

// shownReceived shows the entry that an act returns.
func shownReceived(ctx context.Context) func(*schoolyear.ReceivedChild, error) (ReceivedChild, error) {
	return func(r *schoolyear.ReceivedChild, err error) (ReceivedChild, error) {
		if err != nil {
			return ReceivedChild{}, err
		}
		return showReceived(ctx, *r), nil
	}
}

func showReceived(ctx context.Context, r schoolyear.ReceivedChild) ReceivedChild {
	out := ReceivedChild{ID: r.ID, SchoolID: r.SchoolID, School: r.SchoolName, Name: r.Name, Stage: r.Stage, StageLabel: rest.InLanguage(ctx, process.StageText(r.Stage)), Grade: r.Grade,
		ClassID: r.ClassID, Class: r.ClassName, ReceivedOn: r.ReceivedOn, FromSchool: r.FromSchool, Days: r.Days, EnteredAt: r.EnteredAt, ClosedAt: r.ClosedAt, Outcome: r.Outcome, StudentID: r.StudentID}
	if r.Outcome != "" {
		out.OutcomeLabel = rest.InLanguage(ctx, r.Outcome.Text())
	}
	return out
}
