package api

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/org"
)

// A list that needs an entry takes no null either, and says the same of both.
func TestNoListIsAnEmptyList(t *testing.T) {
	w := newWorld(t)
	leader := w.login(w.places["school"], org.SchoolLeader)
	for _, items := range []any{nil, []m{}} {
		p := w.refused("wrong_count", leader.token, call{method: "POST", path: "/v1/decisions", key: uuid.NewString(), body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "items": items}})
		require.Equal(t, "/items", p.Errors[0].Pointer)
	}
	for name, schema := range w.server.OpenAPI().Components.Schemas.Map() {
		for field, s := range schema.Properties {
			require.False(t, s.MinItems != nil && s.Nullable, "%s.%s may be null and must have an entry", name, field)
		}
	}
}
