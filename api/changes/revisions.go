package changes

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/process"
)

// RevisionView is what one resubmission, or one step that filled something in, changed.
type RevisionView struct {
	Round  int           `json:"round"`
	Step   int           `json:"step" doc:"0: the applicant."`
	At     time.Time     `json:"at"`
	By     string        `json:"by,omitempty"`
	Office string        `json:"office"`
	Inputs []RevisedItem `json:"inputs,omitempty"`
	Values []RevisedItem `json:"values,omitempty" doc:"Key items; numbers masked. A number may look the same before and after: it differs where it is masked."`
	// PapersIn and PapersOut are papers that were attached and taken out.
	PapersIn  []RevisedPaper `json:"papers_in,omitempty"`
	PapersOut []RevisedPaper `json:"papers_out,omitempty"`
}

// RevisedItem is one item of a form before and after.
type RevisedItem struct {
	Name   string `json:"name" example:"until_date"`
	Label  string `json:"label" example:"休学结束日期"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// RevisedPaper is a paper that was attached or taken out.
type RevisedPaper struct {
	ID       uuid.UUID `json:"id"`
	Kind     string    `json:"kind"`
	Label    string    `json:"label"`
	FileName string    `json:"file_name"`
}

func (s *server) showRevision(ctx context.Context, d process.Definition, r casepage.Revision) RevisionView {
	v := RevisionView{Round: r.Round, Step: r.StepNo, At: r.At, By: r.Actor, Office: r.Office,
		PapersIn: s.revisedPapers(ctx, d, r.After.Papers), PapersOut: s.revisedPapers(ctx, d, r.Before.Papers)}
	for _, name := range slices.Sorted(maps.Keys(r.After.Inputs)) {
		item := RevisedItem{Name: name, Label: name, Before: r.Before.Inputs[name], After: r.After.Inputs[name]}
		if i := slices.IndexFunc(d.Inputs, func(in process.Input) bool { return in.Name == name }); i >= 0 {
			in := d.Inputs[i]
			item.Label, item.Before, item.After = rest.InLanguage(ctx, in.Label), s.choice(ctx, in, item.Before), s.choice(ctx, in, item.After)
		}
		v.Inputs = append(v.Inputs, item)
	}
	for _, field := range slices.Sorted(maps.Keys(r.After.Values)) {
		v.Values = append(v.Values, RevisedItem{Name: field, Label: s.Sheets.ItemLabel(ctx, field), Before: r.Before.Values[field], After: r.After.Values[field]})
	}
	return v
}

// choice says a value of a form: of a code what it means.
func (s *server) choice(ctx context.Context, in process.Input, value string) string {
	for _, c := range in.Values {
		if c.Code == value {
			return rest.InLanguage(ctx, c.Label)
		}
	}
	return value
}

func (s *server) revisedPapers(ctx context.Context, d process.Definition, papers []change.RevisedPaper) []RevisedPaper {
	var list []RevisedPaper
	for _, p := range papers {
		list = append(list, RevisedPaper{ID: p.ID, Kind: p.Kind, Label: paperLabel(ctx, d, p.Kind), FileName: p.FileName})
	}
	return list
}
