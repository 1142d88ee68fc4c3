package rest

import (
	"encoding"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// writeJSON writes an answer. It writes a nil list or map as an empty one, never as
// null, as the description promises: a page may count and walk it without asking.
func writeJSON(w io.Writer, answer any) error {
	if answer != nil {
		if full, changed := filled(reflect.ValueOf(answer)); changed {
			answer = full.Interface()
		}
	}
	return huma.DefaultJSONFormat.Marshal(w, answer)
}

// filled returns a value in which nothing is null that is a list or a map; false when it
// was so before. The value itself is never changed: answers share parts that stay.
func filled(v reflect.Value) (reflect.Value, bool) {
	t := v.Type()
	if !mayHoldList(t) {
		return v, false
	}
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return v, false
		}
		inner, changed := filled(v.Elem())
		if !changed {
			return v, false
		}
		if t.Kind() == reflect.Interface {
			return inner, true
		}
		full := reflect.New(t.Elem())
		full.Elem().Set(inner)
		return full, true
	case reflect.Slice:
		return filledSlice(v, t)
	case reflect.Map:
		return filledMap(v, t)
	case reflect.Struct:
		return filledStruct(v, t)
	default: // holds no list
		return v, false
	}
}

func filledSlice(v reflect.Value, t reflect.Type) (reflect.Value, bool) {
	if v.IsNil() {
		return reflect.MakeSlice(t, 0, 0), true
	}
	full := v
	for i := range v.Len() {
		if entry, changed := filled(v.Index(i)); changed {
			if full == v {
				full = reflect.MakeSlice(t, v.Len(), v.Len())
				reflect.Copy(full, v)
			}
			full.Index(i).Set(entry)
		}
	}
	return full, full != v
}

func filledMap(v reflect.Value, t reflect.Type) (reflect.Value, bool) {
	if v.IsNil() {
		return reflect.MakeMap(t), true
	}
	full := v
	for _, key := range v.MapKeys() {
		if entry, changed := filled(v.MapIndex(key)); changed {
			if full == v {
				full = reflect.MakeMapWithSize(t, v.Len())
				for _, old := range v.MapKeys() {
					full.SetMapIndex(old, v.MapIndex(old))
				}
			}
			full.SetMapIndex(key, entry)
		}
	}
	return full, full != v
}

func filledStruct(v reflect.Value, t reflect.Type) (reflect.Value, bool) {
	full := v
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() || leftOut(field, v.Field(i)) {
			continue
		}
		if part, changed := filled(v.Field(i)); changed {
			if full == v {
				full = reflect.New(t).Elem()
				full.Set(v)
			}
			full.Field(i).Set(part)
		}
	}
	return full, full != v
}

// leftOut reports whether a field is not written: it never is, or it is empty.
func leftOut(field reflect.StructField, v reflect.Value) bool {
	name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	if name == "-" && options == "" {
		return true
	}
	return strings.Contains(options, "omit") && v.IsZero()
}

// holdsList remembers by type whether a list or a map may stand in it, which never changes.
var holdsList sync.Map

// mayHoldList reports whether a list or a map may stand in a type that writes itself field
// by field.
func mayHoldList(t reflect.Type) bool {
	if known, ok := holdsList.Load(t); ok {
		holds, _ := known.(bool)
		return holds
	}
	holds := searchList(t, map[reflect.Type]bool{})
	holdsList.Store(t, holds)
	return holds
}

func searchList(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] || writesItself(t) {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface, reflect.Map:
		return true
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Uint8
	case reflect.Pointer:
		return searchList(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() && searchList(t.Field(i).Type, seen) {
				return true
			}
		}
	default: // one value
	}
	return false
}

// writesItself reports whether a type has its own JSON or text.
func writesItself(t reflect.Type) bool {
	for _, way := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()} {
		if t.Kind() != reflect.Interface && (t.Implements(way) || reflect.PointerTo(t).Implements(way)) {
			return true
		}
	}
	return false
}

// promiseLists takes null from the lists of answers in the description. What is handed in
// may still say null for an empty list.
func (s *Server) promiseLists() {
	handedIn := map[*huma.Schema]bool{}
	var list func(*huma.Schema, func(*huma.Schema) bool)
	list = func(schema *huma.Schema, visit func(*huma.Schema) bool) {
		if schema == nil {
			return
		}
		if schema.Ref != "" {
			schema = s.huma.OpenAPI().Components.Schemas.SchemaFromRef(schema.Ref)
		}
		if !visit(schema) {
			return
		}
		list(schema.Items, visit)
		for _, property := range schema.Properties {
			list(property, visit)
		}
		if more, ok := schema.AdditionalProperties.(*huma.Schema); ok {
			list(more, visit)
		}
	}
	each := func(do func(*huma.Operation)) {
		for _, path := range s.huma.OpenAPI().Paths {
			for _, op := range []*huma.Operation{path.Get, path.Post, path.Put, path.Patch, path.Delete} {
				if op != nil {
					do(op)
				}
			}
		}
	}
	each(func(op *huma.Operation) {
		if op.RequestBody == nil {
			return
		}
		for _, media := range op.RequestBody.Content {
			list(media.Schema, func(schema *huma.Schema) bool {
				first := !handedIn[schema]
				handedIn[schema] = true
				return first
			})
		}
	})
	answered := map[*huma.Schema]bool{}
	each(func(op *huma.Operation) {
		for _, answer := range op.Responses {
			for _, media := range answer.Content {
				list(media.Schema, func(schema *huma.Schema) bool {
					first := !answered[schema]
					answered[schema] = true
					if schema.Type == huma.TypeArray && !handedIn[schema] {
						schema.Nullable = false
					}
					return first
				})
			}
		}
	})
}
