package httpcheck

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity"
)

func TestParseReadsTheAgreedAnswers(t *testing.T) {
	for _, a := range identity.Answers() {
		for _, text := range []string{
			`{"answer":"` + string(a) + `"}`,
			" {\n\"trace\": {\"answer\": [1]}, \"answer\" : \"" + string(a) + "\", \"at\": null}\n",
		} {
			got, err := parse([]byte(text))
			require.NoError(t, err, text)
			require.Equal(t, a, got)
		}
	}
}

// A verdict that could be read in two ways is none.
func TestParseRefusesDoubt(t *testing.T) {
	for _, text := range refused() {
		got, err := parse([]byte(text))
		require.Error(t, err, text)
		require.Empty(t, got)
		require.True(t, is(err, serviceBroken))
	}
}

func refused() []string {
	return []string{
		"", " ", "null", "MATCH", `"MATCH"`, `["MATCH"]`, `{}`, `{"answer":""}`, `{"answer":null}`, `{"answer":true}`, `{"answer":1}`,
		`{"answer":"match"}`, `{"answer":"MATCH "}`, `{"answer":"MISMATCH"}`, `{"answer":["MATCH"]}`, `{"answer":{"answer":"MATCH"}}`,
		`{"Answer":"MATCH"}`, `{"ANSWER":"MATCH"}`, `{"result":"MATCH"}`, `{"data":{"answer":"MATCH"}}`,
		`{"answer":"MATCH","answer":"NOT_FOUND"}`, `{"answer":"MATCH","answer":"MATCH"}`, `{"answer":"MATCH","answer":null}`,
		`{"answer":"MATCH"}{"answer":"NOT_FOUND"}`, `{"answer":"MATCH"} x`, `{"answer":"MATCH"`, `{"answer":"MATCH",}`, `{"answer" "MATCH"}`,
		`<html>MATCH</html>`, "\xef\xbb\xbf{\"answer\":\"MATCH\"}", "{\"answer\":\"MATCH\"}\x00",
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"answer":"MATCH"}`)
	f.Add(`{"x":[{"answer":"MATCH"}],"answer":"MIGRATING"}`)
	for _, text := range refused() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		answer, err := parse([]byte(text))
		if err != nil {
			if answer != "" || len(text) > 70 && strings.Contains(err.Error(), text) {
				t.Fatalf("an error with an answer, or with the text: %v", err)
			}
			return
		}
		// Whoever else reads the text as JSON reads the same answer.
		var read map[string]any
		if json.Unmarshal([]byte(text), &read) != nil || read["answer"] != string(answer) {
			t.Fatalf("%q was read as %s", text, answer)
		}
		if _, err := identity.ParseAnswer(string(answer)); err != nil {
			t.Fatal(err)
		}
	})
}
