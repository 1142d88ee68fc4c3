package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/typed"
)

// bodyFault is a fault of a body that is found before its shape is checked. huma hands
// on only the text of an error, so the text carries code and place.
type bodyFault struct {
	code    refusal.Code
	pointer string
}

const bodyFaultMark = "body fault "

func (f *bodyFault) Error() string { return bodyFaultMark + string(f.code) + " " + f.pointer }

// faultIn reads a bodyFault out of huma's message; false when there is none.
func faultIn(message string) (*refusal.Error, bool) {
	rest, found := strings.CutPrefix(message, bodyFaultMark)
	if !found {
		return nil, false
	}
	code, pointer, _ := strings.Cut(rest, " ")
	e := refusal.New(refusal.Code(code))
	if pointer == "" {
		return e.WithText("field", wholeBody().Zh, wholeBody().En), true
	}
	return e.At(pointer).With("field", lastOf(pointer)), true
}

// wholeBody names what was sent where no place in it can be named.
func wholeBody() process.Text { return process.Text{Zh: "提交的内容", En: "the content"} }

// readJSON decodes a body. It is the one way in for JSON: encoding/json replaces
// what is no UTF-8, and halves of surrogate pairs, by U+FFFD and says nothing, so
// that what was typed would be lost and stored; here such a body is refused.
func readJSON(text []byte, into any) error {
	if !utf8.Valid(text) {
		return &bodyFault{code: refusal.TextGarbled, pointer: firstGarbled(text)}
	}
	if err := json.Unmarshal(text, into); err != nil {
		return placedFault(text, err)
	}
	if tree, whole := into.(*any); whole {
		if pointer, found := repeatedIn(text); found {
			return &bodyFault{code: refusal.NameRepeated, pointer: pointer}
		}
		if pointer, found := garbledAt(*tree, ""); found {
			return &bodyFault{code: refusal.TextGarbled, pointer: pointer}
		}
	}
	return nil
}

// firstGarbled is the place of the first damaged text of a body that is JSON all the
// same; the whole body otherwise.
func firstGarbled(text []byte) string {
	var tree any
	if json.Unmarshal(text, &tree) != nil {
		return ""
	}
	pointer, _ := garbledAt(tree, "")
	return pointer
}

// garbledAt finds the first damaged name or text of a tree.
func garbledAt(tree any, pointer string) (string, bool) {
	switch v := tree.(type) {
	case string:
		return pointer, typed.Garbled(v)
	case []any:
		for i, item := range v {
			if at, found := garbledAt(item, pointer+"/"+strconv.Itoa(i)); found {
				return at, true
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if typed.Garbled(name) {
				return pointer, true
			}
			if at, found := garbledAt(v[name], pointer+"/"+PlainField(name)); found {
				return at, true
			}
		}
	}
	return "", false
}

// PlainField is a name of the caller's as far as it may be repeated.
func PlainField(name string) string {
	if fieldForm.MatchString(name) {
		return name
	}
	return "?"
}

// placedFault names the place of a number that is too large to be read, or is
// no whole one; any other error stays what it is.
func placedFault(text []byte, err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	code := refusal.WrongType
	if strings.HasPrefix(wrong.Value, "number") {
		code = refusal.WrongNumber
	}
	return &bodyFault{code: code, pointer: placeOf(text, wrong.Offset)}
}

// placeOf is the JSON pointer of the value that ends at an offset of a body.
func placeOf(text []byte, offset int64) string {
	type level struct {
		name  string
		index int
		list  bool
		named bool // the next token is a value
	}
	var path []level
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		delim, _ := token.(json.Delim)
		if n := len(path) - 1; n >= 0 && delim != ']' && delim != '}' {
			switch top := &path[n]; {
			case top.list:
				top.index++
			case !top.named:
				top.name, _ = token.(string)
				top.named = true
				continue
			default:
				top.named = false
			}
		}
		if decoder.InputOffset()+1 >= offset && delim == 0 { // the offset may lie one behind the value
			var b strings.Builder
			for _, l := range path {
				if l.list {
					b.WriteString("/" + strconv.Itoa(l.index))
				} else {
					b.WriteString("/" + PlainField(l.name))
				}
			}
			return b.String()
		}
		switch delim {
		case '[', '{':
			path = append(path, level{list: delim == '[', index: -1})
		case ']', '}':
			path = path[:len(path)-1]
		}
	}
}

// jsonFormats are huma's formats with our reader of bodies.
func jsonFormats() map[string]huma.Format {
	format := huma.Format{Marshal: writeJSON, Unmarshal: readJSON}
	return map[string]huma.Format{"application/json": format, "json": format}
}

// Enumerate says which words a parameter takes where code knows them and a tag cannot.
func (s *Server) Enumerate(path, parameter string, words []string) {
	for _, p := range s.huma.OpenAPI().Paths[path].Get.Parameters {
		if p.Name != parameter {
			continue
		}
		for _, word := range words {
			p.Schema.Enum = append(p.Schema.Enum, word)
		}
		p.Schema.PrecomputeMessages()
	}
}

// Plain gives words of a type of their own as plain text.
func Plain[T ~string](list []T) []string {
	plain := make([]string, len(list))
	for i, word := range list {
		plain[i] = string(word)
	}
	return plain
}

// refineSchemas takes the check of lists without repetition over from huma, which
// panics when such a list holds a list or an object. The description still says
// uniqueItems; tidier looks after the types are known to be right. The format of
// a list is that of its entries, which huma's tags cannot say.
func (s *Server) refineSchemas() {
	seen := map[*huma.Schema]bool{}
	var walk func(*huma.Schema)
	walk = func(schema *huma.Schema) {
		if schema == nil || seen[schema] {
			return
		}
		seen[schema] = true
		if schema.UniqueItems {
			schema.UniqueItems = false
			if schema.Extensions == nil {
				schema.Extensions = map[string]any{}
			}
			schema.Extensions["uniqueItems"] = true
		}
		if schema.Type == huma.TypeArray && schema.Format != "" {
			schema.Items.Format, schema.Format = schema.Format, ""
		}
		walk(schema.Items)
		for _, property := range schema.Properties {
			walk(property)
		}
		if more, ok := schema.AdditionalProperties.(*huma.Schema); ok {
			walk(more)
		}
	}
	for _, schema := range s.huma.OpenAPI().Components.Schemas.Map() {
		walk(schema)
	}
	for _, path := range s.huma.OpenAPI().Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Put, path.Patch, path.Delete} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				walk(p.Schema)
			}
			if op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Content {
				walk(media.Schema)
			}
		}
	}
}
