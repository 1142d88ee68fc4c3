package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xueji/xueji/config"
	"github.com/xueji/xueji/internal/webhook"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
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
			return writeProcessPages(args[0])
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
		{"docs/processes.md", "processes", processIndex},
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
	catalogue, err := refusal.LoadCatalogue()
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
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", kind, urgent, cell(notice.Say(kind, refusal.Chinese, notice.Facts{}).Title), cell(notice.Say(kind, refusal.English, notice.Facts{}).Title))
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
