package changes_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/changes"
	"github.com/xueji/xueji/models/storetest"
)

// labelled is every text of an answer that people read: what is called label, name or title.
func labelled(t *testing.T, answer []byte) map[string][]string {
	t.Helper()
	var tree any
	require.NoError(t, json.Unmarshal(answer, &tree))
	found := map[string][]string{}
	var walk func(name string, node any)
	walk = func(name string, node any) {
		switch v := node.(type) {
		case map[string]any:
			for key, inner := range v {
				walk(key, inner)
			}
		case []any:
			for _, inner := range v {
				walk(name, inner)
			}
		case string:
			if name == "label" || name == "kind_name" || name == "title" || strings.HasSuffix(name, "_label") || strings.HasSuffix(name, "_labels") {
				found[name] = append(found[name], v)
			}
		}
	}
	walk("", tree)
	return found
}

// What the pages of a suspension show is in words, in the language of the reader; a code
// stands beside its words and never in their place.
func TestASuspensionIsShownInWords(t *testing.T) {
	w := apitest.New(t)
	s := w.Hands()
	registrar, leader, reviewer := s.Registrar, s.Leader, s.Reviewer
	var filed changes.ChangeLine
	w.Must(http.StatusCreated, registrar.Token, apitest.File("key-of-words-1", w.Suspension(registrar, w.Pupil(storetest.SchoolA), "2026-11-20")), &filed)
	require.Equal(t, "办理中", filed.StatusLabel)
	id := filed.ID
	path := "/v1/changes/" + id.String()
	code := regexp.MustCompile(`[A-Z]{2,}_?[A-Z]*`)
	look := func(who apitest.Caller, address string, wanted ...string) {
		t.Helper()
		for language, letters := range map[string]string{"zh": `\p{Han}`, "en": `[A-Za-z]`} {
			answer := w.Must(http.StatusOK, who.Token, apitest.Call{Method: http.MethodGet, Path: address, Language: language}, nil)
			words := labelled(t, answer.Body.Bytes())
			for _, name := range wanted {
				require.NotEmpty(t, words[name], "%s %s: %s\n%s", language, address, name, answer.Body)
			}
			for name, texts := range words {
				for _, text := range texts {
					if name == "value_label" { // a day or a text is its own
						continue
					}
					require.Regexp(t, letters, text, "%s %s: %s", language, address, name)
					require.NotRegexp(t, code, text, "%s %s: %s", language, address, name)
				}
			}
		}
	}
	page := []string{"kind_name", "status_label", "label", "value_label", "role_label", "side_label", "verb_label", "step_label"}
	look(leader, path, append(page, "may_labels")...)
	look(leader, "/v1/inbox", "kind_name", "step_label", "role_label")
	look(registrar, "/v1/changes", "kind_name", "status_label", "step_label")
	look(registrar, "/v1/me", "role_labels")

	var shown changes.ChangePage
	w.Must(http.StatusOK, leader.Token, apitest.Get(path), &shown)
	require.Equal(t, "办理中", shown.StatusLabel)
	require.Len(t, shown.Form, len(shown.Inputs))
	for _, item := range shown.Form {
		require.Equal(t, shown.Inputs[item.Name], item.Value)
		require.NotEmpty(t, item.ValueLabel)
		if item.Type == "code" {
			require.NotEqual(t, item.Value, item.ValueLabel)
		}
	}
	require.Equal(t, "reason_code", shown.Form[0].Name)
	for _, paper := range shown.Evidence {
		require.Regexp(t, `\p{Han}`, paper.Label)
	}
	require.Equal(t, "提交申请", shown.Timeline[0].VerbLabel)
	open := shown.Open
	require.Equal(t, "学籍主管领导", open.RoleLabel)
	may := shown.Tasks[0]
	require.Contains(t, may.May, "APPROVE")
	require.Equal(t, len(may.May), len(may.MayLabels))
	require.Contains(t, may.MayLabels, "同意")

	w.Must(http.StatusOK, leader.Token, w.Decision(id, "APPROVE"), nil)
	look(reviewer, path, append(page, "verdict_label", "may_labels")...)
	w.Must(http.StatusOK, reviewer.Token, apitest.Get(path), &shown)
	require.Equal(t, "同意", shown.Tasks[0].VerdictLabel)
	w.Must(http.StatusOK, reviewer.Token, w.Decision(id, "APPROVE"), nil)
	w.Must(http.StatusOK, registrar.Token, apitest.Get(path), &shown)
	require.Equal(t, "已办结", shown.StatusLabel)
	look(registrar, path, page...)
	look(registrar, "/v1/notices", "title", "role_label", "kind_name")
	var told struct {
		Items []struct {
			KindName string `json:"kind_name"`
		}
	}
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/notices"), &told)
	require.NotEmpty(t, told.Items)
	require.Equal(t, "休学", told.Items[0].KindName)
	var me struct {
		RoleLabels []string `json:"role_labels"`
	}
	w.Must(http.StatusOK, registrar.Token, apitest.Get("/v1/me"), &me)
	require.Equal(t, []string{"学籍管理员"}, me.RoleLabels)
}
