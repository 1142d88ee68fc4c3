package identity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/xueji/xueji/internal/identity"
	"github.com/xueji/xueji/models/ident"
)

func number(t *testing.T, text string) ident.CitizenID {
	t.Helper()
	n, err := ident.ParseCitizenID(text)
	require.NoError(t, err)
	return n
}

func TestAQuestionRevealsNothing(t *testing.T) {
	const name, digits = "欧阳测试", "990101201501010015"
	q := identity.Question{Name: name, Number: number(t, digits)}
	holder := struct{ Asked identity.Question }{q}
	// The digits of a time of day would now and then be those of the number.
	timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	var shown bytes.Buffer
	for _, value := range []any{q, &q, holder, &holder, []identity.Question{q}, map[string]any{"q": q}, map[identity.Question]int{q: 1}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%08.3f"} {
			_, _ = fmt.Fprintf(&shown, verb+"\n", value)
		}
		asJSON, err := json.Marshal(value)
		require.NoError(t, err)
		asYAML, err := yaml.Marshal(value)
		require.NoError(t, err)
		shown.Write(asJSON)
		shown.Write(asYAML)
		slog.New(slog.NewJSONHandler(&shown, timeless)).Info("seen", "value", value)
		slog.New(slog.NewTextHandler(&shown, timeless)).Info("seen", "value", value)
	}
	shown.WriteString(q.String() + q.GoString() + q.LogValue().String() + fmt.Sprint(fmt.Errorf("asked: %v", q)))
	for _, secret := range []string{name, name[:3], digits, "990", "20150101", fmt.Sprintf("%x", name), fmt.Sprintf("%X", name), fmt.Sprintf("%x", digits)} {
		require.NotContains(t, shown.String(), secret)
	}
	require.Contains(t, shown.String(), "[question of identity]")
}

func TestHalfAQuestionIsNotAsked(t *testing.T) {
	n := number(t, "990101201501010015")
	require.NoError(t, identity.Question{Name: "甲", Number: n}.Missing())
	for _, q := range []identity.Question{{}, {Name: "甲"}, {Number: n}, {Name: " \t　", Number: n}} {
		require.ErrorIs(t, q.Missing(), identity.ErrNoAnswer)
	}
}

func TestOnlyAMatchPasses(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range identity.Answers() {
		require.Equal(t, a == identity.Match, a.Passed())
		parsed, err := identity.ParseAnswer(string(a))
		require.NoError(t, err)
		require.Equal(t, a, parsed)
		zh, en := a.Names()
		require.Regexp(t, `^\p{Han}`, zh)
		require.Regexp(t, `^[a-z, ]+$`, en)
		require.False(t, seen[zh] || seen[en], "%s shares a name", a)
		seen[zh], seen[en] = true, true
	}
	require.Len(t, identity.Answers(), 5)
	require.False(t, identity.Answer("").Passed())
}

// What is not of the set is no verdict, and is not repeated.
func TestUnknownAnswersAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.SampledFrom([]string{"", "match", "Match", " MATCH", "MATCH ", "MATCHED", "MISMATCH", "true", "1", "挖库注销"}),
			rapid.StringMatching(`zz[a-zA-Z0-9]{8,30}`),
		).Draw(t, "text")
		a, err := identity.ParseAnswer(text)
		require.ErrorIs(t, err, identity.ErrNoAnswer)
		require.Empty(t, a)
		if len(text) >= 10 {
			require.NotContains(t, err.Error(), text)
		}
	})
}

// A crowd of questions waits for its turns; a question whose time ends meanwhile gets no
// answer.
func TestACrowdAsksAtItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c := identity.Limited(counting(func() { asked++ }), 4)
		begun := time.Now()
		for range 9 {
			a, err := c.Check(t.Context(), identity.Question{Name: "甲"})
			require.NoError(t, err)
			require.Equal(t, identity.Match, a)
		}
		require.Equal(t, 2*time.Second, time.Since(begun).Round(time.Millisecond))
		brief, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := c.Check(brief, identity.Question{Name: "甲"})
		require.ErrorIs(t, err, identity.ErrNoAnswer)
		require.Equal(t, 9, asked)
	})
}

// counting is a checker that confirms everybody and counts.
type counting func()

func (c counting) Check(context.Context, identity.Question) (identity.Answer, error) {
	c()
	return identity.Match, nil
}
