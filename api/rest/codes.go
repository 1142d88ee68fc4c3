package rest

import (
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// EnumerateFields adds the possible words of some fields of answers to the description. It is
// for words that stand in a table, which a tag cannot hold. A field is named with its schema,
// for example "ChangePage.kind"; the words of a list are the words of its entries. It panics on
// an unknown field, as Register does on an incomplete operation: the program does not start.
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
