package rest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// Words are what people call what the API takes, where the description cannot know it.
type Words struct {
	// Table is the YAML of what people call the fields and parameters of all operations.
	Table []byte
	// Forms are the names of the items of forms. Where several forms ask for one item,
	// each may call it by another name.
	Forms map[string][]process.Text
	// Item names an item of the sheet by its field; the zero text when there is none.
	Item func(field string) process.Text
}

// labelRow is one row of the table of words.
type labelRow struct {
	Name  string   `yaml:"name"`
	In    []string `yaml:"in"`
	Under string   `yaml:"under"`
	Zh    string   `yaml:"zh"`
	En    string   `yaml:"en"`
}

// Labels say what people call the fields and parameters of the API. The name a field
// has in JSON is for programs; they find it in the pointer of a problem.
type Labels struct {
	rows   []labelRow
	forms  map[string]process.Text   // items of forms, by name
	fields map[string][]string       // by operation: the patterns of its fields and parameters
	items  func(string) process.Text // items of the sheet, by field
}

// Names of the parts of a body that hold what a form or the sheet asks for.
const (
	formPart   = "inputs"
	valuesPart = "values"
	itemsPart  = "items"
)

// NewLabels reads the table and fails when it lacks a field of the description.
func NewLabels(doc *huma.OpenAPI, words Words) (*Labels, error) {
	l := &Labels{fields: describedFields(doc), items: words.Item}
	if err := yaml.Unmarshal(words.Table, &l.rows); err != nil {
		return nil, fmt.Errorf("labels of the API: %w", err)
	}
	l.forms = l.formLabels(words.Forms)
	var lacking []string
	for op, patterns := range l.fields {
		for _, pattern := range patterns {
			if t := l.row(op, segments(pattern)); t.Zh == "" || t.En == "" {
				lacking = append(lacking, op+" "+pattern)
			}
		}
	}
	for name, t := range l.forms {
		if t.Zh == "" || t.En == "" {
			lacking = append(lacking, formPart+" "+name)
		}
	}
	if slices.Sort(lacking); len(lacking) > 0 {
		return nil, fmt.Errorf("labels of the API: api/labels.yaml has none for %s", strings.Join(lacking, ", "))
	}
	return l, nil
}

// formLabels gives the labels of the items of forms. An item that the forms call by
// different names has the one of the table: which form is meant is known only later.
func (l *Labels) formLabels(names map[string][]process.Text) map[string]process.Text {
	forms := map[string]process.Text{}
	for name, list := range names {
		forms[name] = list[0]
		if slices.ContainsFunc(list, func(t process.Text) bool { return t != list[0] }) {
			forms[name] = l.row("", []string{name})
		}
	}
	return forms
}

// row gives the label of the table for a field of an operation, the most special one.
func (l *Labels) row(op string, path []string) process.Text {
	named := slices.DeleteFunc(slices.Clone(path), isIndex)
	if len(named) == 0 {
		return process.Text{}
	}
	name := named[len(named)-1]
	best, rank := process.Text{}, -1
	for _, r := range l.rows {
		fits := 0
		switch {
		case r.Name != name, r.In != nil && !slices.Contains(r.In, op), r.Under != "" && !slices.Contains(named[:len(named)-1], r.Under):
			continue
		case r.In != nil || r.Under != "":
			fits = 1
		}
		if fits > rank {
			best, rank = process.Text{Zh: r.Zh, En: r.En}, fits
		}
	}
	return best
}

// of gives the label of the place a problem points at; false when the place is none
// of the operation's, so that its name is the caller's own word.
func (l *Labels) of(op, pointer string, unknown bool) (process.Text, bool) {
	path := segments(pointer)
	t := l.inForm(op, path)
	if t == (process.Text{}) && (!unknown || l.has(op, path)) {
		t = l.row(op, path)
	}
	if t == (process.Text{}) {
		return t, false
	}
	for _, part := range slices.Backward(path) {
		if n, err := strconv.Atoi(part); err == nil {
			return process.Text{Zh: fmt.Sprintf("%s（第%d项）", t.Zh, n+1), En: fmt.Sprintf("%s (entry %d)", t.En, n+1)}, true
		}
	}
	return t, true
}

// inForm gives the label of an item of a form or of the sheet.
func (l *Labels) inForm(op string, path []string) process.Text {
	if len(path) < 2 || isIndex(path[1]) {
		return process.Text{}
	}
	switch path[0] {
	case formPart:
		return l.forms[path[1]]
	case valuesPart, itemsPart:
		return l.items(path[1])
	case "body": // what a policy says is named by its keys
		return l.row(op, path[:1])
	}
	return process.Text{}
}

// has says whether an operation has such a field or parameter.
func (l *Labels) has(op string, path []string) bool {
	plain := slices.Clone(path)
	for i, part := range plain {
		if isIndex(part) {
			plain[i] = "*"
		}
	}
	return slices.Contains(l.fields[op], strings.Join(plain, "/"))
}

// name puts labels in the place of the names fields have in JSON, in a problem and
// those that came with it. What was said in words already stays.
func (l *Labels) name(op string, e *refusal.Error) *refusal.Error {
	if l == nil {
		return e
	}
	named := *e
	named.Also = make([]*refusal.Error, len(e.Also))
	for i, also := range e.Also {
		named.Also[i] = l.name(op, also)
	}
	if _, asked := e.Params["field"]; !asked || e.Bilingual("field") {
		return &named
	}
	if t, found := l.of(op, e.Field, e.Code == refusal.UnknownField || e.Code == refusal.InputUnknown); found {
		named.Params = maps.Clone(e.Params)
		return named.WithText("field", t.Zh, t.En)
	}
	return &named
}

// segments are the parts of a JSON pointer, or the one of the name of a parameter.
func segments(pointer string) []string { return strings.Split(strings.TrimPrefix(pointer, "/"), "/") }

// isIndex says whether a part of a pointer is the place in a list.
func isIndex(part string) bool {
	_, err := strconv.Atoi(part)
	return err == nil || part == "*"
}

// describedFields gives the fields and parameters of every operation as patterns:
// "evidence/*/kind" is the kind of any paper.
func describedFields(doc *huma.OpenAPI) map[string][]string {
	fields := map[string][]string{}
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Put, path.Patch, path.Delete} {
			if op == nil {
				continue
			}
			var list []string
			for _, p := range op.Parameters {
				list = append(list, p.Name)
			}
			if op.RequestBody != nil {
				for _, media := range op.RequestBody.Content {
					list = append(list, fieldsIn(doc, media.Schema, "")...)
				}
			}
			fields[op.OperationID] = list
		}
	}
	return fields
}

func fieldsIn(doc *huma.OpenAPI, schema *huma.Schema, path string) (list []string) {
	if schema == nil {
		return nil
	}
	if schema.Ref != "" {
		schema = doc.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	for name, property := range schema.Properties {
		list = append(list, path+name)
		list = append(list, fieldsIn(doc, property, path+name+"/")...)
	}
	return append(list, fieldsIn(doc, schema.Items, path+"*/")...)
}
