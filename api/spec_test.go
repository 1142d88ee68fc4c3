package api_test

import (
	"os"
	"path"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/api"
)

// The committed description is what other programs are written against.
func TestTheCommittedDescriptionIsFresh(t *testing.T) {
	want, err := api.Spec()
	require.NoError(t, err)
	have, err := os.ReadFile("../docs/openapi.yaml")
	require.NoError(t, err)
	require.True(t, string(want) == string(have), "docs/openapi.yaml is stale: run \"go generate ./api\" and commit it")
}

// What the API answers is a list, never null, where the description names one.
func TestTheDescriptionPromisesLists(t *testing.T) {
	text, err := api.Spec()
	require.NoError(t, err)
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct {
					Schema map[string]any `yaml:"schema"`
				} `yaml:"content"`
			} `yaml:"responses"`
		} `yaml:"paths"`
		Components struct {
			Schemas map[string]map[string]any `yaml:"schemas"`
		} `yaml:"components"`
	}
	require.NoError(t, yaml.Unmarshal(text, &doc))
	lists, seen := 0, map[string]bool{}
	var walk func(at string, schema map[string]any)
	walk = func(at string, schema map[string]any) {
		if ref, ok := schema["$ref"].(string); ok {
			name := path.Base(ref)
			// The answer of redo-change is what file-change takes, where null is an empty list.
			if !seen[name] && name != "ChangeBody" {
				seen[name] = true
				walk(name, doc.Components.Schemas[name])
			}
			return
		}
		if kinds, ok := schema["type"].([]any); ok {
			require.NotContains(t, kinds, "array", "%s may be null", at)
		}
		if schema["type"] == "array" {
			lists++
		}
		for _, part := range []string{"items", "additionalProperties"} {
			if inner, ok := schema[part].(map[string]any); ok {
				walk(at, inner)
			}
		}
		properties, _ := schema["properties"].(map[string]any)
		for name, inner := range properties {
			one, ok := inner.(map[string]any)
			require.True(t, ok)
			walk(at+"."+name, one)
		}
	}
	for address, operations := range doc.Paths {
		for method, op := range operations {
			for _, answer := range op.Responses {
				for _, media := range answer.Content {
					walk(method+" "+address, media.Schema)
				}
			}
		}
	}
	require.Greater(t, lists, 50)
}

func TestNoOperationCarriesPersonsInItsAddress(t *testing.T) {
	operations, err := api.Operations()
	require.NoError(t, err)
	require.NotEmpty(t, operations)
	seen := map[string]bool{}
	for _, op := range operations {
		require.False(t, seen[op.ID], op.ID)
		seen[op.ID] = true
		for _, word := range []string{"{name", "{number", "{phone", "{id_number"} {
			require.NotContains(t, op.Path, word)
		}
	}
}
