package api_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// m is a JSON object.
type m = map[string]any

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

// share says which shapes a place of a body gets: one in four, and other ones at the next
// place, so that every shape comes to many places. make soak takes all of them.
func share(place int, shapes []string) []string {
	if os.Getenv("XUEJI_SOAK") != "" {
		return shapes
	}
	var some []string
	for i := place % 4; i < len(shapes); i += 4 {
		some = append(some, shapes[i])
	}
	return some
}

// TestEveryBodyOfTheDescriptionIsFuzzed puts wrong shapes at every place of every JSON
// body of the description: the answer is never a 500, and a refusal says code, place and
// a sentence.
func TestEveryBodyOfTheDescriptionIsFuzzed(t *testing.T) {
	w := apitest.New(t)
	all, n := bodies(w), 0
	require.Greater(t, len(all), 40)
	for _, b := range all {
		for _, place := range b.places() {
			n++
			for _, shape := range share(n, shapes()) {
				judge(t, w, b, place, shape)
			}
		}
	}
	require.NotContains(t, w.Log.String(), `"msg":"panic"`)
}

// judge sends a shape at a place of a body and reads what is said to it.
func judge(t *testing.T, w *apitest.World, b fuzzBody, place fuzzPlace, shape string) {
	t.Helper()
	text := bytes.Replace(place.text, []byte(`"`+here+`"`), []byte(shape), 1)
	answer := w.Raw(b.token, b.call(), text, "Accept-Language", "en")
	require.Less(t, answer.Code, 500, "%s %s: %.200s: %s\n%s", b.op.ID, place.pointer, text, answer.Body, lastLine(w))
	if answer.Code < 400 {
		return
	}
	p := apitest.Read[rest.Problem](w, answer.Code, answer)
	require.NotEmpty(t, p.Code)
	require.NotEmpty(t, p.Detail)
	require.NotContains(t, p.Detail, "长长")
	if namesAPlace(p.Code) && place.pointer != "" {
		require.NotEmpty(t, p.Errors, "%s %s: %.200s: %s", b.op.ID, place.pointer, text, answer.Body)
		require.NotEmpty(t, p.Errors[0].Pointer, "%s %s: %.200s: %s", b.op.ID, place.pointer, text, answer.Body)
	}
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

func (b fuzzBody) call() apitest.Call {
	return apitest.Call{Method: b.op.Method, Path: b.path, Key: "k-" + uuid.NewString(), IfMatch: `"1"`}
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
			for _, name := range slices.Sorted(maps.Keys(v)) {
				item := v[name]
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
func bodies(w *apitest.World) []fuzzBody {
	registry := w.Server.OpenAPI().Components.Schemas
	change, _ := w.Change(storetest.SchoolA)
	known := map[string]string{"orgs": w.OfficeID(storetest.SchoolA).String(), "changes": change.String(), "students": w.Pupil(storetest.SchoolA).String(),
		"accounts": w.NewAccount(storetest.SchoolA, org.Principal).Account.String()}
	var list []fuzzBody
	for _, op := range w.Server.Operations() {
		described := describedAs(w.Server.OpenAPI(), op)
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
			at := storetest.Bureau
			if role.OfSchool() {
				at = storetest.SchoolA
			}
			b.token = w.LogIn(at, role).Token
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

// lastLine is what the log said last.
func lastLine(w *apitest.World) string {
	lines := strings.Split(strings.TrimSpace(w.Log.String()), "\n")
	return lines[len(lines)-1]
}
