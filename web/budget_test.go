package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a first visit may cost, in bytes after gzip (quality bar 4).
const (
	loginBudget  = 220 << 10
	screenBudget = 300 << 10
	chartsBudget = 400 << 10  // the screen of figures with what draws them
	wholeBudget  = 2560 << 10 // of dist, as it lies in the program
)

// chunk is one entry of the manifest that the build writes.
type chunk struct {
	File    string   `json:"file"`
	Src     string   `json:"src"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"`
	Later   []string `json:"dynamicImports"`
	IsEntry bool     `json:"isEntry"`
}

func manifest(t *testing.T) map[string]chunk {
	t.Helper()
	text, err := os.ReadFile("dist/manifest.json")
	require.NoError(t, err)
	chunks := map[string]chunk{}
	require.NoError(t, json.Unmarshal(text, &chunks))
	return chunks
}

// closure adds all files that a chunk needs.
func closure(chunks map[string]chunk, name string, files map[string]bool) {
	c := chunks[name]
	if files[c.File] {
		return
	}
	files[c.File] = true
	for _, css := range c.CSS {
		files[css] = true
	}
	for _, other := range c.Imports {
		closure(chunks, other, files)
	}
}

func zippedSize(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("dist", name))
	require.NoError(t, err)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err = z.Write(text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Len()
}

func TestEveryScreenStaysInItsBudget(t *testing.T) {
	chunks := manifest(t)
	var entry string
	for name, c := range chunks {
		if c.IsEntry {
			entry = name
		}
	}
	require.NotEmpty(t, entry)
	screens := 0
	for name, c := range chunks {
		if !strings.HasPrefix(c.Src, "src/screens/") || !strings.HasSuffix(c.Src, ".vue") {
			continue
		}
		screens++
		files, size, budget := map[string]bool{}, zippedSize(t, "index.html"), screenBudget
		closure(chunks, entry, files)
		closure(chunks, name, files)
		for _, later := range c.Later {
			closure(chunks, later, files)
		}
		for file := range files {
			size += zippedSize(t, file)
		}
		if strings.HasSuffix(name, "/login.vue") {
			budget = loginBudget
		}
		if strings.HasSuffix(name, "/figures.vue") {
			budget = chartsBudget
		}
		t.Logf("%-36s %3d KB", name, size>>10)
		require.LessOrEqual(t, size, budget, name)
	}
	require.Positive(t, screens)
}

func TestTheWholeConsoleStaysSmall(t *testing.T) {
	size := int64(0)
	require.NoError(t, filepath.WalkDir("dist", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		size += info.Size()
		return err
	}))
	require.LessOrEqual(t, size, int64(wholeBudget))
}

// Chromium 86 leaves out a rule whose selector it does not know, and reads on as if nothing
// had been there (quality bar 5).
func TestNoStyleIsNewerThanTheFloor(t *testing.T) {
	newer := regexp.MustCompile(`:where\(|:has\(|@layer|@container|inset-inline|inset-block|color-mix|\boklch\b|aspect-ratio|:not\([^()]*,`)
	sheets, err := filepath.Glob("dist/assets/*.css")
	require.NoError(t, err)
	require.NotEmpty(t, sheets)
	for _, sheet := range sheets {
		text, err := os.ReadFile(sheet)
		require.NoError(t, err)
		require.Empty(t, newer.FindAllString(string(text), 5), sheet)
	}
}

// The pages load nothing from anywhere else: no built file fetches from another host.
func TestNothingComesFromAnotherHost(t *testing.T) {
	address := regexp.MustCompile(`(?:src|href)="(?:https?:)?//|@import|url\((?:"|')?(?:https?:)?//`)
	for _, pattern := range []string{"dist/index.html", "dist/assets/*.css"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Empty(t, address.FindAllString(string(text), 5), file)
		}
	}
}
