package rest_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/storetest"
)

// A list that needs an entry takes no null either, and says the same of both.
func TestNoListIsAnEmptyList(t *testing.T) {
	w := apitest.New(t)
	leader := w.LogIn(storetest.SchoolA, org.SchoolLeader)
	for _, items := range []any{nil, []m{}} {
		p := w.Refused("wrong_count", leader.Token, apitest.Call{Method: "POST", Path: "/v1/decisions", Key: uuid.NewString(), Body: m{"kind": "SUSPENSION", "verdict": "APPROVE", "items": items}})
		require.Equal(t, "/items", p.Errors[0].Pointer)
	}
	for name, schema := range w.Server.OpenAPI().Components.Schemas.Map() {
		for field, s := range schema.Properties {
			require.False(t, s.MinItems != nil && s.Nullable, "%s.%s may be null and must have an entry", name, field)
		}
	}
}
