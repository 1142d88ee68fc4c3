package refusal_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/refusal"
)

func TestEveryCodeHasSentences(t *testing.T) {
	c, err := refusal.LoadCatalogue()
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
	c, err := refusal.LoadCatalogue()
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
	wrapped := fmt.Errorf("read change: %w", refusal.New(refusal.NotFound).Because(errors.New("no rows")))
	require.ErrorIs(t, wrapped, refusal.New(refusal.NotFound))
	require.NotErrorIs(t, wrapped, refusal.New(refusal.Forbidden))
	require.Equal(t, refusal.NotFound, refusal.CodeOf(wrapped))
	require.Equal(t, refusal.Internal, refusal.CodeOf(errors.New("disk")))
}

func TestJoinTellsEverythingAtOnce(t *testing.T) {
	require.NoError(t, refusal.Join(nil, nil))
	err := refusal.Join(nil, refusal.New(refusal.Required).At("/a"), refusal.New(refusal.TooLong).At("/b"))
	var e *refusal.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.All(), 2)
	require.Equal(t, "/b", e.All()[1].Field)
}

func TestSentenceFillsPlaceholders(t *testing.T) {
	c, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	e := refusal.New(refusal.Required).With("field", "姓名")
	require.Equal(t, "“姓名”必须填写。请补充后重新提交。", c.Sentence(e, refusal.Chinese))
	require.Contains(t, c.Sentence(e, refusal.English), `"姓名" is required`)
}

func TestAParameterSpeaksBothLanguages(t *testing.T) {
	c, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	e := refusal.New(refusal.Required).WithText("field", "休学原因", "Reason")
	require.Equal(t, "“休学原因”必须填写。请补充后重新提交。", c.Sentence(e, refusal.Chinese))
	require.Equal(t, "\"Reason\" is required. Fill it in and send again.", c.Sentence(e, refusal.English))
	stored := refusal.New(e.Code)
	for name, value := range e.Params {
		stored.With(name, value)
	}
	require.Equal(t, c.Sentence(e, refusal.English), c.Sentence(stored, refusal.English))
}

func TestATitleReadsWhole(t *testing.T) {
	c, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	e := refusal.New(refusal.Required).WithText("field", "休学原因", "Reason")
	require.Equal(t, "“休学原因”必须填写。", c.Title(e, refusal.Chinese))
	require.Equal(t, "\"Reason\" is required.", c.Title(e, refusal.English))
	for _, code := range c.Codes() {
		for _, lang := range []refusal.Language{refusal.Chinese, refusal.English} {
			title := c.Title(refusal.New(code), lang)
			require.NotEmpty(t, title)
			require.NotContains(t, title, "…")
		}
	}
}

func FuzzFill(f *testing.F) {
	f.Add("a {b} c", "x")
	f.Add("{", "{b}")
	f.Fuzz(func(t *testing.T, text, value string) {
		refusal.Fill(text, map[string]string{"b": value})
	})
}

// The same finding is told about a cell of a sheet and about an item of a record.
func TestASentenceSaysOnlyThePlaceItKnows(t *testing.T) {
	c, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	e := refusal.New(refusal.SheetRequired).With("header", "联系电话")
	require.Equal(t, "“联系电话”为必填项，不能为空。请补填。", c.Sentence(e, refusal.Chinese))
	require.Equal(t, "\"联系电话\": this cell is required and empty. Fill it in.", c.Sentence(e, refusal.English))
	e.With("row", "3")
	require.Equal(t, "第3行“联系电话”为必填项，不能为空。请补填。", c.Sentence(e, refusal.Chinese))
	e.With("column", "W")
	require.Equal(t, "第3行“联系电话”（W列）为必填项，不能为空。请补填。", c.Sentence(e, refusal.Chinese))
	require.Equal(t, "Row 3, \"联系电话\" (column W): this cell is required and empty. Fill it in.", c.Sentence(e, refusal.English))
}

// A clerk reads the names of kinds and papers, and never their codes.
func TestNoChineseSentenceNamesACode(t *testing.T) {
	c, err := refusal.LoadCatalogue()
	require.NoError(t, err)
	code := regexp.MustCompile(`[A-Z]+_[A-Z_]+`)
	for _, one := range c.Codes() {
		require.Empty(t, code.FindString(c.Sentence(refusal.New(one), refusal.Chinese)), "%s", one)
	}
}
