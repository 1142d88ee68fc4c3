package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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

// Every kind has its page as the catalogue says, and no page is left over.
func TestPagesOfTheProcessesAreUpToDate(t *testing.T) {
	pages, err := processPages(filepath.Join("..", ".."))
	require.NoError(t, err)
	for file, want := range pages {
		require.Equal(t, want, repositoryFile(t, file), "%s is stale: run \"make generate\" and commit it", file)
		require.NotContains(t, want, "%!", file)
	}
	have, err := filepath.Glob(filepath.Join("..", "..", processFolder, "*"))
	require.NoError(t, err)
	require.Len(t, have, len(pages), "a page of a kind that is gone")
}

// A page of a kind that is gone is taken away, and one that is missing is written.
func TestPagesFollowTheCatalogue(t *testing.T) {
	checkout := t.TempDir()
	left := filepath.Join(checkout, processFolder, "GONE.md")
	require.NoError(t, os.MkdirAll(filepath.Dir(left), 0o750))
	require.NoError(t, os.WriteFile(left, nil, 0o600))
	require.NoError(t, writeProcessPages(checkout))
	require.NoFileExists(t, left)
	require.FileExists(t, filepath.Join(checkout, processFolder, "SUSPENSION.md"))
}

// Every link into the repository leads somewhere.
func TestLinksOfTheDocumentsLead(t *testing.T) {
	root := filepath.Join("..", "..")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	more, err := filepath.Glob(filepath.Join(root, processFolder, "*.md"))
	require.NoError(t, err)
	pages = append(pages, more...)
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
