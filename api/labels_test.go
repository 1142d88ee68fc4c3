package api_test

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// quoted finds the words between quotation marks in a sentence.
var quoted = regexp.MustCompile(`“([^”]*)”|"([^"]*)"`)

// Wrong shapes at every place of every body: the sentence names the place in words,
// the pointer names it for programs.
func TestSentencesNameFieldsInWords(t *testing.T) {
	w := apitest.New(t)
	wrong := []string{"[]", "{}", "7", `"ㅤ"`, `"\u0000"`, `""`, `"` + strings.Repeat("长", 6000) + `"`}
	other := map[string]*regexp.Regexp{"zh": regexp.MustCompile(`^[A-Za-z_0-9]+$`), "en": regexp.MustCompile(`_|\p{Han}`)}
	told, n := 0, 0
	for _, b := range bodies(w) {
		for _, place := range b.places() {
			if strings.HasSuffix(place.pointer, "/surplus") {
				continue // the caller's own word
			}
			for _, shape := range wrong {
				n++
				language := []string{"zh", "en"}[n%2] // at the next place the shape is told in the other one
				text := bytes.Replace(place.text, []byte(`"`+here+`"`), []byte(shape), 1)
				answer := w.Raw(b.token, b.call(), text, "Accept-Language", language)
				if answer.Code != http.StatusUnprocessableEntity {
					continue
				}
				for _, e := range apitest.Read[rest.Problem](w, answer.Code, answer).Errors {
					if !namesAPlace(e.Code) || e.Code == "unknown_field" || strings.HasPrefix(e.Pointer, "/items/") {
						continue
					}
					for _, found := range quoted.FindAllStringSubmatch(e.Detail, -1) {
						require.NotRegexp(t, other[language], found[1]+found[2], "%s %s: %s", b.op.ID, e.Pointer, e.Detail)
						told++
					}
				}
			}
		}
	}
	require.Greater(t, told, 500)
}

func TestLabelsFollowThePlace(t *testing.T) {
	w := apitest.New(t)
	registrar := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	admin := w.LogIn(storetest.SchoolA, org.SchoolSysadmin)
	for _, row := range []struct {
		who      apitest.Caller
		call     apitest.Call
		pointer  string
		zh, en   string
		wantCode string
	}{
		{admin, apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": "someone", "name": "ㅤ", "roles": []string{"PRINCIPAL"}}), "/name", "“姓名”必须填写。", `"name" is required. `, "required"},
		{admin, apitest.Post("/v1/me/password", m{"present": "x"}), "/new", "“新密码”必须填写。", `"new password" is required. `, "required"},
		{admin, apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": "someone", "name": "张三", "roles": []any{"PRINCIPAL", 7}}), "/roles/1", "“角色（第2项）”", `"roles (entry 2)"`, "wrong_type"},
		{registrar, apitest.Post("/v1/changes/check", m{"kind": "SUSPENSION", "evidence": []m{{"kind": "X"}}}), "/evidence/0/id", "“材料编号（第1项）”必须填写。", `"ID of the paper (entry 1)" is required. `, "required"},
		{registrar, apitest.Post("/v1/changes/check", m{"kind": "SUSPENSION", "inputs": m{"class_id": 7}}), "/inputs/class_id", "“班级”的类型不对。", `"class" has the wrong type. `, "wrong_type"},
		{registrar, apitest.Post("/v1/changes/check", m{"kind": "KEY_DATA_CHANGE", "values": m{"birth_date": 7}}), "/values/birth_date", "“出生日期”的类型不对。", `"Date of birth" has the wrong type. `, "wrong_type"},
		{registrar, apitest.Post("/v1/changes/check", m{"kind": "SUSPENSION", "mood": 7}), "/mood", "没有“mood”这一项。", `no field "mood"`, "unknown_field"},
		{registrar, apitest.Post("/v1/students/search", m{"statuses": []string{"FOO"}}), "/statuses/0", "“学籍状态（第1项）”不在可选值之内", `"states of the record (entry 1)" is not one of`, "not_in_list"},
		{admin, apitest.Post(w.Org(storetest.SchoolA, "/accounts"), m{"login": "someone", "name": "张三", "roles": []any{[]string{"A"}}}), "/roles/0", "“角色（第1项）”", `"roles (entry 1)"`, "wrong_type"},
		{registrar, apitest.Post("/v1/changes/check", m{"kind": "FOO"}), "/kind", "没有“FOO”这种业务", `no process "FOO"`, "kind_unknown"},
		{registrar, apitest.Get("/v1/changes?limit=many"), "limit", "“每页条数”的", `"entries on a page"`, ""},
		{registrar, apitest.Get("/v1/changes/" + strings.Repeat("7", 36)), "id", "“编号”的", `"ID"`, ""},
		{registrar, apitest.Get("/v1/rosters?school_id=7"), "school_id", "“学校”的格式不对。", `"school" has the wrong format. `, "wrong_format"},
	} {
		row.call.Key = uuid.NewString()
		for language, want := range map[string]string{"zh": row.zh, "en": row.en} {
			row.call.Language = language
			p := apitest.Read[rest.Problem](w, http.StatusUnprocessableEntity, w.Send(row.who.Token, row.call))
			i := slices.IndexFunc(p.Errors, func(f rest.Finding) bool { return f.Pointer == row.pointer })
			require.GreaterOrEqual(t, i, 0, "%s: %v", row.pointer, p.Errors)
			require.Contains(t, p.Errors[i].Detail, want)
			if row.wantCode != "" {
				require.Equal(t, row.wantCode, p.Errors[i].Code)
			}
		}
	}
}
