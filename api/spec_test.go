package api_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

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
