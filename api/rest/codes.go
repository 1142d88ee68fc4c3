package rest

import (
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// EnumerateFields says which words fields of answers take, where code knows them and a tag
// cannot. A field is named by its schema, for example "ChangePage.kind"; of a list the
// words are those of its entries. It panics on a field that is not there.
func (s *Server) EnumerateFields(words []string, fields ...string) {
	list := make([]any, len(words))
	for i, word := range words {
		list[i] = word
	}
	for _, field := range fields {
		name, property, _ := strings.Cut(field, ".")
		schema := s.huma.OpenAPI().Components.Schemas.Map()[name]
		if schema == nil || schema.Properties[property] == nil {
			panic(fmt.Sprintf("api: there is no field %q to enumerate", field))
		}
		of := schema.Properties[property]
		if of.Type == huma.TypeArray {
			of = of.Items
		}
		of.Enum = list
		of.PrecomputeMessages()
	}
}
