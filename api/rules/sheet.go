package rules

import (
	"context"
	"strconv"
	"strings"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// ProcessSheet is one process as a clerk puts it on the wall: plain words in one
// language and rows that fit a sheet.
type ProcessSheet struct {
	Kind     process.Kind `json:"kind"`
	Name     string       `json:"name"`
	Version  int          `json:"version"`
	Policy   int          `json:"policy_version" doc:"Of the province, today."`
	Rule     string       `json:"rule" doc:"Documents and articles; empty where a province's practice is the only ground."`
	FiledBy  string       `json:"filed_by"`
	Stages   string       `json:"stages"`
	Needs    string       `json:"needs"`
	Effect   string       `json:"effect"`
	UndoneBy []string     `json:"undone_by"`
	Rows     []SheetRow   `json:"rows"`
	Messages []SheetLine  `json:"messages" doc:"Refusals of this kind, with what to do next."`
}

// SheetRow is one step, one item of the form or one paper.
type SheetRow struct {
	Part     string `json:"part" enum:"STEP,INPUT,EVIDENCE"`
	Route    string `json:"route,omitempty" doc:"Of a step: for which route."`
	No       int    `json:"no"`
	Code     string `json:"code"`
	Label    string `json:"label"`
	Who      string `json:"who,omitempty"`
	Term     string `json:"term,omitempty" example:"10wd"`
	Required bool   `json:"required"`
	Note     string `json:"note,omitempty"`
}

// SheetLine is one refusal.
type SheetLine struct {
	Code     refusal.Code `json:"code"`
	Sentence string       `json:"sentence" doc:"With {placeholders}."`
}

func (s *server) getProcess(ctx context.Context, in *struct {
	Kind  string `path:"kind" maxLength:"40"`
	Stage string `query:"stage" enum:"PRIMARY,JUNIOR,SENIOR" doc:"Left out: the first stage of the kind."`
}) (*rest.Body[ProcessSheet], error) {
	entry, ok := s.Processes.Entry(process.Kind(in.Kind))
	if !ok {
		return nil, refusal.New(refusal.NotFound)
	}
	stage := org.Stage(in.Stage)
	if stage == "" {
		stage = entry.Stages[0]
	}
	if !entry.Allows(stage) {
		return nil, refusal.New(refusal.StageForbids).At("stage").WithText("kind", entry.Name.Zh, entry.Name.En)
	}
	policy, err := s.policy(ctx)
	if err != nil {
		return nil, err
	}
	d, _ := s.Processes.Define(entry.Kind, stage, policy)
	d.Page = entry.Page
	return rest.BodyOf(s.processSheet(ctx, d)), nil
}

func (s *server) processSheet(ctx context.Context, d process.Definition) ProcessSheet {
	in := func(t process.Text) string { return rest.InLanguage(ctx, t) }
	sheet := ProcessSheet{
		Kind: d.Kind, Name: in(d.Name), Version: d.Version, Policy: d.Policy.Version, Rule: in(d.Basis()), FiledBy: in(status.FiledBy(d)),
		Needs: in(d.Needs), Effect: in(d.Effect), UndoneBy: []string{}, Messages: []SheetLine{},
	}
	stages := make([]string, len(d.Stages))
	for i, stage := range d.Stages {
		stages[i] = in(process.StageText(stage))
	}
	sheet.Stages = strings.Join(stages, ", ")
	for _, kind := range d.Reverse.Kinds {
		sheet.UndoneBy = append(sheet.UndoneBy, rest.InLanguage(ctx, s.Processes.NameOf(kind)))
	}
	if d.Reverse.Zh != "" {
		sheet.UndoneBy = append(sheet.UndoneBy, in(d.Reverse.Text))
	}
	sheet.Rows = sheetRows(d, in)
	for _, code := range d.Messages {
		e := rest.CatalogueOf(ctx).Entry(code)
		sheet.Messages = append(sheet.Messages, SheetLine{Code: code, Sentence: in(process.Text{Zh: e.Zh, En: e.En})})
	}
	return sheet
}

func sheetRows(d process.Definition, in func(process.Text) string) []SheetRow {
	var rows []SheetRow
	for _, c := range d.Chains() {
		route := ""
		if c.Route != "" {
			route = in(c.Route.Text())
		}
		for i, step := range c.Steps {
			rows = append(rows, SheetRow{
				Part: "STEP", Route: route, No: i + 1, Code: step.Name, Label: in(step.Label), Who: in(step.Who()), Term: step.Term.String(),
				Required: true, Note: strings.ReplaceAll(in(step.Manner()), "`", ""),
			})
		}
	}
	for i, input := range d.Inputs {
		note := string(input.Type)
		if input.Max > 0 {
			note += " ≤ " + strconv.Itoa(input.Max)
		}
		var values []string
		for _, v := range input.Values {
			values = append(values, v.Code+" "+in(v.Label))
		}
		if len(values) > 0 {
			note = strings.Join(values, "; ")
		}
		rows = append(rows, SheetRow{Part: "INPUT", No: i + 1, Code: input.Name, Label: in(input.Label), Required: input.Required, Note: note})
	}
	for i, e := range d.Evidence {
		rows = append(rows, SheetRow{Part: "EVIDENCE", No: i + 1, Code: e.Kind, Label: in(e.Label), Required: e.Required})
	}
	return rows
}
