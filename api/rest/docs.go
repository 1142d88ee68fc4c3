package rest

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"sort"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xueji/xueji/models/refusal"
)

// The readable page is plain HTML made once from the description: no script,
// nothing loaded from outside.
//
//go:embed page/docs.html
var docsTemplate string

//go:embed page/style.css
var docsStyle []byte

type docsTag struct {
	Name       string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Detail, Action string
	Roles                                     []string
	Parameters                                []docsField
	Request                                   []docsBody
	Answers                                   []docsAnswer
}

type docsBody struct{ Media, Schema string }

type docsAnswer struct{ Status, Doc, Schema string }

type docsField struct {
	Name, In, Type, Doc, Schema string
	Required                    bool
}

type docsSchema struct {
	Name   string
	Fields []docsField
}

type docsPage struct {
	Title, Version, Description string
	Tags                        []docsTag
	Schemas                     []docsSchema
	Problems                    []refusal.Entry
}

func (s *Server) docsPage() ([]byte, error) {
	spec := s.huma.OpenAPI()
	page := docsPage{Title: spec.Info.Title, Version: spec.Info.Version, Description: spec.Info.Description}
	for _, op := range s.list {
		i := slices.IndexFunc(page.Tags, func(t docsTag) bool { return t.Name == op.Tag })
		if i < 0 {
			page.Tags = append(page.Tags, docsTag{Name: op.Tag})
			i = len(page.Tags) - 1
		}
		page.Tags[i].Operations = append(page.Tags[i].Operations, docsOf(spec, op))
	}
	for name, schema := range spec.Components.Schemas.Map() {
		page.Schemas = append(page.Schemas, docsSchema{Name: name, Fields: fieldsOf(schema)})
	}
	sort.Slice(page.Schemas, func(i, j int) bool { return page.Schemas[i].Name < page.Schemas[j].Name })
	for _, code := range s.catalogue.Codes() {
		page.Problems = append(page.Problems, s.catalogue.Entry(code))
	}
	t, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		return nil, fmt.Errorf("documentation page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, page); err != nil {
		return nil, fmt.Errorf("documentation page: %w", err)
	}
	return b.Bytes(), nil
}

func docsOf(spec *huma.OpenAPI, op Operation) docsOperation {
	d := docsOperation{ID: op.ID, Method: op.Method, Path: op.Path, Summary: op.Summary, Detail: op.Detail, Action: string(op.Action), Roles: roleNames(op.Action)}
	h := operationAt(spec, op)
	if h == nil {
		return d
	}
	for _, p := range h.Parameters {
		d.Parameters = append(d.Parameters, docsField{Name: p.Name, In: p.In, Type: typeOf(p.Schema), Doc: p.Description, Required: p.Required})
	}
	if h.RequestBody != nil {
		for media, body := range h.RequestBody.Content {
			d.Request = append(d.Request, docsBody{Media: media, Schema: refOf(body.Schema)})
		}
	}
	for status, answer := range h.Responses {
		a := docsAnswer{Status: status, Doc: answer.Description}
		for _, body := range answer.Content {
			a.Schema = refOf(body.Schema)
		}
		d.Answers = append(d.Answers, a)
	}
	sort.Slice(d.Answers, func(i, j int) bool { return d.Answers[i].Status < d.Answers[j].Status })
	return d
}

func operationAt(spec *huma.OpenAPI, op Operation) *huma.Operation {
	item := spec.Paths[op.Path]
	if item == nil {
		return nil
	}
	return map[string]*huma.Operation{
		"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete,
	}[op.Method]
}

func fieldsOf(schema *huma.Schema) []docsField {
	var list []docsField
	for name, field := range schema.Properties {
		f := docsField{Name: name, Type: typeOf(field), Doc: field.Description, Required: slices.Contains(schema.Required, name), Schema: refOf(field)}
		if field.Items != nil {
			f.Schema = refOf(field.Items)
		}
		list = append(list, f)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// typeOf says in a few words what a value looks like.
func typeOf(schema *huma.Schema) string {
	switch {
	case schema == nil:
		return ""
	case schema.Ref != "":
		return refOf(schema)
	case schema.Items != nil:
		return "[" + typeOf(schema.Items) + "]"
	case len(schema.Enum) > 0:
		var words []string
		for _, value := range schema.Enum {
			words = append(words, fmt.Sprint(value))
		}
		return strings.Join(words, " | ")
	case schema.Format != "":
		return schema.Type + " " + schema.Format
	}
	return schema.Type
}

func refOf(schema *huma.Schema) string {
	if schema == nil {
		return ""
	}
	return strings.TrimPrefix(schema.Ref, "#/components/schemas/")
}
