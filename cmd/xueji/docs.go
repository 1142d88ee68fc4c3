package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/webhook"
)

//go:generate go run . docs ../..

// newDocsCommand writes what can be generated of the documentation;
// "go generate ./cmd/xueji" runs it.
func newDocsCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "docs CHECKOUT",
		Short:  "Write the generated parts of the documentation into a checkout",
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error {
			for _, part := range documents() {
				path := filepath.Join(args[0], part.file)
				have, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				text, err := part.into(string(have))
				if err != nil {
					return err
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // a public document of the repository
					return err
				}
			}
			return nil
		},
	}
}

// document is one generated part of a file, between two marks; what stands
// around it is written by people.
type document struct {
	file  string
	mark  string
	write func() (string, error)
}

func documents() []document {
	return []document{
		{"docs/settings.md", "settings", func() (string, error) { return settingsTable(), nil }},
		{"docs/processes.md", "processes", processPages},
		{"docs/errors.md", "errors", errorTable},
		{"docs/notices.md", "notices", func() (string, error) { return noticeTable(), nil }},
		{"docs/notices.md", "attempts", func() (string, error) { return attemptTable(), nil }},
	}
}

// into gives the file with its generated part anew.
func (d document) into(have string) (string, error) {
	begin, end := "<!-- generated: "+d.mark+" -->\n", "<!-- /generated -->"
	before, rest, found := strings.Cut(have, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return "", fmt.Errorf("%s lacks the marks of its generated part, %s", d.file, strings.TrimSpace(begin))
	}
	text, err := d.write()
	return before + begin + "\n" + text + "\n" + end + after, err
}

// cell makes text fit into a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}

func settingsTable() string {
	var b strings.Builder
	b.WriteString("| Setting | Variable | Default | Example | Meaning |\n|---|---|---|---|---|\n")
	code := func(text string) string {
		if text == "" {
			return ""
		}
		return "`" + cell(text) + "`"
	}
	for _, s := range config.Settings() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", s.Name, s.Variable(), code(s.Default), code(s.Example), cell(s.Help))
	}
	return b.String()
}

func errorTable() (string, error) {
	catalogue, err := problem.LoadCatalogue()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| Code | Status | 中文 | English |\n|---|---|---|---|\n")
	for _, code := range catalogue.Codes() {
		e := catalogue.Entry(code)
		fmt.Fprintf(&b, "| `%s` | %d | %s | %s |\n", e.Code, e.Status, cell(e.Zh), cell(e.En))
	}
	return b.String(), nil
}

func noticeTable() string {
	var b strings.Builder
	b.WriteString("| Kind | Urgent | 中文 | English |\n|---|---|---|---|\n")
	for _, kind := range notice.Kinds() {
		urgent := ""
		if notice.Urgent(kind) {
			urgent = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", kind, urgent, cell(notice.Say(kind, notice.Chinese, notice.Facts{}).Title), cell(notice.Say(kind, notice.English, notice.Facts{}).Title))
	}
	return b.String()
}

func attemptTable() string {
	var b strings.Builder
	b.WriteString("| Attempt | After the one before | After the first |\n|---|---|---|\n| 1 | at once | |\n")
	var since time.Duration
	for i, pause := range webhook.Backoff() {
		since += pause
		fmt.Fprintf(&b, "| %d | %s | %s |\n", i+2, pause, since)
	}
	return b.String()
}

func processPages() (string, error) {
	catalogue, err := process.Load()
	if err != nil {
		return "", err
	}
	var pages []string
	var list []error
	for _, kind := range catalogue.Kinds() {
		// With every optional step, so that the page shows them all.
		all := catalogue.Default()
		all.ProvinceAuditIn, all.ProvinceAuditOut, all.AutoRetrieve = true, true, false
		d, ok := catalogue.Define(kind, "", all)
		if !ok {
			list = append(list, fmt.Errorf("the catalogue lists %s and does not define it", kind))
			continue
		}
		pages = append(pages, processPage(d))
	}
	return strings.Join(pages, "\n"), errors.Join(list...)
}

func processPage(d process.Definition) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("## %s %s `%s`\n", d.Name.Zh, d.Name.En, d.Kind)
	line("Rule 依据: %s. Stages 学段: %s. Workflow type: `%s`. Version %d.%s\n", d.Rule, join(d.Stages), d.Kind.WorkflowName(), d.Version, national(d.Code))
	if len(d.Routes) == 0 {
		b.WriteString(chainTable(d.Steps))
	}
	for _, route := range append(process.Routes(), process.OwnRecord, process.GNumber) {
		if steps := d.Routes[route]; len(steps) > 0 {
			line("Route `%s`:\n\n%s", route, chainTable(steps))
		}
	}
	if len(d.Inputs) > 0 {
		line("\n| Input | | Type | Values |\n|---|---|---|---|")
		for _, in := range d.Inputs {
			line("| `%s`%s | %s %s | %s | %s |", in.Name, star(in.Required), in.Label.Zh, cell(in.Label.En), in.Type, choices(in.Values))
		}
	}
	if len(d.Evidence) > 0 {
		line("\n| Evidence 佐证 | |\n|---|---|")
		for _, e := range d.Evidence {
			line("| `%s`%s | %s %s |", e.Kind, star(e.Required), e.Label.Zh, cell(e.Label.En))
		}
	}
	return b.String()
}

// chainTable shows the steps of a chain; an automatic one is nobody's to decide.
func chainTable(steps []process.Step) string {
	var b strings.Builder
	b.WriteString("| Step | | Office | Role | Term |\n|---|---|---|---|---|\n")
	for i, s := range steps {
		office, role := fmt.Sprintf("%s of the %s", strings.ToLower(string(s.Level)), side(s.Side)), "`"+string(s.Role)+"`"
		if s.Act != "" {
			office, role = "the system", "`"+string(s.Act)+"`"
		}
		optional := ""
		if s.Optional != "" {
			optional = " (where the policy has `" + string(s.Optional) + "`)"
		}
		fmt.Fprintf(&b, "| %d `%s`%s | %s %s | %s | %s | %s |\n", i+1, s.Name, optional, s.Label.Zh, cell(s.Label.En), office, role, s.Term)
	}
	return b.String()
}

func side(s process.Side) string {
	switch s {
	case process.SideIn:
		return "receiving side"
	case process.SideOut:
		return "releasing side"
	case process.SideFiler:
	}
	return "filer"
}

func national(code string) string {
	if code == "" {
		return ""
	}
	return " Change type of the national standard (XJYDLB): " + code + "."
}

func star(required bool) string {
	if required {
		return " *"
	}
	return ""
}

func choices(list []process.Choice) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = "`" + c.Code + "` " + c.Label.Zh
	}
	return cell(strings.Join(words, ", "))
}

func join[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, word := range list {
		words[i] = string(word)
	}
	return strings.Join(words, ", ")
}
