package api

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
)

// A server with a field that people have no name for does not start.
func TestEveryFieldAndParameterHasALabel(t *testing.T) {
	s, err := build(Deps{Version: SpecVersion})
	require.NoError(t, err)
	processes, err := process.Load()
	require.NoError(t, err)
	doc := s.OpenAPI()
	body := doc.Paths["/v1/changes/{id}/comments"].Post.RequestBody.Content["application/json"]
	schema := doc.Components.Schemas.SchemaFromRef(body.Schema.Ref)
	schema.Properties["mood"] = &huma.Schema{Type: "array", Items: &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{"colour": {Type: "string"}}}}
	doc.Paths["/v1/changes"].Get.Parameters = append(doc.Paths["/v1/changes"].Get.Parameters, &huma.Param{Name: "weather", In: "query"})
	template, err := roster.National()
	require.NoError(t, err)
	_, err = rest.NewLabels(doc, labelWords(processes, template))
	require.ErrorContains(t, err, "has none for comment-change mood, comment-change mood/*/colour, list-changes weather")
}

// quoted finds the words between quotation marks in a sentence.
var quoted = regexp.MustCompile(`“([^”]*)”|"([^"]*)"`)

// Wrong shapes at every place of every body: the sentence names the place in words,
// the pointer names it for programs.
func TestSentencesNameFieldsInWords(t *testing.T) {
	w := newWorld(t)
	wrong := []string{"[]", "{}", "7", `"ㅤ"`, `"\u0000"`, `""`, `"` + strings.Repeat("长", 6000) + `"`}
	told := 0
	for _, b := range w.bodies() {
		for _, place := range b.places() {
			if strings.HasSuffix(place.pointer, "/surplus") {
				continue // the caller's own word
			}
			for _, shape := range wrong {
				for language, other := range map[string]*regexp.Regexp{"zh": regexp.MustCompile(`^[A-Za-z_0-9]+$`), "en": regexp.MustCompile(`_|\p{Han}`)} {
					text := bytes.Replace(place.text, []byte(`"`+here+`"`), []byte(shape), 1)
					answer := w.raw(b.token, b.call(), text, "Accept-Language", language)
					if answer.Code != http.StatusUnprocessableEntity {
						continue
					}
					p := read[rest.Problem](t, answer.Code, answer)
					for _, e := range p.Errors {
						if !namesAPlace(e.Code) || e.Code == "unknown_field" || strings.HasPrefix(e.Pointer, "/items/") {
							continue
						}
						for _, found := range quoted.FindAllStringSubmatch(e.Detail, -1) {
							require.NotRegexp(t, other, found[1]+found[2], "%s %s: %s", b.op.ID, e.Pointer, e.Detail)
							told++
						}
					}
				}
			}
		}
	}
	require.Greater(t, told, 500)
}

func TestLabelsFollowThePlace(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	admin := w.login(w.places["school"], org.SchoolSysadmin)
	for _, row := range []struct {
		who      caller
		call     call
		pointer  string
		zh, en   string
		wantCode string
	}{
		{admin, call{method: "POST", path: orgPath(w.places["school"], "/accounts"), body: m{"login": "someone", "name": "ㅤ", "roles": []string{"PRINCIPAL"}}}, "/name", "“姓名”必须填写。", `"name" is required. `, "required"},
		{admin, call{method: "POST", path: "/v1/me/password", body: m{"present": "x"}}, "/new", "“新密码”必须填写。", `"new password" is required. `, "required"},
		{admin, call{method: "POST", path: orgPath(w.places["school"], "/accounts"), body: m{"login": "someone", "name": "张三", "roles": []any{"PRINCIPAL", 7}}}, "/roles/1", "“角色（第2项）”", `"roles (entry 2)"`, "wrong_type"},
		{registrar, call{method: "POST", path: "/v1/changes/check", body: m{"kind": "SUSPENSION", "evidence": []m{{"kind": "X"}}}}, "/evidence/0/id", "“材料编号（第1项）”必须填写。", `"ID of the paper (entry 1)" is required. `, "required"},
		{registrar, call{method: "POST", path: "/v1/changes/check", body: m{"kind": "SUSPENSION", "inputs": m{"class_id": 7}}}, "/inputs/class_id", "“班级”的类型不对。", `"class" has the wrong type. `, "wrong_type"},
		{registrar, call{method: "POST", path: "/v1/changes/check", body: m{"kind": "KEY_DATA_CHANGE", "values": m{"birth_date": 7}}}, "/values/birth_date", "“出生日期”的类型不对。", `"Date of birth" has the wrong type. `, "wrong_type"},
		{registrar, call{method: "POST", path: "/v1/changes/check", body: m{"kind": "SUSPENSION", "mood": 7}}, "/mood", "没有“mood”这一项。", `no field "mood"`, "unknown_field"},
		{registrar, call{method: "POST", path: "/v1/students/search", body: m{"statuses": []string{"FOO"}}}, "/statuses/0", "“学籍状态（第1项）”不在可选值之内", `"states of the record (entry 1)" is not one of`, "not_in_list"},
		{admin, call{method: "POST", path: orgPath(w.places["school"], "/accounts"), body: m{"login": "someone", "name": "张三", "roles": []any{[]string{"A"}}}}, "/roles/0", "“角色（第1项）”", `"roles (entry 1)"`, "wrong_type"},
		{registrar, call{method: "POST", path: "/v1/changes/check", body: m{"kind": "FOO"}}, "/kind", "没有“FOO”这种业务", `no process "FOO"`, "kind_unknown"},
		{registrar, get("/v1/changes?limit=many"), "limit", "“每页条数”的", `"entries on a page"`, ""},
		{registrar, get("/v1/changes/" + strings.Repeat("7", 36)), "id", "“编号”的", `"ID"`, ""},
		{registrar, get("/v1/rosters?school_id=7"), "school_id", "“学校”的格式不对。", `"school" has the wrong format. `, "wrong_format"},
	} {
		row.call.key = uuid.NewString()
		for language, want := range map[string]string{"zh": row.zh, "en": row.en} {
			row.call.language = language
			p := read[rest.Problem](t, http.StatusUnprocessableEntity, w.send(row.who.token, row.call))
			i := slices.IndexFunc(p.Errors, func(f rest.Finding) bool { return f.Pointer == row.pointer })
			require.GreaterOrEqual(t, i, 0, "%s: %v", row.pointer, p.Errors)
			require.Contains(t, p.Errors[i].Detail, want)
			if row.wantCode != "" {
				require.Equal(t, row.wantCode, p.Errors[i].Code)
			}
		}
	}
}
