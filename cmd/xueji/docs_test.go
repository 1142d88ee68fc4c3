package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
)

func TestGeneratedDocumentsAreUpToDate(t *testing.T) {
	for _, d := range documents() {
		have := repositoryFile(t, d.file)
		want, err := d.into(have)
		require.NoError(t, err)
		require.Equal(t, want, have, "%s is stale: run \"make generate\" and commit it", d.file)
	}
	_, err := document{file: "x.md", mark: "x"}.into("no marks")
	require.ErrorContains(t, err, "lacks the marks")
}

// What a process does to a record is written by hand; no process may lack it.
func TestEveryProcessHasItsEffectDescribed(t *testing.T) {
	catalogue, err := process.Load()
	require.NoError(t, err)
	byHand, _, _ := strings.Cut(repositoryFile(t, "docs/processes.md"), "<!-- generated")
	for _, kind := range catalogue.Kinds() {
		require.Contains(t, byHand, "| `"+string(kind)+"`")
	}
}

// Every link into the repository leads somewhere.
func TestLinksOfTheDocumentsLead(t *testing.T) {
	root := filepath.Join("..", "..")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	pages = append(pages, filepath.Join(root, "README.md"), filepath.Join(root, "CONTRIBUTING.md"))
	require.Greater(t, len(pages), 6)
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, match := range link.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(match[1], "://") {
				_, err := os.Stat(filepath.Join(filepath.Dir(page), match[1]))
				require.NoError(t, err, page)
			}
		}
	}
}
