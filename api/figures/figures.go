// Package figures counts the pupils and the cases of an office (统计), in one call.
package figures

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/reach"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/figures"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// Deps holds the parts of the program that the operations of this area call.
type Deps struct {
	Store     *store.Store
	Processes *process.Catalogue
}

// server answers the operations of the area.
type server struct{ Deps }

// Mount registers the operations of the area.
func Mount(r *rest.Server, deps Deps) {
	s := &server{Deps: deps}
	rest.Register(r, rest.Operation{
		ID: "get-figures", Method: http.MethodGet, Path: "/v1/orgs/{id}/figures", Action: authz.StudentSearch, Tag: "students",
		Summary: "Figures of an office as they are today (统计)",
		Detail: "Records by state; the pupils in the register by sex, by grade, and by class of a school or by office directly below a bureau. " +
			"Changes that came into force since the first day of the month a year ago, by month and kind, of the offices that filed them; what a correction has struck does not count. " +
			"How steps of the same time got on, by the role that decides: how many in time, and the working days that half of them took at most. It names no pupil.",
	}, s.getFigures)
}

// Part is one line of a figure: how many records have one property.
type Part struct {
	Code  string `json:"code" example:"ENROLLED"`
	Label string `json:"label" example:"在籍就读"`
	Count int    `json:"count"`
}

// GradePart is how many pupils of a stage began in a year.
type GradePart struct {
	Stage      org.Stage `json:"stage"`
	StageLabel string    `json:"stage_label" example:"小学"`
	EntryYear  int       `json:"entry_year" example:"2024"`
	Count      int       `json:"count"`
}

// OfficePart is how many pupils an office directly below has, itself and below.
type OfficePart struct {
	ID    uuid.UUID `json:"id"`
	Name  string    `json:"name"`
	Kind  org.Kind  `json:"kind"`
	Count int       `json:"count"`
}

// ClassPart is how many pupils a class has.
type ClassPart struct {
	ID        *uuid.UUID `json:"id,omitempty" doc:"Absent for pupils without a class."`
	Name      string     `json:"name" example:"一班"`
	EntryYear int        `json:"entry_year" example:"2024"`
	Count     int        `json:"count"`
}

// MonthPart is how many changes of a kind came into force in a month.
type MonthPart struct {
	Month    string       `json:"month" example:"2026-11"`
	Kind     process.Kind `json:"kind"`
	KindName string       `json:"kind_name" example:"休学"`
	Count    int          `json:"count"`
}

// PacePart is how the steps of a role got on.
type PacePart struct {
	Role       org.Role `json:"role"`
	RoleLabel  string   `json:"role_label" example:"学籍主管领导"`
	Done       int      `json:"done" doc:"Steps that were decided."`
	InTime     int      `json:"in_time" doc:"Of them, by their deadline."`
	MedianDays int      `json:"median_days" doc:"Half of the steps took so many working days at most; the day of opening is not counted."`
}

// Figures are the numbers of an office.
type Figures struct {
	Office  rest.OrgRef   `json:"office"`
	Day     calendar.Date `json:"day" doc:"The numbers are those of this day."`
	Since   calendar.Date `json:"since" doc:"Changes and steps since this day."`
	Pupils  int           `json:"pupils" doc:"In the register."`
	States  []Part        `json:"states" doc:"All records, also those out of the register."`
	Sexes   []Part        `json:"sexes"`
	Grades  []GradePart   `json:"grades"`
	Offices []OfficePart  `json:"offices" doc:"Of a bureau."`
	Classes []ClassPart   `json:"classes" doc:"Of a school."`
	Months  []MonthPart   `json:"months"`
	Paces   []PacePart    `json:"paces"`
}

func (s *server) getFigures(ctx context.Context, in *rest.PathID) (*rest.Body[Figures], error) {
	return rest.Answer(ctx, s.Store, func(tx *store.Tx) (Figures, error) {
		at, err := reach.Office(ctx, tx, in.ID)
		if err != nil {
			return Figures{}, err
		}
		groups, err := figures.Pupils(tx, at.ID, at.Kind)
		if err != nil {
			return Figures{}, err
		}
		today := tx.Today()
		out := Figures{Office: rest.OrgRef{ID: at.ID, Kind: at.Kind, Name: at.Name, Path: at.Path}, Day: today, Since: aYearBefore(today)}
		out.count(ctx, groups, at.Kind)
		months, err := figures.Months(tx, at.ID, out.Since)
		if err != nil {
			return Figures{}, err
		}
		out.Months = []MonthPart{}
		for _, m := range months {
			out.Months = append(out.Months, MonthPart{Month: m.Month, Kind: m.Kind, KindName: rest.InLanguage(ctx, s.Processes.NameOf(m.Kind)), Count: m.Changes})
		}
		paces, err := figures.Paces(tx, at.ID, out.Since)
		out.Paces = []PacePart{}
		for _, p := range paces {
			zh, en := p.Role.Names()
			out.Paces = append(out.Paces, PacePart{Role: p.Role, RoleLabel: rest.InLanguage(ctx, process.Text{Zh: zh, En: en}), Done: p.Done, InTime: p.InTime, MedianDays: p.Median})
		}
		return out, err
	})
}

// aYearBefore returns the first day of the month a year ago.
func aYearBefore(day calendar.Date) calendar.Date {
	return calendar.DateOf(day.AddDays(1-day.Day()).Start().AddDate(-1, 0, 0))
}
