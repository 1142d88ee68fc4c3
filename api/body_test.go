package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
)

// raw sends a body as it is, without a JSON encoder that would mend it.
func (w *world) raw(token string, c call, body []byte, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(c.method, c.path, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
	}
	if c.ifMatch != "" {
		r.Header.Set("If-Match", c.ifMatch)
	}
	if c.language != "" {
		r.Header.Set("Accept-Language", c.language)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	return answer
}

// A text that is no UTF-8, or was lost before it was sent, is refused before anything
// is stored, and the key of the submission may be used for the right one.
func TestADamagedTextIsRefusedAndTheKeyStaysUsable(t *testing.T) {
	w := newWorld(t)
	change, _ := w.change(w.places["school"], org.SchoolLeader)
	leader := w.login(w.places["school"], org.SchoolLeader)
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(`{"text":"请补充材料"}`))
	require.NoError(t, err)
	path := "/v1/changes/" + change.String() + "/comments"
	damaged := map[string][]byte{
		"GBK":                gbk,
		"a half pair":        []byte(`{"text":"\ud800"}`),
		"halves in disorder": []byte(`{"text":"a\udc00\ud800b"}`),
		"lost before":        []byte("{\"text\":\"同\ufffd\"}"),
		"lost, escaped":      []byte(`{"text":"同\ufffd"}`),
		"overlong":           []byte("{\"text\":\"\xc0\xaf\"}"),
		"a surrogate":        []byte("{\"text\":\"\xed\xa0\x80\"}"),
	}
	for name, body := range damaged {
		p := read[rest.Problem](t, http.StatusBadRequest, w.raw(leader.token, call{method: "POST", path: path, key: "k-damaged-1"}, body))
		require.Equal(t, "text_garbled", p.Code, name)
		require.Equal(t, "/text", p.Errors[0].Pointer, name)
	}
	p := read[rest.Problem](t, http.StatusBadRequest, w.raw(leader.token, call{method: "POST", path: path, key: "k-damaged-1"}, []byte("{\"\xff\":\"a\"}")))
	require.Equal(t, "text_garbled", p.Code)
	p = read[rest.Problem](t, http.StatusBadRequest, w.raw(leader.token, call{method: "POST", path: path, key: "k-damaged-1"}, []byte("{\"text\":\"\xd5\\\"}")))
	require.Equal(t, "text_garbled", p.Code, "cut in the middle of a character it is still told as damaged")
	require.Contains(t, p.Detail, "提交的内容")
	p = read[rest.Problem](t, http.StatusUnsupportedMediaType, w.raw(leader.token, call{method: "POST", path: path, key: "k-damaged-1"}, []byte(`{"text":"a"}`),
		"Content-Type", "application/json; charset=GBK"))
	require.Contains(t, p.Detail, "utf-8")
	require.Zero(t, one[int](w, `SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'COMMENT'`, change))
	require.Less(t, w.raw(leader.token, call{method: "POST", path: path, key: "k-damaged-1"}, []byte(`{"text":"请补充材料 👍"}`), "Content-Type", "application/json; charset=UTF-8").Code, 300)
	require.Equal(t, "请补充材料 👍", one[string](w, `SELECT opinion FROM change_event WHERE change_id = $1 AND verb = 'COMMENT'`, change))
}

// The other ways in: parts of the address, parameters, names of files.
func TestADamagedTextIsRefusedOutsideOfBodies(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	for _, path := range []string{"/v1/changes?case_no=%ef%bf%bd", "/v1/processes/%ff"} {
		p := w.refused("text_garbled", registrar.token, get(path))
		require.Equal(t, http.StatusBadRequest, p.Status)
		require.NotEmpty(t, p.Errors[0].Pointer)
	}
	require.Equal(t, http.StatusUnprocessableEntity, w.send(registrar.token, get("/v1/changes?%ff=a")).Code, "a parameter of such a name does not exist")
	name, err := simplifiedchinese.GBK.NewEncoder().String("申请表.pdf")
	require.NoError(t, err)
	for _, name := range []string{name, "a\ufffd.pdf"} {
		p := read[rest.Problem](t, http.StatusBadRequest, w.uploadAs(registrar, "/v1/evidence", name, []byte("%PDF-1.7\n")))
		require.Equal(t, "upload_malformed", p.Code)
	}
	for _, header := range []string{"Idempotency-Key", "If-Match"} {
		answer := w.raw(registrar.token, call{method: "POST", path: "/v1/changes", key: "k-headers-1"}, []byte(`{"kind":"SUSPENSION"}`), header, "\xff\xfe")
		require.GreaterOrEqual(t, answer.Code, 400)
		require.Less(t, answer.Code, 500, header)
	}
}

// The framework's check of lists without repetition panicked at a list or an object.
func TestAListOfWordsTakesNoListsAndNoObjects(t *testing.T) {
	w := newWorld(t)
	admin := w.login(w.places["school"], org.SchoolSysadmin)
	path := orgPath(w.places["school"], "/accounts")
	for _, roles := range []any{[]any{[]any{}}, []any{m{}}, []any{m{"a": 1}, m{"a": 1}}, []any{[]any{[]any{}}, "PRINCIPAL"}} {
		p := w.refused("wrong_type", admin.token, call{method: "POST", path: path, body: m{"login": "someone", "name": "张三", "roles": roles}})
		require.Equal(t, "/roles/0", p.Errors[0].Pointer)
	}
	p := w.refused("not_unique", admin.token, call{method: "POST", path: path, body: m{"login": "someone", "name": "张三", "roles": []string{"PRINCIPAL", "PRINCIPAL"}}})
	require.Equal(t, "/roles", p.Errors[0].Pointer)
	require.Contains(t, string(mustSpec(t)), "uniqueItems: true", "the description still says so")
}

func mustSpec(t *testing.T) []byte {
	t.Helper()
	text, err := Spec()
	require.NoError(t, err)
	return text
}

// A panic of the library that reads a body is a body that cannot be read.
func TestAPanicWhileReadingIsABodyThatCannotBeRead(t *testing.T) {
	w := newWorld(t)
	rest.Register(w.server, rest.Operation{ID: "fragile", Method: "POST", Path: "/v1/fragile", Action: authz.Public, Tag: "x", Summary: "x"},
		func(context.Context, *fragileInput) (*rest.Empty, error) { return &rest.Empty{}, nil })
	p := w.refused("malformed_body", "", call{method: "POST", path: "/v1/fragile", body: m{"text": "张三"}})
	require.Equal(t, http.StatusBadRequest, p.Status)
	require.Contains(t, w.log.String(), `"panic"`, "the operator is told")
	require.NotContains(t, w.log.String(), "张三")
}

type fragileInput struct {
	Body struct {
		Text fragile `json:"text"`
	}
}

type fragile string

func (f *fragile) UnmarshalText(text []byte) error { panic(string(text)) }

func TestANumberThatCannotBeUsedIsNamed(t *testing.T) {
	w := newWorld(t)
	registrar := w.login(w.places["school"], org.SchoolRegistrar)
	search := call{method: "POST", path: "/v1/students/search"}
	for body, code := range map[string]string{
		`{"name":"a","limit":1e400}`: "wrong_number", `{"name":"a","limit":5.0}`: "wrong_number", `{"name":"a","limit":1e2}`: "wrong_number",
		`{"name":"a","limit":1.5}`: "wrong_type", `{"name":"a","limit":1e300}`: "out_of_range",
	} {
		answer := w.raw(registrar.token, search, []byte(body))
		p := read[rest.Problem](t, http.StatusUnprocessableEntity, answer)
		require.Equal(t, code, p.Code, body)
		require.Equal(t, "/limit", p.Errors[0].Pointer, body)
	}
}

// here marks the place of a body where something else is put.
const here = "@@here@@"

// shapes are what a place of a body may be given instead of what belongs there, as
// they stand on the wire.
func shapes() []string {
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	return []string{"null", "true", "7", "-1", "1.5", "1e18", "1e300", "1e400", "-0", `""`, `"文"`, `"\u0000"`, `"\ud800"`, "\"\xb0\xa1\"", `"ㅤ"`, `"` + strings.Repeat("长", 6000) + `"`,
		"[]", "[[]]", "[{}]", "[[],[]]", "[{},{}]", "[null,null]", `["a","a"]`, `[["a"],["a"]]`, `[{"a":1},{"a":1}]`, "{}", `{"a":{}}`, `{"a":[]}`, `{"a":1,"a":2}`, `{"":""}`,
		`{"\u0000":1}`, deep, strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300), "", "}", "2026-11-20", `"2026-02-30"`, `"00000000-0000-0000-0000-000000000000"`}
}

// TestEveryBodyOfTheDescriptionIsFuzzed puts every wrong shape at every place of every
// JSON body of the description: the answer is never a 500, and a refusal says code,
// place and a sentence.
func TestEveryBodyOfTheDescriptionIsFuzzed(t *testing.T) {
	w := newWorld(t)
	bodies := w.bodies()
	require.Greater(t, len(bodies), 40)
	for _, b := range bodies {
		t.Run(b.op.ID, func(t *testing.T) {
			for _, place := range b.places() {
				for _, shape := range shapes() {
					text := bytes.Replace(place.text, []byte(`"`+here+`"`), []byte(shape), 1)
					answer := w.raw(b.token, b.call(), text, "Accept-Language", "en")
					require.Less(t, answer.Code, 500, "%s: %.200s: %s\n%s", place.pointer, text, answer.Body, lastLine(w))
					if answer.Code < 400 {
						continue
					}
					p := read[rest.Problem](t, answer.Code, answer)
					require.NotEmpty(t, p.Code)
					require.NotEmpty(t, p.Detail)
					require.NotContains(t, p.Detail, "长长")
					if namesAPlace(p.Code) && place.pointer != "" {
						require.NotEmpty(t, p.Errors, "%s: %.200s: %s", place.pointer, text, answer.Body)
						require.NotEmpty(t, p.Errors[0].Pointer, "%s: %.200s: %s", place.pointer, text, answer.Body)
					}
				}
			}
		})
	}
	require.NotContains(t, w.log.String(), `"msg":"panic"`)
}

// namesAPlace says whether a code is about one place of a body.
func namesAPlace(code string) bool {
	return slices.Contains([]string{"wrong_type", "wrong_format", "wrong_number", "not_in_list", "too_short", "too_long", "out_of_range", "unknown_field", "wrong_count",
		"not_unique", "required", "wrong_characters"}, code)
}

// body is an operation with a JSON body and a right example of it.
type fuzzBody struct {
	op      rest.Operation
	path    string
	token   string
	example any
}

func (b fuzzBody) call() call {
	return call{method: b.op.Method, path: b.path, key: "k-" + uuid.NewString(), ifMatch: `"1"`}
}

type fuzzPlace struct {
	pointer string
	text    []byte
}

// places gives the example once for every place of it, with the mark there.
func (b fuzzBody) places() []fuzzPlace {
	var list []fuzzPlace
	var walk func(node any, pointer string, put func(any) any)
	add := func(pointer string, whole any) {
		text, err := json.Marshal(whole)
		if err == nil {
			list = append(list, fuzzPlace{pointer: pointer, text: text})
		}
	}
	walk = func(node any, pointer string, put func(any) any) {
		add(pointer, put(here))
		switch v := node.(type) {
		case map[string]any:
			for name, item := range v {
				walk(item, pointer+"/"+name, func(x any) any {
					c := map[string]any{}
					for k, other := range v {
						c[k] = other
					}
					c[name] = x
					return put(c)
				})
			}
			c := map[string]any{"surplus": here}
			for k, other := range v {
				c[k] = other
			}
			add(pointer+"/surplus", put(c))
		case []any:
			for i, item := range v {
				walk(item, pointer+"/0", func(x any) any {
					c := slices.Clone(v)
					c[i] = x
					return put(c)
				})
			}
		}
	}
	walk(b.example, "", func(x any) any { return x })
	return list
}

// bodies are all operations with a JSON body, somebody who may call each, and an example.
func (w *world) bodies() []fuzzBody {
	registry := w.server.OpenAPI().Components.Schemas
	change, _ := w.change(w.places["school"], org.SchoolLeader)
	known := map[string]string{"orgs": w.places["school"].id.String(), "changes": change.String(), "students": w.pupil(w.places["school"]).String(),
		"accounts": w.account(w.places["school"], org.Principal).String()}
	var list []fuzzBody
	for _, op := range w.server.Operations() {
		described := describedAs(w.server.OpenAPI(), op)
		if described.RequestBody == nil || described.RequestBody.Content["application/json"] == nil {
			continue
		}
		b := fuzzBody{op: op, example: example(registry, described.RequestBody.Content["application/json"].Schema, 0)}
		parts := strings.Split(op.Path, "/")
		for i, part := range parts {
			if strings.HasPrefix(part, "{") {
				parts[i] = uuid.NewString()
				if id, ok := known[parts[i-1]]; ok {
					parts[i] = id
				}
			}
		}
		b.path = strings.Join(parts, "/")
		if roles := authz.RolesFor(op.Action); op.Action != authz.Public {
			role := org.SchoolRegistrar
			if len(roles) > 0 {
				role = roles[0].Role
			}
			at := "county"
			if role.OfSchool() {
				at = "school"
			}
			b.token = w.login(w.places[at], role).token
		}
		list = append(list, b)
	}
	return list
}

func describedAs(spec *huma.OpenAPI, op rest.Operation) *huma.Operation {
	path := spec.Paths[op.Path]
	return map[string]*huma.Operation{"GET": path.Get, "POST": path.Post, "PUT": path.Put, "PATCH": path.Patch, "DELETE": path.Delete}[op.Method]
}

// example makes a right value of a schema.
func example(registry huma.Registry, s *huma.Schema, depth int) any {
	if s.Ref != "" {
		s = registry.SchemaFromRef(s.Ref)
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Format == "uuid":
		return uuid.NewString()
	case s.Format == "date":
		return "2026-11-23"
	case s.Format == "date-time":
		return "2026-11-23T09:00:00+08:00"
	}
	switch s.Type {
	case huma.TypeString:
		least := 4
		if s.MinLength != nil {
			least = max(least, *s.MinLength)
		}
		return strings.Repeat("A", least)
	case huma.TypeInteger, huma.TypeNumber:
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case huma.TypeBoolean:
		return true
	case huma.TypeArray:
		if depth > 6 {
			return []any{}
		}
		return []any{example(registry, s.Items, depth+1)}
	case huma.TypeObject:
		all := map[string]any{}
		for name, property := range s.Properties {
			all[name] = example(registry, property, depth+1)
		}
		if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
			all["remark"] = example(registry, more, depth+1)
		}
		return all
	}
	return "any"
}

// Of a name that stands twice in one object nobody can tell which value counts: it is
// refused with its place, nothing is stored, and the key stays usable.
func TestANameThatStandsTwiceIsRefused(t *testing.T) {
	w := newWorld(t)
	change, _ := w.change(w.places["school"], org.SchoolLeader)
	leader := w.login(w.places["school"], org.SchoolLeader)
	path := "/v1/changes/" + change.String() + "/comments"
	post := func(body string) *httptest.ResponseRecorder {
		return w.raw(leader.token, call{method: "POST", path: path, key: "k-repeated-1"}, []byte(body))
	}
	for body, pointer := range map[string]string{
		`{"text":"x","text":"y"}`:                     "/text",
		`{"text":"x","\u0074ext":"x"}`:                "/text",
		`{"text":"x","more":[{"a":1},{"a":1,"a":2}]}`: "/more/1/a",
		`{"text":"x","张三":1,"张三":2}`:                  "/?",
	} {
		p := read[rest.Problem](t, http.StatusBadRequest, post(body))
		require.Equal(t, "name_repeated", p.Code, body)
		require.Equal(t, pointer, p.Errors[0].Pointer, body)
		require.NotContains(t, p.Detail, "张三")
	}
	p := read[rest.Problem](t, http.StatusUnprocessableEntity, post("{\"text\":\"\ue000\"}"))
	require.Equal(t, "/text", p.Errors[0].Pointer, "a private character alone says nothing")
	require.Zero(t, one[int](w, `SELECT count(*) FROM change_event WHERE change_id = $1 AND verb = 'COMMENT'`, change))
	require.Less(t, post(`{"text":"请补充材料"}`).Code, 300)
}
