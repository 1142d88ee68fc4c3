package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// citations are the ways in which files cite the numbers of docs/domain.md and
// docs/architecture.md. The first group of each holds the number, or a list of them.
var citations = []struct {
	prefix  string // of the number's name among those that stand
	pattern *regexp.Regexp
}{
	// A bare number is a citation after a space, a bracket, a slash or a dash, as prose
	// has it: a cell of a sheet, a field and a digit of a hash have something else there.
	{"", regexp.MustCompile(`[ (\[/–]((?:KT|HT)[0-9]{2})\b`)},
	{"", regexp.MustCompile(`[ (\[/–]([PWDX][0-9]{1,3})(?:[ ,;:.)\]/–|]|$)`)},
	{"", regexp.MustCompile(`[ (\[/–]([RM][0-9]{1,2}|S[014]|S[23][a-r]|V-[A-Z]{2})(?:[ ,;:.)\]/–|]|$)`)},
	{"hard rule ", regexp.MustCompile(`(?i)\bhard rules? ([0-9]+(?:(?:, | and )[0-9]+)*)`)},
	{"law ", regexp.MustCompile(`(?i)\blaws? ([0-9]+(?:(?:, | and )[0-9]+)*)`)},
	{"domain ", regexp.MustCompile(`\bdomain(?:'s)? (?:section )?([0-9]+(?:\.[0-9]+)*(?:, [0-9]+(?:\.[0-9]+)+)*)`)},
}

// between stands between the numbers of a list.
var between = regexp.MustCompile(`, | and `)

// cited lists what a line cites, such as KT30, "law 6", "domain 3.2".
func cited(line string) []string {
	var list []string
	for _, c := range citations {
		// Neighbours share the character between them, so each look begins inside the last find.
		for rest := line; ; {
			at := c.pattern.FindStringSubmatchIndex(rest)
			if at == nil {
				break
			}
			for _, number := range between.Split(rest[at[2]:at[3]], -1) {
				list = append(list, c.prefix+number)
			}
			rest = rest[at[3]:]
		}
	}
	return list
}

// standing gives every number the two pages define: the first cells of tables, the
// numbered headings, the hard rules and the laws.
func standing(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	number := regexp.MustCompile(`^(?:(?:KT|HT)[0-9]{2}|[PWDXRM][0-9]{1,3}|S[0-9][a-r]?|V-[A-Z]{2})$`)
	heading := regexp.MustCompile(`^#+ ([0-9]+(?:\.[0-9]+)*) `)
	plain := regexp.MustCompile(`^[0-9]+$`)
	section := ""
	for line := range strings.Lines(repositoryFile(t, "docs/domain.md")) {
		if m := heading.FindStringSubmatch(line); m != nil {
			section = m[1]
			known["domain "+section] = true
		}
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		first := strings.Fields(strings.Split(line, "|")[1])
		for _, word := range first {
			if number.MatchString(word) {
				known[word] = true
			}
		}
		if section == "7" && len(first) == 1 && plain.MatchString(first[0]) {
			known["hard rule "+first[0]] = true
		}
	}
	_, laws, _ := strings.Cut(repositoryFile(t, "docs/architecture.md"), "## The laws\n")
	laws, _, _ = strings.Cut(laws, "\n## ")
	for _, m := range regexp.MustCompile(`(?m)^([0-9]+)\. \*\*`).FindAllStringSubmatch(laws, -1) {
		known["law "+m[1]] = true
	}
	return known
}

// Whoever reads a number in a comment, a rule or a page finds it explained in the
// repository. A new number needs a row in docs/domain.md with its source.
func TestEveryCitedNumberStands(t *testing.T) {
	known := standing(t)
	require.True(t, known["law 11"] && known["hard rule 43"] && known["KT74"] && known["domain 3.4.5"], "the pages are read")
	root := filepath.Join("..", "..")
	skipped := []string{".git", "bin", "var", "node_modules", "testdata", "dist"}
	kinds := []string{".go", ".sql", ".yaml", ".yml", ".md"}
	missing, found := map[string]string{}, 0
	require.NoError(t, fs.WalkDir(os.DirFS(root), ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && slices.Contains(skipped, entry.Name()) {
			return skip(err)
		}
		if entry.IsDir() || !slices.Contains(kinds, path.Ext(file)) || strings.HasSuffix(file, "docs_numbers_test.go") {
			return nil
		}
		for line := range strings.Lines(repositoryFile(t, file)) {
			for _, number := range cited(strings.TrimSpace(line)) {
				found++
				if !known[number] {
					missing[number] = file
				}
			}
		}
		return nil
	}))
	require.Empty(t, missing, "cited numbers, each with a file that cites it; add them to docs/domain.md with a sentence and the source")
	require.Greater(t, found, 300, "the patterns still find the citations")
}

// skip leaves a folder out of a walk, and ends the walk with an error.
func skip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

func TestCitationsAreTold(t *testing.T) {
	for line, want := range map[string][]string{
		"Suspension Kind = \"SUSPENSION\" // 休学, KT30": {"KT30"},
		"// KT01–KT04; P17 (M12), S2q":                 {"KT01", "KT04", "P17", "M12", "S2q"},
		"rule: domain KT41, W5, D13; hard rule 39":     {"KT41", "W5", "D13", "hard rule 39"},
		"// checks 休学 (D12; hard rules 32, 43).":       {"D12", "hard rule 32", "hard rule 43"},
		"# D1: a warning only":                         {"D1"},
		"// what may be written (architecture law 2)":  {"law 2"},
		"// Law 6: no personal data":                   {"law 6"},
		"// (domain 1.2, 1.4); domain section 9.12":    {"domain 1.2", "domain 1.4", "domain 9.12"},
	} {
		require.ElementsMatch(t, want, cited(line), line)
	}
	for _, line := range []string{
		`f.MergeCell(s, "C3", "D3")`, `P50 Spread`, "P50\tSpread", `x.P50.Median`, `R16: []unicode.Range16{`, `{Lo: 0x1D159}`, `"M12*****89"`, `a folder by default and in S3 in production`,
		`mt-4 p4 w12`, `"W3", "85112345600"`, `ref="C1:D1"`, `sha256:D41D8CD9`, `// the laws of the house`, `outlaw 3`,
	} {
		require.Empty(t, cited(line), line)
	}
}
