package api

import (
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/rest"
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
