package problem_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/problem"
)

func TestEveryCodeHasSentences(t *testing.T) {
	c, err := problem.LoadCatalogue()
	require.NoError(t, err)
	inCatalogue := map[string]bool{}
	for _, code := range c.Codes() {
		inCatalogue[string(code)] = true
	}
	declared := declaredCodes(t)
	require.NotEmpty(t, declared)
	for _, code := range declared {
		require.True(t, inCatalogue[code], "code %s has no sentences", code)
		delete(inCatalogue, code)
	}
	require.Empty(t, inCatalogue, "sentences without a code")
}

// declaredCodes reads the Code constants out of this package's source.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("codes*.go")
	require.NoError(t, err)
	var list []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for _, value := range v.Values {
					if lit, ok := value.(*ast.BasicLit); ok {
						s, err := strconv.Unquote(lit.Value)
						require.NoError(t, err)
						list = append(list, s)
					}
				}
			}
			return true
		})
	}
	return list
}

func TestPlaceholdersAgreeInBothLanguages(t *testing.T) {
	c, err := problem.LoadCatalogue()
	require.NoError(t, err)
	for _, code := range c.Codes() {
		e := c.Entry(code)
		require.Equal(t, placeholders(e.Zh), placeholders(e.En), "code %s", code)
	}
}

func placeholders(s string) map[string]bool {
	set := map[string]bool{}
	for {
		_, rest, ok := strings.Cut(s, "{")
		if !ok {
			return set
		}
		name, after, _ := strings.Cut(rest, "}")
		set[name] = true
		s = after
	}
}

func TestErrorsAreComparedByCode(t *testing.T) {
	wrapped := fmt.Errorf("read change: %w", problem.New(problem.NotFound).Because(errors.New("no rows")))
	require.ErrorIs(t, wrapped, problem.New(problem.NotFound))
	require.NotErrorIs(t, wrapped, problem.New(problem.Forbidden))
	require.Equal(t, problem.NotFound, problem.CodeOf(wrapped))
	require.Equal(t, problem.Internal, problem.CodeOf(errors.New("disk")))
}

func TestJoinTellsEverythingAtOnce(t *testing.T) {
	require.NoError(t, problem.Join(nil, nil))
	err := problem.Join(nil, problem.New(problem.Required).At("/a"), problem.New(problem.TooLong).At("/b"))
	var e *problem.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.All(), 2)
	require.Equal(t, "/b", e.All()[1].Field)
}

func TestSentenceFillsPlaceholders(t *testing.T) {
	c, err := problem.LoadCatalogue()
	require.NoError(t, err)
	e := problem.New(problem.Required).With("field", "姓名")
	require.Equal(t, "“姓名”必须填写。请补充后重新提交。", c.Sentence(e, problem.Chinese))
	require.Contains(t, c.Sentence(e, problem.English), `"姓名" is required`)
}

func TestAParameterSpeaksBothLanguages(t *testing.T) {
	c, err := problem.LoadCatalogue()
	require.NoError(t, err)
	e := problem.New(problem.Required).WithText("field", "休学原因", "Reason")
	require.Equal(t, "“休学原因”必须填写。请补充后重新提交。", c.Sentence(e, problem.Chinese))
	require.Equal(t, "\"Reason\" is required. Fill it in and send again.", c.Sentence(e, problem.English))
	stored := problem.New(e.Code)
	for name, value := range e.Params {
		stored.With(name, value)
	}
	require.Equal(t, c.Sentence(e, problem.English), c.Sentence(stored, problem.English))
}

func TestATitleReadsWhole(t *testing.T) {
	c, err := problem.LoadCatalogue()
	require.NoError(t, err)
	e := problem.New(problem.Required).WithText("field", "休学原因", "Reason")
	require.Equal(t, "“休学原因”必须填写。", c.Title(e, problem.Chinese))
	require.Equal(t, "\"Reason\" is required.", c.Title(e, problem.English))
	for _, code := range c.Codes() {
		for _, lang := range []problem.Language{problem.Chinese, problem.English} {
			title := c.Title(problem.New(code), lang)
			require.NotEmpty(t, title)
			require.NotContains(t, title, "…")
		}
	}
}

func FuzzFill(f *testing.F) {
	f.Add("a {b} c", "x")
	f.Add("{", "{b}")
	f.Fuzz(func(t *testing.T, text, value string) {
		problem.Fill(text, map[string]string{"b": value})
	})
}

// The same finding is told about a cell of a sheet and about an item of a record.
func TestASentenceSaysOnlyThePlaceItKnows(t *testing.T) {
	c, err := problem.LoadCatalogue()
	require.NoError(t, err)
	e := problem.New(problem.SheetRequired).With("header", "联系电话")
	require.Equal(t, "“联系电话”为必填项，不能为空。请补填。", c.Sentence(e, problem.Chinese))
	require.Equal(t, "\"联系电话\": this cell is required and empty. Fill it in.", c.Sentence(e, problem.English))
	e.With("row", "3")
	require.Equal(t, "第3行“联系电话”为必填项，不能为空。请补填。", c.Sentence(e, problem.Chinese))
	e.With("column", "W")
	require.Equal(t, "第3行“联系电话”（W列）为必填项，不能为空。请补填。", c.Sentence(e, problem.Chinese))
	require.Equal(t, "Row 3, \"联系电话\" (column W): this cell is required and empty. Fill it in.", c.Sentence(e, problem.English))
}
